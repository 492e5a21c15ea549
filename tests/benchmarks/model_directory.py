"""A model directory that transformers 4.30, transformers 5 and lmviz all read in the same way.

GPT-2 with random float32 weights from a seed. The tokenizer is byte-level BPE, complete with merges: all bytes, and
every word of one to three lower-case letters (and some of four) with the space before it, so that text generated from
random weights reads back as the ids it was made of. The row of ``<unk>`` is zero: inseq's baseline is the embedding of
that token, and so becomes the zero embedding that ecco and lmviz take.
"""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass
from pathlib import Path
from string import ascii_lowercase

UNKNOWN, END = "<unk>", "<|endoftext|>"
PROMPT = (
    "the old man and his dog ran out of the big red hut by the sea and saw a cow in the mud but no one was "
    "at the pub to get it so he sat on a log and ate a pie with us and then"
)
"""At most four letters a word, one token each."""


@dataclass(frozen=True)
class Shape:
    """Sizes of a model and of the text that it reads."""

    n_layers: int
    width: int
    n_heads: int
    n_prompt: int
    n_new: int
    vocabulary_size: int = 32_000
    n_positions: int = 256

    @property
    def prompt(self) -> str:
        """As many words as the prompt has tokens, each with a space before it."""
        return "".join(f" {word}" for word in itertools.islice(itertools.cycle(PROMPT.split()), self.n_prompt))


SHAPES = {
    "small": Shape(n_layers=6, width=256, n_heads=4, n_prompt=44, n_new=20),
    "medium": Shape(n_layers=24, width=1024, n_heads=16, n_prompt=96, n_new=4),
    "tiny": Shape(n_layers=2, width=32, n_heads=2, n_prompt=8, n_new=3),
}


def make_model(directory: Path, shape: Shape, seed: int = 0) -> None:
    """Writes weights, settings and tokenizer, unless they are there."""
    settings = {"shape": vars(shape), "seed": seed, "version": 1}
    made = directory / "made.json"
    if made.is_file() and json.loads(made.read_text()) == settings:
        return
    directory.mkdir(parents=True, exist_ok=True)
    _write_tokenizer(directory, shape.vocabulary_size)
    (directory / "config.json").write_text(json.dumps(_config(shape)))
    _write_weights(directory, shape, seed)
    made.write_text(json.dumps(settings))


def _config(shape: Shape) -> dict:
    return {
        "architectures": ["GPT2LMHeadModel"], "model_type": "gpt2", "vocab_size": shape.vocabulary_size,
        "n_positions": shape.n_positions, "n_embd": shape.width, "n_layer": shape.n_layers, "n_head": shape.n_heads,
        "activation_function": "gelu_new", "tie_word_embeddings": True, "bos_token_id": 1, "eos_token_id": 1,
        "pad_token_id": 1, "torch_dtype": "float32",
    }


def _write_weights(directory: Path, shape: Shape, seed: int) -> None:
    """Under transformers' names for GPT-2. The spread is that of trained weights, so that attention is not uniform."""
    import torch
    from safetensors.torch import save_file

    random = torch.Generator().manual_seed(seed)
    width = shape.width

    def normal(*size: int, spread: float = 1.6 / width**0.5) -> torch.Tensor:
        return spread * torch.randn(*size, generator=random)

    weights = {"transformer.wte.weight": normal(shape.vocabulary_size, width, spread=0.1)}
    weights["transformer.wte.weight"][0] = 0.0
    weights["transformer.wpe.weight"] = normal(shape.n_positions, width, spread=0.05)
    for layer in range(shape.n_layers):
        block = f"transformer.h.{layer}"
        for name, n_in, n_out in (
            ("attn.c_attn", width, 3 * width), ("attn.c_proj", width, width),
            ("mlp.c_fc", width, 4 * width), ("mlp.c_proj", 4 * width, width),
        ):
            weights[f"{block}.{name}.weight"] = normal(n_in, n_out)
            weights[f"{block}.{name}.bias"] = torch.zeros(n_out)
        for name in ("ln_1", "ln_2"):
            weights[f"{block}.{name}.weight"], weights[f"{block}.{name}.bias"] = torch.ones(width), torch.zeros(width)
    weights["transformer.ln_f.weight"], weights["transformer.ln_f.bias"] = torch.ones(width), torch.zeros(width)
    save_file(weights, directory / "model.safetensors", metadata={"format": "pt"})


def _write_tokenizer(directory: Path, size: int) -> None:
    from tokenizers.pre_tokenizers import ByteLevel

    space = "Ġ"
    words = ["".join(letters) for n in (1, 2, 3, 4) for letters in itertools.product(ascii_lowercase, repeat=n)]
    wanted = [word for word in PROMPT.split() if len(word) == 4]
    pieces = [UNKNOWN, END, *sorted(ByteLevel.alphabet())]
    words = list(dict.fromkeys([*(word for word in words if len(word) < 4), *wanted, *words]))[: size - len(pieces)]
    vocabulary = {piece: i for i, piece in enumerate([*pieces, *(space + word for word in words)])}
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    special = [
        {"id": i, "content": name, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False,
         "special": True}
        for i, name in enumerate((UNKNOWN, END))
    ]
    definition = {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": special, "normalizer": None,
        "pre_tokenizer": byte_level, "post_processor": None, "decoder": byte_level,
        "model": {
            "type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
            "end_of_word_suffix": None, "fuse_unk": False, "vocab": vocabulary,
            "merges": [f"{space}{word[:-1]} {word[-1]}" for word in words],
        },
    }
    (directory / "tokenizer.json").write_text(json.dumps(definition))
    (directory / "tokenizer_config.json").write_text(json.dumps({
        "tokenizer_class": "PreTrainedTokenizerFast", "unk_token": UNKNOWN, "bos_token": END, "eos_token": END,
        "pad_token": END, "clean_up_tokenization_spaces": False, "add_prefix_space": False,
    }))
