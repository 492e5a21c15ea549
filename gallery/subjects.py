"""What the gallery is about: entries (one prompt under one model), comparisons of several, studies of models, their
figures, and how far they have been built.

An entry that has been computed, or has failed, has a *manifest* beside the store. Pages are written from the catalog,
the manifests and the store alone; they never look at a model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from gallery.validation.schema import Comparison, Model, Prompt

RECEIPT = "receipt"
"""Name of the receipt among the results of an attribution."""

FACTORS = "factors"
"""Name of the model's factors among the results of a figure of what they respond to."""

TARGETS = "targets"
"""Name, among the results of a training's course, of the attribution whose targets it follows."""

CHOICES = "choices-"
"""Beginning of the names, among the results of a training's ranks, of what comes first at a step."""


@dataclass(frozen=True)
class Figure:
    """One figure of an entry, of a comparison or of a study.

    Attributes:
        kind: one of `gallery.validation.schema.FIGURE_KINDS`, ``COMPARISON_KINDS`` or ``STUDY_KINDS``.
        id: permanent id, 12 characters of base32.
        options: what identifies it beside the text and the model, as plain JSON.
        results: key in the store by name: ``{"": key}``, or one a method (``attribution``), or one a number of
            components (``neuron_factors``, ``{"4": key, ...}``); `RECEIPT` for the receipt of an attribution. Of a
            comparison one a model, by id, or one a prompt, ``{"0": key, "1": key}``. Of a model's factors also
            ``effects`` and ``labels``; of what they respond to in a text also `FACTORS`, a result of the model's study.
            Of a training one a step, ``{"64": key, ...}``; beside them `TARGETS`, or `CHOICES` with the step.
        position: the position shown first, resolved to a number; None for kinds that have none.
        failure: why it could not be computed, by language; None if it could.
        incomplete: by name of a result that could not be computed, where others could: why, by language.
    """

    kind: str
    id: str
    options: dict[str, Any]
    results: dict[str, str]
    position: int | None = None
    failure: dict[str, str] | None = None
    incomplete: dict[str, dict[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Entry:
    """One prompt under one model, and how far it is built.

    Attributes:
        status: ``built`` (figures may still have failed one by one), ``failed`` (nothing could be computed) or
            ``missing`` (not computed yet, or computed for an earlier text or options).
        figures: in the order of `FIGURE_KINDS`; empty unless built.
        reason: by language, why it failed or is missing; None when built.
        command: the one command that builds it.
        provenance: model digests, revision, libraries, device, dtype, code version; empty unless built.
    """

    prompt: Prompt
    model: Model
    status: Literal["built", "failed", "missing"]
    figures: tuple[Figure, ...]
    reason: dict[str, str] | None
    command: str
    provenance: dict[str, Any]

    @property
    def id(self) -> str:
        """``PROMPT/MODEL``, also the address of its page."""
        return f"{self.prompt.id}/{self.model.id}"

    @property
    def page(self) -> str:
        return f"{self.id}/"

    @property
    def prompts(self) -> tuple[Prompt, ...]:
        return (self.prompt,)

    @property
    def models(self) -> tuple[Model, ...]:
        return (self.model,)


@dataclass(frozen=True)
class Compared:
    """What a comparison sets side by side: its entries of one prompt, or those of a minimal pair under one model.

    Attributes:
        id: ``compare/COMPARISON``, of a pair ``compare/COMPARISON/MODEL``.
        comparison: that it is of.
        entries: that it is drawn from, in the catalog's order.
        status: of its own results: ``built``, ``failed`` or ``missing``; ``built`` where it needs none.
        figures: those that can be drawn, in page order; `Figure.failure` where one of their parts failed.
        reason: by language, why its own results failed or are missing; None when built.
        command: the one command that builds it with its entries.
        provenance: see `Entry`.
    """

    id: str
    comparison: Comparison
    entries: tuple[Entry, ...]
    status: Literal["built", "failed", "missing"]
    figures: tuple[Figure, ...]
    reason: dict[str, str] | None
    command: str
    provenance: dict[str, Any]

    @property
    def page(self) -> str:
        return f"compare/{self.comparison.id}/"

    @property
    def prompts(self) -> tuple[Prompt, ...]:
        return tuple({entry.prompt.id: entry.prompt for entry in self.entries}.values())

    @property
    def models(self) -> tuple[Model, ...]:
        return tuple({entry.model.id: entry.model for entry in self.entries}.values())

    @property
    def unbuilt(self) -> tuple[Entry, ...]:
        """Entries that are not there to be drawn from."""
        return tuple(entry for entry in self.entries if entry.status != "built")


@dataclass(frozen=True)
class ModelStudy:
    """What is known of a model over a reference text, or of the likeness of two models' layers.

    Attributes:
        models: the model, or the two of a pair; a pair is a study of the first.
        status: ``built`` (figures may still have failed one by one), ``failed`` or ``missing``.
        figures: in the order of ``STUDY_KINDS``; of a pair, ``layer_similarity`` alone; empty unless built.
        reason: by language, why it failed or is missing; None when built.
        command: the one command that builds it.
        provenance: see `Entry`.
    """

    models: tuple[Model, ...]
    status: Literal["built", "failed", "missing"]
    figures: tuple[Figure, ...]
    reason: dict[str, str] | None
    command: str
    provenance: dict[str, Any]

    @property
    def id(self) -> str:
        """``models/MODEL``, of a pair ``models/MODEL+OTHER``."""
        return study_id(self.models)

    @property
    def page(self) -> str:
        return f"models/{self.model.id}/"

    @property
    def model(self) -> Model:
        return self.models[0]

    @property
    def prompts(self) -> tuple[Prompt, ...]:
        return ()


def study_id(models: Sequence[Model]) -> str:
    """The id of the study of a model, or of two."""
    return "models/" + "+".join(model.id for model in models)


Subject = Entry | Compared | ModelStudy
"""What a figure is of: it has an id, the page that it stands on, prompts, models, and a command that builds it."""
