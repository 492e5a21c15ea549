"""The pages' own words in both languages, from `messages.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Literal

Language = Literal["ja", "en"]
LANGUAGES: tuple[Language, ...] = ("ja", "en")


@cache
def _table() -> dict[str, dict[str, dict[str, str]]]:
    return tomllib.loads((Path(__file__).parent / "messages.toml").read_text(encoding="utf-8"))


class Words:
    """Looks words up as ``words("group.name", n=3)``. Raises ``KeyError`` for a name or language that is not there."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def __call__(self, key: str, /, **values: object) -> str:
        group, _, item = key.partition(".")
        text = _table()[group][item][self.language]
        return text.format(**values) if values else text

    def group(self, name: str) -> dict[str, str]:
        """All words of a group by key, in this language."""
        return {key: texts[self.language] for key, texts in _table()[name].items()}
