"""Two texts under one model that differ in one place."""

from __future__ import annotations

from dataclasses import dataclass

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
    """The first layer that exceeds `PART` of the greatest divergence; None where that stays below `FELT` bits."""
    bits = np.nan_to_num(np.asarray(pair.divergences, dtype=np.float64) / np.log(2), nan=0.0)
    if bits.max(initial=0) < FELT:
        return None
    place = int(np.argmax(bits.max(axis=0)))
    greatest = float(bits[:, place].max())
    return Parting(place, int(np.flatnonzero(bits[:, place] > PART * greatest)[0]), greatest)


def shared_places(tokens: TokenTable, other: TokenTable) -> np.ndarray:
    """Places int64 ``[place, 2]`` that can be compared in two prompts: predicted after the difference.

    The prompts' last tokens agree from some position on; from there every position is compared, and the one after the
    prompt, and on into the continuations for as long as these agree as well. ``len(tokens)`` stands for the position
    after the last.
    """
    first, second = tokens.token_ids, other.token_ids
    ends = np.array([tokens.n_prompt, other.n_prompt])
    back = 0
    while back < (ends - [tokens.n_start, other.n_start]).min() and first[ends[0] - 1 - back] == second[
            ends[1] - 1 - back]:
        back += 1
    ahead = 0
    while (ends + ahead < [len(tokens), len(other)]).all() and first[ends[0] + ahead] == second[ends[1] + ahead]:
        ahead += 1
    return np.stack([ends + step for step in range(-back, ahead + 1)])
