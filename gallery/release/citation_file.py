"""``CITATION.cff`` (Citation File Format 1.2.0): what a curator wrote in it is kept; authors, DOI, version and date
are put in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from gallery.validation.schema import Author, Imprint

NAME = "CITATION.cff"
_NEEDED = ("title", "abstract", "license")


class CitationFileUnusable(ValueError):
    """The file cannot be read, or says too little; ``lacking`` names the keys."""

    def __init__(self, path: Path, lacking: tuple[str, ...] = ()):
        self.path, self.lacking = path, lacking
        super().__init__(f"{path}: {', '.join(lacking) or 'no YAML mapping'}")


@dataclass(frozen=True)
class CitationFile:
    """The file as text, and as what it says."""

    text: str
    content: dict[str, Any]

    @classmethod
    def read(cls, path: Path) -> CitationFile:
        """Raises `CitationFileUnusable`, ``OSError``."""
        try:
            text = path.read_text(encoding="utf-8")
            content = yaml.safe_load(text)
        except (UnicodeDecodeError, yaml.YAMLError, ValueError):
            raise CitationFileUnusable(path) from None
        if not isinstance(content, dict):
            raise CitationFileUnusable(path)
        lacking = tuple(key for key in _NEEDED if not isinstance(content.get(key), str) or not content[key].strip())
        if lacking:
            raise CitationFileUnusable(path, lacking)
        return cls(text, content)

    @property
    def version(self) -> str:
        return str(self.content.get("version", ""))

    def released(self, imprint: Imprint, version: str, day: date) -> str:
        """The text of the file for a release by the authors of ``imprint``."""
        blocks = {
            "authors": "authors:\n" + "".join(map(_author, imprint.authors)),
            "version": f"version: {_quoted(version)}\n",
            "date-released": f"date-released: {day.isoformat()}\n",
            "doi": f"doi: {_quoted(imprint.doi)}\n" if imprint.doi else "",
        }
        text = self.text if self.text.endswith("\n") else self.text + "\n"
        for key, block in blocks.items():
            text = _with(text, key, block)
        return text


def _with(text: str, key: str, block: str) -> str:
    """``text`` with a key of its own first level replaced where it stands, else put at the end."""
    old = re.compile(rf"^{key}:.*\n(?:(?:[ \t-].*)?\n)*", re.MULTILINE)
    if old.search(text):
        return old.sub(lambda _: block, text, count=1)
    return text + block


def _author(author: Author) -> str:
    lines = list(_lines(author))
    return f"  - {lines[0]}\n" + "".join(f"    {line}\n" for line in lines[1:])


def _lines(author: Author) -> Iterator[str]:
    if author.name:
        yield f"name: {_quoted(author.name)}"
    else:
        yield f"family-names: {_quoted(author.family)}"
        yield f"given-names: {_quoted(author.given)}"
    if author.orcid:
        yield f"orcid: {_quoted(f'https://orcid.org/{author.orcid}')}"


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)
