"""Where the units of a text begin and end. Over the text as it was written; nothing is normalized or dropped.

The units are nested: graphemes are whole characters, words whole graphemes, 文節 whole words, sentences whole 文節.
"""

from __future__ import annotations

from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from lmviz.units.sentences import sentence_ends
from lmviz.units.sudachi import sudachi_words

if TYPE_CHECKING:
    import budoux

Unit = Literal["byte", "token", "character", "grapheme", "word", "bunsetsu", "sentence"]
UNITS: tuple[Unit, ...] = get_args(Unit)
"""From the smallest to the largest; tokens are the model's own and may lie across any of them."""

NAMES = {"word": "SudachiPy, small dictionary, mode B", "bunsetsu": "BudouX, at word boundaries", "grapheme": "UAX #29"}
"""What decides the boundaries of units that are not plain counts."""


def boundaries(text: str, unit: Unit) -> np.ndarray:
    """Ends int64 ``[unit]`` in characters, ascending, the last one ``len(text)``; empty for an empty text.

    Spaces begin the word that follows them, as tokenizers have it. A sentence of more than 1,000 characters is taken to
    words piece by piece, cut after punctuation where there is some.

    Args:
        text: any Unicode text.
        unit: ``"character"`` (code point), ``"grapheme"``, ``"word"``, ``"bunsetsu"`` or ``"sentence"``.

    Raises:
        ValueError: another unit: bytes and tokens are no boundaries in characters.
        ImportError: SudachiPy (words, 文節), BudouX (文節) or regex (graphemes and all of these) is not installed.
    """
    if unit not in _ENDS:
        raise ValueError(f"a text is not cut into {unit!r}; choose one of {', '.join(_ENDS)}")
    return np.array(_ENDS[unit](text), dtype=np.int64)


def _characters(text: str) -> list[int]:
    return list(range(1, len(text) + 1))


def _graphemes(text: str) -> list[int]:
    try:
        import regex
    except ImportError:
        raise _missing("graphemes are found by regex", "regex") from None
    return [match.end() for match in regex.finditer(r"\X", text)]


def _sentences(text: str) -> list[int]:
    whole = set(_graphemes(text))
    return [end for end in sentence_ends(text) if end in whole]


def _words(text: str) -> list[int]:
    whole = set(_graphemes(text))
    ends, begin = [], 0
    for sentence_end in _sentences(text):
        for word in sudachi_words(text, begin, sentence_end):
            end = word.end
            if end == sentence_end or end in whole and not text[begin:end].isspace():
                ends.append(end)
                begin = end
    return ends


def _bunsetsu(text: str) -> list[int]:
    words, parser = set(_words(text)), _budoux()
    ends, begin = [], 0
    for sentence_end in _sentences(text):
        phrases = parser.parse(text[begin:sentence_end])
        ends += [end for end in accumulate(map(len, phrases), initial=begin) if end > begin and end in words]
        begin = sentence_end
    return ends


_ENDS = {
    "character": _characters, "grapheme": _graphemes, "word": _words, "bunsetsu": _bunsetsu, "sentence": _sentences,
}


@cache
def _budoux() -> budoux.Parser:
    try:
        import budoux
    except ImportError:
        raise _missing("文節 are found by BudouX", "budoux") from None
    return budoux.load_default_japanese_parser()


def _missing(what: str, packages: str) -> ImportError:
    return ImportError(f"{what}, and that is not installed: pip install {packages}")
