"""The question of a label turned round: not what a factor responds to, but which factor responds to what is asked.

    answers = answer(("year", "electromagnetism"), factors, labels)
    answers[0].verdict, answers[0].factor                  # ("partly", 3)
    in_text(responses, "year", 3).places                   # the words of a text with it, and the response there

A factor is held against a rule by three numbers on either half of the passages: its score (AUC), the share of its
strong responses that are where the rule holds, as for labels (`lmviz.results.FactorLabels`), and how much of where the
rule holds it responds to strongly. The last is there for what is rare: where fewer positions have a feature than a
factor has strong responses, the share cannot be large, however well the factor knows the feature.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

import numpy as np

from lmviz.analyses.factor_labels.rules import RULES, indicators
from lmviz.results import FactorLabels, FactorResponses, ModelFactors

LEAST_PART = 0.2
"""The share of its strong responses that makes a factor respond to something in part."""

LEAST_REACH = 0.5
"""The share of the positions with a feature, responded to strongly, that does the same."""

LIT = 0.5
"""The share of what is typical from which on a response lights a word of a text, as in figures."""

Verdict = Literal["proposed", "mostly", "partly", "none", "unscored"]
"""What is said of a factor: the rule is its proposed label; it would do for one by score and share, on both halves, and
is not; it responds to it beside much else; it does not; too few positions have the feature."""

_ORDER: tuple[Verdict, ...] = ("none", "partly", "mostly", "proposed")


@dataclass(frozen=True)
class Answer:
    """The factor that responds to a rule, or comes nearest to that. Pairs are of the two halves of the passages.

    Attributes:
        factor: of those with the best verdict, the one with the highest score on the second half; -1 if ``unscored``.
        scores: AUC.
        strong_shares: share of the factor's strong responses that are where the rule holds.
        most_shares: what these could be at most, there being so many positions.
        reached: share of the positions where the rule holds at which the factor responds strongly.
        counts: positions where the rule holds.
        label: the label proposed for the factor, or None; ``label_share``: share of the factor's strong responses on
            the second half that have it.
        others: further factors that respond to the rule, at least in part, in the order of their scores.
    """

    rule: str
    verdict: Verdict
    factor: int = -1
    scores: tuple[float, float] = (np.nan, np.nan)
    strong_shares: tuple[float, float] = (np.nan, np.nan)
    most_shares: tuple[float, float] = (np.nan, np.nan)
    reached: tuple[float, float] = (np.nan, np.nan)
    counts: tuple[int, int] = (0, 0)
    label: str | None = None
    label_share: float = np.nan
    others: tuple[int, ...] = ()


@dataclass(frozen=True)
class Place:
    """Neighbouring tokens of a text that a rule holds of, and the strongest response there, 1 being typical of the
    factor; None where responses were left out."""

    positions: range
    strength: float | None

    @property
    def lit(self) -> bool:
        return self.strength is not None and self.strength >= LIT


@dataclass(frozen=True)
class InText:
    """Where a rule holds in a text, and how far a factor's responses keep to that.

    Attributes:
        n_lit: tokens of the text that the factor lights.
        n_lit_inside: those of them that the rule holds of.
    """

    places: tuple[Place, ...]
    n_lit: int
    n_lit_inside: int


def answer(rules: Sequence[str], factors: ModelFactors, labels: FactorLabels) -> tuple[Answer, ...]:
    """Which of ``factors`` responds to each of ``rules``; ``labels`` are theirs."""
    n_strong = _strong(factors)
    return tuple(_answer(rule, labels, n_strong) for rule in rules)


def in_text(responses: FactorResponses, rule: str, factor: int) -> InText:
    """What a factor makes of the words of a text that a rule holds of. Raises ``ImportError`` without SudachiPy."""
    tokens = responses.tokens
    held = indicators(tokens, np.array([0]))[RULES.index(rule)]
    row, typical = responses.activations[factor].astype(np.float64), float(responses.typical[factor])
    strengths = row / typical if typical > 0 else np.where(np.isnan(row), np.nan, 0.0)
    places = []
    for holds, group in groupby(range(len(tokens)), key=lambda position: bool(held[position])):
        found = list(group)
        if holds:
            there = strengths[found]
            strength = None if np.isnan(there).all() else float(np.nanmax(there))
            places.append(Place(range(found[0], found[-1] + 1), strength))
    lit = np.nan_to_num(strengths, nan=0.0) >= LIT
    return InText(tuple(places), int(lit.sum()), int((lit & held).sum()))


def _answer(rule: str, labels: FactorLabels, n_strong: np.ndarray) -> Answer:
    if rule not in labels.rules:
        return Answer(rule, "unscored")
    at = labels.rules.index(rule)
    counts = labels.counts[at]
    scores, shares = (found[:, at].astype(np.float64) for found in (labels.scores, labels.strong_shares))
    if np.isnan(scores).all():
        return Answer(rule, "unscored", counts=(int(counts[0]), int(counts[1])))
    reached = np.nan_to_num(shares) * n_strong / counts
    verdicts = [_verdict(labels, factor, at, scores[factor], shares[factor], reached[factor])
                for factor in range(len(scores))]
    ranked = np.nan_to_num(scores[:, 1], nan=0.0)
    order = sorted(range(len(scores)), key=lambda factor: (-_ORDER.index(verdicts[factor]), -ranked[factor]))
    first = order[0]
    own = labels.chosen[first] if labels.proposed[first] else None
    most = np.minimum(1.0, counts / np.maximum(n_strong[first], 1))
    return Answer(
        rule, verdicts[first], first, *(_pair(found) for found in (scores[first], shares[first], most, reached[first])),
        (int(counts[0]), int(counts[1])),
        None if own is None else labels.rules[own],
        np.nan if own is None else float(labels.strong_shares[first, own, 1]),
        tuple(factor for factor in order[1:] if verdicts[factor] != "none"),
    )


def _verdict(labels: FactorLabels, factor: int, rule: int, scores: np.ndarray, shares: np.ndarray,
             reached: np.ndarray) -> Verdict:
    if labels.proposed[factor] and labels.chosen[factor] == rule:
        return "proposed"
    if not (scores >= labels.least_score).all():
        return "none"
    if (shares >= labels.least_share).all():
        return "mostly"
    return "partly" if (shares >= LEAST_PART).all() or (reached >= LEAST_REACH).all() else "none"


def _strong(factors: ModelFactors) -> np.ndarray:
    """int64 ``[factor, half]``: strong responses, those that `FactorLabels.strong_shares` are shares of."""
    by_half = (factors.responses[:, half] for half in factors.halves)
    return np.stack([((each >= factors.typical[:, None]) & (each > 0)).sum(axis=1) for each in by_half], axis=1)


def _pair(values: np.ndarray) -> tuple[float, float]:
    return float(values[0]), float(values[1])
