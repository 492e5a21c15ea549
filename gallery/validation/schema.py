"""What a catalog may say, as types. Every key of `models.yaml`, `prompts/*.yaml` and `comparisons/*.yaml` is described
here.

Results depend on the catalog only through `Prompt.text`, `Prompt.generation`, the figures' options and what a `Model`
says about loading; titles, tags and descriptions are for pages and change no number.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

Identifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
Line = Annotated[str, Field(min_length=1, max_length=300)]
Paragraph = Annotated[str, Field(min_length=1, max_length=1200)]

FIGURE_KINDS = (
    "tokens", "predictions", "layer_predictions", "rankings", "characters", "watched_words", "attribution",
    "neuron_factors",
)
"""Kinds of figure, in the order in which an entry's page shows them."""

RESERVED_IDS = frozenset({
    "about", "assets", "cite", "compare", "debug", "design", "en", "f", "figures", "gallery", "how-it-was-built",
    "how-to", "ja", "models", "notebooks", "pagefind", "search", "talk", "trust", "units",
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

    lower_case: bool = Field(False, description="lower-case the text before encoding it, as the model's training did")
    token_prefix: str | None = Field(None, description="mark of a preceding space in vocabulary entries; ecco's key")


class Architecture(Strict):
    """Module paths for a model that the loader does not know; the counterpart of ecco's model_config."""

    embedding: str | None = Field(None, description="module path of the token embedding, such as transformer.wte")
    blocks: str | None = Field(None, description="module path of the list of blocks, such as transformer.h")
    final_norm: str | None = Field(None, description="module path of the norm before the unembedding")
    feed_forward: str | None = Field(None, description="path, within a block, of the feed-forward's down-projection")


class Model(Strict):
    """One model. Exactly one of `directory` and `hub` says where it is."""

    id: Identifier
    names: Bilingual
    about: Bilingual
    directory: str | None = Field(None, description="path from the gallery's root")
    hub: str | None = Field(None, description="owner/name on the Hugging Face hub")
    revision: str | None = Field(None, description="branch, tag or commit asked for; models.lock.yaml has the commit")
    version: int = Field(1, ge=1, description="released version of an embedded model's weights")
    start: Literal["none", "bos", "eos"] = "none"
    dtype: Literal["float32", "bfloat16"] = "float32"
    tokenizer: TokenizerSettings = TokenizerSettings()
    architecture: Architecture | None = None
    reads: Literal["all", "named"] = Field("all", description="named: only prompts that name it in `models`")
    licence: str = Field(description="SPDX expression, such as MIT")
    aliases: tuple[Identifier, ...] = ()


class FetchedModel(Strict):
    """In `models.lock.yaml`, by model id: what a hub model resolved to, while hub and revision stay so."""

    hub: str
    revision: str | None = None
    commit: Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]


class Source(Strict):
    """Where the text comes from. `quoted` and `adapted` texts name their article and are CC BY-SA."""

    kind: Literal["quoted", "adapted", "own"]
    article: str | None = None
    address: str | None = None
    revision: int | str | None = Field(None, description="revision of the article, null where it is not known")
    licence: str = Field(description="SPDX identifier of the text's licence, such as CC-BY-SA-4.0 or CC0-1.0")


class Generation(Strict):
    """How the continuation comes about. A given `continuation` is read instead of generating."""

    max_new_tokens: int = Field(16, ge=0, le=1024)
    do_sample: bool = False
    temperature: float = Field(1.0, gt=0)
    top_k: int | None = Field(None, ge=1)
    top_p: float | None = Field(None, gt=0, le=1)
    seed: int = Field(0, ge=0, le=2**32 - 1)
    continuation: str | None = None


class At(Strict):
    """A position named by its text: the first token of the `occurrence`-th place where `text` begins."""

    text: Annotated[str, Field(min_length=1)]
    occurrence: int = Field(1, ge=1)


class Word(Strict):
    """Tokens named by their text: all that hold a part of the `occurrence`-th place where `word` stands."""

    word: Annotated[str, Field(min_length=1)]
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
    position: Position | None = Field(None, description="shown first; by default the first token of the continuation")
    layer: int | None = Field(None, ge=0, description="the layer that figure 2 shows first; by default the last")
    top_k: int = Field(10, ge=1, le=50)


class CharactersOptions(Strict):
    top_k: int = Field(10, ge=1, le=50, description="characters kept a position and layer")


class WatchedWordsOptions(Strict):
    words: Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Field(min_length=1, max_length=8)]
    position: Position | None = None


class AttributionOptions(Strict):
    methods: Annotated[tuple[str, ...], Field(min_length=1)] | None = Field(
        None, description="by default the methods of the prompt's tier"
    )
    target: Literal["log_probability", "probability", "logit", "contrast"] = "log_probability"
    foil: Annotated[str, Field(min_length=1)] | None = Field(
        None, description="what a contrast is with; by default the model's likeliest token beside the target's first"
    )
    baseline: Literal["zero", "mean", "padding", "sampled"] | None = Field(
        None, description="what stands for an absent token; by default zero, for methods that draw baselines sampled"
    )
    n_steps: int | None = Field(None, ge=1, le=1024)
    targets: Annotated[tuple[AttributionTarget, ...], Field(min_length=1)] | None = Field(
        None, description="what is explained; by default every token of the continuation"
    )
    receipt: bool = Field(True, description="whether the methods are held against random orders, which takes longest")


class NeuronFactorsOptions(Strict):
    n_components: Annotated[tuple[Annotated[int, Field(ge=1, le=32)], ...], Field(min_length=1)] = (4, 6, 8)
    layers: tuple[int, int] | None = Field(None, description="first and last layer, both included; by default all")
    seed: int = Field(0, ge=0, le=2**32 - 1)


class FigureOptions(Strict):
    """Which figures an entry has: a kind set to null is left out; watched words are there once named."""

    layer_predictions: LayerPredictionsOptions | None = LayerPredictionsOptions()
    rankings: Strict | None = Strict()
    characters: CharactersOptions | None = CharactersOptions()
    watched_words: WatchedWordsOptions | None = None
    attribution: AttributionOptions | None = AttributionOptions()
    neuron_factors: NeuronFactorsOptions | None = NeuronFactorsOptions()


class Prompt(Strict):
    """One prompt, in a file of its own: `prompts/ID.yaml`."""

    id: Identifier
    titles: Bilingual
    about: Bilingual = Field(description="why it is worth looking at, a line in each language")
    text: Annotated[str, Field(min_length=1)]
    source: Source
    tags: tuple[Identifier, ...] = ()
    generation: Generation = Generation()
    models: tuple[Identifier, ...] = Field(
        (), description="models to read it with; where empty, all that do not ask to be named"
    )
    figures: FigureOptions = FigureOptions()
    tier: Literal["fast", "full"] = Field("fast", description="full: costly attribution methods and checks as well")
    aliases: tuple[Identifier, ...] = ()


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


class _Comparison(Strict):
    """What both kinds of comparison say, in a file of its own: `comparisons/ID.yaml`."""

    id: Identifier
    titles: Bilingual
    about: Bilingual = Field(description="what is compared, a line in each language")
    see: Prose = Field(description="what to look at, and what the numbers show")
    aliases: tuple[Identifier, ...] = ()


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
    models: Annotated[tuple[Identifier, ...], Field(min_length=1)]
    notes: PromptComparisonNotes = PromptComparisonNotes()

    @property
    def prompt_ids(self) -> tuple[str, ...]:
        return self.prompts


Comparison = ModelComparison | PromptComparison

COMPARISON_KINDS = (*ModelComparisonNotes.model_fields, *PromptComparisonNotes.model_fields)
"""Kinds of figure of comparisons, in the order in which their pages show them."""


class Catalog(Strict):
    """The whole catalog, in the order of its files."""

    models: tuple[Model, ...]
    prompts: tuple[Prompt, ...]
    comparisons: tuple[Comparison, ...] = ()
    tags: dict[str, Bilingual] = Field(default_factory=dict, description="readable names of the tags")
