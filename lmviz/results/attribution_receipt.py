"""How far attributions can be trusted: what happens to the prediction when the tokens they name are erased."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lmviz.results.base import Result

FRACTIONS = (0.1, 0.3, 0.5, 0.7, 0.9)
"""Shares of the tokens before a target that are erased, or kept, one after another; 1 less each of them is another."""

ERASURES = ("mean", "sampled", "deletion")
"""Ways to erase a token: the vocabulary's mean embedding, a token that the model holds likely there, nothing at all."""


@dataclass(frozen=True)
class AttributionReceipt(Result):
    """The faithfulness of several methods' scores for the same targets, beside random orders on the same input.

    Every drop is of the attributed quantity (``target``), in nats for log-probability and contrast: its value for the
    text as it is less its value for the erased text. Areas are means over the fractions (AOPC). Start tokens are never
    erased. Where fewer than three tokens stand before a target, all but its completeness error is NaN.

    Comprehensiveness erases the share of tokens with the highest scores (more is better); sufficiency keeps it and
    erases the rest (less is better): DeYoung et al. 2020, ERASER, arXiv:1911.03429. Signed scores are ordered from the
    most positive to the most negative, magnitudes from the largest, ties from the first position. A share f of n tokens
    is f n rounded half up, at least 1 and at most n - 1; sufficiency at f erases as many as comprehensiveness at 1 - f.

    Random orders come in pairs, an order and its reverse (antithetic, each uniformly random by itself): to keep the
    first of an order is to erase the first of its reverse, so that every order has its own sufficiency without a
    further pass. Targets of one token share the passes of orders drawn for the last target: among the tokens before an
    earlier one the order is as random, but the number erased varies about that share by a few tokens. Targets and foils
    of several tokens have passes of their own, with exactly that share.

    Attributes:
        target: what was attributed, as in `lmviz.results.Attribution`.
        baselines: of each method, ``"none"`` for methods without one.
        methods: names, in the order of the first axis.
        signed: bool ``[method]``.
        target_positions, target_lengths: int64 ``[target]``.
        fractions: float64 ``[fraction]``.
        erasures: names, in the order of the axis.
        comprehensiveness: float32 ``[method, target, erasure, fraction]``.
        sufficiency: float32 ``[method, target, erasure, fraction]``.
        random_drops: float32 ``[order, target, erasure, fraction]``: drops when the first tokens of random orders are
            erased: their comprehensiveness. Orders ``2 i`` and ``2 i + 1`` are each other's reverse.
        infidelity: float32 ``[method, target, erasure]``: mean squared difference between the drop and the sum of the
            erased tokens' scores, times the factor of at least 0 that suits it best, over the random erasures, as a
            share of the mean squared drop (Yeh et al. 2019, arXiv:1901.09392); 0 is perfect, 1 is what scores of 0
            reach, and scores of the wrong sign.
        sensitivity: float32 ``[method, target]``: the largest change of the scores, relative to them in L2 norm, under
            small random changes of the embeddings (Yeh et al. 2019, max-sensitivity); NaN where it was not
            measured, as for all but three targets.
        completeness_errors: float64 ``[method, target]``; NaN for methods that promise no completeness.
        agreement: float32 ``[method, method]``: Kendall's tau-b between the scores of two methods, mean over targets;
            between absolute scores where one of the two is a magnitude; NaN where all scores of one are equal.
        seed: of the random orders and the sampled tokens.
    """

    kind = "attribution_receipt"
    schema_version = 1

    target: str
    baselines: tuple[str, ...]
    methods: tuple[str, ...]
    signed: np.ndarray
    target_positions: np.ndarray
    target_lengths: np.ndarray
    fractions: np.ndarray
    erasures: tuple[str, ...]
    comprehensiveness: np.ndarray
    sufficiency: np.ndarray
    random_drops: np.ndarray
    infidelity: np.ndarray
    sensitivity: np.ndarray
    completeness_errors: np.ndarray
    agreement: np.ndarray
    seed: int

    @property
    def judged(self) -> np.ndarray:
        """bool ``[method, erasure]``: by which erasures a method is judged, all but its own baseline."""
        own = [[baseline == erasure for erasure in self.erasures] for baseline in self.baselines]
        return ~np.array(own, dtype=bool).reshape(len(self.methods), len(self.erasures))

    @property
    def random_sufficiency(self) -> np.ndarray:
        """float32 ``[order, target, erasure, fraction]``: drops when a random order's first tokens are kept."""
        reverses = np.arange(len(self.random_drops)) ^ 1
        return self.random_drops[reverses][..., ::-1]
