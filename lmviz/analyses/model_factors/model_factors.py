"""Factors of a model over a reference text; see the package."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch

from lmviz.analyses.model_factors.activations import batches, columns_of, feed_forward
from lmviz.analyses.model_factors.curve import curve
from lmviz.analyses.model_factors.fitting import Fitter
from lmviz.analyses.model_factors.responses import responses
from lmviz.analyses.model_factors.sample import halves_of, sample, sampled_positions
from lmviz.analyses.model_factors.stability import half_stability, seed_stability
from lmviz.analyses.neuron_factors import CEILINGS, layers_of
from lmviz.passages import Passages, read_passages
from lmviz.results import ModelFactors
from lmviz.validation import whole_number

if TYPE_CHECKING:
    from lmviz.language_model import LanguageModel


def model_factors(
    model: LanguageModel, texts: Sequence[str], n_components: int = 16, layers: str | Iterable[int] | None = None,
    n_seeds: int = 3,
) -> ModelFactors:
    """Non-negative factors of a model's feed-forward activations over a reference text.

    Two forward passes are made over each passage: activations are held only at the positions that loadings are fitted
    to (`sample.MOST_POSITIONS` at most).

    Args:
        model: the model.
        texts: passages, each read by itself.
        n_components: number of factors; at most the number of positions that loadings are fitted to in either half of
            the passages.
        layers: as in `lmviz.neuron_factors`.
        n_seeds: random starts that `seed_stability` is measured with.

    Raises:
        ValueError: passages that the model cannot read, too few of them for so many components, no such layer, or
            nothing to factor.
    """
    chosen = layers_of(layers, model.n_layers)
    whole_number("n_components", n_components, 1)
    whole_number("n_seeds", n_seeds)
    passages = read_passages(model, texts)
    with torch.inference_mode():
        return _factors(model, passages, n_components, chosen, n_seeds)


def _factors(
    model: LanguageModel, passages: Passages, n_components: int, layers: list[int], n_seeds: int
) -> ModelFactors:
    neurons = _neurons_per_layer(model, passages)
    gated = model.architecture.gated
    at = sampled_positions(passages, neurons * len(layers) * (1 + gated))
    _check_positions(passages, at, n_components)
    fitted = sample(model, passages, layers, at)
    fitter = Fitter(fitted.matrix)
    fit = fitter.fit(n_components)
    curve_components, explained = curve(fitted, fitter, fit.loadings)
    by_seed = seed_stability(fitter, fit.loadings, n_seeds)
    by_half = half_stability(fitted, fit.loadings)
    first = max(passages.tokens.n_start, 1)
    positions = np.concatenate([batch[:, first:].reshape(-1) for batch in batches(passages)])
    everywhere = responses(_normalized(model, passages, layers, fitted.scales), len(positions), fit.loadings)
    order = np.argsort(-everywhere.energy_shares, kind="stable")
    by_position = np.full((n_components, len(passages.tokens)), np.nan, dtype=np.float32)
    by_position[:, positions] = everywhere.weights[order]
    return ModelFactors(
        tokens=passages.tokens,
        model=model.name,
        starts=passages.starts,
        responses=by_position,
        loadings=fit.loadings[order],
        scales=fitted.scales,
        layers=np.array(layers, dtype=np.int64),
        neurons_per_layer=neurons,
        gated=gated,
        energy_shares=everywhere.energy_shares[order].astype(np.float32),
        explained=everywhere.explained,
        n_fitted=len(at),
        clipped_share=fitted.clipped_share,
        curve_components=curve_components,
        curve=explained,
        ceilings=fitter.ceilings(CEILINGS).astype(np.float32),
        seed_stability=by_seed[order],
        half_stability=by_half[order],
        n_iterations=fit.n_iterations,
        converged=fit.converged,
    )


def _neurons_per_layer(model: LanguageModel, passages: Passages) -> int:
    """As one forward pass shows: where a family's config says it differs."""
    shortest = batches(passages)[0][:1]
    return int(feed_forward(model, passages, shortest, [0])[0].shape[1])


def _check_positions(passages: Passages, at: np.ndarray, n_components: int) -> None:
    least = int(np.bincount(halves_of(passages, at), minlength=2).min())
    if n_components > least:
        raise ValueError(
            f"{n_components} components were asked for, and there are {len(at)} positions to fit them to, {least} of "
            "them in one half of the passages (every second; start tokens and each passage's first position are left "
            f"out); give more or longer passages{f', or ask for at most {least} components' if least else ''}"
        )


def _normalized(
    model: LanguageModel, passages: Passages, layers: list[int], scales: np.ndarray
) -> Iterator[torch.Tensor]:
    """Normalized columns ``[position, column]`` of each batch, what is not counted left out."""
    divisors, first = torch.from_numpy(scales), max(passages.tokens.n_start, 1)
    for batch in batches(passages):
        activations = [
            own.view(*batch.shape, -1)[:, first:].flatten(0, 1) for own in feed_forward(model, passages, batch, layers)
        ]
        yield columns_of(activations, model.architecture.gated).div_(divisors)
