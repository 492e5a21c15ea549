"""Which tokens are erased: how many, and in which order, by score or at random.

Tokens are counted from the first that can be erased: start tokens have no place in an order.
"""

from __future__ import annotations

import numpy as np

from lmviz.results.attribution_receipt import FRACTIONS


def counts(n_tokens: int) -> np.ndarray:
    """How many of ``n_tokens`` each fraction is, int64 ``[fraction]``: rounded half up, at least 1, never all."""
    # 0.7 * 45 is a little less than 31.5: rounded to nine decimals first, a half is a half.
    rounded = np.floor(np.round(np.multiply(FRACTIONS, n_tokens), 9) + 0.5)
    return np.clip(rounded, 1, n_tokens - 1).astype(np.int64)


def by_score(scores: np.ndarray) -> np.ndarray:
    """Orders int64 ``[method, token]``: the highest of the scores ``[method, token]`` first, ties by position."""
    return np.argsort(-scores, axis=1, kind="stable")


def random_orders(n_orders: int, n_tokens: int, seed: int) -> np.ndarray:
    """Orders int64 ``[order, token]`` by NumPy's PCG64: permutations, each followed by its reverse."""
    random = np.random.Generator(np.random.PCG64(seed))
    drawn = [random.permutation(n_tokens) for _ in range(n_orders // 2)]
    return np.stack([order for each in drawn for order in (each, each[::-1])])


def before(orders: np.ndarray, n_tokens: int) -> np.ndarray:
    """The order in which orders ``[order, token]`` take the first ``n_tokens`` tokens."""
    return orders[orders < n_tokens].reshape(len(orders), n_tokens)


def first(orders: np.ndarray, n_first: np.ndarray) -> np.ndarray:
    """Bool ``[order, fraction, token]``: the first of the orders ``[order, token]``, as many as ``n_first`` says.

    ``n_first`` is ``[fraction]`` or ``[order, fraction]``.
    """
    ranks = np.argsort(orders, axis=1)
    return ranks[:, None, :] < np.broadcast_to(n_first, (len(orders), len(FRACTIONS)))[:, :, None]
