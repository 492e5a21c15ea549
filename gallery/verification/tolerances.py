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
    """Ids in the order of their log-probabilities, which stand in another array.

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

NATS = Near(absolute=1e-3)
"""Log-probabilities, entropies, divergences. Sums over the width and the vocabulary; a page shows two digits."""

SHARES = Near(absolute=1e-3)
"""Numbers between 0 and 1 (cosines up to 2) made of such sums."""

SCORES = Near(of_largest=1e-2)
"""Attributions to one target: sums of products along the whole network, to be read beside the largest of them."""

VALUES = Near(absolute=1e-3, of_largest=1e-3)
"""What was attributed: a log-probability, a logit, a difference of them."""

DROPS = Near(absolute=1e-2)
"""Changes of a log-probability in nats when tokens are erased, the texts being less likely than any that was read."""

ERRORS = Near(absolute=1e-2, of_largest=1e-2)
"""Errors and changes relative to a difference that may be small; they tell orders of magnitude."""

FACTORS = Near(of_largest=1e-2)
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
        "scores": SCORES, "norms": SCORES, "values": VALUES, "absent_values": VALUES, "completeness_errors": ERRORS,
    },
    "attribution_receipt": {
        "comprehensiveness": DROPS, "sufficiency": DROPS, "random_drops": DROPS, "infidelity": ERRORS,
        "sensitivity": ERRORS, "completeness_errors": ERRORS, "agreement": SHARES,
    },
    "neuron_factors": {
        "activations": FACTORS, "loadings": FACTORS, "energy_shares": SHARES, "explained": SHARES,
        "clipped_share": SHARES,
    },
    "prompt_pair": {"divergences": NATS, "distances": SHARES},
}

COARSER = {"float32": 1, "float16": 10, "bfloat16": 100}
"""How much wider tolerances are for a model that computes in fewer bits, by dtype."""


def rule_of(kind: str, name: str) -> Rule | None:
    """What holds for one array, or number in the header, of a kind of result; None where it has to be the same."""
    return _NUMBERS[kind].get(name)
