"""How far two computations of one number may lie apart and still agree: stated here and nowhere else.

Two machines add the terms of a float32 sum in different orders, and so do two numbers of threads, two sets of vector
instructions, a CPU and a GPU. Everything that is not such a sum, or decided by one, has to be the same.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Near:
    """A number may move by ``absolute``, plus ``of_largest`` times the largest magnitude along the last axis."""

    absolute: float = 0.0
    of_largest: float = 0.0

    def allowed(self, stored: np.ndarray) -> np.ndarray:
        """The most that each number may move, in the array's shape."""
        if not self.of_largest:
            return np.full(stored.shape, self.absolute)
        largest = np.nanmax(np.abs(stored), axis=-1, keepdims=True, initial=0) if stored.ndim else np.abs(stored)
        return np.broadcast_to(self.absolute + self.of_largest * largest, stored.shape)


@dataclass(frozen=True)
class Candidates:
    """Ids in the order of their log-probabilities or logits, which stand in another array.

    Two ids may change places, and one may enter at the end for another, where their log-probabilities lie within the
    tolerance of that array.
    """

    log_probabilities: str


@dataclass(frozen=True)
class Rank:
    """A rank may move by as many places as entries lie within the logits' measured error of its own entry."""


@dataclass(frozen=True)
class Settled:
    """The layer of the last change of the first choice may move where two entries share the lead within that error."""


Rule = Near | Candidates | Rank | Settled

THOUSANDTH = 1e-3
"""More than ten times as much as sums of the included model moved between AVX-512 and plain instructions, and between
one thread and two; still less than what any page shows of a number."""

NATS = Near(absolute=THOUSANDTH)
"""Log-probabilities, entropies, divergences: sums over the width and the vocabulary. So are drops under erasure, and
logits of a direction of unit length."""

SHARES = Near(absolute=THOUSANDTH)
"""Numbers between 0 and 1 (cosines up to 2) made of such sums."""

SCORES = Near(of_largest=THOUSANDTH)
"""Attributions to one target: sums of products along the whole network, in which small ones are left of large ones."""

VALUES = Near(absolute=THOUSANDTH, of_largest=THOUSANDTH)
"""What was attributed: a log-probability, a logit, a difference of them. Errors relative to a difference, too, which
grow where that is small."""

FACTORS = Near(of_largest=THOUSANDTH)
"""Factors of a matrix, found step by step until a step changes little."""

_NUMBERS: dict[str, dict[str, Rule]] = {
    "token_probabilities": {
        "log_probabilities": NATS, "ranks": Rank(), "candidate_log_probabilities": NATS,
        "candidate_ids": Candidates("candidate_log_probabilities"),
    },
    "layer_predictions": {
        "log_probabilities": NATS, "next_log_probabilities": NATS, "token_ids": Candidates("log_probabilities"),
        "next_token_ids": Candidates("next_log_probabilities"),
    },
    "lens_measures": {
        "log_probabilities": NATS, "entropies": NATS, "divergences": NATS, "ranks": Rank(), "settled": Settled(),
    },
    "character_lens": {
        "log_probabilities": NATS, "candidate_log_probabilities": NATS, "character_log_probabilities": NATS,
        "completions": SHARES, "candidates": Candidates("candidate_log_probabilities"), "ranks": Rank(),
    },
    "watched_words": {"log_probabilities": NATS, "ranks": Rank()},
    "attribution": {
        "scores": SCORES, "norms": SCORES, "values": VALUES, "absent_values": VALUES, "completeness_errors": VALUES,
    },
    "attribution_receipt": {
        "comprehensiveness": NATS, "sufficiency": NATS, "random_drops": NATS, "infidelity": VALUES,
        "sensitivity": VALUES, "completeness_errors": VALUES, "agreement": SHARES,
    },
    "neuron_factors": {
        "activations": FACTORS, "loadings": FACTORS, "scales": FACTORS, "energy_shares": SHARES, "explained": SHARES,
        "explained_raw": SHARES, "ceilings": SHARES, "clipped_share": SHARES,
    },
    "model_factors": {
        "responses": FACTORS, "loadings": FACTORS, "scales": FACTORS, "energy_shares": SHARES, "explained": SHARES,
        "clipped_share": SHARES, "curve": SHARES, "ceilings": SHARES, "seed_stability": SHARES,
        "half_stability": SHARES,
    },
    "factor_responses": {
        "activations": FACTORS, "energy_shares": SHARES, "typical": FACTORS, "explained": SHARES,
    },
    "factor_effects": {
        "promoted": NATS, "suppressed": NATS, "promoted_ids": Candidates("promoted"),
        "suppressed_ids": Candidates("suppressed"), "divergences": NATS, "control_divergences": NATS,
        "changed": SHARES, "control_changed": SHARES, "example_probabilities": SHARES,
    },
    "factor_labels": {"scores": SHARES, "strong_shares": SHARES, "p_values": SHARES, "adjusted": SHARES},
    "layer_similarity": {"cka": SHARES, "svcca": SHARES, "pwcca": SHARES},
    "prompt_pair": {"divergences": NATS, "distances": SHARES},
}

COARSER = {"float32": 1, "bfloat16": 300}
"""How much wider tolerances are, by the model's dtype: in bfloat16 the same divergences moved by up to 0.12 nats."""


def rule_of(kind: str, name: str) -> Rule | None:
    """What holds for one array, or number in the header, of a kind of result; None where it has to be the same."""
    return _NUMBERS[kind].get(name)
