"""What is built as one: an entry (one prompt under one model) or a minimal pair (two prompts under one model).

A key covers what a result's numbers depend on and nothing else. So titles change nothing, a watched word changes one
result, and other weights change all of a model's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from gallery.engine.request import Wanted, WantedFigure, generation_of, pair_figures, reading_of, wanted_figures
from gallery.store import figure_id, identity
from gallery.validation.schema import Catalog, Model, Prompt, PromptComparison
from lmviz.results import result_class


@dataclass(frozen=True)
class Asked:
    """Texts that one model reads, and the figures that the catalog asks for of them.

    Attributes:
        id: its name in commands, its manifest's and, for an entry, its page's.
        prompts: what is read: one of an entry, two of a minimal pair.
        figures: in page order. Without the first result of the first there is nothing to show.
        subject: what the ids of its figures say they are of.
    """

    id: str
    prompts: tuple[Prompt, ...]
    model: Model
    figures: tuple[WantedFigure, ...]
    subject: dict[str, Any]

    @property
    def wanted(self) -> tuple[Wanted, ...]:
        """All its results, each once."""
        results: list[Wanted] = []
        for figure in self.figures:
            results += [wanted for wanted in figure.results if wanted not in results]
        return tuple(results)

    @property
    def reading(self) -> dict[str, Any]:
        """What is read, as plain JSON: of a pair two texts, and how each goes on."""
        texts, generations = [prompt.text for prompt in self.prompts], [*map(generation_of, self.prompts)]
        if len(texts) == 1:
            return {"text": texts[0], "generation": generations[0]}
        return {"text": texts, "generation": generations}

    @property
    def request(self) -> dict[str, Any]:
        """All that the catalog says of it that numbers or figures depend on, as plain JSON by part."""
        model = self.model
        return {
            **self.reading,
            "model": {**reading_of(model), "hub": model.hub, "revision": model.revision, "version": model.version},
            "figures": {figure.kind: figure.options for figure in self.figures},
        }

    @property
    def at_full(self) -> Asked:
        """The same at tier ``full``; a pair has no tiers."""
        return self if len(self.prompts) > 1 else asked_entry(at_tier(self.prompts[0], "full"), self.model)

    def result_key(self, wanted: Wanted, digests: dict[str, str]) -> str:
        """Key in the store. The model's id is part of it because results carry it for their captions."""
        return identity({
            "analysis": wanted.kind,
            "options": wanted.options,
            "schema_version": result_class(wanted.kind).schema_version,
            **self.reading,
            "model": self.model.id,
            **reading_of(self.model),
            "digests": digests,
        })

    def figure_id(self, figure: WantedFigure, digests: dict[str, str]) -> str:
        """The figure's permanent id."""
        versions = {wanted.kind: result_class(wanted.kind).schema_version for wanted in figure.results}
        return figure_id({
            "subject": self.subject,
            "kind": figure.kind,
            "options": figure.options,
            "schema_version": versions if len(versions) > 1 else versions[figure.results[0].kind],
            **self.reading,
            **reading_of(self.model),
            "digests": digests,
        })


def asked_entry(prompt: Prompt, model: Model) -> Asked:
    """One prompt under one model."""
    subject = {"prompt": prompt.id, "model": model.id}
    return Asked(f"{prompt.id}/{model.id}", (prompt,), model, wanted_figures(prompt), subject)


def asked_pair(comparison: PromptComparison, prompts: tuple[Prompt, ...], model: Model) -> Asked:
    """A minimal pair under one model."""
    subject = {"comparison": comparison.id, "model": model.id}
    return Asked(f"compare/{comparison.id}/{model.id}", prompts, model, pair_figures(), subject)


def asked_entries(catalog: Catalog) -> Iterator[Asked]:
    """Every prompt with every model that reads it, in the catalog's order."""
    for prompt in catalog.prompts:
        for model in catalog.models:
            if prompt.is_read_by(model):
                yield asked_entry(prompt, model)


def asked_pairs(catalog: Catalog) -> Iterator[Asked]:
    """Every minimal pair with each of its models, in the catalog's order."""
    prompts = {prompt.id: prompt for prompt in catalog.prompts}
    models = {model.id: model for model in catalog.models}
    for comparison in catalog.comparisons:
        if isinstance(comparison, PromptComparison):
            for name in comparison.models:
                yield asked_pair(comparison, tuple(prompts[p] for p in comparison.prompts), models[name])


def at_tier(prompt: Prompt, tier: str | None) -> Prompt:
    """The prompt as a command asks for it; as the catalog does where ``tier`` is None."""
    return prompt if tier is None else prompt.model_copy(update={"tier": tier})
