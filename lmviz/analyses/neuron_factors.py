"""Feed-forward activations factored into a few patterns by non-negative matrix factorization (NMF).

The activations of the chosen layers, ``A [position, column]``, are brought to columns without negatives that count
alike (`lmviz.analyses.factorization.columns`) and approximated by ``W H`` with ``W [position, factor]`` and
``H [factor, column]``, both non-negative, so that the squared error is small (Lee and Seung, "Learning the parts of
objects by non-negative matrix factorization", 1999; the solver is `lmviz.analyses.factorization`). Rows of ``H`` are
brought to unit L2 norm, ``W`` takes their scale, and factors are ordered by the energy that this leaves in ``W``. Start
tokens and position 0 are left out: nothing stands before them, and in many models their activations dwarf all others,
so that a factor would be spent on them.

    result = lmviz.neuron_factors(trace, n_components=6, layers="late")
    result.activations[factor, position]
"""

from __future__ import annotations

import weakref
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from lmviz.analyses.factorization import Factorizer
from lmviz.analyses.factorization.columns import Columns, columns
from lmviz.results import NeuronFactors
from lmviz.validation import traced, whole_number, whole_numbers

if TYPE_CHECKING:
    from lmviz.trace import Trace

RANGES = ("all", "early", "middle", "late")
"""Names of ranges of layers: all, or a third of them, rounded up on either side."""

CEILINGS = 32
"""Ranks up to which a result says how much any approximation could explain."""

_ROWS = 16

_prepared: dict[int, tuple[tuple[int, ...], Columns, Factorizer]] = {}
"""The last matrix of each living trace, by its ``id``: numbers of components share it."""


def neuron_factors(
    trace: Trace, n_components: int = 8, layers: str | Iterable[int] | None = None, seed: int | None = None
) -> NeuronFactors:
    """Non-negative factors of the feed-forward activations of a text.

    Args:
        trace: the text as the model read it.
        n_components: number of factors; at most the number of positions that are factored.
        layers: ``"all"`` (the default), ``"early"``, ``"middle"`` or ``"late"``, a third of the layers each, or indices
            such as ``range(4, 8)``.
        seed: starts from random entries of that seed, to see what depends on the start; by default the start is
            NNDSVDa, which has nothing random.

    Returns:
        ``activations`` ``[factor, position]``, NaN at start tokens and position 0; ``loadings`` ``[factor, column]``,
        both of normalized columns. A factor that came out empty has zeros in both.

    Raises:
        ValueError: more components than positions, no such layer, or nothing to factor.
    """
    chosen = layers_of(layers, traced(trace).feed_forward.shape[0])
    whole_number("n_components", n_components)
    if seed is not None:
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
    given, factorizer = _matrix(trace, chosen, first)
    found = factorizer.fit(n_components, seed)
    by_position, loadings, energies = _ordered(found.by_row, found.by_column)
    activations = np.full((n_components, n_positions), np.nan, dtype=np.float32)
    activations[:, first:] = by_position.T
    explained, explained_raw = _explained(given, by_position, loadings)
    return NeuronFactors(
        tokens=trace.tokens,
        model=trace.model.name,
        activations=activations,
        loadings=loadings,
        scales=given.scales,
        layers=np.array(chosen, dtype=np.int64),
        neurons_per_layer=int(trace.feed_forward.shape[2]),
        gated=trace.model.architecture.gated,
        energy_shares=(energies / max(energies.sum(), np.finfo(float).tiny)).astype(np.float32),
        explained=explained,
        explained_raw=explained_raw,
        ceilings=factorizer.spectrum.ceilings(CEILINGS).astype(np.float32),
        clipped_share=given.clipped_share,
        n_iterations=found.n_iterations,
        converged=found.converged,
        seed=seed,
    )


def layers_of(layers: str | Iterable[int] | None, n_layers: int) -> list[int]:
    """Indices of the layers that a name or indices stand for. Raises ``ValueError`` for what is neither."""
    if layers is None or (isinstance(layers, str) and layers in RANGES):
        third = -(-n_layers // 3)
        starts_and_ends = {
            "early": (0, third), "middle": (n_layers // 3, -(-2 * n_layers // 3)), "late": (n_layers - third, n_layers),
        }
        return list(range(*starts_and_ends.get(layers, (0, n_layers))))
    if isinstance(layers, str):
        raise ValueError(f"layers are {', '.join(RANGES)}, or a list of whole numbers such as [1, 2], not {layers!r}")
    chosen = whole_numbers("layers", layers)
    if not chosen or len(set(chosen)) < len(chosen) or min(chosen) < 0 or max(chosen) >= n_layers:
        raise ValueError(
            f"layers are {chosen}; give at least one, each once, between 0 and {n_layers - 1}, "
            f"such as range(0, {n_layers})"
        )
    return sorted(chosen)


def _matrix(trace: Trace, layers: list[int], first: int) -> tuple[Columns, Factorizer]:
    key, asked = id(trace), tuple(layers)
    if key not in _prepared:
        weakref.finalize(trace, _prepared.pop, key, None)
    if key not in _prepared or _prepared[key][0] != asked:
        given = columns(trace.feed_forward[layers, first:], trace.model.architecture.gated)
        _prepared[key] = asked, given, Factorizer(given.normalized)
    return _prepared[key][1:]


def _ordered(by_row: np.ndarray, by_column: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """``W`` and ``H`` with unit rows of ``H``, and the energies that they are ordered by."""
    norms = np.linalg.norm(by_column.astype(np.float64), axis=1)
    by_row = by_row * norms
    energies = np.square(by_row).sum(axis=0)
    order = np.argsort(-energies, kind="stable")
    loadings = by_column / np.where(norms > 0, norms, 1.0)[:, None]
    # A component without responses has a direction, and nothing that would tell it.
    loadings[energies == 0] = 0
    return by_row[:, order].astype(np.float32), loadings[order].astype(np.float32), energies[order]


def _explained(given: Columns, by_position: np.ndarray, loadings: np.ndarray) -> tuple[float, float]:
    """Of the normalized columns and of the raw, summed in float64 over a few rows at a time."""
    errors, squares = np.zeros(2), np.zeros(2)
    for at in range(0, len(given.raw), _ROWS):
        raw = given.raw[at : at + _ROWS].astype(np.float64)
        error = raw / given.scales - by_position[at : at + _ROWS].astype(np.float64) @ loadings
        for index, scales in enumerate((1.0, given.scales)):
            errors[index] += np.square(error * scales).sum()
            squares[index] += np.square(raw / given.scales * scales).sum()
    return tuple((1 - errors / squares).tolist())
