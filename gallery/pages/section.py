"""A figure as a section of a page: heading, caption, the live figure, a footer that says whose numbers these are."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from gallery.pages import citation, trust
from gallery.pages.data_table import inline_table
from gallery.pages.drawings import FACTOR_LINK, Drawing, Unreadable
from gallery.pages.edition import Edition, relative
from gallery.pages.factor_answers import panel
from gallery.pages.factor_studies import passport_address
from gallery.pages.making import making
from gallery.subjects import RECEIPT, Figure, Subject
from gallery.validation.schema import FIGURE_KINDS, STUDY_KINDS, Model, TrainingNotes
from lmviz.figures.html.fragment import apart

log = logging.getLogger("gallery.pages")


@dataclass(frozen=True)
class Section:
    """A figure ready for the page; ``drawing`` is None where it failed, and ``reason`` says why.

    ``lacking`` are the parts that could not be computed where others could: what each is, and why. ``trust`` says why
    an attribution opens with the method that it opens with, empty where it was not chosen. ``answers`` is what the
    catalog asks the model's factors about, answered, in HTML; empty where it asks nothing.
    """

    subject: Subject
    figure: Figure
    drawing: Drawing | None
    reason: str | None
    lacking: tuple[tuple[str, str], ...] = ()
    trust: str = ""
    answers: str = ""

    def title(self, edition: Edition) -> str:
        return self.drawing.title if self.drawing else edition.words(f"kind.{self.figure.kind}")


def section(edition: Edition, subject: Subject, figure: Figure, *, position: int | None = None,
            layer: int | None = None, first: str | None = None) -> Section:
    """Draws the figure, or says in the reader's language why there is none.

    A result that the store no longer has, or one of an older schema, is a figure to compute again, and what our own
    drawing code stumbles over is one figure less: neither is a broken site.
    """
    if figure.failure is not None:
        return Section(subject, figure, None, figure.failure[edition.language])
    try:
        chosen = drawn_with(edition, subject, figure)
        chosen["first"] = first or chosen["first"]
        drawing = edition.drawings.draw(figure, edition.language, position=position, layer=layer, **chosen)
        answers = panel(edition, subject, figure)
    except Unreadable as error:
        log.warning("%s %s: %s", subject.id, figure.kind, error)
        return Section(subject, figure, None, edition.words("section.unreadable", command=subject.command))
    except Exception as error:
        why = f"{type(error).__name__}: {error}"
        log.error("%s %s: %s", subject.id, figure.kind, why)
        return Section(subject, figure, None, edition.words("section.undrawable", error=why))
    why = "" if first else trust.reason(edition, subject, figure)
    return Section(subject, figure, drawing, None, tuple(lacking(edition, figure)), why, answers)


def drawn_with(edition: Edition, subject: Subject, figure: Figure) -> dict[str, str | None]:
    """What a figure is drawn with beside its own results: see `gallery.pages.drawings.Drawings.draw`."""
    labels = edition.factors.labels_key(subject.models[0]) if figure.kind == "factor_responses" else None
    return {"first": trust.opening(edition, subject, figure), "labels": labels}


def lacking(edition: Edition, figure: Figure) -> Iterator[tuple[str, str]]:
    """The parts of a figure that could not be computed where others could: what each is, and why."""
    from lmviz.figures.description import method_name

    for name, why in figure.incomplete.items():
        if name == RECEIPT:
            what = edition.words("section.receipt")
        elif figure.kind == "model_factors":
            what = edition.words(f"section.{name}")
        elif figure.kind == "attribution":
            what = method_name(name, edition.language)
        else:
            what = edition.words("section.components", n=name)
        yield what, why[edition.language]


def render(edition: Edition, shown: Section, *, url: str, level: int = 2, anchor: str | None = None,
           context: bool = False, whole: bool = False, lazy: bool = False) -> Markup:
    """The section's HTML.

    Args:
        url: the address of the page it stands on.
        level: of its heading.
        anchor: its id on the page; by default the kind of figure.
        context: whether to name above the title what the figure is of, for a page that is not of that.
        whole: whether all is told of how the figure was made, for a page that does not say so elsewhere.
        lazy: whether its data may wait, in the file beside its own page, until the reader comes near. Only for a
            figure as its own page shows it.
    """
    html = shown.drawing and shown.drawing.html
    if html and lazy:
        html, _ = apart(html, relative(data_address(shown.figure), url))
    return edition.render(
        "section.html", url=url, shown=shown, subject=shown.subject, figure=shown.figure, drawing=shown.drawing,
        level=level, anchor=anchor or shown.figure.kind, context=context, title=shown.title(edition),
        model_names=citation.models(edition, shown.subject), method_page=method_page(shown.figure.kind),
        html=html and with_links(html, shown.subject.models[0], url),
        making=making(edition, shown.subject, shown.figure, whole=whole),
        answers=with_links(_below(shown.answers, level), shown.subject.models[0], url),
        inline_table=shown.drawing and inline_table(shown.drawing.table, shown.drawing.n_cells),
    )


def data_address(figure: Figure) -> str:
    """Where the data lie that a figure needs once it is pointed at."""
    return f"f/{figure.id}/live.json"


def _below(html: str, level: int) -> str:
    """Answers, whose headings are written as they follow one of level 2, as they follow one of ``level``."""
    return re.sub(r"(</?h)([34])\b", lambda found: f"{found[1]}{int(found[2]) + level - 2}", html)


def with_links(html: str, model: Model, url: str) -> Markup:
    """A drawing whose links to passports of the model's factors lead there from the page at ``url``.

    Text in a drawing is escaped and holds no quotation mark, so nothing that a text says passes for a link.
    """
    return Markup(re.sub(
        rf'\bhref="{FACTOR_LINK}(\d+)"',
        lambda found: f'href="{relative(passport_address(model, int(found[1]) - 1), url)}"', html,
    ))


def method_page(kind: str) -> str:
    """Where it is said how to read figures of a kind; those of comparisons share a page, those of trainings another."""
    if kind in (*FIGURE_KINDS, *STUDY_KINDS):
        return f"figures/{kind}/"
    return f"figures/{'training' if kind in TrainingNotes.model_fields else 'comparison'}/#{kind}"
