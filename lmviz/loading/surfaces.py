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
    """One token and the characters ``[begin, end)`` of the original text that it stands for.

    Of none, at its place, where ``begin == end``: the lone space that a tokenizer puts before a text.
    """

    token_id: int
    begin: int
    end: int


def divide(text: str, spans: Sequence[Span]) -> tuple[tuple[str, ...], np.ndarray, np.ndarray]:
    """Texts ``[token]`` that join to ``text``, groups int64 ``[token]`` of tokens that share a character, and spans.

    Tokens whose spans overlap form one group, whose text goes to its first token. Characters that no token covers go to
    the token before them, or to the first; a text without tokens is given to none. Spans, int64 ``[token, 2]``, leave
    such characters out.
    """
    own = np.array([(span.begin, span.end) for span in spans], dtype=np.int64).reshape(-1, 2)
    texts, groups = [""] * len(spans), np.zeros(len(spans), dtype=np.int64)
    if not spans:
        return (), groups, own
    reached = np.maximum.accumulate(own[:, 1])
    heads = np.flatnonzero(np.append(True, own[1:, 0] >= reached[:-1]))
    groups[heads[1:]] = 1
    cuts = [0, *own[heads[1:], 0].tolist(), len(text)]
    for head, begin, end in zip(heads, cuts, cuts[1:], strict=False):
        texts[head] = text[begin:end]
    return tuple(texts), np.cumsum(groups), own


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
