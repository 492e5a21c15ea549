"""Draws what has not been drawn yet, on all cores, before pages are written."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Container
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from pathlib import Path

from gallery.engine.startup import end_with_parent
from gallery.pages.edition import Edition
from gallery.pages.section import drawn_with
from gallery.pages.words import LANGUAGES, Language
from gallery.site.editions import open_edition
from gallery.subjects import Figure, Subject
from lmviz.machine import cores

FEW = 6
"""Below this many figures, starting processes takes longer than drawing."""

_AT_ONCE = 8
"""Figures that a process takes from the queue together."""

_editions: dict[Language, Edition] = {}
_figures: dict[tuple[Language, str, str], tuple[Subject, Figure]] = {}


def draw_ahead(root: Path, tell: Callable[[int, int], None], chosen: Container[str] | None = None) -> None:
    """Draws every figure of every built entry, comparison and study in both languages that is not kept already.

    A figure that cannot be drawn is left to the page, which says so in its place; so are all that are left where a
    process dies (out of memory, as a rule).

    Args:
        tell: is told how many figures are done, and of how many, now and then.
        chosen: ids of the entries, comparisons and studies whose figures are wanted; None for all.
    """
    wanted = [(subject.id, figure.kind, language) for language in LANGUAGES
              for edition in [open_edition(root, language)]
              for subject, figure in edition.figures()
              if (chosen is None or subject.id in chosen)
              and not edition.drawings.has(figure, language, **drawn_with(edition, subject, figure))]
    processes = min(cores(), 8)
    if len(wanted) < FEW or processes < 2:
        return
    tell(0, len(wanted))
    context = multiprocessing.get_context("spawn")
    with suppress(BrokenProcessPool), ProcessPoolExecutor(processes, context, _open, (str(root),)) as pool:
        for done, _ in enumerate(pool.map(_draw, wanted, chunksize=_AT_ONCE), 1):
            if done % 25 == 0 or done == len(wanted):
                tell(done, len(wanted))


def _open(root: str) -> None:
    end_with_parent()
    for language in LANGUAGES:
        edition = _editions[language] = open_edition(Path(root), language)
        for subject, figure in edition.figures():
            _figures[language, subject.id, figure.kind] = subject, figure


def _draw(wanted: tuple[str, str, Language]) -> None:
    subject_id, kind, language = wanted
    edition = _editions[language]
    with suppress(Exception):
        subject, figure = _figures[language, subject_id, kind]
        edition.drawings.draw(figure, language, **drawn_with(edition, subject, figure))
