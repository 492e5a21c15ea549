"""What is wrong in a catalog: every problem with its place, in both languages."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from gallery.messages import Messages, Wording

words = Messages(Path(__file__).with_name("messages.toml"))


@dataclass(frozen=True, order=True)
class Problem:
    """One thing to mend.

    Attributes:
        file: path from the gallery's root, as the curator knows it.
        line, column: counted from 1.
        key: key of the wording in ``messages.toml``, for tests and tools.
        wording: by language: what was found, what was expected, what to do.
    """

    file: str
    line: int
    column: int
    key: str
    wording: Wording = field(compare=False)

    def text(self, language: str) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.wording[language]}"


class CatalogProblems(Exception):
    """All problems of one reading, in the order of files and lines."""

    def __init__(self, problems: Iterable[Problem]):
        unique: dict[tuple[str, int, int, str], Problem] = {}
        for problem in problems:
            unique.setdefault((problem.file, problem.line, problem.column, problem.wording["en"]), problem)
        self.problems = tuple(unique[place] for place in sorted(unique, key=lambda place: place[:3]))
        super().__init__("\n".join(p.text("en") for p in self.problems))


def did_you_mean(found: str, known: Iterable[str]) -> Wording:
    """" Did you mean X?", or nothing where no known name is near."""
    near = difflib.get_close_matches(found[:80], list(known), n=1, cutoff=0.6)
    return words("did_you_mean", name=near[0]) if near else {"ja": "", "en": ""}


def listed(names: Iterable[str], limit: int = 30) -> str:
    """Names in one line, cut off where there are very many."""
    names = list(names)
    return ", ".join(names[:limit]) + (", …" if len(names) > limit else "")
