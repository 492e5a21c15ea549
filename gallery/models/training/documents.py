"""Texts to train on: a directory of .txt, .jsonl and .jsonl.xz files, one source a file or a folder of .txt."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import numpy as np

from gallery.models.evaluate import read_records

_SENTENCE = re.compile(r"[^。\n]+")
# Shorter sentences recur in texts that have nothing to do with each other.
_LONG = 20


def read_sources(directory: Path) -> dict[str, list[str]]:
    """The documents of each source, by the source's name.

    A ``NAME.jsonl`` or ``NAME.jsonl.xz`` is the source NAME, a document a line (``title``, ``text``); the ``.txt``
    files of one folder are the source of the folder's name, a document a file.

    Raises:
        ValueError: no directory, no texts, two files of one name, or a line that holds no document.
    """
    if not directory.is_dir():
        raise ValueError(f"no such directory: {directory}; give a directory of .txt, .jsonl or .jsonl.xz files")
    sources: dict[str, list[str]] = {}
    for path in sorted(directory.rglob("*")):
        if path.name.endswith((".jsonl", ".jsonl.xz")):
            name, documents = path.name.split(".jsonl")[0], read_records(path)
            if name in sources:
                raise ValueError(f"two sources are named {name} in {directory}; rename {path.name}")
            sources[name] = documents
        elif path.suffix == ".txt":
            try:
                sources.setdefault(path.parent.name, []).append(path.read_text(encoding="utf-8"))
            except UnicodeDecodeError:
                raise ValueError(f"{path} is not UTF-8 text; convert it") from None
    sources = {name: [text for text in documents if text.strip()] for name, documents in sources.items()}
    sources = {name: documents for name, documents in sources.items() if documents}
    if not sources:
        raise ValueError(f"no texts in {directory}; expected .txt, .jsonl or .jsonl.xz files")
    return sources


def lines_of(document: str) -> list[str]:
    """The lines of a document that are encoded, one by one: those that are not blank."""
    return [line for line in document.split("\n") if line.strip()]


def hold_back(documents: list[str], characters: int, generator: np.random.Generator) -> tuple[list[str], list[str]]:
    """Divides documents into those to train on and those held back.

    Held back are whole documents in random order, of at most a tenth of the text and about ``characters``, none longer
    than half of that, and none that shares a sentence of 20 characters or more with another document.
    """
    sentences = [{s for s in _SENTENCE.findall(document) if len(s) >= _LONG} for document in documents]
    occurrences = Counter(sentence for found in sentences for sentence in found)
    wanted = min(characters, sum(map(len, documents)) // 10)
    held: set[int] = set()
    taken = 0
    for i in generator.permutation(len(documents)).tolist():
        if taken >= wanted:
            break
        if len(documents[i]) * 2 <= max(wanted, 2) and all(occurrences[s] == 1 for s in sentences[i]):
            held.add(i)
            taken += len(documents[i])
    return (
        [document for i, document in enumerate(documents) if i not in held],
        [document for i, document in enumerate(documents) if i in held],
    )
