"""The model run with something subtracted from its feed-forward activations.

One passage is one batch whose rows differ in what is subtracted: nothing, a factor's part, its controls'. So no row
needs padding, and all that differs between rows is what was taken away.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from lmviz.analyses.candidates import strongest
from lmviz.analyses.factor_effects.places import Places
from lmviz.analyses.lens import LOGITS_AT_ONCE, even_slices
from lmviz.language_model import LanguageModel
from lmviz.passages import Passages


@dataclass(frozen=True)
class Ablation:
    """Predictions at the positions measured, unchanged and with each variant subtracted.

    Attributes:
        positions: int64 ``[measured]``.
        divergences: float64 ``[variant, measured]``: KL(unchanged ‖ without the variant) in nats.
        top_ids: int64 ``[1 + variant, measured]``: the most probable next token; row 0 is unchanged.
        probabilities: float64 ``[1 + variant, measured]``: of row 0's most probable token.
    """

    positions: np.ndarray
    divergences: np.ndarray
    top_ids: np.ndarray
    probabilities: np.ndarray

    @property
    def changed(self) -> np.ndarray:
        """bool ``[variant, measured]``: whether the most probable token is another."""
        return self.top_ids[1:] != self.top_ids[0]

    def examples(self, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The ``n`` positions that variant 0 changes most, with `top_ids` and `probabilities` unchanged and with it."""
        shown = np.argsort(-self.divergences[0], kind="stable")[:n]
        return self.positions[shown], self.top_ids[:2, shown].T, self.probabilities[:2, shown].T


def ablate(
    model: LanguageModel, passages: Passages, places: Places, amounts: np.ndarray, variants: Mapping[int, Tensor]
) -> Ablation:
    """Subtracts ``amounts[position] * variants[layer][variant]`` from feed-forward activations.

    Args:
        amounts: float32 ``[position]``, of all passages.
        variants: float32 ``[variant, neuron]`` by layer.
    """
    rows = {layer: torch.cat([torch.zeros_like(each[:1]), each]) for layer, each in variants.items()}
    n_rows = len(next(iter(rows.values())))
    parts = []
    for passage in np.sort(places.passages):
        at = passages.positions(passage)
        measured = places.measured[np.isin(places.measured, at)]
        if not len(measured):
            continue
        # Later positions have no effect on those before them.
        read = slice(at.start, int(measured[-1]) + 1)
        with torch.inference_mode(), _subtracted(model, rows, amounts[read]):
            embeddings = model.embed(passages.tokens.token_ids[read]).expand(n_rows, -1, -1)
            hidden = model.hidden_from_embeddings(embeddings)[:, measured - at.start]
            for some in even_slices(0, len(measured), LOGITS_AT_ONCE // (n_rows * model.vocabulary_size)):
                parts.append(_predictions(model.unembed(hidden[:, some])))
    divergences, top_ids, probabilities = (np.concatenate(each, axis=1) for each in zip(*parts, strict=True))
    return Ablation(places.measured, divergences, top_ids, probabilities)


def _predictions(logits: Tensor) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Divergences from row 0, most probable entries, and probabilities of row 0's, of ``[row, position, vocabulary]``.

    In float64: a divergence is a small difference of large sums.
    """
    top = strongest(logits.flatten(0, 1), 1)[0].reshape(logits.shape[:2])
    log_probabilities = logits.double().log_softmax(dim=-1)
    unchanged = log_probabilities[0]
    # Never below 0 but for rounding.
    divergences = (unchanged.exp() * (unchanged - log_probabilities[1:])).sum(dim=-1).clamp_min(0)
    own = torch.from_numpy(top[0]).to(logits.device).expand(len(logits), -1)
    probabilities = log_probabilities.gather(2, own[:, :, None])[:, :, 0].exp()
    return divergences.cpu().numpy(), top, probabilities.cpu().numpy()


@contextmanager
def _subtracted(model: LanguageModel, rows: Mapping[int, Tensor], amounts: np.ndarray) -> Iterator[None]:
    """Within it, every row of a batch has its own part of each position taken from its feed-forward activations."""
    of_position = torch.from_numpy(amounts).to(model.device)[None, :, None]

    def hook(part: Tensor):
        def subtract(module, inputs):
            # Some families fold batch and position into one axis here.
            taken = (of_position * part[:, None]).to(inputs[0].dtype).reshape(inputs[0].shape)
            return (inputs[0] - taken, *inputs[1:])

        return subtract

    hooks = [model.down_projections[layer].register_forward_pre_hook(hook(part)) for layer, part in rows.items()]
    try:
        yield
    finally:
        for each in hooks:
            each.remove()
