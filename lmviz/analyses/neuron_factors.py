"""Feed-forward activations factored into a few patterns by non-negative matrix factorization (NMF).

The activations ``A [position, neuron]`` of the chosen layers, negatives set to 0, are approximated by ``W H`` with
``W [position, factor]`` and ``H [factor, neuron]``, both non-negative, so that the squared error is small (Lee and
Seung, "Learning the parts of objects by non-negative matrix factorization", 1999). The solver is scikit-learn's
coordinate descent. Rows of ``H`` are brought to unit L2 norm, ``W`` takes their scale, and factors are ordered by the
energy that this leaves in ``W``. Start tokens and position 0 are left out: nothing stands before them, and in many
models their activations dwarf all others, so that a factor would be spent on them.

    result = lmviz.neuron_factors(trace, n_components=6, layers=range(4, 8))
    result.activations[factor, position]
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from sklearn.decomposition import NMF
from sklearn.exceptions import ConvergenceWarning

from lmviz.results import NeuronFactors
from lmviz.validation import traced, whole_number, whole_numbers

if TYPE_CHECKING:
    from lmviz.trace import Trace

TOLERANCE = 1e-5
"""scikit-learn's ``tol``: it stops when an iteration's change falls below this share of the first iteration's."""

MAX_ITERATIONS = 5000


def neuron_factors(
    trace: Trace, n_components: int = 8, layers: Iterable[int] | None = None, seed: int = 0
) -> NeuronFactors:
    """Non-negative factors of the feed-forward activations of a text.

    Args:
        trace: the text as the model read it.
        n_components: number of factors; at most the number of positions that are factored.
        layers: indices of the layers whose neurons are used, such as ``range(4, 8)``; all by default.
        seed: seed of the initialization (``nndsvda``), which fills zeros with the mean and uses a randomized SVD.

    Returns:
        ``activations`` ``[factor, position]``, NaN at start tokens and position 0; ``loadings`` ``[factor, neuron]``.
        A factor that came out empty has zeros in both.

    Raises:
        ValueError: more components than positions, no such layer, or nothing to factor.
    """
    chosen = _checked_layers(layers, traced(trace).feed_forward.shape[0])
    whole_number("n_components", n_components)
    whole_number("seed", seed, 0, 2**32 - 1)
    n_positions = trace.feed_forward.shape[1]
    first = max(trace.n_start, 1)
    n_factored = max(n_positions - first, 0)
    if not 1 <= n_components <= n_factored:
        raise ValueError(
            f"{n_components} components were asked for, and there are {n_factored} positions to factor (start tokens "
            f"and position 0 are left out); ask for 1 to {n_factored}, or trace a longer text"
            if n_factored else
            "there is no position to factor: start tokens and position 0 are left out; trace a longer text"
        )
    raw = trace.feed_forward[chosen, first:].astype(np.float64).transpose(1, 0, 2).reshape(n_factored, -1)
    activations = np.maximum(raw, 0.0)
    total = float(np.square(activations).sum())
    if total == 0.0:
        raise ValueError("none of the activations is positive, so there is nothing to factor; choose other layers")
    nmf = NMF(n_components, init="nndsvda", solver="cd", tol=TOLERANCE, max_iter=MAX_ITERATIONS, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        by_position = nmf.fit_transform(activations)
    squared_error = float(np.square(activations - by_position @ nmf.components_).sum())
    norms = np.linalg.norm(nmf.components_, axis=1)
    loadings = nmf.components_ / np.where(norms > 0, norms, 1.0)[:, None]
    by_position = by_position * norms
    energies = np.square(by_position).sum(axis=0)
    order = np.argsort(-energies, kind="stable")
    factors = np.full((n_components, n_positions), np.nan, dtype=np.float32)
    factors[:, first:] = by_position.T[order]
    return NeuronFactors(
        tokens=trace.tokens,
        model=trace.model.name,
        activations=factors,
        loadings=loadings[order].astype(np.float32),
        layers=np.array(chosen, dtype=np.int64),
        neurons_per_layer=int(trace.feed_forward.shape[2]),
        energy_shares=(energies[order] / max(energies.sum(), np.finfo(float).tiny)).astype(np.float32),
        explained=1.0 - squared_error / total,
        clipped_share=1.0 - total / float(np.square(raw).sum()),
        n_iterations=int(nmf.n_iter_),
        converged=bool(nmf.n_iter_ < MAX_ITERATIONS),
        seed=seed,
    )


def _checked_layers(layers: Iterable[int] | None, n_layers: int) -> list[int]:
    chosen = list(range(n_layers)) if layers is None else whole_numbers("layers", layers)
    if not chosen or len(set(chosen)) < len(chosen) or min(chosen) < 0 or max(chosen) >= n_layers:
        raise ValueError(
            f"layers are {chosen}; give at least one, each once, between 0 and {n_layers - 1}, "
            f"such as range(0, {n_layers})"
        )
    return sorted(chosen)
