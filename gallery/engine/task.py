"""One entry, minimal pair or study to be built: what a worker has to know, and the keys of its results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gallery.engine.asked import Asked
from gallery.engine.machine import KnownFiles, Located
from gallery.engine.manifest import manifest_path
from gallery.engine.request import Wanted
from gallery.store import Store
from gallery.validation.schema import Model
from lmviz.results import PromptPair, Result
from lmviz.tokens import TokenTable


@dataclass(frozen=True)
class Task:
    """One entry, minimal pair or study to be built, with all that a worker needs to know.

    Attributes:
        root: of the gallery.
        asked: what is to be built.
        directory, commit: where the model's files are, and a hub model's commit.
        digests: of weights and tokenizer, of two models those of both (`Asked.digests`).
        missing: results that are not in the store.
        files: digest of each of the model's files, by name; those of a second model under its id.
        other: where a second model's files are.
        factors: file of the model's factors, where that is not the store's own.
    """

    root: Path
    asked: Asked
    directory: Path
    commit: str | None
    digests: dict[str, str]
    missing: tuple[Wanted, ...]
    files: dict[str, str] = field(default_factory=dict)
    other: Located | None = None
    factors: Path | None = None

    @property
    def id(self) -> str:
        return self.asked.id

    @property
    def model(self) -> Model:
        return self.asked.model

    @property
    def is_study(self) -> bool:
        """Whether it is of a model over a reference text, and takes long."""
        return not self.asked.prompts

    @property
    def needs(self) -> str | None:
        """The id of the task whose results it takes."""
        return self.asked.needs

    @property
    def directories(self) -> tuple[Path, ...]:
        """Of each of its models."""
        return (self.directory,) if self.other is None else (self.directory, self.other.directory)

    @property
    def first(self) -> Wanted:
        """The result without which there is nothing to show, but of a study; it holds the texts as they were read."""
        return self.asked.wanted[0]

    @property
    def factors_file(self) -> Path:
        """Where the model's factors lie that an entry's responses are to."""
        (taken,) = {self.key(wanted) for figure in self.asked.figures for wanted in figure.taken}
        return self.factors or Store(self.root).path(taken)

    def key(self, wanted: Wanted) -> str:
        return self.asked.result_key(wanted, self.digests)

    def key_of(self, kind: str, name: str = "") -> str:
        return next(self.key(wanted) for wanted in self.asked.wanted if (wanted.kind, wanted.name) == (kind, name))

    def remember(self, known: KnownFiles) -> None:
        """That its manifest and all its results are there, so that the next build need not read them."""
        keys = [self.key(wanted) for wanted in self.asked.wanted]
        known.know_built(self.id, self.asked.made_for(self.digests), manifest_path(self.root, self.id), keys)

    def has(self, wanted: Wanted, store: Store, texts: Sequence[TokenTable]) -> bool:
        """Whether the result is in the store, and speaks of these tokens: results of one entry must agree in that.

        What a study reads is given, so that its results agree by their keys.
        """
        key = self.key(wanted)
        return store.has(key) and (not self.asked.prompts or _ids(texts_of(store.read(key))) == _ids(texts))


def texts_of(result: Result) -> tuple[TokenTable, ...]:
    """The texts that a result speaks of: two of a minimal pair."""
    return (result.tokens, result.other_tokens) if isinstance(result, PromptPair) else (result.tokens,)


def _ids(texts: Sequence[TokenTable]) -> list[list[int]]:
    return [tokens.token_ids.tolist() for tokens in texts]
