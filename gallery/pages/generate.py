"""Every page and file of one edition, as ``(path, content)``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from gallery.pages import (
    build_report,
    comparison,
    entry,
    factors,
    figure,
    gallery_index,
    home,
    model_cards,
    models,
    moved,
    prompt,
    search_catalog,
    superseded,
    trust,
    versions,
)
from gallery.pages.drawings import Drawings, Readable
from gallery.pages.edition import Edition
from gallery.pages.model_cards import ModelCard
from gallery.pages.words import Language
from gallery.permanence.record import Published
from gallery.subjects import Compared, Entry, ModelStudy
from gallery.validation.schema import Catalog

WRITERS = (
    home, gallery_index, prompt, entry, comparison, models, model_cards, factors, figure, superseded,
    build_report, moved, search_catalog, trust, versions,
)
"""One module a kind of page; each has ``pages(edition)``."""


def generate(catalog: Catalog, entries: Sequence[Entry], store: Readable, language: Language, *,
             drawings: Path | None = None, prose: frozenset[str] = frozenset(), address: str = "",
             comparisons: Sequence[Compared] = (), studies: Sequence[ModelStudy] = (),
             published: Mapping[str, Sequence[Published]] | None = None,
             cards: Mapping[str, ModelCard] | None = None) -> Iterator[tuple[str, str]]:
    """Writes the gallery in one language. The same input gives the same pages, byte for byte.

    Args:
        catalog: what there is.
        entries: how far it is built (`gallery.engine.plan.entries`).
        store: where results are read.
        language: ``"ja"`` or ``"en"``.
        drawings: directory in which drawn figures are kept between builds; None draws each anew.
        prose: source paths of pages that people wrote, such as ``index.md``, which take the place of generated ones.
        address: where the site is published, for citations.
        comparisons: as `gallery.engine.comparisons.comparisons` finds them.
        studies: as `gallery.engine.studies.studies` finds them.
        published: by id, the revisions of each published figure (`gallery.permanence.Archive`).
        cards: by model's id, as `gallery.pages.model_cards.read_cards` finds them.

    Yields:
        Paths from the edition's root, such as ``setsubun/ja-gpt2-mini/index.md``, and their text.
    """
    yield from write(Edition(catalog, entries, Drawings(store, drawings), language, prose, address, comparisons,
                             studies=studies, published=published or {}, cards=cards or {}))


def write(edition: Edition) -> Iterator[tuple[str, str]]:
    """The pages of an edition that is there already."""
    for writer in WRITERS:
        for path, content in writer.pages(edition):
            if path not in edition.prose:
                yield path, content
