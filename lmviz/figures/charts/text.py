"""A text laid out in lines of tokens, for the charts whose picture is the text itself."""

from __future__ import annotations

import unicodedata
from typing import Any

from lmviz.figures import labels
from lmviz.figures.messages import Language
from lmviz.tokens import TokenTable

LINE_UNITS = 40
"""Full-width characters a line, the width of the gallery's prose."""
UNIT = 15
"""Pixels a full-width character."""
LINE_HEIGHT = 34


def units(text: str) -> float:
    """Width of ``text`` in full-width characters."""
    return sum(1.0 if unicodedata.east_asian_width(c) in "WFA" else 0.58 for c in text)


def lines(tokens: TokenTable, language: Language) -> list[dict[str, Any]]:
    """A row a token: ``position``, ``text``, ``x``, ``x2`` in units and ``line``; breaks lines where they are full."""
    placed, x, line = [], 0.0, 0
    for position in range(len(tokens)):
        shown = labels.chip(tokens, position, language)
        width = units(shown) + 0.35
        if x and x + width > LINE_UNITS:
            x, line = 0.0, line + 1
        placed.append({
            "position": position, "text": shown, "x": round(x, 3), "x2": round(x + width - 0.1, 3), "line": line,
            "mid": round(x + (width - 0.1) / 2, 3), "continuation": position >= tokens.n_prompt,
        })
        x += width
        if tokens.texts[position].endswith("\n"):
            x, line = 0.0, line + 1
    return placed


def size(placed: list[dict[str, Any]]) -> tuple[int, int]:
    """Width and height in pixels."""
    return LINE_UNITS * UNIT, (placed[-1]["line"] + 1) * LINE_HEIGHT if placed else LINE_HEIGHT
