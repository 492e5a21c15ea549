"""Text with a factor's responses as colour; the text stays text."""

from __future__ import annotations

import re

import numpy as np

from lmviz.figures import labels
from lmviz.figures.html.fragment import escape
from lmviz.tokens import TokenTable

_SPACES = " \u3000"

FAINTEST = 0.06
"""Responses below this share of the full colour leave the text as it is."""


def coloured(tokens: TokenTable, positions: range, responses: np.ndarray, full: float, peak: int | None = None) -> str:
    """The text of ``positions`` as HTML.

    Args:
        responses: ``[position]`` of the whole table; NaN where there is none.
        full: the response that has the full colour.
        peak: the position to underline.
    """
    values = np.nan_to_num(responses[positions.start : positions.stop], nan=0.0) / (full or 1.0)
    groups = tokens.groups[positions.start : positions.stop]
    parts, at = [], 0
    while at < len(positions):
        end = at + 1
        while end < len(positions) and groups[end] == groups[at]:
            end += 1
        text = "".join(tokens.texts[positions.start + at : positions.start + end])
        value = min(1.0, float(values[at:end].max()))
        marked = peak is not None and positions.start + at <= peak < positions.start + end
        parts.append(_piece(text, value, marked))
        at = end
    return "".join(parts)


def window(tokens: TokenTable, position: int, around: int) -> range:
    """The positions at most ``around`` away from ``position``; no character is divided at its beginning."""
    first, end = max(0, position - around), min(len(tokens), position + around + 1)
    while first > 0 and tokens.groups[first - 1] == tokens.groups[first]:
        first -= 1
    return range(first, end)


def readable(text: str) -> str:
    """``text`` to be read in running text: spaces as they are, signs for what has no shape."""
    return "".join(part if part in _SPACES else labels.visible(part) for part in re.split(f"([{_SPACES}])", text))


def _piece(text: str, value: float, marked: bool) -> str:
    if not text:
        return ""
    shown = escape(readable(text))
    if value < FAINTEST and not marked:
        return shown
    peak = ' class="peak"' if marked else ""
    return f'<mark{peak} style="--a:{value:.2f}">{shown}</mark>'
