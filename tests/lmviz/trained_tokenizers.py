"""Tokenizers of every kind that units meet, trained in a second or two on what the repository ships."""

from __future__ import annotations

import io
import json
import shutil
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import sentencepiece
from sentencepiece import sentencepiece_model_pb2
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

import lmviz
from lmviz.loading.tokenizers import Tokenizer as Loaded

ROOT = Path(__file__).resolve().parents[2]
STYLES = ("unigram", "byte_fallback", "bpe_byte_fallback", "gpt_neox", "llama_3", "qwen_2")
BYTE_STYLES = STYLES[1:]
SHIPPED = ("shipped", "shipped_json")
"""The embedded model's own tokenizer, read with `sentencepiece` and with `tokenizers`."""
_LLAMA_3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
    r"|\s+(?!\S)|\s+"
)
_QWEN_2 = _LLAMA_3.replace(r"\p{N}{1,3}", r"\p{N}")


@cache
def trained(style: str, *, lower_case: bool = False) -> Loaded:
    with TemporaryDirectory() as directory:
        _write(style, Path(directory))
        return lmviz.load_tokenizer(directory, lower_case=lower_case)


def _write(style: str, directory: Path) -> None:
    """The tokenizer's files, as models of that style publish them."""
    if style in SHIPPED:
        for name in ("tokenizer.json", "tokenizer_config.json", "spiece.model")[: 3 if style == "shipped" else 2]:
            shutil.copyfile(ROOT / "gallery" / "models" / "ja-gpt2-mini" / name, directory / name)
        return
    if style in ("unigram", "byte_fallback", "bpe_byte_fallback"):
        (directory / "tokenizer.model").write_bytes(_sentencepiece(style))
        return
    tokenizer = Tokenizer(models.BPE())
    # GPT-NeoX and Qwen 2 compose characters first, Llama 3 takes them as they are.
    if style != "llama_3":
        tokenizer.normalizer = normalizers.NFC()
    if style == "gpt_neox":
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    else:
        pattern = Regex(_LLAMA_3 if style == "llama_3" else _QWEN_2)
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
            pre_tokenizers.Split(pattern, behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ])
    tokenizer.decoder = decoders.ByteLevel()
    end = "<|endoftext|>"
    trainer = trainers.BpeTrainer(
        vocab_size=1500, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), special_tokens=[end], show_progress=False
    )
    tokenizer.train_from_iterator(_prose(), trainer)
    tokenizer.save(str(directory / "tokenizer.json"))
    (directory / "tokenizer_config.json").write_text(json.dumps({"eos_token": end}))


@cache
def _prose() -> list[str]:
    files = sorted((ROOT / "docs" / "ja").rglob("*.md"))
    return [line for file in files for line in file.read_text().splitlines() if line]


@cache
def _sentencepiece(style: str) -> bytes:
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(_prose()), model_writer=model, vocab_size=1500,
        model_type="bpe" if style.startswith("bpe") else "unigram", byte_fallback=style != "unigram",
        normalization_rule_name="identity" if style.startswith("bpe") else "nmt_nfkc", character_coverage=0.98,
        remove_extra_whitespaces=not style.startswith("bpe"), unk_id=0, bos_id=1, eos_id=2, pad_id=3,
        hard_vocab_limit=False, minloglevel=2, num_threads=1,
    )
    return model.getvalue()


def unigram_of(pieces: dict[str, float]) -> Loaded:
    """A Unigram tokenizer of these pieces and their log-probabilities; characters in none of them are unknown."""
    proto = sentencepiece_model_pb2.ModelProto.FromString(_sentencepiece("unigram"))
    kept = [piece for piece in proto.pieces if piece.type != piece.NORMAL]
    del proto.pieces[:]
    proto.pieces.extend(kept)
    for text, score in pieces.items():
        proto.pieces.add(piece=text, score=score)
    with TemporaryDirectory() as directory:
        (Path(directory) / "tokenizer.model").write_bytes(proto.SerializeToString())
        return lmviz.load_tokenizer(directory)
