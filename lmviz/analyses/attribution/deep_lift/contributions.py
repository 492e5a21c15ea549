"""Multipliers times differences: what each token contributes, for every target and the whole set of baselines."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import torch
from torch import Tensor

from lmviz.analyses.attribution.arguments import Arguments, Scores
from lmviz.analyses.attribution.deep_lift.passes import compare
from lmviz.analyses.attribution.memory import rows_at_once, summed
from lmviz.analyses.attribution.shares import completeness_errors, over_width

_ROWS_A_PAIR = 4
"""What a text and its baseline keep, in rows of an ordinary pass: measured, 2 for 10 tokens and 3.3 for 250."""


def contributions(arguments: Arguments) -> Scores:
    """``multiplier * (x - x0)`` summed over the width, mean over the set of baselines; norms are its L2 norms."""
    scores, norms = over_width(arguments, _shares(arguments))
    return Scores(scores, norms, completeness_errors(arguments, scores))


def _shares(arguments: Arguments) -> Iterator[tuple[int, Tensor]]:
    """Pairs of a target's index and float64 ``[position, width]``."""
    n_baselines = len(arguments.baselines)
    for group in arguments.groups(arguments.all_targets):
        length = int(arguments.positions[group].max())

        def parts(rows: slice, group: np.ndarray = group, length: int = length) -> Iterator[Tensor]:
            baselines = arguments.baselines[rows, :length]
            text = arguments.embeddings[:length].repeat(len(baselines), 1, 1)
            away = (text - baselines).double()
            return ((each * away).sum(dim=0) for each in _multipliers(arguments, group, text, baselines))

        totals = summed(parts, n_baselines, max(1, rows_at_once(arguments.model, length) // _ROWS_A_PAIR))
        yield from zip(group.tolist(), (total / n_baselines for total in totals), strict=True)


def _multipliers(arguments: Arguments, group: np.ndarray, text: Tensor, baselines: Tensor) -> Iterator[Tensor]:
    """Multipliers ``[row, position, width]`` of each target of a group, after one pass over text and baselines."""
    text, members = text.requires_grad_(), group.tolist()
    if not arguments.targets[members[0]].is_single:
        value, _ = compare(partial(arguments.value_of_span, index=members[0]), text, baselines)
        yield torch.autograd.grad(value.sum(), text)[0]
        return
    hidden, absent = compare(arguments.model.hidden_from_embeddings, text, baselines)
    for index in members:
        value, _ = compare(partial(arguments.value_of, index=index), hidden, absent)
        yield torch.autograd.grad(value.sum(), text, retain_graph=index != members[-1])[0]
