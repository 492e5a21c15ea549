"""A prompt file as a curator would write it: YAML in the catalog's own style."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from gallery.validation.nodes import File

_SCHEMA = "# yaml-language-server: $schema=../schema/prompt.json\n"
_NEEDS_QUOTES = re.compile(
    r"""[-?:,\[\]{}#&*!|>'"%@`.~=<]|\s|.*(:(\s|$)|\s\#|\s$|[\x00-\x1f\x7f-\xa0\u1680\u2000-\u202f\u2060-\u206f])""",
    re.DOTALL,
)
"""Where a plain scalar would be read as something else: by its first character, a mark within it, or its end."""
_IN_A_LIST = re.compile(r"[,\[\]{}]")
_ESCAPED = re.compile(r"[\x7f-\xa0\u1680\u2000-\u202f\u205f-\u206f\ufeff\ufff9-\uffff\ud800-\udfff]")


@dataclass(frozen=True)
class Draft:
    """What is known of a prompt that is to be added, as typed; None where nothing was said.

    Attributes:
        source: its kind: ``own``, ``adapted`` or ``quoted``.
        watch: watched words.
    """

    id: str
    title_ja: str
    title_en: str
    about_ja: str
    about_en: str
    text: str
    source: str
    licence: str
    article: str | None = None
    address: str | None = None
    revision: str | None = None
    tags: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    continuation: str | None = None
    watch: tuple[str, ...] = ()

    def content(self) -> dict[str, Any]:
        """The file as data, in the order of its keys."""
        source: dict[str, Any] = {"kind": self.source}
        if self.source != "own" or self.article is not None:
            revision = self.revision
            is_number = revision is not None and revision.isascii() and revision.isdigit() and len(revision) <= 18
            source |= {"article": self.article, "address": self.address}
            source["revision"] = int(revision) if is_number else revision
        content: dict[str, Any] = {
            "id": self.id,
            "titles": {"ja": self.title_ja, "en": self.title_en},
            "about": {"ja": self.about_ja, "en": self.about_en},
            "text": self.text,
            "source": {**source, "licence": self.licence},
        }
        if self.tags:
            content["tags"] = [*self.tags]
        if self.models:
            content["models"] = [*self.models]
        if self.continuation is not None:
            content["generation"] = {"continuation": self.continuation}
        if self.watch:
            content["figures"] = {"watched_words": {"words": [*self.watch]}}
        return content

    def yaml(self) -> bytes:
        return (_SCHEMA + "".join(_lines(self.content(), ""))).encode()


def _lines(mapping: dict[str, Any], indentation: str) -> Iterator[str]:
    for key, value in mapping.items():
        if isinstance(value, dict):
            yield f"{indentation}{key}:\n"
            yield from _lines(value, indentation + "  ")
        elif isinstance(value, list):
            yield f"{indentation}{key}: [{', '.join(_scalar(item, in_list=True) for item in value)}]\n"
        else:
            yield f"{indentation}{key}: {_scalar(value)}\n"


def _scalar(value: str | int | None, *, in_list: bool = False) -> str:
    if not isinstance(value, str):
        return "null" if value is None else str(value)
    if _NEEDS_QUOTES.match(value) or (in_list and _IN_A_LIST.search(value)) or not _is_text(value):
        return _ESCAPED.sub(_escape, json.dumps(value, ensure_ascii=False))
    return value


def _is_text(value: str) -> bool:
    """Whether the catalog's reader takes it, without quotes, for text: not for a number, a truth value or nothing."""
    node = File("").read(f"- {value}".encode(errors="replace"))
    return node is not None and bool(node.items) and node.items[0].value == value


def _escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match.group()):04x}"
