"""The list of attribution methods. A method is a function in a file of its own, entered here by a decorator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from lmviz.analyses.attribution.arguments import Arguments, Scores

METHODS: dict[str, AttributionMethod] = {}


@dataclass(frozen=True)
class AttributionMethod:
    """One method, as `lmviz.attribution_methods` lists it.

    Attributes:
        name: what `lmviz.attribute` takes.
        paper: where the method is from.
        cost: passes through the model.
        meaning: what a score says.
        signed: whether scores are shares of a difference, or else magnitudes.
        uses_baseline: whether the baseline matters.
    """

    name: str
    paper: str
    cost: str
    meaning: str
    signed: bool
    uses_baseline: bool
    compute: Callable[[Arguments], Scores] = field(repr=False)


def attribution_method(
    name: str, *, paper: str, cost: str, meaning: str, signed: bool, uses_baseline: bool
) -> Callable[[Callable[[Arguments], Scores]], Callable[[Arguments], Scores]]:
    """Enters the decorated function as the method ``name``; raises ``ValueError`` if the name is taken."""

    def enter(compute: Callable[[Arguments], Scores]) -> Callable[[Arguments], Scores]:
        if name in METHODS:
            raise ValueError(f"there is already an attribution method named {name!r}")
        METHODS[name] = AttributionMethod(name, paper, cost, meaning, signed, uses_baseline, compute)
        return compute

    return enter
