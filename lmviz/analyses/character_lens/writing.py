"""What bytes write: the character that they begin with, and the part of one that they end in."""

from __future__ import annotations

import codecs
from typing import NamedTuple

from lmviz.results.character_lens import OutcomeKind
from lmviz.tokens import TokenKind, TokenTable

_LONGEST = 4
"""Bytes of the longest character in UTF-8."""


class Outcome(NamedTuple):
    """What a token brings: see `lmviz.results.CharacterLens`; ``text`` as its ``outcomes`` have it."""

    kind: OutcomeKind
    text: str


NO_CHARACTER = Outcome("no_character", "")
UNKNOWN = Outcome("unknown", "")


def hexadecimal(raw: bytes) -> str:
    """Bytes as labels of vocabulary entries have them, such as ``"E3 81"``."""
    return raw.hex(" ").upper()


def outcome(kind: TokenKind, raw: bytes, pending: bytes = b"") -> Outcome | None:
    """What an entry of bytes ``raw`` brings after the bytes ``pending`` of an unfinished character.

    None for an entry that neither completes nor continues that character.
    """
    if pending:
        return _beginning(pending + raw) if raw and kind not in ("special", "unknown") else None
    if kind == "unknown":
        return UNKNOWN
    return (_beginning(raw) if raw and kind != "special" else None) or NO_CHARACTER


def _beginning(raw: bytes) -> Outcome | None:
    """The character that ``raw`` begins with, or all its bytes where they are part of one; None for neither."""
    if raw[:1] == b"\xed" and raw[1:2] >= b"\xa0":
        # The decoder waits for the third byte of half a surrogate pair before it refuses it.
        return None
    decoder = codecs.getincrementaldecoder("utf-8")()
    for at in range(min(_LONGEST, len(raw))):
        try:
            if character := decoder.decode(raw[at : at + 1]):
                return Outcome("character", character)
        except UnicodeDecodeError:
            return None
    return Outcome("bytes", hexadecimal(raw))


def unfinished(raw: bytes) -> bytes:
    """The bytes at the end of ``raw`` that are only the beginning of a character; empty where there are none."""
    for length in range(min(_LONGEST - 1, len(raw)), 0, -1):
        found = _beginning(raw[-length:])
        if found and found.kind == "bytes":
            return raw[-length:]
    return b""


class Written(NamedTuple):
    """How a text's tokens write its characters.

    Attributes:
        pending: ``[position]``, bytes of the character that stands unfinished before the token.
        outcomes: ``[position]``, what the token brings; None where it breaks off the unfinished character.
        characters: ``[character]``, first position and last + 1 of the tokens of each character whose first byte
            begins a token.
    """

    pending: tuple[bytes, ...]
    outcomes: tuple[Outcome | None, ...]
    characters: tuple[tuple[int, int], ...]


def written(tokens: TokenTable) -> Written:
    """Tokens of a text read as bytes, one after another; special and unknown tokens end what is unfinished."""
    pending: list[bytes] = []
    outcomes: list[Outcome | None] = []
    characters: list[tuple[int, int]] = []
    before, begun = b"", None
    for position, (kind, raw) in enumerate(zip(tokens.kinds, tokens.raw_bytes, strict=True)):
        pending.append(before)
        brought = outcome(kind, raw, before)
        outcomes.append(brought)
        if not before:
            begun = position
        elif brought is None:
            begun = None
        if brought and brought.kind == "character" and begun is not None:
            characters.append((begun, position + 1))
        # What follows a character within the same token begins in its middle.
        begun = begun if brought and brought.kind == "bytes" else None
        before = b"" if kind in ("special", "unknown") else unfinished(before + raw)
    return Written(tuple(pending), tuple(outcomes), tuple(characters))
