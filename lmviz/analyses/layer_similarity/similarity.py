"""The public function: places are chosen, states read there, one model after the other, and layers compared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from lmviz.analyses.layer_similarity.cca import pwcca, svcca
from lmviz.analyses.layer_similarity.cka import debiased_cka
from lmviz.analyses.layer_similarity.directions import Directions, directions
from lmviz.analyses.layer_similarity.sampling import LEAST, PER_DIRECTION, spread, token_ends, usual_number
from lmviz.language_model import LanguageModel
from lmviz.passages import Passages, forward_passes, read_passages
from lmviz.results import LayerSimilarity
from lmviz.validation import whole_number


def layer_similarity(
    model: LanguageModel, texts: Sequence[str], other: LanguageModel | None = None, n_positions: int | None = None
) -> LayerSimilarity:
    """Similarity of every layer of a model to every other, or to those of another model, over the same places.

    Places are positions that something stands before (no start tokens, no first token of a passage); of two models,
    characters at which a token ends in both, with the hidden states of those tokens. They are spread evenly over the
    texts, the same in every run. Computed in float64.

    Args:
        texts: passages, each read alone; a few hundred sentences or more.
        other: another model; None compares the model with itself.
        n_positions: places to compare, at least 2,000; by default 4,096, or ten times the width where that is more. All
            there are, where the texts have fewer.

    Returns:
        ``cka``, ``svcca``, ``pwcca`` ``[layer, other layer]``; the last two NaN where places are fewer than ten times
        the directions: the kept ones of either layer for SVCCA, all for PWCCA.

    Raises:
        ValueError: fewer than 2,000 places, a text that a model cannot read, or hidden states that are no numbers.
    """
    models = [model] if other is None else [model, other]
    if wrong := [each for each in models if not isinstance(each, LanguageModel)]:
        raise ValueError(f"layers are those of a model from lmviz.load(...), not of a {type(wrong[0]).__name__}")
    if n_positions is not None:
        whole_number("n_positions", n_positions, LEAST)
    readings = [read_passages(each, texts) for each in models]
    places = _places(readings, n_positions or usual_number([m.width for m in models], [m.n_layers for m in models]))
    layers = [
        [directions(states) for states in hidden_states(each, passages, positions)]
        for each, passages, positions in zip(models, readings, places.T, strict=True)
    ]
    cka, in_mean, weighted = _compared(layers[0], layers[-1])
    return LayerSimilarity(
        tokens=readings[0].tokens,
        model=model.name,
        starts=readings[0].starts,
        positions=places[:, 0],
        other_model="" if other is None else other.name,
        cka=cka,
        svcca=in_mean,
        pwcca=weighted,
        kept=np.array([layer.kept for layer in layers[0]], dtype=np.int64),
        other_kept=np.array([layer.kept for layer in layers[-1]], dtype=np.int64),
        widths=(layers[0][0].axes.shape[1], layers[-1][0].axes.shape[1]),
    )


def _places(readings: list[Passages], n: int) -> np.ndarray:
    """Positions ``[place, model]``."""
    one = readings[0]
    all_places = np.flatnonzero(one.counted)[:, None] if len(readings) == 1 else token_ends(*readings)
    if len(all_places) < LEAST:
        where = "positions" if len(readings) == 1 else "characters at which a token ends in both models"
        raise ValueError(
            f"the texts have {len(all_places)} {where}; layers are compared over {LEAST} or more, as over few places "
            "they come out alike whatever they hold; give more texts"
        )
    return all_places[spread(one, all_places[:, 0], n)]


def hidden_states(model: LanguageModel, passages: Passages, positions: np.ndarray) -> list[Tensor]:
    """``[layer]`` of ``[place, width]`` on the CPU, after each block, at ascending ``positions``.

    Raises:
        ValueError: states that are no numbers.
    """
    parts: list[list[Tensor]] = [[] for _ in range(model.n_layers)]
    passage = np.searchsorted(passages.starts, positions, side="right") - 1
    for at, record in forward_passes(model, passages, np.unique(passage).tolist()):
        begin, end = np.searchsorted(positions, [at.start, at.stop])
        own = torch.from_numpy(positions[begin:end] - at.start).to(model.device)
        for layer, states in enumerate(record.hidden_states):
            parts[layer].append(states[own].cpu())
    found = [torch.cat(layer) for layer in parts]
    for layer, states in enumerate(found):
        if not bool(torch.isfinite(states).all()):
            raise ValueError(
                f"{model.name} has hidden states that are no numbers at layer {layer}; load it with dtype='float32'"
            )
    return found


def _compared(rows: list[Directions], columns: list[Directions]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """CKA, SVCCA and PWCCA ``[row, column]``; a model with itself is compared once a pair of layers."""
    cka, in_mean, weighted = (np.full((len(rows), len(columns)), np.nan) for _ in range(3))
    same = rows is columns
    for i, one in enumerate(rows):
        for j, two in enumerate(columns):
            if same and j < i:
                continue
            cross = one.scores.T @ two.scores
            most = len(one.squares) / PER_DIRECTION
            cka[i, j] = debiased_cka(one, two, cross)
            if max(one.kept, two.kept) <= most:
                in_mean[i, j] = svcca(one, two, cross)
            reverse: Any = np.nan
            if max(len(one), len(two)) <= most:
                weighted[i, j], reverse = pwcca(one, two, cross)
            if same and j > i:
                cka[j, i], in_mean[j, i], weighted[j, i] = cka[i, j], in_mean[i, j], reverse
    return cka, in_mean, weighted
