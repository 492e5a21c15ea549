"""What `models.yaml` and `models.lock.yaml` may say."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from gallery.validation.schema.common import Bilingual, Identifier, Identifiers, Reference, Strict

STUDY_KINDS = ("model_factors", "layer_similarity")
"""Kinds of figure of models, in the order in which their pages show them."""

REFERENCE_TEXT = "gallery/reference/sentences.txt"
"""What models are studied over unless the catalog names another text; a path from the gallery's root."""


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
