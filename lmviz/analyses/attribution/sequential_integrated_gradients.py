"""Sequential integrated gradients: each token's share along a path on which only that token is absent at the start.

``share_i = (x_i - b_i) * integral over a in [0, 1] of the gradient at x with b_i + a (x_i - b_i) in place of x_i``, by
Gauss-Legendre quadrature. The rest of the text stays, so that a token's share is what its whole path gains,
``f(x) - f(x without i)``: what feature ablation measures. All shares together are not the difference of any two texts.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from lmviz.analyses.attribution.arguments import Arguments, Scores
from lmviz.analyses.attribution.feature_ablation import feature_ablation
from lmviz.analyses.attribution.integrated_gradients import gauss_legendre
from lmviz.analyses.attribution.registry import attribution_method

FIRST_STEPS, MOST_STEPS = 8, 64


@attribution_method(
    "sequential_integrated_gradients",
    paper="Enguehard 2023, Sequential Integrated Gradients, arXiv:2305.15853",
    cost="8 to 64 backward passes a target and token of the text, doubled until the completeness error is under the "
    "tolerance; targets near each other share forward passes",
    meaning="what the prediction gains on the way from the text without the token to the text: positive where the "
    "token speaks for the target",
    signed=True,
    uses_baseline=True,
)
def sequential_integrated_gradients(arguments: Arguments) -> Scores:
    """Shares summed over the width, mean over the set of baselines; the norms are the shares' L2 norms.

    The completeness error is token by token: the sum of |share - gain| over the sum of |gain|, the gains being those of
    feature ablation. Steps are doubled for the tokens that hold more than an equal part of the error allowed.
    """
    gains = feature_ablation(arguments).scores.astype(np.float64)
    left = np.arange(gains.shape[1]) < arguments.positions[:, None]
    gains[~left] = 0.0
    size = np.abs(gains).sum(axis=1)
    scores, norms = np.zeros_like(gains), np.zeros_like(gains)
    steps = np.zeros(len(gains), dtype=np.int64)
    n_steps = arguments.n_steps or FIRST_STEPS
    while True:
        for index, shares in _shares(arguments, left, n_steps):
            tokens = np.flatnonzero(left[index])
            scores[index, tokens] = shares[tokens].sum(dim=1).cpu().numpy()
            norms[index, tokens] = shares[tokens].norm(dim=1).cpu().numpy()
            steps[index] = n_steps
        off = np.abs(scores - gains)
        errors = np.divide(off.sum(axis=1), size, out=np.where(off.any(axis=1), np.inf, 0.0), where=size > 0)
        left = off > (arguments.tolerance * size / arguments.positions)[:, None]
        left[errors < arguments.tolerance] = False
        if arguments.n_steps or not left.any() or n_steps >= MOST_STEPS:
            return Scores(scores, norms, errors, steps, is_adaptive=arguments.n_steps is None)
        n_steps *= 2


def _shares(arguments: Arguments, asked: np.ndarray, n_steps: int) -> Iterator[tuple[int, Tensor]]:
    """Pairs of a target's index and float64 ``[position, width]``, filled where ``asked`` ``[target, position]`` is.

    Targets that share forward passes run the tokens that one of them asks for.
    """
    for group in arguments.groups(np.flatnonzero(asked.any(axis=1))):
        tokens = np.flatnonzero(asked[group].any(axis=0))
        yield from _shares_of(arguments, group, tokens, n_steps)


def _shares_of(arguments: Arguments, group: np.ndarray, tokens: np.ndarray, n_steps: int):
    device = arguments.embeddings.device
    n_baselines = len(arguments.baselines)
    n_paths = len(tokens) * n_baselines
    nodes, weights = (each.to(device).repeat(n_paths) for each in gauss_legendre(n_steps))
    token = torch.from_numpy(tokens).to(device).repeat_interleave(n_baselines * n_steps)
    which = torch.arange(n_baselines, device=device).repeat_interleave(n_steps).repeat(len(tokens))
    away = arguments.embeddings - arguments.baselines

    def own(rows: slice) -> Tensor:
        return torch.arange(len(token[rows]), device=device)

    def make(rows: slice) -> Tensor:
        inputs = arguments.embeddings.repeat(len(token[rows]), 1, 1)
        inputs[own(rows), token[rows]] -= (1 - nodes[rows, None]) * away[which[rows], token[rows]]
        return inputs

    def weigh(rows: slice, gradients: Tensor) -> Tensor:
        shares = weights[rows, None] * away[which[rows], token[rows]] * gradients[own(rows), token[rows]]
        return torch.zeros_like(gradients[0]).index_add_(0, token[rows], shares / n_baselines)

    yield from arguments.gradients(make, n_paths * n_steps, weigh, group)
