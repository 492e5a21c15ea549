"""What the gallery is about: entries (one prompt under one model), their figures, and how far they have been built.

An entry that has been computed, or has failed, has a *manifest* beside the store. Pages are written from the catalog,
the manifests and the store alone; they never look at a model.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from gallery.validation.schema import Model, Prompt

RECEIPT = "receipt"
"""Name of the receipt among the results of an attribution."""


@dataclass(frozen=True)
class Figure:
    """One figure of an entry.

    Attributes:
        kind: one of `gallery.validation.schema.FIGURE_KINDS`.
        id: permanent id, 12 characters of base32.
        options: what identifies it beside the text and the model, as plain JSON.
        results: key in the store by name: ``{"": key}``, or one a method (``attribution``), or one a number of
            components (``neuron_factors``, ``{"4": key, ...}``); `RECEIPT` for the receipt of an attribution.
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
