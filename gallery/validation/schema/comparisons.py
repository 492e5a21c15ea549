"""What a file of `comparisons/` may say."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from gallery.validation.schema.common import Bilingual, Identifier, Identifiers, Prose, Strict


class ModelComparisonNotes(Strict):
    """What to see beside a figure, by its kind."""

    compare_surprisal: Prose | None = None
    compare_ranks: Prose | None = None
    compare_settled: Prose | None = None
    compare_watched_words: Prose | None = None
    compare_attribution: Prose | None = None


class PromptComparisonNotes(Strict):
    """What to see beside a figure, by its kind."""

    pair_predictions: Prose | None = None
    pair_divergence: Prose | None = None


class TrainingNotes(Strict):
    """What to see beside a figure, by its kind."""

    training_course: Prose | None = None
    training_ranks: Prose | None = None
    training_factors: Prose | None = None
    training_attribution: Prose | None = None


class _Comparison(Strict):
    """What all kinds of comparison say, in a file of its own: `comparisons/ID.yaml`."""

    id: Identifier
    titles: Bilingual
    about: Bilingual
    see: Prose
    aliases: Identifiers = ()


class ModelComparison(_Comparison):
    """One prompt under several models. Figures are drawn from the entries' own results."""

    kind: Literal["models"]
    prompt: Identifier
    models: Annotated[tuple[Identifier, ...], Field(min_length=2, max_length=4)]
    notes: ModelComparisonNotes = ModelComparisonNotes()

    @property
    def prompt_ids(self) -> tuple[str, ...]:
        return (self.prompt,)


class PromptComparison(_Comparison):
    """A minimal pair: two prompts that differ in one place, under one model or under several in turn."""

    kind: Literal["prompts"]
    prompts: Annotated[tuple[Identifier, ...], Field(min_length=2, max_length=2)]
    models: Annotated[tuple[Identifier, ...], Field(min_length=1, max_length=100)]
    notes: PromptComparisonNotes = PromptComparisonNotes()

    @property
    def prompt_ids(self) -> tuple[str, ...]:
        return self.prompts


class TrainingComparison(_Comparison):
    """One prompt through a model's training: under each of its checkpoints, then under the model itself."""

    kind: Literal["training"]
    prompt: Identifier
    model: Identifier
    see: Prose | None = None
    notes: TrainingNotes = TrainingNotes()

    @property
    def prompt_ids(self) -> tuple[str, ...]:
        return (self.prompt,)


Comparison = ModelComparison | PromptComparison | TrainingComparison

COMPARISON_KINDS = (
    *ModelComparisonNotes.model_fields, *PromptComparisonNotes.model_fields, *TrainingNotes.model_fields,
)
"""Kinds of figure of comparisons, in the order in which their pages show them."""
