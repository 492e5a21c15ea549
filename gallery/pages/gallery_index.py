"""`/gallery/`: every prompt as a card, with filters that work in the browser and a plain list where they cannot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from gallery.pages.edition import Edition
from gallery.subjects import Entry
from gallery.validation.schema import FIGURE_KINDS, Prompt
from lmviz.units.sudachi import reading


@dataclass(frozen=True)
class Card:
    """A prompt on the index: its built entries, the one whose picture it shows, and the text the filter looks at."""

    prompt: Prompt
    built: list[Entry]
    searched: str

    @property
    def kinds(self) -> list[str]:
        """Kinds of figure that one of its entries has, in page order."""
        there = {figure.kind for entry in self.built for figure in entry.figures if figure.failure is None}
        return [kind for kind in FIGURE_KINDS if kind in there]

    @property
    def face(self) -> Entry | None:
        return self.built[0] if self.built else None


def cards(edition: Edition) -> list[Card]:
    """Prompts with something to show first; among them the catalog's first tags first, the talk's topics as shipped."""
    rank = {tag: number for number, tag in enumerate(edition.catalog.tags)}
    found = []
    for prompt in edition.catalog.prompts:
        built = [entry for entry in edition.chosen_entries(prompt) if entry.status == "built"]
        words = [prompt.titles.ja, prompt.titles.en, edition.text(prompt.about), prompt.text,
                 prompt.source.article or "", *map(edition.tag, prompt.tags), *prompt.tags,
                 reading(f"{prompt.titles.ja} {prompt.text}")]
        found.append(Card(prompt, built, " ".join(words)))
    return sorted(found, key=lambda card: (
        not card.built, min((rank[tag] for tag in card.prompt.tags if tag in rank), default=len(rank))
    ))


def pages(edition: Edition) -> Iterator[tuple[str, str]]:
    found = cards(edition)
    per_model = Counter(entry.model.id for card in found for entry in card.built)
    per_tag = Counter(tag for card in found for tag in card.prompt.tags)
    per_kind = Counter(kind for card in found for kind in card.kinds)
    yield "gallery/index.md", edition.page(
        "gallery.html", url="gallery/", title=edition.words("nav.gallery"), kind="gallery", searched=False,
        description=edition.words("gallery.lead"), hide=("toc",), cards=found,
        models=[(model, per_model[model.id]) for model in edition.models if per_model[model.id]],
        tags=[(tag, edition.tag(tag), per_tag[tag]) for tag in _order(edition, per_tag)],
        figures=[(kind, edition.words(f"kind.{kind}"), per_kind[kind]) for kind in FIGURE_KINDS
                 if 0 < per_kind[kind] < sum(1 for card in found if card.built)],
        n_unbuilt=sum(not per_model[model.id] for model in edition.models),
    )


def _order(edition: Edition, per_tag: Counter[str]) -> list[str]:
    named = [tag for tag in edition.catalog.tags if per_tag[tag]]
    return named + sorted(tag for tag in per_tag if tag not in edition.catalog.tags)
