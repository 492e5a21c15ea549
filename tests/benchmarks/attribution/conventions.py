"""Which method is which in each tool, and how far their scores are apart once conventions are brought together.

All explain the probability of the tokens that the model generates, by the tokens before them; what is absent is the
zero embedding. Each target's scores are divided by the sum of their absolute values. Of what two tools both give, the
L2 norms over the width and the sums over it, the larger of the largest differences counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

PAIR = "saliency + input_x_gradient"
"""Not a method: both from one trace, beside two runs of the other tools, which take one method a run."""


@dataclass(frozen=True)
class Method:
    """A method of lmviz's beside its counterparts.

    Attributes:
        ecco, inseq: its name there, None where there is none.
        n_steps: steps or samples, the same for all; 0 where it has none.
        magnitudes: the counterparts give absolute values.
        apart: why scores cannot agree, where they cannot.
    """

    ecco: str | None = None
    inseq: str | None = None
    n_steps: int = 0
    magnitudes: bool = False
    apart: str = ""

    def name_in(self, tool: str) -> str | None:
        return None if tool == "lmviz" else vars(self)[tool]


METHODS = {
    "integrated_gradients": Method("ig", "integrated_gradients", n_steps=50),
    "input_x_gradient": Method("grad_x_input", "input_x_gradient"),
    "saliency": Method("saliency", "saliency"),
    "feature_ablation": Method(None, "occlusion", magnitudes=True),
    "attention_rollout": Method(),
    "gradient_shap": Method(None, "gradient_shap", n_steps=5, apart="5 random draws each"),
    # Two steps only: inseq takes the whole text once a token and step, and at 50 would take an hour.
    "sequential_integrated_gradients": Method(None, "sequential_integrated_gradients", n_steps=2),
    "deep_lift": Method("dl", "deeplift", apart="theirs has no rules for a transformer and equals input x gradient"),
    "deep_lift_shap": Method("dls", None, apart="no rules for a transformer"),
    "shapley_value_sampling": Method(n_steps=8),
    "kernel_shap": Method(n_steps=500),
    "lime": Method(None, "lime", n_steps=50, apart="50 random draws each, by other rules"),
    "value_zeroing": Method(None, "value_zeroing", apart="theirs is by layer"),
}
"""In the order of lmviz's own list. Those without a counterpart run only when asked for."""


def largest_difference(method: str, ours: dict[str, np.ndarray], theirs: dict[str, np.ndarray]) -> float:
    """Share of a target's whole, the largest over targets and positions, for arrays ``[target, position]``."""
    shared = [name for name in ("norms", "scores") if name in theirs and not np.isnan(ours[name]).any()]
    differences = []
    for name in shared:
        mine = np.abs(ours[name]) if METHODS[method].magnitudes else ours[name]
        differences.append(np.abs(_of_whole(mine) - _of_whole(theirs[name])).max())
    return float(max(differences))


def _of_whole(scores: np.ndarray) -> np.ndarray:
    scores = scores.astype(np.float64)
    return scores / np.abs(scores).sum(axis=1, keepdims=True)
