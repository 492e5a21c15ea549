"""What is built as one: an entry (one prompt under one model), a minimal pair (two prompts under one model), or a study
(a model, or two, over a reference text).

A key covers what a result's numbers depend on and nothing else. So titles change nothing, a watched word changes one
result, and other weights change all of a model's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from gallery.engine.request import (
    Wanted,
    WantedFigure,
    generation_of,
    likeness_figures,
    pair_figures,
    reading_of,
    study_figures,
    wanted_figures,
)
from gallery.store import figure_id, identity
from gallery.subjects import study_id
from gallery.validation.schema import Catalog, Model, Prompt, PromptComparison, ReferenceText
from lmviz.results import result_class

OF_STUDIES = ("model_factors", "factor_effects", "factor_labels", "layer_similarity")
"""Kinds of result that are of a model over a reference text, whose digest is among their options."""

OF_FACTORS = ("factor_effects", "factor_labels", "factor_responses")
"""Kinds of result that are computed from a model's factors."""


@dataclass(frozen=True)
class Asked:
    """Texts that a model reads, and the figures that the catalog asks for of them.

    Attributes:
        id: its name in commands, its manifest's and, for an entry, its page's.
        prompts: what is read: one of an entry, two of a minimal pair, none of a study.
        figures: in page order. Without the first result of the first there is nothing to show, but of a study.
        subject: what the ids of its figures say they are of.
        reference: the text of a study, or that of the factors whose responses an entry shows, without its passages.
        other: of a study of two models, the second.
    """

    id: str
    prompts: tuple[Prompt, ...]
    model: Model
    figures: tuple[WantedFigure, ...]
    subject: dict[str, Any]
    reference: ReferenceText | None = None
    other: Model | None = None

    @property
    def models(self) -> tuple[Model, ...]:
        return (self.model,) if self.other is None else (self.model, self.other)

    @property
    def needs(self) -> str | None:
        """The id of the study whose results it takes."""
        return study_id((self.model,)) if any(figure.taken for figure in self.figures) else None

    @cached_property
    def wanted(self) -> tuple[Wanted, ...]:
        """All its results, each once."""
        results: list[Wanted] = []
        for figure in self.figures:
            results += [wanted for wanted in figure.results if wanted not in results]
        return tuple(results)

    @cached_property
    def reading(self) -> dict[str, Any]:
        """What is read, as plain JSON: of a pair two texts, and how each goes on. Options say what a study reads."""
        if not self.prompts:
            return {}
        texts, generations = [prompt.text for prompt in self.prompts], [*map(generation_of, self.prompts)]
        if len(texts) == 1:
            return {"text": texts[0], "generation": generations[0]}
        return {"text": texts, "generation": generations}

    @cached_property
    def request(self) -> dict[str, Any]:
        """All that the catalog says of it that numbers or figures depend on, as plain JSON by part."""
        other = {} if self.other is None else {"other_model": _said_of(self.other)}
        return {
            **self.reading, "model": _said_of(self.model), **other,
            "figures": {figure.kind: figure.options for figure in self.figures},
        }

    @cached_property
    def at_full(self) -> Asked:
        """The same at tier ``full``; pairs and studies have no tiers."""
        if len(self.prompts) != 1:
            return self
        return asked_entry(at_tier(self.prompts[0], "full"), self.model, self.reference)

    def digests(self, of_models: Sequence[Mapping[str, str]]) -> dict[str, str]:
        """Digests of its models' files in one, those of the second under ``other_weights`` and ``other_tokenizer``."""
        first, *others = of_models
        return {**first, **{f"other_{name}": digest for other in others for name, digest in other.items()}}

    def result_key(self, wanted: Wanted, digests: dict[str, str]) -> str:
        """Key in the store. The model's id is part of it because results carry it for their captions."""
        return identity({
            "analysis": wanted.kind,
            "options": wanted.options,
            "schema_version": _schema_version(wanted.kind),
            **({} if wanted.kind in OF_STUDIES else self.reading),
            "model": self.model.id,
            **self._models_read,
            "digests": digests,
        })

    def made_for(self, digests: dict[str, str]) -> str:
        """Stands for all that its manifest and the keys of its results depend on, so that neither has to be read."""
        results = [(wanted.kind, wanted.name, wanted.options, _schema_version(wanted.kind)) for wanted in self.wanted]
        return identity([self.subject, self.request, self._models_read, results, digests])

    def figure_id(self, figure: WantedFigure, digests: dict[str, str]) -> str:
        """The figure's permanent id."""
        versions = {wanted.kind: result_class(wanted.kind).schema_version for wanted in figure.results}
        return figure_id({
            "subject": self.subject,
            "kind": figure.kind,
            "options": figure.options,
            "schema_version": versions if len(versions) > 1 else versions[figure.results[0].kind],
            **self.reading,
            **self._models_read,
            "digests": digests,
        })

    @cached_property
    def _models_read(self) -> dict[str, Any]:
        """How its models are read."""
        beside = {} if self.other is None else {"other": {"model": self.other.id, **reading_of(self.other)}}
        return {**reading_of(self.model), **beside}


def _said_of(model: Model) -> dict[str, Any]:
    return {**reading_of(model), "hub": model.hub, "revision": model.revision, "version": model.version}


def _schema_version(kind: str) -> int | dict[str, int]:
    kinds = (kind, "model_factors") if kind in OF_FACTORS else (kind,)
    versions = {name: result_class(name).schema_version for name in kinds}
    return versions if len(versions) > 1 else versions[kind]


def asked_entry(prompt: Prompt, model: Model, reference: ReferenceText | None = None) -> Asked:
    """One prompt under one model, whose factors are of ``reference``."""
    subject = {"prompt": prompt.id, "model": model.id}
    figures = wanted_figures(prompt, model, reference)
    digest_alone = reference and reference.model_copy(update={"passages": ()})
    return Asked(f"{prompt.id}/{model.id}", (prompt,), model, figures, subject, digest_alone)


def asked_pair(comparison: PromptComparison, prompts: tuple[Prompt, ...], model: Model) -> Asked:
    """A minimal pair under one model."""
    subject = {"comparison": comparison.id, "model": model.id}
    return Asked(f"compare/{comparison.id}/{model.id}", prompts, model, pair_figures(), subject)


def asked_study(model: Model, reference: ReferenceText, other: Model | None = None) -> Asked:
    """A model over a reference text, or beside another."""
    if other is None:
        return Asked(study_id((model,)), (), model, study_figures(model, reference), {"model": model.id}, reference)
    subject = {"model": model.id, "other": other.id}
    return Asked(
        study_id((model, other)), (), model, likeness_figures(other, reference), subject, reference, other
    )


def asked_studies(catalog: Catalog) -> Iterator[Asked]:
    """Every model that is studied, alone and then beside others, in the catalog's order."""
    models = {model.id: model for model in catalog.models}
    for model in catalog.models:
        if model.reference is None:
            continue
        reference = catalog.references[model.reference]
        if model.factors and _is_chosen(catalog, study_id((model,))):
            yield asked_study(model, reference)
        for name in model.similar_to:
            if _is_chosen(catalog, f"{study_id((model,))}+{name}"):
                yield asked_study(model, reference, models[name])


def asked_entries(catalog: Catalog) -> Iterator[Asked]:
    """Every prompt with every model that reads it, in the catalog's order."""
    for prompt in catalog.prompts:
        for model in catalog.models:
            if prompt.is_read_by(model):
                yield asked_entry(prompt, model, catalog.references[model.reference] if model.factors else None)


def asked_pairs(catalog: Catalog) -> Iterator[Asked]:
    """Every minimal pair with each of its models, in the catalog's order."""
    prompts = {prompt.id: prompt for prompt in catalog.prompts}
    models = {model.id: model for model in catalog.models}
    for comparison in catalog.comparisons:
        if isinstance(comparison, PromptComparison):
            for name in comparison.models:
                yield asked_pair(comparison, tuple(prompts[p] for p in comparison.prompts), models[name])


def everything_asked(catalog: Catalog) -> Iterator[Asked]:
    """Studies, which entries may need, then entries, then minimal pairs."""
    yield from asked_studies(catalog)
    yield from asked_entries(catalog)
    yield from asked_pairs(catalog)


def _is_chosen(catalog: Catalog, study: str) -> bool:
    return catalog.studies is None or study in catalog.studies


def at_tier(prompt: Prompt, tier: str | None) -> Prompt:
    """The prompt as a command asks for it; as the catalog does where ``tier`` is None."""
    return prompt if tier is None else prompt.model_copy(update={"tier": tier})
