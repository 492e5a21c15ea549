"""Results of several models, or of two texts, as the figures that compare them take them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lmviz.figures.messages import LANGUAGES, Language, message
from lmviz.tokens import TokenTable

HUES = 4
"""Hues for models and texts; each second one is drawn as an outline or a broken line as well."""


@dataclass(frozen=True)
class Compared:
    """What is compared, in order, with the names that readers see."""

    names: tuple[str, ...]
    results: tuple[Any, ...]

    @property
    def tables(self) -> list[TokenTable]:
        """The texts' tokens."""
        return [result.tokens for result in self.results]


def compared(results: Any, cls: type, kind: str, names: Mapping[str, str] | None, language: str) -> Compared:
    """The results to compare, in the order of the mapping; models without a name are called by their id.

    Raises:
        ValueError: for anything but a mapping of two or more results of ``cls``, or an unknown language.
    """
    if not isinstance(results, Mapping) or len(results) < 2 or not all(isinstance(r, cls) for r in results.values()):
        found = ", ".join(type(r).__name__ for r in results.values()) if isinstance(results, Mapping) else \
            type(results).__name__
        raise ValueError(f"{kind} compares two results or more, a mapping of name to {cls.__name__}; given: "
                         f"{found or 'nothing'}")
    if language not in LANGUAGES:
        raise ValueError(f"language is one of {', '.join(LANGUAGES)}, not {language!r}")
    return Compared(tuple((names or {}).get(key, key) for key in results), tuple(results.values()))


def scope(tables: list[TokenTable], models: list[str]) -> str:
    """What the figures of one comparison have in common: they share what the reader has chosen."""
    digest = hashlib.sha256("\0".join(models).encode())
    for table in tables:
        digest.update(np.ascontiguousarray(table.token_ids, dtype="<i8").tobytes() + b"|")
    return digest.hexdigest()[:12]


def listed(names: tuple[str, ...] | list[str], values: list[str], language: Language, key: str = "model_value",
           separator: str = "list.separator") -> str:
    """Each model with its value, as a list in words; ``separator`` is the message that stands between two models."""
    return message(separator, language).join(
        message(f"compare.{key}", language, model=name, value=value) for name, value in zip(names, values, strict=True)
    ) or "–"
