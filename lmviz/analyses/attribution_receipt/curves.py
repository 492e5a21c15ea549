"""What the prediction loses when the tokens that a method names, or a random order, are erased or kept alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lmviz.analyses.attribution_receipt.erasures import ErasableText
from lmviz.analyses.attribution_receipt.orders import before, by_score, counts, first
from lmviz.results.attribution_receipt import ERASURES, FRACTIONS


@dataclass(frozen=True)
class Curves:
    """Drops of one target.

    Attributes:
        comprehensiveness, sufficiency: float64 ``[method, erasure, fraction]``.
        random_drops: float64 ``[order, erasure, fraction]``.
        random_sets: bool ``[order, fraction, token]``: the tokens whose erasure the random drops are of.
    """

    comprehensiveness: np.ndarray
    sufficiency: np.ndarray
    random_drops: np.ndarray
    random_sets: np.ndarray


def shared_values(text: ErasableText, orders: np.ndarray, indices: np.ndarray) -> np.ndarray:
    """Values float64 ``[order, target, erasure, fraction]`` of many targets at once, the first of the orders erased.

    ``orders`` are of the tokens before the last target. One pass through the model answers for all ``indices``, which
    have to be targets of one token.
    """
    values = np.empty((len(orders), len(indices), len(ERASURES), len(FRACTIONS)))
    if len(indices):
        erased = first(orders, counts(orders.shape[1]))
        for row, erasure in enumerate(ERASURES):
            for column in range(len(FRACTIONS)):
                values[:, :, row, column] = text.values_without(erased[:, column], erasure, indices)
    return values


def curves(
    text: ErasableText, index: int, scores: np.ndarray, orders: np.ndarray, shared: np.ndarray | None
) -> Curves:
    """The curves of the target ``index``.

    Args:
        text: the text before the targets.
        scores: ``[method, token]`` of the tokens before this target.
        orders: random, ``[order, token]``, of the tokens before the last target.
        shared: values ``[order, erasure, fraction]`` for this target, the first of the ``orders`` erased; None for a
            target that shares no passes. Before an earlier target the number erased varies; where it is none or all,
            one token is erased or kept, the next of the order, by a pass of its own.
    """
    n_tokens = scores.shape[1]
    n_first, restricted = counts(n_tokens), before(orders, n_tokens)
    ranked = by_score(scores)
    named, rest = first(ranked, n_first), first(ranked[:, ::-1], n_first)[:, ::-1]
    if shared is None:
        random_sets = first(restricted, n_first)
        is_shared = np.zeros(random_sets.shape[:2], dtype=bool)
    else:
        n_erased = first(orders, counts(orders.shape[1]))[:, :, :n_tokens].sum(axis=2)
        n_first = np.clip(n_erased, 1, n_tokens - 1)
        random_sets, is_shared = first(restricted, n_first), n_erased == n_first
    named_drops, rest_drops, own_drops = _drops(text, index, named, rest, random_sets[~is_shared])
    random_drops = np.empty((len(orders), len(ERASURES), len(FRACTIONS)))
    by_set = random_drops.transpose(0, 2, 1)
    if shared is not None:
        random_drops[:] = text.values[index] - shared
    by_set[~is_shared] = own_drops
    return Curves(named_drops.transpose(0, 2, 1), rest_drops.transpose(0, 2, 1), random_drops, random_sets)


def _drops(text: ErasableText, index: int, *sets: np.ndarray) -> list[np.ndarray]:
    """Drops ``[..., erasure]`` when sets of tokens, bool ``[..., token]``, are erased; equal sets are run once."""
    rows = np.concatenate([each.reshape(-1, each.shape[-1]) for each in sets])
    distinct, places = np.unique(rows, axis=0, return_inverse=True)
    values = [text.values_without(distinct, erasure, np.array([index]))[:, 0] for erasure in ERASURES]
    drops = text.values[index] - np.stack(values, axis=1)[places.reshape(-1)]
    ends = np.cumsum([each[..., 0].size for each in sets])[:-1]
    return [
        part.reshape(*each.shape[:-1], len(ERASURES)) for part, each in zip(np.split(drops, ends), sets, strict=True)
    ]
