"""The whole catalog, as it was read."""

from __future__ import annotations

from pydantic import Field

from gallery.validation.schema.common import Bilingual, Strict
from gallery.validation.schema.comparisons import Comparison, TrainingComparison
from gallery.validation.schema.imprint import Imprint
from gallery.validation.schema.models import CheckpointModel, Model
from gallery.validation.schema.prompts import Prompt


class ReferenceText(Strict):
    """A reference text: its passages, and a digest that stands for them in keys, wherever the file lies."""

    passages: tuple[str, ...]
    digest: str


class Catalog(Strict):
    """The whole catalog, in the order of its files.

    Attributes:
        references: the texts that models are studied over, by path.
        studies: ids of the studies that were chosen; None for all.
        imprint: what the gallery says of itself.
    """

    models: tuple[Model, ...]
    prompts: tuple[Prompt, ...]
    comparisons: tuple[Comparison, ...] = ()
    tags: dict[str, Bilingual] = Field(default_factory=dict)
    references: dict[str, ReferenceText] = Field(default_factory=dict)
    studies: tuple[str, ...] | None = None
    imprint: Imprint = Imprint()

    def course(self, model_id: str) -> dict[int, Model]:
        """A model by the step of its training, its checkpoints first, itself last; as far as they are here."""
        kept = [model for model in self.models if isinstance(model, CheckpointModel) and model.of == model_id]
        itself = [model for model in self.models if model.id == model_id and model.steps is not None]
        return {model.step: model for model in kept} | {model.steps: model for model in itself}

    def model_ids(self, comparison: Comparison) -> tuple[str, ...]:
        """The models that a comparison is of, in its order."""
        if isinstance(comparison, TrainingComparison):
            return tuple(model.id for model in self.course(comparison.model).values())
        return comparison.models
