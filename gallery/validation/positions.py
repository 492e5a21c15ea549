"""Positions that a catalog names: by number, by the text that begins there, or not at all."""

from __future__ import annotations

from collections.abc import Sequence

from gallery.validation.schema import At


def place_of(text: str, at: At) -> int | None:
    """Offset in ``text`` of the ``at.occurrence``-th place where ``at.text`` begins; None where there is none."""
    place = -1
    for _ in range(at.occurrence):
        place = text.find(at.text, place + 1)
        if place < 0:
            return None
    return place


def position_at(texts: Sequence[str], at: At) -> int | None:
    """Position of the token that holds the first character of the place ``at`` names; None where there is none."""
    place = place_of("".join(texts), at)
    if place is None:
        return None
    end = 0
    for position, text in enumerate(texts):
        end += len(text)
        if end > place:
            return position
    return None


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
