"""GPT-2s whose weights are set by hand, so that it is known which tokens an answer depends on.

The residual stream is divided into parts. A word is a random direction, the same in every part that speaks of words,
and a head finds what it looks for by the dot product of such directions. Small random weights on top of it all let the
other tokens matter a little.
"""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch
from transformers import GPT2Config, GPT2LMHeadModel

from lmviz.language_model import LanguageModel
from lmviz.loading.architectures.gpt2 import ARCHITECTURE
from lmviz.tokens import TokenTable

N_WORDS, WORD, N_PLACES = 300, 20, 40
NOISE = 0.01


def induction(seed: int, length: int) -> LanguageModel:
    """Continues ``A B ... A`` with B: one layer notes the word before each, the next looks there for this."""
    is_word, noted, said = (slice(start, start + WORD) for start in (0, WORD, 2 * WORD))
    place = slice(3 * WORD, 3 * WORD + length)
    model, words = _gpt2(n_layers=2, n_heads=1, width=place.stop, seed=seed)
    model.network.transformer.wpe.weight[:length, place] += torch.eye(length)
    first, second = model.network.transformer.h
    _look(first, place, torch.eye(length).roll(-1, 1), place, 2.5)
    _copy(first, is_word, noted)
    _look(second, is_word, torch.eye(WORD), noted, 4.0)
    _copy(second, is_word, said)
    model.network.lm_head.weight[:, said] += 4 * words
    return model


def key_word(seed: int, key: tuple[int, int], answer: int) -> LanguageModel:
    """Answers with ``answer`` where it read both tokens of ``key``, each of which a head looks for from anywhere."""
    found, said, place, width = (WORD, WORD + 1), WORD + 2, slice(WORD + 3, WORD + 12), WORD + 12
    model, _ = _gpt2(n_layers=1, n_heads=2, width=width, seed=seed)
    model.network.transformer.wpe.weight[:, place] += _directions(N_PLACES, 9)
    attention = model.network.transformer.h[0].attn
    for token, own, head in zip(key, found, (0, width // 2), strict=True):
        model.network.transformer.wte.weight[token, own] += 1
        attention.c_attn.bias[head] = 4
        attention.c_attn.weight[own, width + head] = 4
        attention.c_attn.weight[own, 2 * width + head + 1] = 1
        attention.c_proj.weight[head + 1, said] = 0.08
    model.network.lm_head.weight[answer, said] = 4.5
    return model


def _look(block: torch.nn.Module, current: slice, change: torch.Tensor, there: slice, sharpness: float) -> None:
    """The only head attends from what the current token has, changed, to where the same stands in another part."""
    weight, width = block.attn.c_attn.weight, block.attn.c_proj.weight.shape[0]
    size = len(change)
    weight[current, :size] += sharpness * change
    weight[there, width : width + size] += sharpness * torch.eye(size)


def _copy(block: torch.nn.Module, source: slice, goal: slice) -> None:
    width = block.attn.c_proj.weight.shape[0]
    block.attn.c_attn.weight[source, 2 * width : 2 * width + WORD] += torch.eye(WORD)
    block.attn.c_proj.weight[:WORD, goal] += 0.2 * torch.eye(WORD)


def _gpt2(n_layers: int, n_heads: int, width: int, seed: int) -> tuple[LanguageModel, torch.Tensor]:
    """Nothing but noise in its weights and words in the first part of its embeddings; and the words' directions."""
    config = GPT2Config(
        vocab_size=N_WORDS, n_positions=N_PLACES, n_embd=width, n_layer=n_layers, n_head=n_heads, n_inner=4,
        tie_word_embeddings=False, bos_token_id=None, eos_token_id=None,
    )
    torch.manual_seed(seed)
    network = GPT2LMHeadModel(config).eval().requires_grad_(False)
    for name, parameter in network.named_parameters():
        if "ln_" not in name:
            parameter.copy_(NOISE * torch.randn(parameter.shape))
    words = _directions(N_WORDS, WORD)
    network.transformer.wte.weight[:, :WORD] += words
    model = LanguageModel(
        network=network, architecture=ARCHITECTURE, tokenizer=_Numbers(), name="planted", directory=Path("."),
        revision=None, start=("none", ()), eos_ids=(),
    )
    return model, words


def _directions(n: int, width: int) -> torch.Tensor:
    return torch.nn.functional.normalize(torch.randn(n, width), dim=1)


class _Numbers(SimpleNamespace):
    """A tokenizer of texts such as ``"3 14 7"``, whose tokens are numbers."""

    pad_id = None

    def table(self, prompt, new_ids=(), start_ids=(), continuation=None) -> TokenTable:
        n_prompt = len(prompt.split())
        ids = [int(number) for number in f"{prompt} {continuation or ''}".split()]
        return TokenTable(
            token_ids=np.array(ids, dtype=np.int64), texts=tuple(f"{i} " for i in ids),
            raw_bytes=tuple(b"%d " % i for i in ids), kinds=("text",) * len(ids), groups=np.arange(len(ids)),
            n_start=0, n_prompt=n_prompt,
        )
