"""Which characters of a text each token stands for.

A tokenizer normalizes: ㍿ becomes 株式会社, two spaces become one, a newline becomes a space. These functions give
every character of the *original* text to exactly one token, so that the token texts join to the text as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_SEQUENCE = re.compile(
    rb"[\x00-\x7f]|[\xc2-\xdf][\x80-\xbf]?|[\xe0-\xef][\x80-\xbf]{0,2}|[\xf0-\xf4][\x80-\xbf]{0,3}|[\x80-\xff]"
)
"""The bytes of one character in UTF-8, or as many of them as are there."""


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

    Bytes are decoded as they arrive. The tokens of a character that takes several form a group, finished or not, whose
    text goes to its first token; bytes that make up no character have no text, nor has U+FFFD, which stands for such
    bytes. None stands for a token without bytes (special or unknown), which ends an unfinished character.
    """
    # FF, which no character contains, stands for a token without bytes.
    carried = [piece or b"\xff" for piece in pieces]
    owner = np.repeat(np.arange(len(pieces)), [len(piece) for piece in carried])
    is_head = np.ones(len(pieces), dtype=bool)
    found: list[tuple[str, int, int]] = []
    for sequence in _SEQUENCE.finditer(b"".join(carried)):
        first, last = int(owner[sequence.start()]), int(owner[sequence.end() - 1])
        is_head[first + 1 : last + 1] = False
        character = sequence[0].decode(errors="ignore")
        if character and character != "\ufffd":
            found.append((character, first, last))
    groups = np.cumsum(is_head, dtype=np.int64) - 1
    heads, texts = np.flatnonzero(is_head), [""] * len(pieces)
    for character, first, _ in found:
        texts[heads[groups[first]]] += character
    rows = np.arange(len(pieces))
    begins = np.searchsorted(np.array([last for _, _, last in found], dtype=np.int64), rows, side="left")
    ends = np.searchsorted(np.array([first for _, first, _ in found], dtype=np.int64), rows, side="right")
    return tuple(texts), groups, np.stack([begins, ends], axis=1)
