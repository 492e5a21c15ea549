"""Surprisal as figures write and colour it: bits, from log-probabilities in nats; it is what adds up over tokens."""

from __future__ import annotations

import math

from lmviz.figures import notation, scales
from lmviz.units import Unit


def bits(log_probability: float) -> float:
    """-log2 p of a log-probability in nats, rounded as the pages' data hold it: hundredths of a bit, at least 0."""
    nats = max(0, round(-1000 * float(log_probability))) / 1000
    return round(100 * nats / math.log(2)) / 100


def written(log_probability: float) -> str:
    """Bits with two decimals; – for a log-probability that is none."""
    return notation.amount(bits(log_probability)) if math.isfinite(log_probability) else "–"


WIDER = {"sentence": 10}
"""Units whose sums would all lie beyond the last step, and how many times wider their steps are."""


def step(log_probability: float, unit: Unit = "token") -> int:
    """Step 0 to 7 of a token's or a larger unit's log-probability."""
    return scales.step(bits(log_probability), [WIDER.get(unit, 1) * edge for edge in scales.SURPRISAL_EDGES])
