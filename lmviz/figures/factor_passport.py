"""What is known of one factor, as plain numbers: what its page shows and its data files hold, in no language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Why = Literal["proposed", "low_share", "low_score", "no_evidence", "none_chosen"]
"""Why a label is proposed, or is not: it holds at too few of the strong responses, its score is too low, the test was
not passed, no rule was chosen."""


@dataclass(frozen=True)
class EntryResponse:
    """A vocabulary entry, where it first stands, how often, and the mean response there."""

    token_id: int
    position: int
    count: int
    mean: float


@dataclass(frozen=True)
class PassageResponse:
    """A passage of the reference text, and where in it the factor responds most."""

    passage: int
    positions: range
    peak: int
    response: float


@dataclass(frozen=True)
class Neuron:
    """One column of a factor: ``share`` of its squared loadings; ``sign`` is -1 for a gated neuron's negative part."""

    layer: int
    neuron: int
    sign: int
    loading: float
    share: float


@dataclass(frozen=True)
class Example:
    """A prediction that changes without the factor: after ``position``, most probable ``before`` and ``after``."""

    position: int
    before: int
    after: int
    probability_before: float
    probability_after: float


@dataclass(frozen=True)
class Ablation:
    """Predictions without the factor, and without each of its controls. Divergences are in nats."""

    divergence: float
    control_divergences: tuple[float, ...]
    changed: float
    control_changed: tuple[float, ...]
    examples: tuple[Example, ...]

    @property
    def above_controls(self) -> bool:
        """Whether predictions change more than without any of the controls."""
        return self.divergence > max(self.control_divergences, default=0.0)


@dataclass(frozen=True)
class RuleScore:
    """One rule on both halves of the passages: AUC, NaN where too few positions have the feature; positions that have
    it; share of the factor's strong responses that do."""

    rule: str
    scores: tuple[float, float]
    counts: tuple[int, int]
    strong_shares: tuple[float, float]


@dataclass(frozen=True)
class Label:
    """The rule chosen on the first half, its test on the second, and all rules: the one chosen, then the best of the
    first half first."""

    why: Why
    rule: str
    p_value: float
    adjusted: float
    least_score: float
    least_share: float
    n_shifts: int
    rules: tuple[RuleScore, ...]

    @property
    def chosen(self) -> RuleScore | None:
        """The scores of the rule chosen; None where none could be."""
        return next((each for each in self.rules if each.rule == self.rule), None)


@dataclass(frozen=True)
class Passport:
    """One factor. ``promoted`` and ``suppressed`` are pairs of a vocabulary entry and its logit; ``full`` is the
    response that has the full colour."""

    factor: int
    energy_share: float
    typical: float
    full: float
    largest: float
    entries: tuple[EntryResponse, ...]
    passages: tuple[PassageResponse, ...]
    layers: tuple[tuple[int, float], ...]
    neurons: tuple[Neuron, ...]
    seeds: tuple[float, ...]
    halves: tuple[float, ...]
    promoted: tuple[tuple[int, float], ...]
    suppressed: tuple[tuple[int, float], ...]
    ablation: Ablation | None
    label: Label | None
