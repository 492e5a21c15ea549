"""The words of all figures, in both languages, from ``messages.toml`` and the tables beside it."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, Literal

Language = Literal["ja", "en"]
LANGUAGES: tuple[Language, ...] = ("ja", "en")


@cache
def table() -> dict[str, dict[str, str]]:
    """All messages: ``{"rankings.title.jump": {"ja": …, "en": …}}``."""
    flat: dict[str, dict[str, str]] = {}

    def walk(prefix: str, node: dict[str, Any]) -> None:
        if all(isinstance(value, str) for value in node.values()):
            flat[prefix] = node
            return
        for key, value in node.items():
            walk(f"{prefix}.{key}" if prefix else key, value)

    for path in files("lmviz.figures").iterdir():
        if path.name.endswith("messages.toml"):
            walk("", tomllib.loads(path.read_text(encoding="utf-8")))
    return flat


def message(key: str, language: Language, **values: object) -> str:
    """The message ``key`` with its placeholders filled. Raises ``ValueError`` for an unknown key or language."""
    entry = table().get(key)
    if entry is None:
        raise ValueError(f"no table of messages has {key!r}")
    if language not in entry:
        raise ValueError(f"unknown language {language!r}; known: {', '.join(LANGUAGES)}")
    return entry[language].format(**values) if values else entry[language]


def group(prefix: str, language: Language) -> dict[str, str]:
    """Messages below ``prefix``, unformatted, by the rest of their key: what a browser module fills in itself."""
    start = prefix + "."
    return {key[len(start):]: entry[language] for key, entry in table().items() if key.startswith(start)}


def quoted(text: str, language: Language) -> str:
    """A token in the language's quotation marks."""
    if language == "en":
        return f"“{text}”"
    return f"『{text}』" if "「" in text or "」" in text else f"「{text}」"


def headed(text: str) -> str:
    """A term as it stands at the head of a row or column: with a capital in a language that has them."""
    return text[:1].upper() + text[1:]
