"""Texts to train on: a directory of .txt, .jsonl and .jsonl.xz files, in sources that are mixed in chosen shares."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import numpy as np

from gallery.models.evaluation.held_out import read_records

_SENTENCE = re.compile(r"[^。\n]+")
# Shorter sentences recur in texts that have nothing to do with each other.
_LONG = 20


def read_sources(directory: Path) -> dict[str, list[str]]:
    """The documents of each source, by the source's name.

    A ``.txt`` is a document, a ``.jsonl`` or ``.jsonl.xz`` holds one a line (``title``, ``text``). All files in a
    folder of the directory, however deep, are the source of the folder's name; a ``NAME.jsonl`` or ``NAME.jsonl.xz``
    in no folder is the source NAME, and the ``.txt`` files in no folder are the source of the directory's own name.

    Raises:
        ValueError: no directory, no texts, a file that is not UTF-8, or a line that holds no document.
    """
    if not directory.is_dir():
        raise ValueError(f"no such directory: {directory}; give a directory of .txt, .jsonl or .jsonl.xz files")
    sources: dict[str, list[str]] = {}
    for path in sorted(directory.rglob("*")):
        if not path.name.endswith((".txt", ".jsonl", ".jsonl.xz")):
            continue
        folder, *below = path.relative_to(directory).parts
        alone = directory.resolve().name if path.suffix == ".txt" else path.name.split(".jsonl")[0]
        try:
            documents = [path.read_text(encoding="utf-8")] if path.suffix == ".txt" else read_records(path)
        except UnicodeDecodeError:
            raise ValueError(f"{path} is not UTF-8 text; convert it") from None
        sources.setdefault(folder if below else alone, []).extend(documents)
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
