"""Which characters, and which bytes, of a text go with which tokens."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lmviz.tokens import TokenTable


@dataclass(frozen=True)
class Alignment:
    """Characters and tokens in groups that do not overlap.

    Attributes:
        texts: ``[group]``; joined, they are the text. A group is the least run of characters that whole tokens make up.
        tokens: ``[group]`` of tuples of positions; empty for characters that the tokenizer dropped.
    """

    texts: tuple[str, ...]
    tokens: tuple[tuple[int, ...], ...]


def align(tokens: TokenTable) -> Alignment:
    """Every character of the text in exactly one group of zero or more tokens; see `Alignment`."""
    text, spans = tokens.text, tokens.spans
    with_text = np.flatnonzero(spans[:, 0] < spans[:, 1])
    # Between two characters of one token the text is not cut.
    depth = np.zeros(len(text) + 2, dtype=np.int64)
    np.add.at(depth, spans[with_text, 0] + 1, 1)
    np.add.at(depth, spans[with_text, 1], -1)
    cuts = np.append(0, np.flatnonzero(np.cumsum(depth)[1 : len(text) + 1] == 0) + 1)
    members: list[list[int]] = [[] for _ in cuts[1:]]
    for position, group in zip(with_text, np.searchsorted(cuts, spans[with_text, 0], side="right") - 1, strict=True):
        members[group].append(int(position))
    texts = tuple(text[begin:end] for begin, end in zip(cuts[:-1], cuts[1:], strict=True))
    return Alignment(texts, tuple(map(tuple, members)))


def byte_spans(tokens: TokenTable) -> np.ndarray:
    """Spans int64 ``[position, 2]`` in bytes of the text as UTF-8.

    Exact where the bytes of a group's tokens are those of its text; elsewhere (the tokenizer normalized the text) a
    token has all bytes of its characters.
    """
    byte_at = np.cumsum([0, *(len(character.encode()) for character in tokens.text)])
    spans, encoded = byte_at[tokens.spans], tokens.text.encode()
    for members in align(tokens).tokens:
        if len(members) < 2:
            continue
        rows = list(members)
        begin, end = spans[rows, 0].min(), spans[rows, 1].max()
        pieces = [tokens.raw_bytes[position] for position in members]
        if b"".join(pieces) == encoded[begin:end]:
            ends = begin + np.cumsum([len(piece) for piece in pieces])
            spans[rows] = np.stack([np.append(begin, ends[:-1]), ends], axis=1)
    return spans
