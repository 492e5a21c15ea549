"""Where the units of a text begin and end. Over the text as it was written; nothing is normalized or dropped."""

from __future__ import annotations

from functools import cache
from typing import Literal, get_args

import budoux
import numpy as np
import regex
import sudachipy

Unit = Literal["byte", "token", "character", "grapheme", "word", "bunsetsu", "sentence"]
UNITS: tuple[Unit, ...] = get_args(Unit)
"""From the smallest to the largest; tokens are the model's own and may lie across any of them."""

NAMES = {"word": "SudachiPy, small dictionary, mode B", "bunsetsu": "BudouX, at word boundaries", "grapheme": "UAX #29"}
"""What decides the boundaries of units that are not plain counts."""

_ENDS = frozenset("。．！？!?")
_OPENING, _CLOSING = "「『（(【〔《", "」』）)】〕》"


def boundaries(text: str, unit: Unit) -> np.ndarray:
    """Ends int64 ``[unit]`` in characters, ascending, the last one ``len(text)``; empty for an empty text.

    Args:
        text: any Unicode text.
        unit: ``"character"`` (code point), ``"grapheme"``, ``"word"``, ``"bunsetsu"`` or ``"sentence"``.

    Raises:
        ValueError: another unit: bytes and tokens are no boundaries in characters.
    """
    if unit not in _CUT:
        raise ValueError(f"a text is not cut into {unit!r}; choose one of {', '.join(_CUT)}")
    pieces = _CUT[unit](text) if text else []
    return np.cumsum([len(piece) for piece in pieces], dtype=np.int64)


def _graphemes(text: str) -> list[str]:
    return regex.findall(r"\X", text)


def _words(text: str) -> list[str]:
    # Sudachi gives what it normalizes away (㍿ is four of its characters) an empty surface.
    return [word.surface() for word in _sudachi().tokenize(text, sudachipy.SplitMode.B) if word.surface()]


def _bunsetsu(text: str) -> list[str]:
    ends = set(boundaries(text, "word").tolist())
    pieces, at, begin = [], 0, 0
    for phrase in _budoux().parse(text):
        at += len(phrase)
        if at in ends:
            pieces.append(text[begin:at])
            begin = at
    return pieces


def _sentences(text: str) -> list[str]:
    """Cut after 。！？ that stand in no brackets (a quotation is part of its sentence), and after line breaks."""
    inside = _inside_brackets(text)
    pieces, begin, ended = [], 0, False
    for at, character in enumerate(text):
        following = text[at + 1 : at + 2]
        if character not in _CLOSING or inside[at]:
            ended = character in _ENDS and not inside[at]
        if character == "\n" and following != "\n" or (
            ended and character != "\n" and following not in _ENDS and following not in _CLOSING and following != "\n"
        ):
            pieces.append(text[begin : at + 1])
            begin = at + 1
    return [*pieces, text[begin:]] if begin < len(text) else pieces


def _inside_brackets(text: str) -> list[bool]:
    """For each character whether brackets that are closed on the same line stand around it."""
    inside, open_at = [False] * len(text), []
    for at, character in enumerate(text):
        if character == "\n":
            open_at = []
        elif character in _OPENING:
            open_at.append(at)
        elif character in _CLOSING and open_at:
            begin = open_at.pop()
            if not open_at:
                inside[begin : at + 1] = [True] * (at + 1 - begin)
    return inside


_CUT = {"character": list, "grapheme": _graphemes, "word": _words, "bunsetsu": _bunsetsu, "sentence": _sentences}


@cache
def _sudachi() -> sudachipy.Tokenizer:
    return sudachipy.Dictionary(dict="small").tokenizer()


@cache
def _budoux() -> budoux.Parser:
    return budoux.load_default_japanese_parser()
