"""Where each family of models keeps its parts: one file a family."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lmviz.loading.architectures import gemma, gpt2, gpt_neox, llama, qwen2
from lmviz.loading.architectures.base import Architecture
from lmviz.loading.errors import LoadError

FAMILIES = (
    gpt2.ARCHITECTURE, gpt_neox.ARCHITECTURE, llama.ARCHITECTURE, qwen2.ARCHITECTURE, gemma.GEMMA, gemma.GEMMA2,
)
_PARTS = ("embedding", "blocks", "final_norm", "feed_forward")

__all__ = ["FAMILIES", "Architecture", "find"]


def find(model_type: str, override: Mapping[str, Any] | object | None = None) -> Architecture:
    """The architecture for a config's ``model_type``, with the parts that ``override`` names put in their place.

    Args:
        override: a mapping or object with any of ``embedding``, ``blocks``, ``final_norm`` (module paths from the
            model) and ``feed_forward`` (from a block); all four for a family that is not known.

    Raises:
        LoadError: an unknown family without all four, or a part that does not exist.
    """
    given = _given(override)
    for family in FAMILIES:
        if model_type in family.model_types:
            return family.replace(**given)
    missing = [part for part in _PARTS if part not in given]
    if missing:
        known = ", ".join(name for family in FAMILIES for name in family.model_types)
        raise LoadError(
            f"models of type {model_type!r} are not known (known: {known}); say where its parts are with "
            f"architecture={{...}}, module paths for {', '.join(missing)}"
        )
    return Architecture(model_types=(model_type,), start="none", **given)


def _given(override: Mapping[str, Any] | object | None) -> dict[str, str]:
    if override is None:
        return {}
    if isinstance(override, Mapping):
        if unknown := sorted(set(override) - set(_PARTS)):
            raise LoadError(f"architecture has no part {', '.join(unknown)}; it has {', '.join(_PARTS)}")
        values = dict(override)
    else:
        values = {part: getattr(override, part, None) for part in _PARTS}
        if not any(hasattr(override, part) for part in _PARTS):
            raise LoadError(f"architecture is a mapping from {', '.join(_PARTS)} to module paths, not {override!r}")
    for part, path in values.items():
        if path is not None and not isinstance(path, str):
            raise LoadError(f"architecture: {part} is a module path such as 'transformer.h', not {path!r}")
    return {part: path for part, path in values.items() if path is not None}
