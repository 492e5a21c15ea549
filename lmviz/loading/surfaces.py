"""Which characters of a text each token stands for.

A tokenizer normalizes: ㍿ becomes 株式会社, two spaces become one, a newline becomes a space. These functions give
every character of the *original* text to exactly one token, so that the token texts join to the text as it was written.
"""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Span:
    """One token and the characters ``[begin, end)`` of the original text that its tokenizer ascribes to it.

    ``prefix`` marks the lone space that a tokenizer puts before a text: it stands for no character.
    """

    token_id: int
    begin: int
    end: int
    prefix: bool = False


def divide(text: str, spans: Sequence[Span]) -> tuple[tuple[str, ...], np.ndarray]:
    """Texts ``[token]`` that join to ``text``, and groups int64 ``[token]`` of tokens that share a character.

    Tokens whose spans overlap, or which have none of their own (all but one byte of a character, in SentencePiece),
    form one group, whose text goes to its first token. Characters that no token covers go to the token before them,
    or to the first; a text without tokens is given to none.
    """
    groups = np.zeros(len(spans), dtype=np.int64)
    if not spans:
        return (), groups
    begins: list[int] = []
    own_begin, reached = 0, 0
    for row, span in enumerate(spans):
        is_open = row > 0 and reached <= own_begin and not spans[row - 1].prefix
        if not begins:
            begins, own_begin = [0], span.begin
        elif not is_open and span.begin >= reached:
            begins.append(span.begin)
            own_begin = span.begin
        groups[row] = len(begins) - 1
        reached = max(reached, span.end)
    ends = [*begins[1:], len(text)]
    texts = [""] * len(spans)
    for group, (begin, end) in enumerate(zip(begins, ends, strict=True)):
        texts[int(np.searchsorted(groups, group))] = text[begin:end]
    return tuple(texts), groups


def join_bytes(pieces: Sequence[bytes | None]) -> tuple[tuple[str, ...], np.ndarray]:
    """Texts ``[token]`` and groups int64 ``[token]`` of generated tokens, given the bytes of each.

    Bytes are decoded as they arrive. The tokens of a character that takes several form a group, whose text goes to its
    first token; bytes that make up no character have no text, nor has U+FFFD, which stands for such bytes. None stands
    for a token without bytes (special or unknown), which is a group of its own and ends an unfinished character.
    """
    texts = [""] * len(pieces)
    groups = np.zeros(len(pieces), dtype=np.int64)
    decoder = codecs.getincrementaldecoder("utf-8")(errors="ignore")
    first = 0
    for row, piece in enumerate(pieces):
        pending = bool(decoder.getstate()[0])
        continues = pending and bool(piece) and 0x80 <= piece[0] < 0xC0
        if not continues:
            decoder.reset()
            first = row
        groups[row] = first
        if piece:
            texts[first] += decoder.decode(piece).replace("\ufffd", "")
    return tuple(texts), np.unique(groups, return_inverse=True)[1].astype(np.int64)
