"""One language's edition of the gallery: what every page is written from, and how it is written."""

from __future__ import annotations

import logging
import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
from markupsafe import Markup

from gallery.engine.asked import everything_asked
from gallery.engine.run_log import Computed, Run
from gallery.pages import markdown
from gallery.pages.drawings import Drawings
from gallery.pages.factor_studies import FactorStudies
from gallery.pages.phrases import phrased
from gallery.pages.words import Language, Words
from gallery.permanence.record import Published
from gallery.release.versions import Version
from gallery.subjects import RECEIPT, Compared, Entry, Figure, ModelStudy, Subject
from gallery.validation.schema import (
    FIGURE_KINDS,
    Bilingual,
    Catalog,
    CheckpointModel,
    Comparison,
    Model,
    Prompt,
    PromptComparison,
    TrainingComparison,
)

if TYPE_CHECKING:
    from gallery.pages.model_cards import ModelCard

log = logging.getLogger("gallery.pages")


def relative(target: str, page: str) -> str:
    """``target`` as seen from the page at ``page``; both are addresses from the edition's root, ``""`` for home.

    Pages link to each other relatively, so that a gallery can lie under any path of any host.
    """
    path, mark, anchor = target.partition("#")
    if path == page and mark:
        return f"#{anchor}"
    steps = posixpath.relpath("/" + path, "/" + page)
    return steps + ("/" if path.endswith("/") or not path else "") + mark + anchor


@dataclass(frozen=True)
class Edition:
    """The gallery in one language.

    Attributes:
        catalog, entries, comparisons, studies: what there is, and how far it is built, in the catalog's order.
        drawings: figures drawn from the store, kept between builds.
        language: of every word on the pages.
        prose: source paths of prose pages, such as ``figures/rankings.md``; pages written here give way to them.
        address: where the site is published, with a slash at its end, or empty where that is not known.
        runs: builds that had something to do, the latest first; ``computed``: what each entry last took, by id
            (`gallery.engine.run_log.read_runs`).
        published: by id, the revisions under which figures were published, the first first
            (`gallery.permanence.Archive`).
        cards: model cards by model's id (`gallery.pages.model_cards.read_cards`).
        versions: releases whose sites stand beside this one, the latest first.
    """

    catalog: Catalog
    entries: Sequence[Entry]
    drawings: Drawings
    language: Language
    prose: frozenset[str] = frozenset()
    address: str = ""
    comparisons: Sequence[Compared] = ()
    runs: Sequence[Run] = ()
    computed: Mapping[str, Computed] = field(default_factory=dict)
    studies: Sequence[ModelStudy] = ()
    published: Mapping[str, Sequence[Published]] = field(default_factory=dict)
    cards: Mapping[str, ModelCard] = field(default_factory=dict)
    versions: Sequence[Version] = ()
    words: Words = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "words", Words(self.language))

    def text(self, both: Bilingual) -> str:
        """The line in this edition's language."""
        return getattr(both, self.language)

    @cached_property
    def built(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.status == "built"]

    @cached_property
    def toured(self) -> Entry | None:
        """The entry that newcomers are shown through, if it is built."""
        named = self.catalog.imprint.tour
        return next((one for one in self.built if named and one.id == f"{named.prompt}/{named.model}"), None)

    def entries_of(self, subject: Prompt | Model) -> list[Entry]:
        """The entries of one prompt or of one model."""
        kind = "prompt" if isinstance(subject, Prompt) else "model"
        return self._entries_by[kind].get(subject.id, [])

    @cached_property
    def _entries_by(self) -> dict[str, dict[str, list[Entry]]]:
        found: dict[str, dict[str, list[Entry]]] = {"prompt": {}, "model": {}}
        for entry in self.entries:
            found["prompt"].setdefault(entry.prompt.id, []).append(entry)
            found["model"].setdefault(entry.model.id, []).append(entry)
        return found

    @cached_property
    def models(self) -> list[Model]:
        """The models that readers choose from: checkpoints stand with their own."""
        return [model for model in self.catalog.models if not isinstance(model, CheckpointModel)]

    def chosen_entries(self, prompt: Prompt) -> list[Entry]:
        """The entries of a prompt that readers choose from: those under `models`."""
        return [entry for entry in self.entries_of(prompt) if not isinstance(entry.model, CheckpointModel)]

    def trainings(self, subject: Prompt | Model) -> list[TrainingComparison]:
        """The trainings that a prompt is walked through, or that a model's was, by it or by its checkpoints."""
        names = {subject.id, subject.of} if isinstance(subject, CheckpointModel) else {subject.id}
        return [one for one in self.catalog.comparisons if isinstance(one, TrainingComparison)
                and (one.prompt if isinstance(subject, Prompt) else one.model) in names]

    def title(self, subject: Subject) -> str:
        """What an entry, a comparison or a study is called in a line."""
        if isinstance(subject, ModelStudy):
            return " · ".join(self.text(model.names) for model in subject.models)
        if isinstance(subject, Compared):
            title = self.text(subject.comparison.titles)
            if not isinstance(subject.comparison, PromptComparison):
                return title
            return self.words("entry.title", prompt=title, model=self.text(subject.models[0].names))
        return self.words("entry.title", prompt=self.text(subject.prompt.titles), model=self.text(subject.model.names))

    def compared_in(self, entry: Entry) -> list[Comparison]:
        """The comparisons that an entry is part of."""
        return list(self._comparisons_by_entry.get(entry.id, {}).values())

    @cached_property
    def _comparisons_by_entry(self) -> dict[str, dict[str, Comparison]]:
        found: dict[str, dict[str, Comparison]] = {}
        for part in self.comparisons:
            for entry in part.entries:
                found.setdefault(entry.id, {})[part.comparison.id] = part.comparison
        return found

    def tag(self, tag: str) -> str:
        """A tag's readable name."""
        return self.text(self.catalog.tags[tag]) if tag in self.catalog.tags else tag

    def permanent(self, figure_id: str) -> str:
        """A figure's permanent address, absolute where the site's address is known."""
        prefix = "" if self.language == "ja" else "en/"
        return f"{self.address}{prefix}f/{figure_id}/" if self.address else f"/{prefix}f/{figure_id}/"

    def page(self, template: str, *, url: str, title: str, description: str = "", contents: Sequence[dict] = (),
             hide: Sequence[str] = (), searched: bool = True, moved_to: str | None = None, kind: str = "",
             head: Mapping[str, Any] | None = None, picture: tuple[str, str] | None = None, **context: Any) -> str:
        """The Markdown of a page.

        Args:
            template: file in ``templates/``.
            url: the page's address from the edition's root.
            contents: ``{"id", "name"}`` of the sections that the table of contents lists.
            hide: parts of the theme to leave out: ``toc``.
            searched: whether the site-wide search finds the page.
            moved_to: address, relative to the page, to send the browser to.
            kind: what the page is, for its style.
            head: ``tags`` and ``links`` of its head, see `gallery.pages.citing.Citing.head`.
            picture: of links to the page: its file, see `preview`, and what it shows; by default the home page's.
            context: what the template needs beside the edition.
        """
        html = self.render(template, url=url, title=title, **context)
        meta: dict[str, Any] = {"title": escape(title), "description": escape(description or title)}
        if contents:
            meta["contents"] = [{"id": section["id"], "name": escape(section["name"])} for section in contents]
        if hide:
            meta["hide"] = list(hide)
        if not searched:
            meta["searched"] = False
        if moved_to:
            meta["moved_to"] = moved_to
        if kind:
            meta["page_kind"] = kind
        if picture:
            meta["picture"] = [picture[0], escape(" ".join(picture[1].split()))]
        meta |= head or {}
        return markdown.document(meta, html)

    def render(self, template: str, *, url: str, **context: Any) -> Markup:
        """HTML of a template; ``href`` in it gives addresses as seen from ``url``."""
        def href(target: str) -> str:
            return relative(target, url)

        html = _environment().get_template(template).render(
            edition=self, words=self.words, language=self.language, href=href, kinds=FIGURE_KINDS, **context,
        )
        return Markup(html)

    def phrased(self, text: str) -> Markup:
        """A heading or a lead whose lines break where its language breaks them."""
        return phrased(text) if self.language == "ja" else Markup.escape(text)

    def preview(self, figure_id: str) -> str:
        """The file of the picture that links to a figure are shown with, from the edition's root."""
        return f"f/{figure_id}/preview.png"

    def picture(self, entry: Entry) -> Markup:
        """The entry's thumbnail, or nothing where its ranks were not computed."""
        for figure in entry.figures:
            if figure.kind == "rankings" and figure.failure is None:
                try:
                    return Markup(self.drawings.thumbnail(figure, self.language))
                except Exception as error:
                    log.error("%s: %s: %s", entry.id, type(error).__name__, error)
                    break
        return Markup("")

    @cached_property
    def receipts(self) -> dict[str, list[tuple[Entry, Figure]]]:
        """By model's id: the attributions that have a receipt, with their entries."""
        found: dict[str, list[tuple[Entry, Figure]]] = {}
        for entry, figure in self.figures():
            if RECEIPT in figure.results:
                found.setdefault(entry.model.id, []).append((entry, figure))
        return found

    @cached_property
    def factors(self) -> FactorStudies:
        """What is known of the models' factors."""
        return FactorStudies(self)

    @cached_property
    def analyses(self) -> dict[tuple[str, str], str]:
        """Which analysis makes a result, by kind of figure and name of the result."""
        return {(figure.kind, wanted.name): wanted.kind for asked in everything_asked(self.catalog)
                for figure in asked.figures for wanted in figure.results}

    @cached_property
    def figures_by_id(self) -> dict[str, tuple[Subject, Figure]]:
        """Every figure that was computed, with the first that it is of: figures with the same id are the same."""
        found: dict[str, tuple[Subject, Figure]] = {}
        for subject, figure in self.figures():
            found.setdefault(figure.id, (subject, figure))
        return found

    def figures(self) -> Iterator[tuple[Subject, Figure]]:
        """Every figure that was computed, with what it is of."""
        for subject in (*self.built, *self.comparisons, *self.studies):
            for figure in subject.figures:
                if figure.failure is None:
                    yield subject, figure


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, trim_blocks=True,
        lstrip_blocks=True, undefined=jinja2.StrictUndefined, auto_reload=False,
    )
