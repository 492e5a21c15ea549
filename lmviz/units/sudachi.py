"""Sudachi's words of a sentence, with what Sudachi says of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sudachipy

_LONGEST = 1000
"""Characters given to Sudachi at once: it takes 49,149 bytes, and 65,535 of what it normalizes them to (ﷺ: 33)."""


@dataclass(frozen=True)
class SudachiWord:
    """A word as Sudachi divides a text (small dictionary, mode B).

    Attributes:
        surface: as it is written.
        end: in characters of the text; it begins where the one before it ends.
        part_of_speech: six levels, such as ``("助詞", "格助詞", "*", "*", "*", "*")``.
        dictionary_form: 行う for 行った.
    """

    surface: str
    end: int
    part_of_speech: tuple[str, ...]
    dictionary_form: str


def sudachi_words(text: str, begin: int, end: int) -> Iterator[SudachiWord]:
    """The words of the sentence ``text[begin:end]``.

    One of more than 1,000 characters is taken to words piece by piece, cut after punctuation where there is some.

    Raises:
        ImportError: SudachiPy or its small dictionary is not installed.
    """
    from_sudachi = _sudachi()
    while begin < end:
        part_end = min(begin + _LONGEST, end)
        if part_end < end:
            half = begin + _LONGEST // 2
            safe = [at for at in range(half, part_end) if text[at] in "、，,；;：:」』）)" or text[at].isspace()]
            part_end = safe[-1] + 1 if safe else part_end
        at = begin
        for word in from_sudachi(text[begin:part_end]):
            # What Sudachi normalizes into several words (㍿) has the empty surface in all but one of them.
            if surface := word.surface():
                at += len(surface)
                yield SudachiWord(surface, at, word.part_of_speech(), word.dictionary_form())
        begin = part_end


@cache
def reading(text: str) -> str:
    """How a text is read, in katakana; what has no reading, such as punctuation, stays as it is.

    Raises ``ImportError`` as `sudachi_words`.
    """
    from_sudachi = _sudachi()
    parts = (text[at:at + _LONGEST] for at in range(0, len(text), _LONGEST))
    return "".join(word.reading_form() for part in parts for word in from_sudachi(part))


@cache
def _dictionary() -> sudachipy.Dictionary:
    try:
        import sudachipy

        return sudachipy.Dictionary(dict="small")
    except ImportError:
        raise ImportError(
            "words are found by SudachiPy, small dictionary, and that is not installed: "
            "pip install sudachipy sudachidict-small"
        ) from None


def _sudachi():
    """A function from at most `_LONGEST` characters to Sudachi's words; each call's own, as they keep state."""
    dictionary = _dictionary()
    import sudachipy

    return dictionary.tokenizer(sudachipy.SplitMode.B).tokenize
