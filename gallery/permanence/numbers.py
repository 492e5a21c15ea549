"""A sketch of a figure's numbers, small enough to keep for good, and whether two sketches say the same."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from gallery.verification.tolerances import THOUSANDTH
from lmviz.results import Result

MOST = 200
"""Numbers kept of one array, evenly spread over it."""

FLIPPED = 0.05
"""Share of an array's sketch that may be another: two machines may break near ties differently."""

Sketch = Mapping[str, Mapping[str, Any]]
"""By name of a result and an array in it, ``{"shape": [...], "values": [...]}``; NaN and infinities are None."""


def sketch(results: Mapping[str, Result]) -> Sketch:
    """The sketch of a figure's results, as plain JSON."""
    return {f"{name}/{array}": _of(values) for name, result in sorted(results.items())
            for array, values in sorted(result.parts()[0].items())}


def _of(values: np.ndarray) -> dict[str, Any]:
    flat = np.asarray(values).ravel()
    taken = flat[np.unique(np.linspace(0, max(0, flat.size - 1), min(flat.size, MOST)).astype(np.int64))]
    return {"shape": list(np.shape(values)), "values": [_plain(value) for value in taken.tolist()]}


def _plain(value: float | int | bool) -> float | int | None:
    if isinstance(value, float):
        return float(f"{value:.6g}") if math.isfinite(value) else None
    return int(value)


def same_numbers(before: Sketch, after: Sketch) -> bool:
    """Whether two sketches of one figure agree.

    Every array has its shape, and of its numbers no more than `FLIPPED` moved: whole ones at all, others by more than
    a thousandth of the largest.
    """
    return before.keys() == after.keys() and all(_agree(before[name], after[name]) for name in before)


def _agree(one: Mapping[str, Any], two: Mapping[str, Any]) -> bool:
    if one["shape"] != two["shape"]:
        return False
    pairs = list(zip(one["values"], two["values"], strict=True))
    largest = max((abs(value) for pair in pairs for value in pair if value is not None), default=0)
    return sum(_moved(pairs, THOUSANDTH * largest)) <= FLIPPED * len(pairs)


def _moved(pairs: list[tuple[Any, Any]], allowed: float) -> Iterator[bool]:
    for before, after in pairs:
        if before is None or after is None or (isinstance(before, int) and isinstance(after, int)):
            yield before != after
        else:
            yield abs(before - after) > allowed
