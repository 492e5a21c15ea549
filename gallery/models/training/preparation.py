"""From texts to a tokenizer, token streams and held-out documents in a run's state directory, once a run."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from gallery.models.training.documents import hold_back, lines_of, read_sources
from gallery.models.training.settings import Settings
from gallery.models.training.token_streams import encode_documents, write_stream
from gallery.models.training.vocabulary import read_tokenizer, sample_lines, train_tokenizer


@dataclass(frozen=True)
class HeldOut:
    """Documents of one source that are not trained on.

    Attributes:
        documents: ids int64 ``[token]`` each, the end of the document included.
        characters: how many they have, newlines left out.
    """

    documents: list[torch.Tensor]
    characters: int


def prepare(texts: Path, state: Path, settings: Settings, report: Callable[[str], None]) -> None:
    """Writes ``tokens/``: tokenizer files, a stream for each source, the held-out documents' text. Whole or not at all.

    Raises:
        ValueError: texts that cannot be read or are too few for the vocabulary.
    """
    target, unfinished = state / "tokens", state / "tokens.tmp"
    if target.is_dir():
        return
    sources = read_sources(texts)
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    training: dict[str, list[str]] = {}
    held: dict[str, list[str]] = {}
    for number, (name, documents) in enumerate(sources.items()):
        generator = np.random.default_rng([settings.seed, number])
        training[name], held[name] = hold_back(documents, settings.held_out, generator)
        report(f"{name}: {len(training[name])} documents, {len(held[name])} more held back")
    report(f"training a tokenizer of {settings.vocabulary} entries")
    lines = sample_lines(training, settings.tokenizer_characters, np.random.default_rng(settings.seed))
    train_tokenizer(settings.tokenizer, settings.vocabulary, lines, unfinished, settings.context)
    encode, end = read_tokenizer(settings.tokenizer, unfinished)
    for name, documents in training.items():
        size = write_stream(unfinished / f"{name}.npy", documents, encode, end, settings.vocabulary)
        report(f"{name}: {size} tokens")
    (unfinished / "sources.json").write_text(json.dumps(list(training), ensure_ascii=False), encoding="utf-8")
    (unfinished / "held_out.json").write_text(json.dumps(held, ensure_ascii=False), encoding="utf-8")
    unfinished.replace(target)


def read_held_out(state: Path, settings: Settings) -> dict[str, HeldOut]:
    """The held-out documents of each source that has some."""
    encode, end = read_tokenizer(settings.tokenizer, state / "tokens")
    held = json.loads((state / "tokens" / "held_out.json").read_text(encoding="utf-8"))
    return {
        name: HeldOut(
            [torch.from_numpy(ids) for ids in encode_documents(documents, encode, end)],
            sum(len(line) for document in documents for line in lines_of(document)),
        )
        for name, documents in held.items()
        if documents
    }
