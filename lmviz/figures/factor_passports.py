"""The passports of a model's factors, from its stored results.

    passports = Passports(factors, effects, labels)
    passports[2].entries                 # of the third factor: the tokens with the highest mean response
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np

from lmviz.figures.factor_passport import (
    Ablation,
    EntryResponse,
    Example,
    Label,
    Neuron,
    PassageResponse,
    Passport,
    RuleScore,
    Why,
)
from lmviz.figures.factor_strengths import full
from lmviz.passages import positions_of
from lmviz.results import FactorEffects, FactorLabels, ModelFactors

N_ENTRIES, N_PASSAGES, N_NEURONS, N_WRITTEN = 16, 5, 12, 12
LEAST_COUNT = 5
"""How often a token must occur for its mean to count, in a text of at least 5,000 positions; fewer in a shorter one."""

ALPHA = 0.01
"""Adjusted p-values below this pass the test (`FactorLabels.proposed`)."""


class Passports:
    """The passports of a model's factors, in their order.

    Args:
        factors: of a model.
        effects, labels: of these factors; None where they could not be computed, and passports then lack them.
    """

    def __init__(self, factors: ModelFactors, effects: FactorEffects | None = None,
                 labels: FactorLabels | None = None) -> None:
        self.factors, self.effects, self.labels = factors, effects, labels

    def __len__(self) -> int:
        return len(self.factors.responses)

    def __iter__(self) -> Iterator[Passport]:
        return (self[factor] for factor in range(len(self)))

    def __getitem__(self, factor: int) -> Passport:
        found = self.factors
        responses = self.responses[factor]
        return Passport(
            factor, float(found.energy_shares[factor]), float(found.typical[factor]), float(self._full[factor]),
            float(responses.max()), self._entries(factor), self._passages(factor),
            tuple(zip(found.layers.tolist(), found.layer_shares[factor].tolist(), strict=True)),
            self._neurons(factor), tuple(found.seed_stability[factor].tolist()),
            tuple(found.half_stability[factor].tolist()), *self._written(factor), self._ablation(factor),
            self._label(factor),
        )

    @cached_property
    def responses(self) -> np.ndarray:
        """`ModelFactors.responses` with 0 where there is none."""
        return np.nan_to_num(self.factors.responses, nan=0.0)

    @cached_property
    def _full(self) -> np.ndarray:
        return full(self.factors.typical)

    @cached_property
    def least_count(self) -> int:
        """How often a token must occur for its mean to count."""
        return int(np.clip(len(self.factors.tokens) // 1000, 1, LEAST_COUNT))

    @cached_property
    def _means(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Ids, first positions and counts ``[entry]`` of entries that occur often enough; means [factor, entry]."""
        positions = np.flatnonzero(np.isfinite(self.factors.responses[0]))
        ids, first, at, counts = np.unique(self.factors.tokens.token_ids[positions], return_index=True,
                                           return_inverse=True, return_counts=True)
        sums = np.stack([np.bincount(at, row[positions], len(ids)) for row in self.responses])
        often = counts >= self.least_count
        return ids[often], positions[first[often]], counts[often], sums[:, often] / counts[often]

    def _entries(self, factor: int) -> tuple[EntryResponse, ...]:
        ids, first, counts, means = self._means
        best = np.argsort(-means[factor], kind="stable")[:N_ENTRIES]
        return tuple(EntryResponse(int(ids[i]), int(first[i]), int(counts[i]), float(means[factor, i])) for i in best
                     if means[factor, i] > 0)

    def _passages(self, factor: int) -> tuple[PassageResponse, ...]:
        starts, row = self.factors.starts, self.responses[factor]
        peaks = np.maximum.reduceat(row, starts)
        found = []
        for passage in np.argsort(-peaks, kind="stable")[:N_PASSAGES].tolist():
            at = positions_of(starts, len(row), passage)
            peak = at.start + int(np.argmax(row[at.start : at.stop]))
            found.append(PassageResponse(passage, at, peak, float(row[peak])))
        return tuple(found)

    def _neurons(self, factor: int) -> tuple[Neuron, ...]:
        row = self.factors.loadings[factor]
        best = np.argsort(-row, kind="stable")[:N_NEURONS]
        places = zip(*(part[best].tolist() for part in self.factors.places()), row[best].tolist(), strict=True)
        return tuple(Neuron(layer, neuron, sign, loading, loading**2) for layer, neuron, sign, loading in places)

    def _written(self, factor: int) -> tuple[tuple[tuple[int, float], ...], tuple[tuple[int, float], ...]]:
        if self.effects is None:
            return (), ()
        pairs = ((self.effects.promoted_ids, self.effects.promoted),
                 (self.effects.suppressed_ids, self.effects.suppressed))
        up, down = (tuple(zip(ids[factor, :N_WRITTEN].tolist(), logits[factor, :N_WRITTEN].tolist(), strict=True))
                    for ids, logits in pairs)
        return up, down

    def _ablation(self, factor: int) -> Ablation | None:
        found = self.effects
        if found is None:
            return None
        rows = zip(found.example_positions[factor].tolist(), found.example_ids[factor].tolist(),
                   found.example_probabilities[factor].tolist(), strict=True)
        examples = tuple(Example(position, *ids, *shares) for position, ids, shares in rows if position >= 0)
        return Ablation(
            float(found.divergences[factor]), tuple(found.control_divergences[factor].tolist()),
            float(found.changed[factor]), tuple(found.control_changed[factor].tolist()), examples,
        )

    def _label(self, factor: int) -> Label | None:
        found = self.labels
        if found is None:
            return None
        chosen = int(found.chosen[factor])
        scores, shares = found.scores[factor].astype(float), found.strong_shares[factor].astype(float)
        first = np.where(np.isfinite(scores[:, 0]), scores[:, 0], -1.0)
        first[chosen] = 2.0 if chosen >= 0 else first[chosen]
        rules = tuple(
            RuleScore(found.rules[rule], *(tuple(each[rule].tolist()) for each in (scores, found.counts, shares)))
            for rule in np.argsort(-first, kind="stable").tolist()
        )
        why: Why = "none_chosen"
        if chosen >= 0:
            why = "proposed" if found.proposed[factor] else \
                "no_evidence" if not found.adjusted[factor] < ALPHA else \
                "low_score" if scores[chosen, 1] < found.least_score else "low_share"
        return Label(why, found.rules[chosen] if chosen >= 0 else "", float(found.p_values[factor]),
                     float(found.adjusted[factor]), found.least_score, found.least_share, found.n_shifts, rules)
