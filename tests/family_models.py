"""Tiny random models of every family, with tokenizers trained on a few lines: fixtures for the core and the gallery."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

TEXTS = [
    "節分は、季節の変わり目に生じる邪気を追い払うための行事である。",
    "豆まきでは「鬼は外、福は内」と声を出しながら豆を撒く。",
    "磁気浮上式鉄道は、磁力によって車両を浮上させて走る鉄道である。",
    "惑星のさみだれは、水上悟志による日本の漫画作品。",
    "Celeste is a platform game about climbing a mountain. 2018年に発売された。",
    "東京は日本の首都であり、人口は約1400万人である。",
]


@pytest.fixture(scope="session")
def sentencepiece_file(tmp_path_factory) -> Callable[..., Path]:
    """Trains a small SentencePiece model: ``sentencepiece_file(byte_fallback=True)`` is its file."""
    import sentencepiece

    made: dict[bool, Path] = {}

    def make(*, byte_fallback: bool) -> Path:
        if byte_fallback not in made:
            prefix = tmp_path_factory.mktemp("sentencepiece") / "spiece"
            sentencepiece.SentencePieceTrainer.train(
                sentence_iterator=iter(TEXTS), model_prefix=str(prefix), vocab_size=420 if byte_fallback else 170,
                model_type="unigram", byte_fallback=byte_fallback, normalization_rule_name="nmt_nfkc", unk_id=0,
                bos_id=1, eos_id=2, pad_id=3, character_coverage=0.98, hard_vocab_limit=False, minloglevel=2,
                num_threads=1,
            )
            made[byte_fallback] = prefix.with_suffix(".model")
        return made[byte_fallback]

    return make


@pytest.fixture(scope="session")
def write_byte_level() -> Callable[..., None]:
    """Trains a byte-level BPE tokenizer into a directory, as ``tokenizer.json`` or as its two vocabulary files."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

    def write(directory: Path, *, vocabulary_files: bool = False, add_prefix_space: bool = False) -> None:
        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=add_prefix_space)
        tokenizer.decoder = decoders.ByteLevel()
        # As many published tokenizers have it; it trims spaces from offsets.
        tokenizer.post_processor = processors.ByteLevel(trim_offsets=True)
        trainer = trainers.BpeTrainer(
            vocab_size=360, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), special_tokens=["<|endoftext|>"],
            show_progress=False,
        )
        tokenizer.train_from_iterator(TEXTS * 3, trainer)
        if vocabulary_files:
            tokenizer.model.save(str(directory))
        else:
            tokenizer.save(str(directory / "tokenizer.json"))
        end = "<|endoftext|>"
        settings = {"bos_token": end, "eos_token": end, "unk_token": end, "add_prefix_space": add_prefix_space}
        (directory / "tokenizer_config.json").write_text(json.dumps(settings))

    return write


@pytest.fixture(scope="session")
def make_model(tmp_path_factory, sentencepiece_file, write_byte_level) -> Callable[..., Path]:
    """``make_model("llama")`` is the directory of a tiny random model of that family, with a tokenizer.

    Norms and biases are random too, so that leaving one out shows in the numbers. Made once for the same arguments.
    """
    import shutil

    import torch
    import transformers

    import lmviz

    made: dict[tuple, Path] = {}

    def make(family: str, *, seed: int = 0, **settings) -> Path:
        key = (family, seed, *sorted(settings.items()))
        if key in made:
            return made[key]
        directory = tmp_path_factory.mktemp(family)
        if family in ("gpt2", "gpt_neox", "qwen2"):
            write_byte_level(directory)
        else:
            shutil.copyfile(sentencepiece_file(byte_fallback=True), directory / "tokenizer.model")
        tokenizer = lmviz.load_tokenizer(directory)
        common = {
            "vocab_size": tokenizer.vocabulary_size + 5, "bos_token_id": tokenizer.bos_id,
            "eos_token_id": tokenizer.eos_id, "pad_token_id": tokenizer.pad_id, "initializer_range": 0.3,
        }
        if family == "gpt2":
            shape = {"n_embd": 32, "n_layer": 3, "n_head": 4, "n_positions": 128}
        else:
            shape = {
                "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 3, "num_attention_heads": 4,
                "max_position_embeddings": 128,
            }
        if family not in ("gpt2", "gpt_neox"):
            shape["num_key_value_heads"] = 2
        if family.startswith("gemma"):
            shape["head_dim"] = 8
        if family == "gemma2":
            shape |= {"final_logit_softcapping": 3.0, "attn_logit_softcapping": 2.0, "sliding_window": 16}
        config = transformers.AutoConfig.for_model(family, **common | shape | settings)
        torch.manual_seed(seed)
        network = transformers.AutoModelForCausalLM.from_config(config)
        with torch.no_grad():
            for parameter in network.parameters():
                if parameter.ndim == 1:
                    parameter.add_(0.3 * torch.randn_like(parameter))
        network.save_pretrained(directory)
        made[key] = directory
        return directory

    return make
