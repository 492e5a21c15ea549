"""The rules that a prompt can ask a model's factors about."""

from __future__ import annotations

import importlib.util
import tomllib
from pathlib import Path


def _named() -> tuple[str, ...]:
    package = importlib.util.find_spec("lmviz").submodule_search_locations[0]
    table = (Path(package) / "figures" / "factor_label_messages.toml").read_text(encoding="utf-8")
    return tuple(tomllib.loads(table)["factor_label"])


FACTOR_RULES = _named()
"""Ids of `lmviz.analyses.factor_labels.rules` (a test holds them equal), from the table of what they are called:
asking the rules themselves imports what computes with them."""
