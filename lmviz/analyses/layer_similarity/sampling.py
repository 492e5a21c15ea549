"""At which places of the reference text layers are compared."""

from __future__ import annotations

import numpy as np

from lmviz.passages import Passages

LEAST = 2_000
"""Places below which nothing is compared."""

USUAL = 4_096
"""Places unless the directions of a layer ask for more."""

PER_DIRECTION = 10
"""Places for each direction of which canonical correlations are taken."""

PER_PASSAGE = 16
"""Places taken from a passage while there are enough passages: neighbours say much the same, and reading costs."""

MOST_ENTRIES = 2**29
"""Of hidden states kept, in all layers; wider and deeper models are compared at fewer places, never below `USUAL`."""


def usual_number(widths: list[int], n_layers: list[int]) -> int:
    """How many places serve layers of these widths: enough for canonical correlations of every direction."""
    entries = sum(width * layers for width, layers in zip(widths, n_layers, strict=True))
    return max(USUAL, min(PER_DIRECTION * max(widths), MOST_ENTRIES // entries))


def token_ends(one: Passages, two: Passages) -> np.ndarray:
    """int64 ``[place, 2]``: counted positions of two readings whose tokens end at the same character of the text.

    Of several tokens of one character, the last stands for its end; tokens without characters end nowhere.
    """
    own, others = _last_by_end(one), _last_by_end(two)
    ends = sorted(own.keys() & others.keys())
    found = np.array([(own[end], others[end]) for end in ends], dtype=np.int64).reshape(-1, 2)
    return found[one.counted[found[:, 0]] & two.counted[found[:, 1]]]


def _last_by_end(passages: Passages) -> dict[int, int]:
    spans = passages.tokens.spans
    holds = np.flatnonzero(spans[:, 1] > spans[:, 0])
    return dict(zip(spans[holds, 1].tolist(), holds.tolist(), strict=True))


def spread(passages: Passages, positions: np.ndarray, n: int) -> np.ndarray:
    """Which of ``positions`` (ascending) to take: ``n`` of them evenly spread over evenly spread passages, or all.

    Returns:
        Indices into ``positions``, int64, ascending.
    """
    passage = np.searchsorted(passages.starts, positions, side="right") - 1
    held = np.bincount(passage, minlength=len(passages))
    for n_read in range(min(len(passages), -(-n // PER_PASSAGE)), len(passages) + 1):
        read = _even(len(passages), n_read)
        if held[read].sum() >= n:
            among = np.flatnonzero(np.isin(passage, read))
            return among[_even(len(among), n)]
    return np.arange(len(positions))


def _even(n_all: int, n: int) -> np.ndarray:
    """``n`` of ``range(n_all)``, each in the middle of its share."""
    return (2 * np.arange(n) + 1) * n_all // (2 * n)
