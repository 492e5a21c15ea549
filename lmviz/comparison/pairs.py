"""Two texts under one model that differ in one place."""

from __future__ import annotations

from dataclasses import dataclass
from os.path import commonprefix

import numpy as np

from lmviz.results.prompt_pair import PromptPair
from lmviz.tokens import TokenTable

FELT = 0.05
"""Bits of divergence from which two texts part at all."""

PART = 0.5
"""Share of the greatest divergence at which they count as parted."""


@dataclass(frozen=True)
class Parting:
    """Where two texts part.

    Attributes:
        place: the row of ``places`` at which the divergence is greatest, over all layers.
        layer: the first layer at which the divergence at that place exceeds `PART` of its greatest.
        bits: that greatest divergence.
    """

    place: int
    layer: int
    bits: float


def parting(pair: PromptPair) -> Parting | None:
    """The first layer that exceeds `PART` of the greatest divergence; None where that stays below `FELT` bits.

    Right after the difference the token just read is another one, and any model differs there from its first layer on.
    That place is left out, unless it is the only one: at all others the difference has to be remembered.
    """
    bits = np.nan_to_num(np.asarray(pair.divergences, dtype=np.float64) / np.log(2), nan=0.0)
    skipped = 1 if bits.shape[1] > 1 else 0
    remembered = bits[:, skipped:]
    if remembered.max(initial=0) < FELT:
        return None
    place = int(np.argmax(remembered.max(axis=0))) + skipped
    greatest = float(bits[:, place].max())
    return Parting(place, int(np.flatnonzero(bits[:, place] > PART * greatest)[0]), greatest)


def difference(first: str, second: str) -> list[tuple[str, str, str]]:
    """Each of two texts as what stands before, in and after the place in which they differ."""
    before = len(commonprefix([first, second]))
    after = len(commonprefix([first[before:][::-1], second[before:][::-1]]))
    return [(text[:before], text[before:len(text) - after], text[len(text) - after:]) for text in (first, second)]


def shared_places(tokens: TokenTable, other: TokenTable) -> np.ndarray:
    """Places int64 ``[place, 2]`` at which two texts are compared, those of `PromptPair`.

    What the prompts share at their end is found first, token by token and in whole characters; from there on every
    position, and then the continuations as far as they agree, with the place after that. ``len(tokens)`` stands for
    the position after the last.
    """
    one, two = tokens.token_ids, other.token_ids
    ends = _ends(tokens, other)
    before = shared_beginning(tokens, other)
    after = _in_common(one[before:ends[0]][::-1], two[before:ends[1]][::-1])
    while after and (_is_inside(tokens, ends[0] - after) or _is_inside(other, ends[1] - after)):
        after -= 1
    ahead = _in_common(one[ends[0]:], two[ends[1]:])
    return np.array(ends) - after + np.arange(after + ahead + 1)[:, None]


def shared_beginning(tokens: TokenTable, other: TokenTable) -> int:
    """How many tokens two texts share from the first on, in whole characters; of the prompts, where those differ."""
    ends = _ends(tokens, other)
    before = _in_common(tokens.token_ids[:ends[0]], other.token_ids[:ends[1]])
    while before and (_is_inside(tokens, before) or _is_inside(other, before)):
        before -= 1
    return before


def _ends(tokens: TokenTable, other: TokenTable) -> list[int]:
    """Where the prompts end; where they are the same, the whole texts are what is compared."""
    ends = [tokens.n_prompt, other.n_prompt]
    same = np.array_equal(tokens.token_ids[:ends[0]], other.token_ids[:ends[1]])
    return [len(tokens), len(other)] if same else ends


def _in_common(one: np.ndarray, two: np.ndarray) -> int:
    """How many entries from the first on are the same."""
    n = min(len(one), len(two))
    differs = np.flatnonzero(one[:n] != two[:n])
    return int(differs[0]) if differs.size else n


def _is_inside(table: TokenTable, position: int) -> bool:
    """Whether a position is in the middle of a character."""
    return 0 < position < len(table) and bool(table.groups[position] == table.groups[position - 1])
