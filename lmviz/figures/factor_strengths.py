"""How strongly factors respond, as figures colour it: beside each one's largest, or beside what is typical of it."""

from __future__ import annotations

import numpy as np

from lmviz.results import FactorResponses, NeuronFactors

STRONG = 0.5
"""A factor responds strongly, and its number is written, from this strength on."""


def strengths(result: NeuronFactors | FactorResponses) -> np.ndarray:
    """Float64 ``[factor, position]``, 0 where a position was left out; a strength of 1 has the full colour.

    1 is the largest activation of a factor of one text, and the typical strong response of a model's factor, which may
    be exceeded.
    """
    values = np.nan_to_num(np.asarray(result.activations, dtype=np.float64), nan=0.0)
    if isinstance(result, FactorResponses):
        unit = full(result.typical)
    else:
        unit = values.max(axis=1, initial=0)
    return np.divide(values, unit[:, None], out=np.zeros_like(values), where=unit[:, None] > 0)


def full(typical: np.ndarray) -> np.ndarray:
    """float64 ``[factor]``: the response that has the full colour, from what is typical of each of a model's factors.

    A factor that is silent at 99 % of the reference text has no typical response: it counts by the median of the
    others'.
    """
    known = np.asarray(typical, dtype=np.float64)
    return np.where(known > 0, known, np.median(known[known > 0]) if known.any() else 1.0)


def leading(found: np.ndarray) -> np.ndarray:
    """int64 ``[position]``: the strongest factor of each, -1 where none responds; of equals, the first."""
    return np.where(found.max(axis=0, initial=0) > 0, found.argmax(axis=0), -1)


def led(found: np.ndarray, factor: int) -> np.ndarray:
    """The positions at which ``factor`` responds strongly and more than any other, strongest first."""
    own = np.where(leading(found) == factor, found[factor], 0.0)
    order = np.argsort(-own, kind="stable")
    return order[own[order] >= STRONG]


def in_order(found: np.ndarray, energy_shares: np.ndarray) -> list[int]:
    """Factors, those that lead at the most positions first, and of equals those with more of the energy."""
    counts = [len(led(found, factor)) for factor in range(len(found))]
    return sorted(range(len(found)), key=lambda factor: (-counts[factor], -float(energy_shares[factor]), factor))
