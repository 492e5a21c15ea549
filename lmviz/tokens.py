"""The text of a trace, token by token, and the labels of vocabulary entries.

Text is kept as bytes first. A token that holds only part of a character has no text of its own: the tokens of one
character share a *group*, the group's first token carries the character, the others carry the empty string. So
``"".join(tokens.texts)`` is always the text exactly as the curator wrote it, followed by the continuation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

TokenKind = Literal["text", "bytes", "special", "unknown"]


@dataclass(frozen=True)
class TokenTable:
    """What stands at each position of a trace.

    Attributes:
        token_ids: int64 ``[position]``.
        texts: ``[position]``; joined, they give the text. Empty for start tokens, for a tokenizer's prefix space, and
            for all but the first token of a character that takes several.
        raw_bytes: ``[position]``; the UTF-8 bytes the vocabulary entry stands for (empty for special tokens).
        kinds: ``[position]``; ``"bytes"`` for part of a character, ``"special"``, ``"unknown"`` for ``<unk>`` (whose
            text is what the curator wrote there), else ``"text"``.
        groups: int64 ``[position]``, non-decreasing; tokens of one character share a number, others have their own.
        n_start: how many start tokens stand before the prompt.
        n_prompt: start tokens and prompt tokens together; the continuation begins at this position.
        spans: int64 ``[position, 2]``: the characters ``[begin, end)`` of `text` that the token stands for. Tokens of
            one character overlap; where ``begin == end`` a token stands for none (start tokens, a prefix space). A
            character in no span was dropped by the tokenizer. By default as ``texts`` and ``groups`` divide the text.
    """

    token_ids: np.ndarray
    texts: tuple[str, ...]
    raw_bytes: tuple[bytes, ...]
    kinds: tuple[TokenKind, ...]
    groups: np.ndarray
    n_start: int
    n_prompt: int
    spans: np.ndarray | None = None

    def __post_init__(self) -> None:
        if self.spans is None:
            object.__setattr__(self, "spans", spans_of_groups(self.texts, self.groups))

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def text(self) -> str:
        """Prompt and continuation as one string, start tokens left out."""
        return "".join(self.texts)

    def group_text(self, position: int) -> str:
        """The text of the character group that ``position`` belongs to."""
        return "".join(t for t, g in zip(self.texts, self.groups, strict=True) if g == self.groups[position])


def spans_of_groups(texts: Sequence[str], groups: np.ndarray) -> np.ndarray:
    """Spans int64 ``[position, 2]`` of tokens whose texts join to the whole text: each has all that its group has."""
    spans = np.zeros((len(texts), 2), dtype=np.int64)
    at = 0
    for group in np.unique(groups):
        members = np.flatnonzero(groups == group)
        length = sum(len(texts[position]) for position in members)
        spans[members] = at, at + length
        at += length
    return spans


@dataclass(frozen=True)
class VocabularyLabels:
    """Readable labels for the vocabulary entries that a result mentions.

    Attributes:
        token_ids: int64 ``[entry]``, ascending and unique.
        texts: ``[entry]``: the text for ``"text"`` (a leading space mark is a space), hexadecimal bytes such as
            ``"E3 81"`` for ``"bytes"``, the raw name such as ``"</s>"`` for ``"special"`` and ``"unknown"``.
        kinds: ``[entry]``.
    """

    token_ids: np.ndarray
    texts: tuple[str, ...]
    kinds: tuple[TokenKind, ...]

    def index(self, token_id: int) -> int:
        """Row of ``token_id``; raises ``KeyError`` for an entry that is not labelled."""
        row = int(np.searchsorted(self.token_ids, token_id))
        if row == len(self.texts) or self.token_ids[row] != token_id:
            raise KeyError(f"token {token_id} has no label in this result")
        return row
