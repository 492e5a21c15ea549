"""`/compare/` and `/compare/ID/`: one text under several models or through one's training, or two texts that differ in
one place under one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from markupsafe import Markup

from gallery.pages import citation
from gallery.pages.edition import Edition
from gallery.pages.making import facts
from gallery.pages.section import render, section
from gallery.subjects import Compared, Entry
from gallery.validation.schema import COMPARISON_KINDS, Comparison, Prompt, TrainingComparison
from lmviz.comparison import difference

_GROUPS = ("training", "models", "prompts")
"""Kinds of comparison, in the order of the index."""


@dataclass(frozen=True)
class Card:
    """A comparison on the index: the entries whose pictures it shows, two at most."""

    comparison: Comparison
    faces: list[Entry]


def pages(edition: Edition) -> Iterator[tuple[str, str]]:
    found = {name: list(parts) for name, parts in groupby(edition.comparisons, lambda part: part.comparison.id)}
    cards = [_card(parts) for parts in found.values()]
    yield "compare/index.md", edition.page(
        "comparisons.html", url="compare/", title=edition.words("nav.compare"), kind="comparisons", hide=("toc",),
        description=edition.words("compare.lead"), searched=False,
        groups=[(kind, [card for card in cards if card.comparison.kind == kind]) for kind in _GROUPS],
    )
    for parts in found.values():
        yield f"{parts[0].page}index.md", _page(edition, parts)


def _card(parts: list[Compared]) -> Card:
    """Of a training, the first and the last entry are its faces."""
    built = [entry for entry in parts[0].entries if entry.status == "built"]
    if isinstance(parts[0].comparison, TrainingComparison):
        built = built[:: max(1, len(built) - 1)]
    return Card(parts[0].comparison, built[:2])


def _page(edition: Edition, parts: list[Compared]) -> str:
    comparison, url = parts[0].comparison, parts[0].page
    entries = {entry.id: entry for part in parts for entry in part.entries}
    shown = [_part(edition, part, several=len(parts) > 1, first=part is parts[0]) for part in parts]
    return edition.page(
        "comparison.html", url=url, title=edition.text(comparison.titles), description=edition.text(comparison.about),
        kind="comparison", contents=_contents(edition, shown), hide=() if any(part["sections"] for part in shown)
        else ("toc",), comparison=comparison, see=comparison.see and edition.text(comparison.see), parts=shown,
        picture=next((part["face"] for part in shown if part["face"]), None),
        texts=_texts(parts[0]), sources=_sources(edition, parts[0]), entries=list(entries.values()),
        provenance=[(edition.title(part), facts(edition, part.provenance)) for part in parts if part.provenance]
        + [(edition.title(entry), facts(edition, entry.provenance)) for entry in entries.values() if entry.provenance],
    )


def _part(edition: Edition, part: Compared, *, several: bool, first: bool) -> dict[str, Any]:
    """What the template shows of a part: its sections, with the note that stands beside each where it is first, and
    its first figure as the picture for links."""
    sections, face = [], None
    for figure in sorted(part.figures, key=lambda figure: COMPARISON_KINDS.index(figure.kind)):
        anchor = f"{figure.kind}-{part.models[0].id}" if several else figure.kind
        note = getattr(part.comparison.notes, figure.kind) if first else None
        drawn = section(edition, part, figure)
        # A training's slider moves all its figures, and paper shows every step.
        lazy = bool(sections) and not isinstance(part.comparison, TrainingComparison)
        html = render(edition, drawn, url=part.page, level=3 if several else 2, anchor=anchor, lazy=lazy)
        sections.append((anchor, figure.kind, note and edition.text(note), html))
        if drawn.drawing and face is None:
            face = edition.preview(figure.id), drawn.drawing.alternative
    name = edition.text(part.models[0].names) if several else ""
    return {"of": part, "sections": sections, "face": face, "name": name}


def _contents(edition: Edition, parts: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Models where there are several parts, else figures."""
    if len(parts) > 1:
        return [{"id": part["of"].models[0].id, "name": part["name"]} for part in parts]
    return [{"id": anchor, "name": edition.words(f"kind.{kind}")} for anchor, kind, _, _ in parts[0]["sections"]]


def _texts(part: Compared) -> list[tuple[Prompt, Markup, str]]:
    """The prompts with their text, what differs marked, and the continuation that they give."""
    prompts = part.prompts
    texts = [prompt.text for prompt in prompts]
    marked = marked_difference(*texts) if len(texts) == 2 else map(Markup.escape, texts)
    return [(prompt, text, prompt.generation.continuation or "") for prompt, text in zip(prompts, marked, strict=True)]


def _sources(edition: Edition, part: Compared) -> list[tuple[str, str | None]]:
    """Where the texts come from, each once, with the article's address."""
    return list(dict.fromkeys((citation.source(edition, prompt), prompt.source.address) for prompt in part.prompts))


def marked_difference(first: str, second: str) -> tuple[Markup, Markup]:
    """Two texts as HTML with what stands between their common beginning and their common end in ``<mark>``.

    A text that lacks what the other has keeps an empty mark in its place.
    """
    one, other = (Markup("{}<mark>{}</mark>{}").format(*parts) for parts in difference(first, second))
    return one, other
