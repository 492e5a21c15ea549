"""Targets of attributions: which one a position belongs to, and what it is called."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from lmviz.figures import labels
from lmviz.figures.messages import Language, message, quoted
from lmviz.results import Attribution
from lmviz.tokens import TokenTable


class HasTargets(Protocol):
    """What attributions and their receipts share."""

    @property
    def tokens(self) -> TokenTable: ...

    @property
    def target_positions(self) -> np.ndarray: ...

    @property
    def target_lengths(self) -> np.ndarray: ...


def target_row(result: HasTargets, position: int) -> int:
    """Row of the target that begins at ``position``, or else holds it, or else of the first."""
    starts, lengths = result.target_positions, result.target_lengths
    for found in (np.flatnonzero(starts == position),
                  np.flatnonzero((starts <= position) & (position < starts + lengths))):
        if found.size:
            return int(found[0])
    return 0


def target_span(result: HasTargets, row: int) -> range:
    """The positions of a target's own tokens."""
    first = int(result.target_positions[row])
    return range(first, first + int(result.target_lengths[row]))


def target_name(result: HasTargets, row: int, language: Language) -> str:
    """A target's tokens as one text in quotation marks."""
    return quoted(labels.of_span(result.tokens, target_span(result, row), language), language)


def foil_name(result: Attribution, row: int, language: Language) -> str:
    """What a target is contrasted with, in quotation marks; empty where it is with nothing."""
    return quoted(labels.visible(result.foil_texts[row]), language) if result.foil_ids[row] else ""


def subject(result: Attribution, row: int, language: Language) -> str:
    """A target and, in a contrast, what it was chosen over: 「鬼」ではなく「豆」."""
    target, foil = target_name(result, row, language), foil_name(result, row, language)
    return message("attribution.contrast", language, target=target, foil=foil) if foil else target


def places(span: range, language: Language) -> str:
    """The number of a position, or the first and the last of several."""
    if len(span) == 1:
        return str(span[0])
    return message("attribution.browser.places", language, first=span[0], last=span[-1])
