"""What a catalog may say, as types. What each key of `models.yaml`, `prompts/*.yaml` and `comparisons/*.yaml` means is
said in `descriptions.toml`, in both languages, which `json_schema.py` publishes with these types.

Results depend on the catalog only through `Prompt.text`, `Prompt.generation`, the figures' options and what a `Model`
says about loading; titles, tags, descriptions and the rules that factors are asked about are for pages and change no
number.
"""

from __future__ import annotations

from gallery.validation.schema.catalog import Catalog, ReferenceText
from gallery.validation.schema.common import (
    Bilingual,
    Identifier,
    Identifiers,
    Line,
    Paragraph,
    Phrase,
    Prose,
    Reference,
    Strict,
    Text,
)
from gallery.validation.schema.comparisons import (
    COMPARISON_KINDS,
    Comparison,
    ModelComparison,
    ModelComparisonNotes,
    PromptComparison,
    PromptComparisonNotes,
    TrainingComparison,
    TrainingNotes,
)
from gallery.validation.schema.figures import (
    FIGURE_KINDS,
    At,
    AttributionOptions,
    AttributionTarget,
    CharactersOptions,
    FactorResponsesOptions,
    FigureOptions,
    LayerPredictionsOptions,
    NeuronFactorsOptions,
    Position,
    WatchedWordsOptions,
    Word,
)
from gallery.validation.schema.imprint import Author, Imprint, Tour
from gallery.validation.schema.models import (
    REFERENCE_TEXT,
    STUDY_KINDS,
    Architecture,
    Checkpoint,
    CheckpointModel,
    FactorsOptions,
    FetchedModel,
    Model,
    TokenizerSettings,
)
from gallery.validation.schema.prompts import RESERVED_IDS, Generation, Prompt, Source

__all__ = [
    "Architecture",
    "At",
    "AttributionOptions",
    "AttributionTarget",
    "Author",
    "Bilingual",
    "COMPARISON_KINDS",
    "Catalog",
    "CharactersOptions",
    "Checkpoint",
    "CheckpointModel",
    "Comparison",
    "FIGURE_KINDS",
    "FactorResponsesOptions",
    "FactorsOptions",
    "FetchedModel",
    "FigureOptions",
    "Generation",
    "Identifier",
    "Identifiers",
    "Imprint",
    "LayerPredictionsOptions",
    "Line",
    "Model",
    "ModelComparison",
    "ModelComparisonNotes",
    "NeuronFactorsOptions",
    "Paragraph",
    "Phrase",
    "Position",
    "Prompt",
    "PromptComparison",
    "PromptComparisonNotes",
    "Prose",
    "REFERENCE_TEXT",
    "RESERVED_IDS",
    "Reference",
    "ReferenceText",
    "STUDY_KINDS",
    "Source",
    "Strict",
    "Text",
    "TokenizerSettings",
    "Tour",
    "TrainingComparison",
    "TrainingNotes",
    "WatchedWordsOptions",
    "Word",
]
