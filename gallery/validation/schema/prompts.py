"""What a file of `prompts/` may say."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from gallery.validation.schema.common import Bilingual, Identifier, Identifiers, Reference, Strict, Text
from gallery.validation.schema.figures import FigureOptions
from gallery.validation.schema.models import Model

RESERVED_IDS = frozenset({
    "about", "assets", "cite", "compare", "debug", "design", "en", "f", "figures", "gallery", "how-it-was-built",
    "how-to", "ja", "limits", "models", "notebooks", "pagefind", "schema", "search", "talk", "trust", "units",
    "versions",
})
"""First segments of the site's own addresses: no prompt may be called so."""


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
