"""Where sentences end: by punctuation and line breaks, in Japanese and, as far as that goes, in Latin text."""

from __future__ import annotations

import re

_BREAK = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
_OPENING, _CLOSING = "「『（(【〔《〈［｛“", "」』）)】〕》〉］｝”"
_END = re.compile(
    # Several marks are one end; 3．14, 3.14, "1. " and the ? of an address are none.
    r"(?:[。｡．！？.!?]++(?:(?<=[。｡！？])|(?<=．)(?!\d)|(?<=[!?])(?![A-Za-z0-9])|(?<=[^\W\d_]\.)(?=\s))"
    rf"[{re.escape(_CLOSING)}]*+|[{_BREAK}])"
    # What is blank up to the end of its line, and blank lines, go with the sentence before.
    rf"(?![^\S{_BREAK}]*+(?:[{_BREAK}]|\Z))"
)


def sentence_ends(text: str) -> list[int]:
    """Ends of sentences in characters, ascending, the last one ``len(text)``; empty for an empty text.

    A quotation or an aside in brackets that close on its line belongs to the sentence around it.
    """
    inside = _inside_brackets(text)
    ends = [match.end() for match in _END.finditer(text) if not inside[match.start()]]
    return [*ends, len(text)] if text else []


def _inside_brackets(text: str) -> list[bool]:
    """For each character whether brackets that are closed on the same line stand around it."""
    inside, open_at = [False] * len(text), []
    for at, character in enumerate(text):
        if character in _BREAK:
            open_at = []
        elif character in _OPENING:
            open_at.append(at)
        elif character in _CLOSING and open_at:
            begin = open_at.pop()
            if not open_at:
                inside[begin : at + 1] = [True] * (at + 1 - begin)
    return inside
