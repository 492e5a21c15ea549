"""How each model on this machine cuts a text, without running any of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gallery.engine.machine import locate
from gallery.validation.reader import read_lock
from gallery.validation.schema import Catalog, Prompt
from gallery.validation.texts import shape_of
from lmviz.tokens import TokenTable


@dataclass(frozen=True)
class Tokenization:
    """A text under one model.

    Attributes:
        model: its id.
        n_tokens: start tokens included; 0 where the model is not on this machine.
        pieces: text and how many tokens it takes: 1, or more where one character takes several. Joined, the texts are
            prompt and given continuation.
        unknown: characters that the model has no token for.
    """

    model: str
    n_tokens: int
    pieces: tuple[tuple[str, int], ...]
    unknown: tuple[str, ...]


def tokenizations(prompt: Prompt, catalog: Catalog, root: Path) -> Iterator[Tokenization]:
    """The prompt under every model that reads it."""
    lock = read_lock(root)
    for model in catalog.models:
        if not prompt.is_read_by(model):
            continue
        directory = locate(model, root, lock).directory
        if directory is None:
            yield Tokenization(model.id, 0, (), ())
            continue
        shape = shape_of(model, directory)
        table = shape.tokenizer.table(prompt.text, start=shape.start, continuation=prompt.generation.continuation)
        unknown = (text for text, kind in zip(table.texts, table.kinds, strict=True) if kind == "unknown" and text)
        yield Tokenization(model.id, len(table), tuple(_pieces(table)), tuple(dict.fromkeys(unknown)))


def _pieces(table: TokenTable) -> Iterator[tuple[str, int]]:
    """Tokens of one character together; start tokens and a prefix space, which stand for no text, not at all."""
    for group in np.unique(table.groups):
        members = np.flatnonzero(table.groups == group)
        if text := table.group_text(int(members[0])):
            yield text, len(members)
