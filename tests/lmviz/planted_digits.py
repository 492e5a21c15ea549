"""A GPT-2 of characters whose neurons were set by hand: a group fires at digits, others at other kinds of characters.

Each group of neurons, spread over both layers, writes one direction of the residual stream, which the output matrix
turns into a set of characters to come: after a digit, a counter (年, 円). Without any of them は would come. So it is
known which factor is to be found, what it promotes, and what changes when it is taken away. Some neurons are left to
chance, and small random weights on top of it all let every token differ a little.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from transformers import GPT2Config, GPT2LMHeadModel

from lmviz.language_model import LanguageModel
from lmviz.loading.architectures.gpt2 import ARCHITECTURE
from lmviz.loading.surfaces import Span
from lmviz.loading.tokenizers import Tokenizer

KINDS = {
    "digit": "0123456789", "counter": "年円台人回", "katakana": "アイカキクコサシスセタテトナニメモラリルレロン",
    "particle": "はがをにでとのも", "kanji": "山川田中東西南北駅橋店花鳥風空海", "mark": "。、「」",
}
FOLLOWS = {
    "digit": "counter", "counter": "particle", "katakana": "katakana", "particle": "kanji", "kanji": "particle",
    "mark": "kanji",
}
"""Which kind of characters the neurons of a kind promote, the first of them most."""

OTHERWISE = "は"
CHARACTERS = "".join(KINDS.values())
N_LAYERS, GROUP, CHANCE = 2, 6, 12
"""Layers; neurons of a kind in each layer, kind by kind in the order of `KINDS`; then neurons left to chance."""

NOISE = 0.02
_IDENTITY = 16


def digit_model(seed: int = 0, n_passages: int = 80) -> tuple[LanguageModel, list[str]]:
    """The model, and texts of it: sentences with years, prices and numbers of things, a dozen tokens each or more."""
    return _model(seed), _texts(seed, n_passages)


def token_ids(kind: str) -> list[int]:
    """Vocabulary entries of a kind of characters."""
    return [CHARACTERS.index(character) for character in KINDS[kind]]


def neurons(kind: str) -> slice:
    """The neurons, in either layer, that fire at characters of a kind."""
    first = GROUP * list(KINDS).index(kind)
    return slice(first, first + GROUP)


def _model(seed: int) -> LanguageModel:
    n_kinds, n_characters = len(KINDS), len(CHARACTERS)
    kind_of = torch.tensor([list(KINDS).index(kind) for kind, members in KINDS.items() for _ in members])
    is_kind, said = slice(0, n_kinds), slice(n_kinds, 2 * n_kinds)
    always, identity = said.stop, slice(said.stop + 1, said.stop + 1 + _IDENTITY)
    config = GPT2Config(
        vocab_size=n_characters + 1, n_positions=128, n_embd=identity.stop, n_layer=N_LAYERS, n_head=1,
        n_inner=GROUP * n_kinds + CHANCE, tie_word_embeddings=False, bos_token_id=None, eos_token_id=None,
    )
    torch.manual_seed(seed)
    network = GPT2LMHeadModel(config).eval().requires_grad_(False)
    for name, parameter in network.named_parameters():
        if "ln_" not in name:
            parameter.copy_(NOISE * torch.randn(parameter.shape))
    kinds = torch.eye(n_kinds)
    network.transformer.wte.weight[:n_characters, is_kind] += 3 * kinds[kind_of]
    network.transformer.wte.weight[:, always] += 1
    network.transformer.wte.weight[:n_characters, identity] += torch.nn.functional.normalize(
        torch.randn(n_characters, _IDENTITY), dim=1
    )
    for block in network.transformer.h:
        planted = GROUP * n_kinds
        size = 0.5 + torch.rand(planted)
        block.mlp.c_fc.weight[is_kind, :planted] += size * kinds.repeat_interleave(GROUP, dim=1)
        block.mlp.c_fc.bias[:planted] -= 2 * size
        block.mlp.c_proj.weight[:planted, said] += 0.15 / size[:, None] * kinds.repeat_interleave(GROUP, dim=0)
        block.mlp.c_fc.weight[identity, planted:] += torch.randn(_IDENTITY, CHANCE)
    for kind, next_kind in FOLLOWS.items():
        own = said.start + list(KINDS).index(kind)
        promoted = token_ids(next_kind)
        network.lm_head.weight[promoted, own] += torch.linspace(2, 1.5, len(promoted))
    network.lm_head.weight[CHARACTERS.index(OTHERWISE), always] += 3
    return LanguageModel(
        network=network, architecture=ARCHITECTURE, tokenizer=Tokenizer(_Characters()), name="planted digits",
        directory=Path("."), revision=None, start=("none", ()), eos_ids=(),
    )


def _texts(seed: int, n_passages: int) -> list[str]:
    rng = np.random.Generator(np.random.PCG64(seed))

    def some(kind: str, least: int, most: int) -> str:
        return "".join(rng.choice(list(KINDS[kind]), rng.integers(least, most + 1)))

    def sentence() -> str:
        name = some("katakana", 2, 5) if rng.random() < 0.5 else f"「{some('kanji', 2, 3)}」"
        number = some("digit", 1, 4) + some("counter", 1, 1) if rng.random() < 0.7 else some("kanji", 1, 2)
        parts = [name, some("particle", 1, 1), number, some("particle", 1, 1), some("kanji", 1, 3)]
        return "".join(parts) + ("、" + some("kanji", 1, 2) if rng.random() < 0.3 else "") + "。"

    return ["".join(sentence() for _ in range(rng.integers(1, 4))) for _ in range(n_passages)]


class _Characters:
    """A vocabulary of single characters, and an entry for all others."""

    vocabulary_size = len(CHARACTERS) + 1
    unk_id = len(CHARACTERS)
    bos_id = eos_id = pad_id = None

    def spans(self, text: str, *, prefix: bool) -> list[Span]:
        ids = [CHARACTERS.index(character) if character in CHARACTERS else self.unk_id for character in text]
        return [Span(token_id, at, at + 1) for at, token_id in enumerate(ids)]

    def bytes_of(self, token_id: int) -> bytes:
        return CHARACTERS[token_id].encode() if token_id < self.unk_id else b""

    def kind_of(self, token_id: int) -> str:
        return "text" if token_id < self.unk_id else "unknown"

    def name_of(self, token_id: int) -> str:
        return CHARACTERS[token_id] if token_id < self.unk_id else "<unk>"
