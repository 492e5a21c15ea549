"""Draws what has not been drawn yet, on all cores, before pages are written."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Container, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from functools import partial
from operator import call
from pathlib import Path

from gallery.engine.startup import end_with_parent
from gallery.pages.edition import Edition
from gallery.pages.section import drawn_with
from gallery.pages.superseded import superseded
from gallery.pages.words import LANGUAGES, Language
from gallery.site import previews
from gallery.site.editions import open_edition
from gallery.subjects import Figure, Subject
from lmviz.machine import cores

FEW = 6
"""Below this many figures, starting processes takes longer than drawing."""

_AT_ONCE = 8
"""Figures that a process takes from the queue together."""

_editions: dict[Language, Edition] = {}
_figures: dict[tuple[Language, str, str], tuple[Subject, Figure]] = {}


def draw_ahead(root: Path, tell: Callable[[int, int], None], chosen: Container[str] | None = None, *,
               address: str = "") -> None:
    """Draws every figure of every built entry, comparison and study in both languages that is not kept already, and
    where the site's address is known the pictures for links to figures.

    A figure that cannot be drawn is left to the page, which says so in its place; so are all that are left where a
    process dies (out of memory, as a rule).

    Args:
        tell: is told how many figures are done, and of how many, now and then.
        chosen: ids of the entries, comparisons and studies whose figures are wanted; None for all.
        address: of the site.
    """
    wanted = [task for language in LANGUAGES
              for task in _lacking(open_edition(root, language, address=address), chosen)]
    processes = min(cores(), 8)
    if len(wanted) < FEW or processes < 2:
        return
    tell(0, len(wanted))
    context = multiprocessing.get_context("spawn")
    with suppress(BrokenProcessPool), ProcessPoolExecutor(processes, context, _open, (str(root), address)) as pool:
        for done, _ in enumerate(pool.map(call, wanted, chunksize=_AT_ONCE), 1):
            if done % 25 == 0 or done == len(wanted):
                tell(done, len(wanted))


def _lacking(edition: Edition, chosen: Container[str] | None) -> Iterator[partial[None]]:
    for subject, figure in edition.figures():
        if chosen is not None and subject.id not in chosen:
            continue
        if not edition.drawings.has(figure, edition.language, **drawn_with(edition, subject, figure)) or (
                edition.address and not previews.is_kept(edition, subject, figure)):
            yield partial(_draw, edition.language, subject.id, figure.kind)
    if edition.address:
        for _, revisions, number in superseded(edition):
            if not previews.is_kept_of_published(edition, revisions[0].id, number):
                yield partial(_draw_published, edition.language, revisions[0].id, number)


def _open(root: str, address: str) -> None:
    end_with_parent()
    for language in LANGUAGES:
        edition = _editions[language] = open_edition(Path(root), language, address=address)
        for subject, figure in edition.figures():
            _figures[language, subject.id, figure.kind] = subject, figure


def _draw(language: Language, subject_id: str, kind: str) -> None:
    edition = _editions[language]
    with suppress(Exception):
        subject, figure = _figures[language, subject_id, kind]
        edition.drawings.draw(figure, language, **drawn_with(edition, subject, figure))
        if edition.address:
            previews.of_figure(edition, subject, figure)


def _draw_published(language: Language, figure_id: str, number: int) -> None:
    edition = _editions[language]
    with suppress(Exception):
        previews.of_published(edition, edition.published[figure_id][number - 1], number)
