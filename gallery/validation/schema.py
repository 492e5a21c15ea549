"""What a catalog may say, as types. What each key of `models.yaml`, `prompts/*.yaml` and `comparisons/*.yaml` means is
said in `descriptions.toml`, in both languages, which `json_schema.py` publishes with these types.

Results depend on the catalog only through `Prompt.text`, `Prompt.generation`, the figures' options and what a `Model`
says about loading; titles, tags, descriptions and the rules that factors are asked about are for pages and change no
number.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

Identifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
Identifiers = Annotated[tuple[Identifier, ...], Field(max_length=100)]
Line = Annotated[str, Field(min_length=1, max_length=300)]
Paragraph = Annotated[str, Field(min_length=1, max_length=1200)]

Reference = Annotated[str, Field(max_length=2000)]
Text = Annotated[str, Field(min_length=1, max_length=20_000)]
Phrase = Annotated[str, Field(min_length=1, max_length=200)]

FIGURE_KINDS = (
    "tokens", "predictions", "layer_predictions", "rankings", "characters", "watched_words", "attribution",
    "neuron_factors", "factor_responses",
)
"""Kinds of figure, in the order in which an entry's page shows them."""

STUDY_KINDS = ("model_factors", "layer_similarity")
"""Kinds of figure of models, in the order in which their pages show them."""

REFERENCE_TEXT = "gallery/reference/sentences.txt"
"""What models are studied over unless the catalog names another text; a path from the gallery's root."""

RESERVED_IDS = frozenset({
    "about", "assets", "cite", "compare", "debug", "design", "en", "f", "figures", "gallery", "how-it-was-built",
    "how-to", "ja", "limits", "models", "notebooks", "pagefind", "schema", "search", "talk", "trust", "units",
    "versions",
})
"""First segments of the site's own addresses: no prompt may be called so."""


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Bilingual(Strict):
    """One line in both languages."""

    ja: Line
    en: Line


class Prose(Strict):
    """A paragraph in both languages."""

    ja: Paragraph
    en: Paragraph


class TokenizerSettings(Strict):
    """What the loader cannot know about a tokenizer."""

    lower_case: bool = False
    token_prefix: Reference | None = None


class Architecture(Strict):
    """Module paths for a model that the loader does not know; the counterpart of ecco's model_config."""

    embedding: str | None = None
    blocks: str | None = None
    final_norm: str | None = None
    feed_forward: str | None = None


class FactorsOptions(Strict):
    """What a model's factors are fitted to: a reference text, passages with blank lines between them."""

    components: int = Field(16, ge=1, le=64)
    text: Reference = REFERENCE_TEXT


class Checkpoint(Strict):
    """A model as it was after a step of its training: a directory inside the model's own, or a revision on the hub."""

    step: int = Field(ge=0, lt=10**12)
    directory: Reference | None = None
    revision: Reference | None = None


class Model(Strict):
    """One model. Exactly one of `directory` and `hub` says where it is."""

    id: Identifier
    names: Bilingual
    about: Bilingual
    directory: Reference | None = None
    hub: Reference | None = None
    revision: Reference | None = None
    version: int = Field(1, ge=1)
    start: Literal["none", "bos", "eos"] = "none"
    dtype: Literal["float32", "bfloat16"] = "float32"
    tokenizer: TokenizerSettings = TokenizerSettings()
    architecture: Architecture | None = None
    reads: Literal["all", "named"] = "all"
    factors: FactorsOptions | None = None
    similar_to: Identifiers = ()
    steps: int | None = Field(None, ge=1, lt=10**12)
    checkpoints: Annotated[tuple[Checkpoint, ...], Field(max_length=24)] = ()
    licence: Reference
    aliases: Identifiers = ()

    @property
    def reference(self) -> str | None:
        """Path of the text that it is studied over, alone or beside another; None where it is not."""
        return self.factors.text if self.factors else REFERENCE_TEXT if self.similar_to else None


class CheckpointModel(Model):
    """One of a model's checkpoints as a model of its own, which `reader.py` makes: ``of`` is the model's id."""

    of: Identifier
    step: int


class FetchedModel(Strict):
    """In `models.lock.yaml`, by model id: what a hub model resolved to, while hub and revision stay so."""

    hub: str
    revision: str | None = None
    commit: Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]


class Source(Strict):
    """Where the text comes from. `quoted` and `adapted` texts name their article and are CC BY-SA."""

    kind: Literal["quoted", "adapted", "own"]
    article: Reference | None = None
    address: Reference | None = None
    revision: int | Reference | None = None
    licence: Reference


class Generation(Strict):
    """How the continuation comes about. A given `continuation` is read instead of generating."""

    max_new_tokens: int = Field(16, ge=0, le=1024)
    do_sample: bool = False
    temperature: float = Field(1.0, gt=0)
    top_k: int | None = Field(None, ge=1)
    top_p: float | None = Field(None, gt=0, le=1)
    seed: int = Field(0, ge=0, le=2**32 - 1)
    continuation: Text | None = None


class At(Strict):
    """A position named by its text: the first token of the `occurrence`-th place where `text` begins."""

    text: Phrase
    occurrence: int = Field(1, ge=1)


class Word(Strict):
    """Tokens named by their text: all that hold a part of the `occurrence`-th place where `word` stands."""

    word: Phrase
    occurrence: int = Field(1, ge=1)


Position = Annotated[int, Field(ge=1)] | At
"""A token position counted from 0, start tokens included, or the text that begins there."""


def _kind_of_target(value: Any) -> str | None:
    if isinstance(value, (At, Word)):
        return type(value).__name__
    if isinstance(value, dict):
        return "Word" if "word" in value else "At" if "text" in value else None
    return "int"


AttributionTarget = Annotated[
    Annotated[int, Field(ge=1), Tag("int")] | Annotated[At, Tag("At")] | Annotated[Word, Tag("Word")],
    Discriminator(_kind_of_target),
]
"""What is explained as one: the token at a position, or all tokens of a word. Tags are the names of the types."""


class LayerPredictionsOptions(Strict):
    position: Position | None = None
    layer: int | None = Field(None, ge=0)
    top_k: int = Field(10, ge=1, le=50)


class CharactersOptions(Strict):
    top_k: int = Field(10, ge=1, le=50)


class WatchedWordsOptions(Strict):
    words: Annotated[tuple[Phrase, ...], Field(min_length=1, max_length=8)]
    position: Position | None = None


class AttributionOptions(Strict):
    methods: Annotated[tuple[str, ...], Field(min_length=1, max_length=50)] | None = None
    target: Literal["log_probability", "probability", "logit", "contrast"] = "log_probability"
    foil: Phrase | None = None
    baseline: Literal["zero", "mean", "padding", "sampled"] | None = None
    n_steps: int | None = Field(None, ge=1, le=1024)
    targets: Annotated[tuple[AttributionTarget, ...], Field(min_length=1, max_length=1000)] | None = None
    receipt: bool = True


class NeuronFactorsOptions(Strict):
    n_components: Annotated[
        tuple[Annotated[int, Field(ge=1, le=32)], ...], Field(min_length=1, max_length=32)
    ] = (4, 6, 8)
    layers: tuple[int, int] | Literal["all", "early", "middle", "late"] | None = None
    seed: int | None = Field(None, ge=0, le=2**32 - 1)


class FactorResponsesOptions(Strict):
    rules: Annotated[tuple[str, ...], Field(max_length=12)] = ()


class FigureOptions(Strict):
    """Which figures an entry has: a kind set to null is left out; watched words are there once named."""

    layer_predictions: LayerPredictionsOptions | None = LayerPredictionsOptions()
    rankings: Strict | None = Strict()
    characters: CharactersOptions | None = CharactersOptions()
    watched_words: WatchedWordsOptions | None = None
    attribution: AttributionOptions | None = AttributionOptions()
    neuron_factors: NeuronFactorsOptions | None = NeuronFactorsOptions()
    factor_responses: FactorResponsesOptions | None = FactorResponsesOptions()


class Prompt(Strict):
    """One prompt, in a file of its own: `prompts/ID.yaml`."""

    id: Identifier
    titles: Bilingual
    about: Bilingual
    text: Text
    source: Source
    tags: Identifiers = ()
    generation: Generation = Generation()
    models: Identifiers = ()
    figures: FigureOptions = FigureOptions()
    tier: Literal["fast", "full"] = "fast"
    aliases: Identifiers = ()


    def is_read_by(self, model: Model) -> bool:
        """Whether prompt and model make an entry."""
        return model.id in self.models if self.models else model.reads == "all"


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


class ReferenceText(Strict):
    """A reference text: its passages, and a digest that stands for them in keys, wherever the file lies."""

    passages: tuple[str, ...]
    digest: str


class Author(Strict):
    """A person, by family and given name, or anybody else, by ``name``."""

    family: Line | None = None
    given: Line | None = None
    name: Line | None = None
    orcid: Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X]$")] | None = None


class Tour(Strict):
    """The entry that newcomers are shown through."""

    prompt: Identifier
    model: Identifier


class Imprint(Strict):
    """What the gallery says of itself as a whole, in citations and to newcomers: `gallery.yaml`."""

    authors: Annotated[tuple[Author, ...], Field(max_length=50)] = ()
    year: Annotated[int, Field(ge=2020, le=9999)] | None = None
    doi: Annotated[str, Field(pattern=r"^10\.[0-9]{4,9}/[!-~]{1,200}$")] | None = None
    tour: Tour | None = None


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
