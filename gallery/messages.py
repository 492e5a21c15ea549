"""Words in Japanese and English, side by side in TOML tables, one table a room.

A *wording* is a dictionary ``{"ja": ..., "en": ...}``; a value put into a wording may be a wording itself.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

LANGUAGES = ("ja", "en")


class Wording(dict[str, str]):
    """The same in every language.

    Attributes:
        key: in its table; empty where it comes from none.
        filled: the values that were filled in, for logs that machines read.
    """

    key: str = ""
    filled: Mapping[str, Any] = MappingProxyType({})


class Messages:
    """One table of wordings, read on first use."""

    def __init__(self, path: Path):
        self.path = path

    @cached_property
    def table(self) -> dict[str, Wording]:
        return tomllib.loads(self.path.read_text(encoding="utf-8"))

    def __call__(self, key: str, /, **values: Any) -> Wording:
        """The wording of ``key`` with ``values`` filled in; raises ``KeyError`` for an unknown key or value."""
        wording = Wording({
            language: self.table[key][language].format_map({k: _in(language, v) for k, v in values.items()})
            for language in LANGUAGES
        })
        wording.key, wording.filled = key, values
        return wording


def _in(language: str, value: Any) -> Any:
    return value[language] if isinstance(value, dict) else value


def language_of_environment() -> str:
    """``"ja"`` where the locale says Japanese (LC_ALL, then LC_MESSAGES, then LANG), else ``"en"``."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "ja" if value.lower().startswith("ja") else "en"
    return "en"
