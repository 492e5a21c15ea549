"""3-gram models that stand beside a model's figures: the same tokenizer, texts that it learned from too."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gallery.models.evaluation.held_out import HeldOutText, encode_records, read_records
from gallery.models.evaluation.kneser_ney import TrigramModel
from gallery.models.evaluation.measures import Measures
from gallery.models.training.documents import read_sources
from gallery.models.training.token_streams import encode_documents
from gallery.models.training.vocabulary import Encode, read_tokenizer
from lmviz.loading.tokenizers import Tokenizer


@dataclass(frozen=True)
class TrainingTexts:
    """Documents of one or more sources, whose names are sorted."""

    sources: tuple[str, ...]
    documents: list[str]

    @classmethod
    def read(cls, place: Path, held_out: HeldOutText) -> TrainingTexts:
        """All documents of a directory of texts, as the training recipe reads them, or of one JSON lines file.

        Documents that are also in the held-out text are left out.

        Raises:
            ValueError: texts that cannot be read, or none beside the held-out ones.
        """
        held = set(held_out.records)
        found = {place.name.split(".jsonl")[0]: read_records(place)} if place.is_file() else read_sources(place)
        kept = {name: [text for text in found[name] if text not in held] for name in sorted(found)}
        documents = [text for texts in kept.values() for text in texts]
        if not documents:
            raise ValueError(f"all texts in {place} are held out: there is none to train a 3-gram model on")
        return cls(tuple(name for name, texts in kept.items() if texts), documents)


@dataclass(frozen=True)
class Baseline:
    """A 3-gram model's measures, with what it was trained on."""

    sources: tuple[str, ...]
    n_documents: int
    n_tokens: int
    measures: Measures


def measure_baseline(tokenizer: Tokenizer, directory: Path, texts: TrainingTexts, held_out: HeldOutText) -> Baseline:
    """Trains on texts with the tokenizer in a model's directory and reads the held-out text.

    Raises:
        ValueError: a tokenizer that the training recipe does not read as `lmviz` does.
    """
    encoded = encode_records(tokenizer, held_out.records)
    encode, end = _fast_tokenizer(directory)
    if end != tokenizer.eos_id or any(
        not np.array_equal(ids[1:], own[:-1])
        for ids, own in zip(encoded, encode_documents(list(held_out.records), encode, end), strict=True)
    ):
        raise ValueError(
            f"the tokenizer in {directory} is not one that gallery.models.training writes: leave out --baseline"
        )
    stream = np.concatenate([np.array([end], dtype=np.int32), *_streams(texts.documents, encode, end)])
    model = TrigramModel(stream, end, tokenizer.vocabulary_size)
    read = [model.read(ids) for ids in encoded]
    log_probabilities, ranks = (np.concatenate(parts) for parts in zip(*read, strict=True))
    measures = Measures.of(held_out.records, log_probabilities, ranks)
    return Baseline(texts.sources, len(texts.documents), model.n_tokens, measures)


def _fast_tokenizer(directory: Path) -> tuple[Encode, int]:
    if (directory / "spiece.model").is_file():
        return read_tokenizer("sentencepiece", directory)
    if (directory / "tokenizer.json").is_file():
        return read_tokenizer("bytes", directory)
    raise ValueError(f"no spiece.model and no tokenizer.json in {directory}: leave out --baseline")


def _streams(documents: list[str], encode: Encode, end: int) -> list[np.ndarray]:
    """Ids int32 ``[token]`` of some documents each, every document closed by the end token."""
    # Python's lists of ids would take ten times the room: no more than 64 documents at once.
    return [
        np.concatenate(encode_documents(documents[first : first + 64], encode, end)).astype(np.int32)
        for first in range(0, len(documents), 64)
    ]
