"""`/PROMPT/MODEL/`: one prompt under one model, every figure in order."""

from __future__ import annotations

from collections.abc import Iterator

from gallery.pages import citation
from gallery.pages.edition import Edition
from gallery.pages.making import facts
from gallery.pages.nearby import Nearby
from gallery.pages.section import Section, render, section
from gallery.pages.tour import tour
from gallery.subjects import Entry
from gallery.validation.schema import FIGURE_KINDS
from lmviz.figures.findings import most_telling


def pages(edition: Edition) -> Iterator[tuple[str, str]]:
    nearby = Nearby(edition)
    for entry in edition.entries:
        yield f"{entry.id}/index.md", _page(edition, entry, nearby)


def _page(edition: Edition, entry: Entry, nearby: Nearby) -> str:
    url = f"{entry.id}/"
    shown = [section(edition, entry, figure) for figure in
             sorted(entry.figures, key=lambda figure: FIGURE_KINDS.index(figure.kind))]
    told = _findings(shown)
    face = next(iter((*told, *(part for part in shown if part.drawing))), None)
    guided = tour(edition, shown) if entry is edition.toured else None
    return edition.page(
        "entry.html", url=url, title=edition.title(entry),
        tour=guided, head={"tour": True} if guided else {},
        description=told[0].drawing.finding if told else edition.text(entry.prompt.about), kind="entry", told=told,
        before=nearby.before(entry), after=nearby.after(entry), similar=nearby.similar(entry),
        searched=entry.status == "built",
        contents=[{"id": part.figure.kind, "name": edition.words(f"kind.{part.figure.kind}")} for part in shown],
        hide=() if shown else ("toc",), entry=entry, source=citation.source(edition, entry.prompt),
        sections=[render(edition, part, url=url, lazy=part is not shown[0]) for part in shown],
        others=[other for other in edition.chosen_entries(entry.prompt) if other.id != entry.id],
        provenance=facts(edition, entry.provenance), comparisons=edition.compared_in(entry),
        picture=face and (edition.preview(face.figure.id), face.drawing.alternative),
    )


def _findings(shown: list[Section]) -> list[Section]:
    """The figures that tell most of this text, the first of them first."""
    drawn = [part for part in shown if part.drawing]
    return [drawn[i] for i in most_telling([part.drawing.score for part in drawn])]
