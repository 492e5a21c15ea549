"""What a reader chooses of a text in some unit, and attributions summed for it, as ``static/unit_sums.js`` does."""

from __future__ import annotations

import numpy as np

from lmviz.figures.targets import target_row, target_span
from lmviz.results import Attribution
from lmviz.units import Rung


def chosen_units(rung: Rung, position: int) -> np.ndarray:
    """The units that are chosen with a token, ascending: where it begins, and what no token of its own begins in."""
    units, positions = rung.parts.T
    first = {}
    for unit, at in zip(units.tolist(), positions.tolist(), strict=True):
        first.setdefault(at, unit)
    stops: dict[int, int] = {}
    for unit in np.unique(units).tolist():
        own = positions[units == unit].tolist()
        stops[unit] = unit if any(first[at] == unit for at in own) else stops[first[own[0]]]
    return np.array([unit for unit, stop in stops.items() if stop == stops[first[position]]])


def targets_add_up(result: Attribution) -> bool:
    """Whether the sum over targets means something: log-probabilities of targets that do not overlap."""
    held = [p for row in range(len(result.target_positions)) for p in target_span(result, row)]
    return result.target == "log_probability" and len(set(held)) == len(held)


def unit_scores(result: Attribution, rung: Rung, position: int) -> tuple[np.ndarray, np.ndarray]:
    """The units that are explained, and what each unit of the text gave to them.

    Args:
        position: chooses the target, as `target_row` does, and where targets add up the units that hold it.

    Returns:
        int64 ``[chosen]`` and float64 ``[unit]`` in the attributed quantity, NaN where nothing stands before a target.

    Raises:
        ValueError: for a method that gives magnitudes.
    """
    if not result.signed:
        raise ValueError(f"{result.method} gives magnitudes, which are not summed by unit; leave unit at 'token'")
    row = target_row(result, position)
    chosen = chosen_units(rung, int(result.target_positions[row]))
    spans = [target_span(result, each) for each in range(len(result.target_positions))]
    places = np.arange(len(result.tokens))
    if not targets_add_up(result):
        return chosen, rung.sum(np.where(places < spans[row].start, result.scores[row], np.nan))
    units, sums = rung.attribution(result.scores, spans)
    total = sums[np.isin(units, chosen)].sum(axis=0)
    held = [span.start for span in spans if np.isin(chosen, rung.parts[np.isin(rung.parts[:, 1], list(span)), 0]).any()]
    reached = rung.sum(np.where(places < max(held), 0.0, np.nan))
    return chosen, total + reached
