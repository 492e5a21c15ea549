"""One entry or minimal pair to be built: what a worker has to know, and the keys of its results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gallery.engine.asked import Asked
from gallery.engine.request import Wanted
from gallery.store import Store
from gallery.validation.schema import Model
from lmviz.results import PromptPair, Result
from lmviz.tokens import TokenTable


@dataclass(frozen=True)
class Task:
    """One entry or minimal pair to be built, with all that a worker needs to know.

    Attributes:
        root: of the gallery.
        asked: what is to be built.
        directory, commit: where the model's files are, and a hub model's commit.
        digests: of weights and tokenizer.
        missing: results that are not in the store.
        files: digest of each of the model's files, by name.
    """

    root: Path
    asked: Asked
    directory: Path
    commit: str | None
    digests: dict[str, str]
    missing: tuple[Wanted, ...]
    files: dict[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return self.asked.id

    @property
    def model(self) -> Model:
        return self.asked.model

    @property
    def first(self) -> Wanted:
        """The result without which there is nothing to show; it holds the texts as they were read."""
        return self.asked.wanted[0]

    def key(self, wanted: Wanted) -> str:
        return self.asked.result_key(wanted, self.digests)

    def key_of(self, kind: str, name: str = "") -> str:
        return next(self.key(wanted) for wanted in self.asked.wanted if (wanted.kind, wanted.name) == (kind, name))

    def has(self, wanted: Wanted, store: Store, texts: Sequence[TokenTable]) -> bool:
        """Whether the result is in the store, and speaks of these tokens: results of one entry must agree in that."""
        key = self.key(wanted)
        return store.has(key) and _ids(texts_of(store.read(key))) == _ids(texts)


def texts_of(result: Result) -> tuple[TokenTable, ...]:
    """The texts that a result speaks of: two of a minimal pair."""
    return (result.tokens, result.other_tokens) if isinstance(result, PromptPair) else (result.tokens,)


def _ids(texts: Sequence[TokenTable]) -> list[list[int]]:
    return [tokens.token_ids.tolist() for tokens in texts]
