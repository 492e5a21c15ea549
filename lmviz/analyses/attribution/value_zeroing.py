"""Value zeroing: how much a block's output at a position turns when an earlier token's value vectors are zero.

With ``y[i]`` a block's output at position ``i``, and ``y[i, j]`` the same with the value vectors of position ``j`` put
to zero in all heads, the block's input and attention weights as they were, ``C[l, i, j] = 1 - cos(y[i, j], y[i])``.
Each row is divided by its sum; one in which nothing turns the output draws on its own position alone.

Blocks are joined by rollout, the product ``C[L-1] ... C[1] C[0]``, without adding the residual connection, which the
outputs hold already. Position 0 draws on itself alone, so that it gathers what the product follows back that far.
"""

from __future__ import annotations

import copy

import torch
from torch import Tensor

from lmviz.analyses.attribution.arguments import Arguments, Scores
from lmviz.analyses.attribution.attention import attending
from lmviz.analyses.attribution.attention_rollout import scores_of, text_embeddings
from lmviz.analyses.attribution.memory import in_batches, rows_at_once
from lmviz.analyses.attribution.registry import attribution_method
from lmviz.language_model import LanguageModel
from lmviz.recording import first_tensor

_RESOLUTION = 1e-12
"""Cosine distance below which outputs differ by no more than the rounding of float32."""


@attribution_method(
    "value_zeroing",
    paper="Mohebbi, Zuidema, Chrupała & Alishahi 2023, Quantifying Context Mixing in Transformers, arXiv:2301.12971",
    cost="one forward pass a token of the text, for all targets together",
    meaning="part of the row before the target that is drawn from the token, by how far each block's output turns "
    "without the token's values: a magnitude; what of the prediction is explained makes no difference",
    signed=False,
    uses_baseline=False,
)
def value_zeroing(arguments: Arguments) -> Scores:
    """The row of the position before the target, which sums to 1; there are no norms. For spans see `scores_of`."""
    distances = value_distances(arguments.model, text_embeddings(arguments))
    totals = distances.sum(dim=-1, keepdim=True)
    identity = torch.eye(distances.shape[-1], dtype=distances.dtype, device=distances.device)
    return Scores(scores_of(arguments, torch.where(totals > 0, distances / totals, identity)))


def value_distances(model: LanguageModel, embeddings: Tensor) -> Tensor:
    """Float64 ``[layer, position, position]`` for a text's embeddings ``[position, width]``.

    The cosine distance by which a block's output at a row turns without the values of a column; 0 within rounding, and
    so at columns after the row.
    """
    return torch.stack([_distances(model, *call) for call in _block_calls(model, embeddings)])


def _block_calls(model: LanguageModel, embeddings: Tensor) -> list[tuple[torch.nn.Module, tuple, dict]]:
    """The blocks, with what each is called with, by position and by name."""
    calls: list[tuple[torch.nn.Module, tuple, dict]] = []
    blocks = model.network.get_submodule(model.architecture.blocks)
    hooks = [
        block.register_forward_pre_hook(lambda *call: calls.append(call), with_kwargs=True) for block in blocks
    ]
    try:
        with torch.no_grad(), attending(model):
            model.hidden_from_embeddings(embeddings[None])
    finally:
        for hook in hooks:
            hook.remove()
    return calls


def _distances(model: LanguageModel, block: torch.nn.Module, inputs: tuple, settings: dict) -> Tensor:
    """Float64 ``[position, position]``, of one block.

    In float32 whatever the weights are: by bfloat16's rounding alone outputs turn as far as by some tokens.
    """
    if model.dtype != torch.float32:
        config = model.network.config  # shared, because it says how the copy attends
        block = copy.deepcopy(block, {id(config): config}).float()
    hidden = inputs[0].float()
    length = hidden.shape[1]
    distances = torch.zeros(length, length, dtype=torch.float64, device=hidden.device)

    def output(zeroed: Tensor) -> Tensor:
        """Directions ``[row, position, width]`` of the outputs, each row with the value of one position zero."""
        def zero(values: Tensor) -> Tensor:
            keep = zeroed[:, None] != torch.arange(length, device=values.device)
            return values * keep[:, None, :, None]

        with torch.no_grad(), attending(model, change_values=zero):
            found = first_tensor(block(hidden.expand(len(zeroed), -1, -1), *inputs[1:], **settings))
        return torch.nn.functional.normalize(found.double(), dim=-1)

    positions = torch.arange(length, device=hidden.device)
    ordinary = output(torch.tensor([-1], device=hidden.device))

    def run(rows: slice) -> None:
        distances[:, rows] = (output(positions[rows]) - ordinary).square().sum(dim=-1).T / 2

    in_batches(run, length, rows_at_once(model, length))
    return torch.where(distances > _RESOLUTION, distances, 0.0)
