"""Trains a tokenizer and writes it the way `lmviz.load_tokenizer` and transformers read it."""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import sentencepiece
import tokenizers
from tokenizers import decoders, models, normalizers, pre_tokenizers, trainers

from gallery.models.training.documents import lines_of

Encode = Callable[[list[str]], list[list[int]]]

END = {"sentencepiece": "</s>", "bytes": "<|endoftext|>"}
# As version 1 of the embedded model had them: no piece longer than a word, no rare character that is not worth one.
_PIECE_LENGTH, _COVERAGE = 8, 0.9998
_BYTES_AND_SPECIAL = 260
_TOKEN_BYTES = 24
_LINE = 300


def sample_lines(
    sources: dict[str, list[str]], characters: int, generator: np.random.Generator
) -> Iterator[str]:
    """About ``characters`` of text, as many from each source as it has, in random order of documents.

    Small sources are taken whole; the rest share what is left. Long lines are cut into parts of 300 characters.
    """
    for left, (_, documents) in enumerate(sorted(sources.items(), key=lambda item: sum(map(len, item[1])))):
        room = characters / (len(sources) - left)
        for i in generator.permutation(len(documents)).tolist():
            if room <= 0:
                break
            for line in lines_of(documents[i][: max(1, int(room))]):
                yield from (line[begin : begin + _LINE] for begin in range(0, len(line), _LINE))
                room -= len(line)
                characters -= len(line)


def train_tokenizer(kind: str, entries: int, lines: Iterable[str], directory: Path, context: int) -> None:
    """Writes tokenizer files into a directory. Raises ``ValueError`` where the text does not give so many entries."""
    if kind == "bytes":
        built = _train_bytes(entries, lines)
        built.save(str(directory / "tokenizer.json"))
        names = {"bos_token": END[kind], "eos_token": END[kind]}
    else:
        built = _train_sentencepiece(entries, lines, directory / "spiece.model")
        built.save(str(directory / "tokenizer.json"))
        names = {"bos_token": "<s>", "eos_token": END[kind], "unk_token": "<unk>", "pad_token": "<pad>"}
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast", **names, "model_max_length": context,
        "clean_up_tokenization_spaces": False,
    }  # fmt: skip
    (directory / "tokenizer_config.json").write_text(json.dumps(settings, indent=1) + "\n", encoding="utf-8")


def _train_bytes(entries: int, lines: Iterable[str]) -> tokenizers.Tokenizer:
    built = tokenizers.Tokenizer(models.BPE())
    built.normalizer = normalizers.NFKC()
    built.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    built.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=entries, special_tokens=[END["bytes"]], max_token_length=_TOKEN_BYTES, show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )  # fmt: skip
    built.train_from_iterator(lines, trainer)
    if built.get_vocab_size() != entries:
        raise ValueError(f"the texts give {built.get_vocab_size()} entries, not {entries}; ask for so many or fewer")
    return built


def _train_sentencepiece(entries: int, lines: Iterable[str], path: Path) -> tokenizers.Tokenizer:
    sentencepiece.set_random_generator_seed(0)
    lines = list(lines)
    try:
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(lines), model_prefix=str(path.with_suffix("")), vocab_size=entries,
            model_type="unigram", character_coverage=_coverage(lines, entries), byte_fallback=True,
            normalization_rule_name="nmt_nfkc", split_digits=True, max_sentencepiece_length=_PIECE_LENGTH,
            unk_id=0, bos_id=1, eos_id=2, pad_id=3, num_threads=1, minloglevel=2,
        )  # fmt: skip
    except RuntimeError as error:
        raise ValueError(f"SentencePiece gives no vocabulary of {entries} entries: {error}") from None
    path.with_suffix(".vocab").unlink()
    path.with_suffix(".model").replace(path)
    return _unigram(path)


def _coverage(lines: Sequence[str], entries: int) -> float:
    """Share of the text that characters with a piece of their own make up.

    Half of a small vocabulary at most goes to characters, which would else leave nothing for words; rarer ones fall
    into bytes. SentencePiece asks for 0.98 or more.
    """
    counts = Counter(character for line in lines for character in unicodedata.normalize("NFKC", line))
    kept = sum(count for _, count in counts.most_common(max(1, entries // 2 - _BYTES_AND_SPECIAL)))
    return max(0.98, min(_COVERAGE, kept / max(1, counts.total())))


def _unigram(path: Path) -> tokenizers.Tokenizer:
    """The same unigram model for the `tokenizers` library, which transformers reads."""
    from sentencepiece import sentencepiece_model_pb2

    model = sentencepiece_model_pb2.ModelProto()
    model.ParseFromString(path.read_bytes())
    built = tokenizers.Tokenizer(
        models.Unigram([(piece.piece, piece.score) for piece in model.pieces], unk_id=0, byte_fallback=True)
    )
    built.normalizer = normalizers.Sequence([
        normalizers.Precompiled(model.normalizer_spec.precompiled_charsmap),
        normalizers.Strip(left=True, right=True),
        normalizers.Replace(tokenizers.Regex(" {2,}"), " "),
    ])
    built.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="first", split=False)
    built.decoder = decoders.Sequence([
        decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0),
    ])
    built.add_special_tokens([
        tokenizers.AddedToken(name, special=True, normalized=False) for name in ("<unk>", "<s>", "</s>", "<pad>")
    ])
    return built


def read_tokenizer(kind: str, directory: Path) -> tuple[Encode, int]:
    """A function from lines to their ids, and the id that ends a document."""
    if kind == "sentencepiece":
        pieces = sentencepiece.SentencePieceProcessor(model_file=str(directory / "spiece.model"))
        return pieces.encode, pieces.eos_id()
    built = tokenizers.Tokenizer.from_file(str(directory / "tokenizer.json"))
    built.encode_special_tokens = True
    return (lambda lines: [each.ids for each in built.encode_batch(lines)]), built.token_to_id(END["bytes"])
