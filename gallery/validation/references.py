"""The texts that models are studied over: where they are, what passages they hold, and that models can read them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from gallery.validation.nodes import File, Node
from gallery.validation.root import inside
from gallery.validation.schema import Model, ReferenceText
from gallery.validation.texts import Shape, most_tokens

MAX_BYTES = 2 * 2**20
LEAST_PASSAGES = 2
"""Factors are tried on halves of the passages."""

LONGEST = 40
"""Passages that are held against a model's context whenever a catalog is read; the study refuses any other."""


@dataclass(frozen=True)
class ReadText:
    """A reference text, its file, and the line on which each passage begins."""

    text: ReferenceText
    file: File
    lines: tuple[int, ...]


def read_references(
    root: Path, models: Iterable[tuple[Model, File, Node]], files: list[File]
) -> dict[str, ReadText]:
    """The texts that ``models`` name, by path, each read once; what is wrong is reported once.

    A text that is not there is a problem of the first model that names it, what it holds one of its own file.
    """
    found: dict[str, ReadText | None] = {}
    for model, file, node in models:
        name = model.reference
        if name is None or name in found:
            continue
        path = inside(root, name)
        place = node.at("factors", "text") if model.factors else node.at("similar_to")
        if path is None:
            file.report(place, "text_outside", found=name[:80])
        elif not os.path.isfile(path):
            file.report(place, "text_missing", found=name[:80])
        found[name] = None if path is None or not os.path.isfile(path) else _read(path, name, files)
    return {name: read for name, read in found.items() if read is not None}


def check_passages(read: ReadText, shape: Shape) -> None:
    """That a model can read each passage by itself, as far as the longest tell."""
    limit = shape.n_positions
    numbers = range(len(read.lines))
    for number in sorted(numbers, key=lambda i: len(read.text.passages[i]), reverse=True)[:LONGEST]:
        passage, line = read.text.passages[number], read.lines[number]
        if limit is None or len(shape.start) + most_tokens(passage) <= limit:
            continue
        place = Node(line, 1)
        try:
            n_tokens = len(shape.tokenizer.table(passage, start=shape.start))
        except ValueError as error:
            read.file.report(place, "text_unreadable", model=shape.model.id, why=str(error))
            return
        if n_tokens > limit:
            read.file.report(place, "passage_past_context", model=shape.model.id, found=n_tokens, limit=limit)


def studied_with(model: Model, models: Mapping[str, Model]) -> list[str]:
    """Paths of the texts that a model reads: its own, and those of models that are compared with it."""
    names = [one.reference for one in models.values() if one.id == model.id or model.id in one.similar_to]
    return list(dict.fromkeys(name for name in names if name is not None))


def _read(path: Path, name: str, files: list[File]) -> ReadText | None:
    file = File(name)
    files.append(file)
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            file.report(None, "file_too_large", found=size, limit=MAX_BYTES)
            return None
        text = file.decode(path.read_bytes(), MAX_BYTES)
    except OSError as error:
        file.report(None, "file_unreadable", why=error.strerror or str(error))
        return None
    if text is None:
        return None
    passages, lines = _passages(file.rows)
    if len(passages) < LEAST_PASSAGES:
        file.report(None, "too_few_passages", found=len(passages), limit=LEAST_PASSAGES)
        return None
    digest = hashlib.sha256("\n".join(passages).encode()).hexdigest()
    return ReadText(ReferenceText(passages=passages, digest=digest), file, lines)


def _passages(rows: list[str]) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Passages, their lines joined without anything between them, and the first line of each."""
    passages: list[list[str]] = []
    lines: list[int] = []
    is_open = False
    for number, row in enumerate(rows, 1):
        if not row.strip():
            is_open = False
        elif is_open:
            passages[-1].append(row)
        else:
            passages.append([row])
            lines.append(number)
            is_open = True
    return tuple(map("".join, passages)), tuple(lines)

