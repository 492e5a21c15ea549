"""One entry to be built: what a worker has to know, and the keys of its results."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gallery.engine.request import Wanted, result_key, wanted_figures
from gallery.store import Store
from gallery.validation.schema import Model, Prompt
from lmviz.tokens import TokenTable


@dataclass(frozen=True)
class Task:
    """One entry to be built, with all that a worker needs to know.

    Attributes:
        root: of the gallery.
        directory, commit: where the model's files are, and a hub model's commit.
        digests: of weights and tokenizer.
        missing: results that are not in the store.
    """

    root: Path
    prompt: Prompt
    model: Model
    directory: Path
    commit: str | None
    digests: dict[str, str]
    missing: tuple[Wanted, ...]

    @property
    def id(self) -> str:
        return f"{self.prompt.id}/{self.model.id}"

    def key(self, wanted: Wanted) -> str:
        return result_key(wanted, self.prompt, self.model, self.digests)

    def key_of(self, kind: str, name: str = "") -> str:
        return next(self.key(wanted) for wanted in self.wanted() if (wanted.kind, wanted.name) == (kind, name))

    def wanted(self) -> tuple[Wanted, ...]:
        """All results of the entry, each once."""
        results: list[Wanted] = []
        for figure in wanted_figures(self.prompt):
            results += [wanted for wanted in figure.results if wanted not in results]
        return tuple(results)

    def has(self, wanted: Wanted, store: Store, tokens: TokenTable) -> bool:
        """Whether the result is in the store, and speaks of these tokens: results of one entry must agree in that."""
        key = self.key(wanted)
        return store.has(key) and store.read(key).tokens.token_ids.tolist() == tokens.token_ids.tolist()
