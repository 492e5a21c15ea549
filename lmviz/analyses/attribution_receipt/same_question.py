"""Attributions are compared only where they answer one question about one text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from lmviz.results import Attribution

if TYPE_CHECKING:
    from lmviz.trace import Trace


def same_question(trace: Trace, attributions: Any) -> list[Attribution]:
    """The attributions, which have to be of this trace and answer the same question. Raises ``ValueError``."""
    if not isinstance(attributions, Mapping):
        raise ValueError(
            "attributions is a mapping from names to results of lmviz.attribute, such as "
            f"{{'saliency': lmviz.attribute(trace, 'saliency')}}, not a {type(attributions).__name__}"
        )
    if not attributions:
        raise ValueError("attributions is empty; give at least one result of lmviz.attribute")
    first = next(iter(attributions))
    for name, attribution in attributions.items():
        if not isinstance(attribution, Attribution):
            raise ValueError(f"{name} is a {type(attribution).__name__}, not a result of lmviz.attribute")
        if attribution.model != trace.model.name:
            raise ValueError(
                f"{name} is of the model {attribution.model!r}, the trace of {trace.model.name!r}; attribute this trace"
            )
        if not np.array_equal(attribution.tokens.token_ids, trace.token_ids):
            raise ValueError(f"{name} is of another text than the trace; attribute this trace")
        if (part := _difference(attributions[first], attribution)) is not None:
            raise ValueError(
                f"{first} and {name} answer different questions: their {part} differ; attribute with the same targets, "
                "target and foil"
            )
        if not np.isfinite(attribution.scores).all():
            raise ValueError(f"{name} has scores that are not finite, so they name no tokens; leave it out")
    return list(attributions.values())


def _difference(one: Attribution, other: Attribution) -> str | None:
    """What of the two questions is not the same."""
    if one.target != other.target:
        return f"attributed quantities ({one.target}, {other.target})"
    for name in ("target_positions", "target_lengths"):
        if not np.array_equal(getattr(one, name), getattr(other, name)):
            return f"targets ({name} {getattr(one, name).tolist()}, {getattr(other, name).tolist()})"
    return None if one.foil_ids == other.foil_ids else f"foils ({one.foil_texts}, {other.foil_texts})"
