"""Positions that a catalog names: by number, by the text that begins there, or not at all."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from gallery.validation.schema import At, Word
from lmviz.tokens import TokenTable


def place_of(text: str, at: At | Word) -> int | None:
    """Offset in ``text`` of the ``at.occurrence``-th place where what ``at`` names begins; None where there is none."""
    named = at.word if isinstance(at, Word) else at.text
    place = -1
    for _ in range(at.occurrence):
        place = text.find(named, place + 1)
        if place < 0:
            return None
    return place


def similar_text(named: str, text: str) -> str | None:
    """What of ``text`` is nearest to ``named``, which is not in it; None where nothing is near, or it is in it.

    Long texts are not searched: the comparisons grow with the product of the lengths.
    """
    if named in text or len(named) * len(text) > 20_000:
        return None
    candidates = dict.fromkeys(text[i : i + len(named)] for i in range(len(text) - len(named) + 1))
    near = difflib.get_close_matches(named, candidates, n=1, cutoff=0.6)
    return near[0] if near else None


def position_at(texts: Sequence[str], at: At) -> int | None:
    """Position of the token that holds the first character of the place ``at`` names; None where there is none."""
    place = place_of("".join(texts), at)
    return None if place is None else _position_of(texts, place)


def span_of(target: int | At | Word, tokens: TokenTable) -> range | None:
    """Positions of the tokens that are explained as one; None where the text is not found.

    Of a word all tokens that hold a part of it, a character that takes several tokens being whole. A number is taken as
    it is, past the end or not.
    """
    if isinstance(target, int):
        return range(target, target + 1)
    place = place_of(tokens.text, target)
    if place is None:
        return None
    first = _position_of(tokens.texts, place)
    if isinstance(target, At):
        return range(first, first + 1)
    last = _position_of(tokens.texts, place + len(target.word) - 1)
    while last + 1 < len(tokens) and tokens.groups[last + 1] == tokens.groups[last]:
        last += 1
    return range(first, last + 1)


def _position_of(texts: Sequence[str], place: int) -> int:
    """Position of the token that holds the character at an offset that is in the text."""
    end = 0
    for position, text in enumerate(texts):
        end += len(text)
        if end > place:
            return position
    raise IndexError(f"no token holds the character at {place}")


def resolve(position: int | At | None, texts: Sequence[str], n_prompt: int) -> int | None:
    """The token position that is meant; None where the text is not found.

    By default the first token of the continuation, or the last token where nothing was generated. A number is taken as
    it is, past the end or not.
    """
    if isinstance(position, At):
        return position_at(texts, position)
    return min(n_prompt, len(texts) - 1) if position is None else position


def last_position(kind: str, n_tokens: int) -> int:
    """The last position that a figure of ``kind`` can show: words may also be watched after the last token."""
    return n_tokens if kind == "watched_words" else n_tokens - 1
