"""A text laid out in lines of tokens or of larger units, for the charts whose picture is the text itself."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Any, NamedTuple

from lmviz.figures import labels
from lmviz.figures.messages import Language
from lmviz.tokens import TokenTable
from lmviz.units import Rung

LINE_UNITS = 40
"""Full-width characters a line, the width of the gallery's prose."""
UNIT = 15
"""Pixels a full-width character."""
LINE_HEIGHT = 34


def units(text: str) -> float:
    """Width of ``text`` in full-width characters."""
    return sum(1.0 if unicodedata.east_asian_width(c) in "WFA" else 0.58 for c in text)


class Piece(NamedTuple):
    """Text that is drawn as one box: of which token or unit, and whether it follows the last without a gap."""

    of: int
    text: str
    continuation: bool
    breaks: bool = False
    joined: bool = False


def lines(tokens: TokenTable, language: Language) -> list[dict[str, Any]]:
    """The text token by token, as `flow` places it; ``position`` is the token's."""
    return flow(Piece(p, labels.chip(tokens, p, language), p >= tokens.n_prompt, tokens.texts[p].endswith("\n"))
                for p in range(len(tokens)))


def unit_lines(tokens: TokenTable, rung: Rung, language: Language) -> list[dict[str, Any]]:
    """The text unit by unit, as `flow` places it; ``position`` is the unit's index. Units of a block are joined."""
    written = len("".join(tokens.texts[:tokens.n_prompt]))
    tokens_of = {int(unit): int(p) for unit, p in reversed(rung.parts.tolist())}
    pieces = []
    for unit, (own, (begin, end)) in enumerate(zip(rung.texts, rung.spans.tolist(), strict=True)):
        joined = unit > 0 and bool(rung.blocks[unit] == rung.blocks[unit - 1])
        if begin == end:
            first = tokens_of[unit]
            pieces.append(Piece(unit, labels.chip(tokens, first, language), first >= tokens.n_prompt, False, joined))
        elif begin < written < end and rung.unit != "byte":
            prompt, rest = own[:written - begin], own[written - begin:]
            pieces += [Piece(unit, labels.visible(prompt), False, False, joined),
                       Piece(unit, labels.visible(rest), True, rest.endswith("\n"), True)]
        else:
            pieces.append(Piece(unit, labels.visible(own), begin >= written, own.endswith("\n"), joined))
    return flow(pieces)


def flow(pieces: Iterable[Piece]) -> list[dict[str, Any]]:
    """A row a box: ``position``, ``text``, ``x``, ``x2`` in units and ``line``; breaks lines where they are full.

    What is wider than a line goes on in the next, with a row in each.
    """
    placed, x, line = [], 0.0, 0
    for piece in pieces:
        rest, joined = piece.text, piece.joined
        while rest:
            part = rest if units(rest) + 0.35 <= LINE_UNITS else _fitting(rest, LINE_UNITS - x - 0.35)
            width = units(part) + 0.35
            if x and x + width > LINE_UNITS:
                x, line = 0.0, line + 1
            begin = x - 0.1 if joined and x else x
            placed.append({
                "position": piece.of, "text": part, "x": round(begin, 3), "x2": round(x + width - 0.1, 3),
                "line": line, "mid": round((begin + x + width - 0.1) / 2, 3), "continuation": piece.continuation,
            })
            x, rest, joined = x + width, rest[len(part):], True
        if piece.breaks:
            x, line = 0.0, line + 1
    return placed


def _fitting(text: str, room: float) -> str:
    """The longest beginning of ``text`` that fits, at least one character."""
    end = 1
    while end < len(text) and units(text[: end + 1]) <= room:
        end += 1
    return text[:end]


def size(placed: list[dict[str, Any]]) -> tuple[int, int]:
    """Width and height in pixels."""
    return LINE_UNITS * UNIT, (placed[-1]["line"] + 1) * LINE_HEIGHT if placed else LINE_HEIGHT
