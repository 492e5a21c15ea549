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


def divide(text: str, spans: Sequence[Span]) -> tuple[tuple[str, ...], np.ndarray, np.ndarray]:
    """Texts ``[token]`` that join to ``text``, groups int64 ``[token]`` of tokens that share a character, and spans.

    Tokens whose spans overlap, or which have none of their own (all but one byte of a character, in SentencePiece),
    form one group, whose text goes to its first token. Characters that no token covers go to the token before them,
    or to the first; a text without tokens is given to none. Spans, int64 ``[token, 2]``, leave such characters out: in
    them a token has its own characters, or those of its group where the tokenizer ascribes none to it.
    """
    groups = np.zeros(len(spans), dtype=np.int64)
    own = np.array([(span.begin, span.end) for span in spans], dtype=np.int64).reshape(-1, 2)
    if not spans:
        return (), groups, own
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
    for row in np.flatnonzero(own[:, 0] == own[:, 1]):
        if not spans[row].prefix:
            shared = own[groups == groups[row]]
            shared = shared[shared[:, 0] < shared[:, 1]]
            own[row] = (shared[:, 0].min(), shared[:, 1].max()) if len(shared) else own[row]
    return tuple(texts), groups, own


def join_bytes(pieces: Sequence[bytes | None]) -> tuple[tuple[str, ...], np.ndarray, np.ndarray]:
    """Texts ``[token]``, groups and spans (see `divide`) of generated tokens, given the bytes of each.

    Bytes are decoded as they arrive. The tokens of a character that takes several form a group, whose text goes to its
    first token; bytes that make up no character have no text, nor has U+FFFD, which stands for such bytes. None stands
    for a token without bytes (special or unknown), which is a group of its own and ends an unfinished character.
    """
    texts = [""] * len(pieces)
    groups = np.zeros(len(pieces), dtype=np.int64)
    spans = np.zeros((len(pieces), 2), dtype=np.int64)
    decoder = codecs.getincrementaldecoder("utf-8")(errors="ignore")
    first = count = 0
    unfinished: list[int] = []
    for row, piece in enumerate(pieces):
        pending = bool(decoder.getstate()[0])
        continues = pending and bool(piece) and 0x80 <= piece[0] < 0xC0
        if not continues:
            decoder.reset()
            first, unfinished = row, []
        groups[row] = first
        text = decoder.decode(piece).replace("\ufffd", "") if piece else ""
        texts[first] += text
        if text:
            spans[unfinished, 1] = count + 1
            unfinished = []
        spans[row] = count, count + len(text)
        count += len(text)
        if decoder.getstate()[0]:
            unfinished.append(row)
    return tuple(texts), np.unique(groups, return_inverse=True)[1].astype(np.int64), spans
