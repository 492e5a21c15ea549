"""Sensitivity: how much the scores change when the embeddings hardly do.

    sensitivity = largest of |scores(x + e) - scores(x)| / |scores(x)| over a few random e

Yeh, Hsieh, Suggala, Inouye & Ravikumar 2019, On the (In)fidelity and Sensitivity of Explanations, arXiv:1901.09392
(max-sensitivity, by Monte Carlo). A few draws find less than the largest there is.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import torch

from lmviz.analyses.attribution.question import ask_again
from lmviz.analyses.attribution.registry import METHODS
from lmviz.results import Attribution
from lmviz.validation import known

if TYPE_CHECKING:
    from lmviz.analyses.attribution.arguments import Arguments
    from lmviz.trace import Trace

RADIUS = 0.02
"""How far a token's embedding moves at most, as a share of its L2 norm."""

N_CHANGES = 5
"""Random changes of the whole text."""

MOST_TARGETS = 3
"""Targets that are measured: the first in the text, the last, and those evenly between, as methods that draw coalitions
draw them for the last. Every method runs again for each change."""


def sensitivity(trace: Trace, attributions: Iterable[Attribution], seed: int) -> np.ndarray:
    """Float64 ``[method, target]``; NaN where all scores are 0, and for targets that are not measured.

    Each token's embedding moves to a place drawn evenly from a ball around it, by NumPy's PCG64, and the method answers
    the same question again, its baseline and seed included.
    """
    asked = []
    for attribution in attributions:
        name = known(attribution.method, METHODS, "attribution method", "sensitivity computes the scores again")
        asked.append((METHODS[name], ask_again(trace, attribution), attribution.scores.astype(np.float64)))
    n_targets = len(asked[0][2])
    evenly = np.linspace(0, n_targets - 1, min(n_targets, MOST_TARGETS)).round().astype(int)
    measured = np.sort(np.argsort(asked[0][1].positions, kind="stable")[evenly])
    largest = np.full((len(asked), n_targets), np.nan)
    largest[:, measured] = 0.0
    random = np.random.Generator(np.random.PCG64(seed))
    embeddings = asked[0][1].embeddings
    for _ in range(N_CHANGES):
        changed = embeddings + random_change(random, embeddings)
        kept: dict = {}
        for row, (method, question, scores) in enumerate(asked):
            found = method.compute(_of(question, measured, changed, kept)).scores
            for place, index in enumerate(measured):
                before = scores[index, : question.positions[index]]
                size = np.linalg.norm(before)
                moved = np.linalg.norm(found[place, : len(before)] - before) / size if size else np.nan
                largest[row, index] = np.maximum(largest[row, index], moved)
    return largest


def _of(question: Arguments, measured: np.ndarray, embeddings: torch.Tensor, kept: dict) -> Arguments:
    """The question about some of its targets, and about other embeddings."""
    targets = tuple(question.targets[index] for index in measured)
    length = max(target.position for target in targets)
    return question.replace(
        targets=targets, embeddings=embeddings[:length], baselines=question.baselines[:, :length], kept=kept
    )


def random_change(random: np.random.Generator, embeddings: torch.Tensor) -> torch.Tensor:
    """``[position, width]``: by position, drawn evenly from a ball of `RADIUS` times the norm of the embedding."""
    length, width = embeddings.shape
    directions = random.standard_normal((length, width))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    distances = RADIUS * random.random((length, 1)) ** (1 / width)
    sizes = embeddings.norm(dim=1, keepdim=True)
    return torch.from_numpy((distances * directions).astype(np.float32)).to(embeddings.device) * sizes
