"""The GPT-2 that is trained, and its loss with no table of all tokens times all vocabulary entries."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from transformers import GPT2Config, GPT2LMHeadModel

from gallery.models.training.settings import Settings

_CHUNK = 512


def build_network(settings: Settings, entries: int, end: int) -> GPT2LMHeadModel:
    """A GPT-2 with random weights of the settings' seed; ``gelu_pytorch_tanh`` is ``gelu_new`` in one kernel."""
    torch.manual_seed(settings.seed)
    config = GPT2Config(
        vocab_size=entries, n_positions=settings.context, n_embd=settings.width, n_layer=settings.layers,
        n_head=settings.heads, activation_function="gelu_pytorch_tanh", resid_pdrop=0.0, embd_pdrop=0.0,
        attn_pdrop=0.0, bos_token_id=end, eos_token_id=end, use_cache=False, attn_implementation="sdpa",
    )  # fmt: skip
    return GPT2LMHeadModel(config)


class _LinearCrossEntropy(torch.autograd.Function):
    """Mean cross-entropy of ``hidden @ weight.T``; gradients are worked out chunk by chunk on the way forward."""

    @staticmethod
    def forward(ctx, hidden, weight, targets):
        low = weight.to(torch.bfloat16)
        of_hidden, of_weight = torch.empty_like(hidden), torch.zeros_like(weight)
        total = hidden.new_zeros(())
        for part in range(0, len(targets), _CHUNK):
            chunk, wanted = hidden[part : part + _CHUNK].to(torch.bfloat16), targets[part : part + _CHUNK]
            rows = torch.arange(len(wanted), device=wanted.device)
            gradient = (chunk @ low.T).softmax(-1)
            total -= gradient[rows, wanted].float().clamp(min=1e-38).log().sum()
            gradient[rows, wanted] -= 1
            of_hidden[part : part + _CHUNK] = gradient @ low
            of_weight += gradient.T @ chunk
        ctx.save_for_backward(of_hidden / len(targets), of_weight / len(targets))
        return total / len(targets)

    @staticmethod
    def backward(ctx, upstream):
        of_hidden, of_weight = ctx.saved_tensors
        return upstream * of_hidden, upstream * of_weight, None


def training_loss(network: GPT2LMHeadModel, batch: torch.Tensor) -> torch.Tensor:
    """Mean loss in nats of ids ``[row, token]``, each token but the first of a row predicted from those before it."""
    with torch.autocast(batch.device.type, dtype=torch.bfloat16):
        hidden = network.transformer(input_ids=batch[:, :-1]).last_hidden_state
    hidden = hidden.reshape(-1, hidden.shape[-1]).float()
    return _LinearCrossEntropy.apply(hidden, network.lm_head.weight, batch[:, 1:].reshape(-1))


@torch.inference_mode()
def held_out_nats(network: GPT2LMHeadModel, documents: list[torch.Tensor], end: int, rows: int = 8) -> float:
    """Sum of -log of the probabilities of documents' tokens, the ``end`` that closes each left out.

    As `gallery.models.evaluation` reads them: ``end`` stands before each, windows are as long as the context, each
    beginning with the last token of the one before. Matrix products are in bfloat16, log-probabilities in float32.
    """
    window, device = network.config.n_positions, network.device
    parts = []
    for document in documents:
        ids = torch.cat([torch.tensor([end]), document[:-1]])
        parts += [ids[begin : begin + window] for begin in range(0, len(ids) - 1, window - 1)]
    parts.sort(key=len)
    nats = 0.0
    for first in range(0, len(parts), rows):
        batch = torch.nn.utils.rnn.pad_sequence(parts[first : first + rows], batch_first=True, padding_value=-100)
        batch = batch.to(device)
        with torch.autocast(device.type, dtype=torch.bfloat16):
            logits = network(input_ids=batch[:, :-1].clamp(min=0)).logits
        nats += float(F.cross_entropy(logits.float().flatten(0, 1), batch[:, 1:].flatten(), reduction="sum"))
    return nats
