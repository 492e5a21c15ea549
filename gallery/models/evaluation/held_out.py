"""Held-out texts: JSON lines, ``{"title": …, "text": …}``, compressed with xz or plain.

A record is its title, if it has one, and the lines of its text. Lines are encoded one by one, blank ones left out, and
the end-of-sequence token stands before each record; it is not predicted.
"""

from __future__ import annotations

import hashlib
import json
import lzma
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lmviz.loading.tokenizers import Tokenizer


@dataclass(frozen=True)
class HeldOutText:
    """A file of records, with the hexadecimal SHA-256 of its bytes."""

    name: str
    digest: str
    records: tuple[str, ...]

    @classmethod
    def read(cls, path: Path) -> HeldOutText:
        """Raises ``ValueError`` for a line that is no record."""
        return cls(path.name, hashlib.sha256(path.read_bytes()).hexdigest(), tuple(read_records(path)))


def read_records(path: Path) -> list[str]:
    """Title and text of each line of a JSON lines file. Raises ``ValueError`` that names the line that is not so."""
    records = []
    opened = lzma.open(path, "rt", encoding="utf-8") if path.suffix == ".xz" else path.open(encoding="utf-8")
    with opened as file:
        for number, line in enumerate(file, 1):
            try:
                record = json.loads(line)
                title, text = record.get("title") or "", record["text"]
            except (ValueError, KeyError, AttributeError):
                expected = '{"title": "…", "text": "…"}'
                raise ValueError(f"{path}, line {number}: expected an object such as {expected}") from None
            records.append(f"{title}\n{text}" if title else text)
    return records


def count_characters(records: tuple[str, ...] | list[str]) -> int:
    """Characters (code points) of the records, newlines left out."""
    return sum(len(line) for record in records for line in record.split("\n"))


def encode_records(tokenizer: Tokenizer, records: tuple[str, ...] | list[str]) -> list[np.ndarray]:
    """Ids int64 ``[1 + token]`` of each record, the end-of-sequence token first.

    Raises:
        ValueError: a tokenizer without an end-of-sequence token, or records without a single token.
    """
    if tokenizer.eos_id is None:
        raise ValueError("the tokenizer has no end-of-sequence token to put before a record")
    encoded = []
    for record in records:
        lines = [tokenizer.encode(line).token_ids for line in record.split("\n") if line.strip()]
        encoded.append(np.concatenate([np.array([tokenizer.eos_id], dtype=np.int64), *lines]))
    if all(len(ids) == 1 for ids in encoded):
        raise ValueError("there is no text to read; expected JSON lines with a text each")
    return encoded
