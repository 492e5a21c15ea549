"""What a catalog may say, as types. Every key of `models.yaml` and `prompts/*.yaml` is described here.

Results depend on the catalog only through `Prompt.text`, `Prompt.generation`, the figures' options and what a `Model`
says about loading; titles, tags and descriptions are for pages and change no number.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

Identifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
Line = Annotated[str, Field(min_length=1, max_length=300)]

FIGURE_KINDS = (
    "tokens", "predictions", "layer_predictions", "rankings", "watched_words", "attribution", "neuron_factors",
)
"""Kinds of figure, in the order in which an entry's page shows them."""

RESERVED_IDS = frozenset({
    "about", "assets", "cite", "debug", "design", "en", "f", "figures", "gallery", "how-it-was-built", "how-to", "ja",
    "models", "notebooks", "pagefind", "search", "talk", "trust",
})
"""First segments of the site's own addresses: no prompt may be called so."""


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Bilingual(Strict):
    """One line in both languages."""

    ja: Line
    en: Line


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


class NeuronFactorsOptions(Strict):
    n_components: Annotated[tuple[Annotated[int, Field(ge=1, le=32)], ...], Field(min_length=1)] = (4, 6, 8)
    layers: tuple[int, int] | None = Field(None, description="first and last layer, both included; by default all")
    seed: int = Field(0, ge=0, le=2**32 - 1)


class FigureOptions(Strict):
    """Which figures an entry has: a kind set to null is left out; watched words are there once named."""

    layer_predictions: LayerPredictionsOptions | None = LayerPredictionsOptions()
    rankings: Strict | None = Strict()
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
    models: tuple[Identifier, ...] = Field((), description="models to read it with; all of the catalog where empty")
    figures: FigureOptions = FigureOptions()
    tier: Literal["fast", "full"] = Field("fast", description="full: costly attribution methods and checks as well")
    aliases: tuple[Identifier, ...] = ()


class Catalog(Strict):
    """The whole catalog, in the order of its files."""

    models: tuple[Model, ...]
    prompts: tuple[Prompt, ...]
    tags: dict[str, Bilingual] = Field(default_factory=dict, description="readable names of the tags")
