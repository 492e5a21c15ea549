"""Tokens laid against the units of their text."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lmviz.tokens import TokenTable
from lmviz.units.boundaries import UNITS, Unit, boundaries


@dataclass(frozen=True)
class Alignment:
    """Which characters go with which tokens.

    Attributes:
        texts: ``[group]``; joined, they are the text. A group is the least run of characters that whole tokens make up.
        tokens: ``[group]`` of tuples of positions; empty for characters that the tokenizer dropped.
    """

    texts: tuple[str, ...]
    tokens: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Rung:
    """One text in one unit.

    A token without characters (start and end tokens, a prefix space) is a unit of its own without a text, at its place.

    Attributes:
        unit: the name of the unit.
        texts: ``[unit]``; joined, they are the text. Of bytes, whose texts would not join, the hexadecimal form.
        spans: int64 ``[unit, 2]``, characters ``[begin, end)``; the character a byte is of.
        shares: float64 ``[unit, position]``: what the unit has of a token's number. A token gives equal shares to
            the units that it touches, so each column sums to 1.
        blocks: int64 ``[unit]``, non-decreasing: units that a token lies across share a block, and are drawn as one.
        straddles: bool ``[position]``: the token begins inside one unit and goes on into another.
    """

    unit: Unit
    texts: tuple[str, ...]
    spans: np.ndarray
    shares: np.ndarray
    blocks: np.ndarray
    straddles: np.ndarray

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def is_numbered(self) -> np.ndarray:
        """bool ``[unit]``: whether any token belongs to the unit; characters that were dropped have no number."""
        return self.shares.any(axis=1)

    def sum(self, values: np.ndarray) -> np.ndarray:
        """Numbers of tokens ``[..., position]`` as numbers of units ``[..., unit]``, in float64.

        NaN (position 0 has no prediction) counts as nothing beside numbers; a unit that has nothing else is NaN.
        """
        values = np.asarray(values, dtype=np.float64)
        known = np.isfinite(values)
        total = np.where(known, values, 0.0) @ self.shares.T
        return np.where(known.astype(np.float64) @ self.shares.T > 0, total, np.nan)

    def attribution(self, scores: np.ndarray, targets: list[range]) -> tuple[np.ndarray, np.ndarray]:
        """Attribution of log-probabilities summed over targets as well as sources.

        Args:
            scores: ``[target, position]``, what each position gave to each target, NaN from the target on.
            targets: the positions of each target.

        Returns:
            int64 ``[row]``, units that hold targets, ascending, and float64 ``[row, unit]``. What earlier tokens of a
            unit gave to its later ones stands on the diagonal. A target that lies across units counts in equal shares.
        """
        rows = np.stack([self.shares[:, list(target)].mean(axis=1) for target in targets])
        sources = np.where(np.isfinite(scores), scores, 0.0).astype(np.float64) @ self.shares.T
        units = np.flatnonzero(rows.any(axis=0))
        return units, rows[:, units].T @ sources


def align(tokens: TokenTable) -> Alignment:
    """Every character of the text in exactly one group of zero or more tokens; see `Alignment`."""
    text, spans = tokens.text, tokens.spans
    inner = np.zeros(len(text) + 1, dtype=bool)
    for begin, end in spans.tolist():
        inner[begin + 1 : end] = True
    for group in np.unique(tokens.groups):
        own = spans[(tokens.groups == group) & (spans[:, 0] < spans[:, 1])]
        if len(own):
            inner[own[:, 0].min() + 1 : own[:, 1].max()] = True
    texts, members, begin = [], [], 0
    for end in range(1, len(text) + 1):
        if end < len(text) and inner[end]:
            continue
        texts.append(text[begin:end])
        own = (spans[:, 0] < spans[:, 1]) & (spans[:, 0] < end) & (spans[:, 1] > begin)
        members.append(tuple(np.flatnonzero(own).tolist()))
        begin = end
    return Alignment(tuple(texts), tuple(members))


def rung(tokens: TokenTable, unit: Unit) -> Rung:
    """The text of ``tokens`` in ``unit``. Raises ``ValueError`` for an unknown unit."""
    if unit not in UNITS:
        raise ValueError(f"{unit!r} is no unit; choose one of {', '.join(UNITS)}")
    if unit == "token":
        n = len(tokens)
        return Rung(unit, tokens.texts, tokens.spans, np.eye(n), tokens.groups, np.zeros(n, dtype=bool))
    if unit == "byte":
        return _of_bytes(tokens)
    ends = boundaries(tokens.text, unit)
    spans = np.stack([np.append(0, ends)[:-1], ends], axis=1)
    return _laid(unit, [tokens.text[begin:end] for begin, end in spans.tolist()], spans, spans, tokens.spans)


def _of_bytes(tokens: TokenTable) -> Rung:
    lengths = [len(character.encode()) for character in tokens.text]
    first = np.cumsum([0, *lengths], dtype=np.int64)
    of_byte = np.repeat(np.arange(len(lengths)), lengths)
    own = first[tokens.spans]
    for group in np.unique(tokens.groups):
        members = np.flatnonzero((tokens.groups == group) & (own[:, 0] < own[:, 1]))
        pieces = [tokens.raw_bytes[position] for position in members]
        if len(members) > 1 and b"".join(pieces) == tokens.text.encode()[own[members, 0].min() : own[members, 1].max()]:
            ends = own[members, 0].min() + np.cumsum([len(piece) for piece in pieces])
            own[members] = np.stack([ends - [len(piece) for piece in pieces], ends], axis=1)
    at = np.arange(len(of_byte), dtype=np.int64)
    names = [f"{byte:02X}" for byte in tokens.text.encode()]
    return _laid("byte", names, np.stack([of_byte, of_byte + 1], axis=1), np.stack([at, at + 1], axis=1), own)


def _laid(unit: Unit, names: list[str], spans: np.ndarray, places: np.ndarray, own: np.ndarray) -> Rung:
    """Units at ``places`` and tokens at ``own``, both ``[begin, end)`` in the same count, laid against each other."""
    touches = (own[None, :, 0] < places[:, None, 1]) & (own[None, :, 1] > places[:, None, 0])
    touches &= own[:, 0] < own[:, 1]
    n_touched = touches.sum(axis=0)
    cut_begin = ~np.isin(own[:, 0], places[:, 0])
    straddles = (n_touched > 1) & (cut_begin | ~np.isin(own[:, 1], places[:, 1]))
    joined = np.zeros(len(names), dtype=bool)
    for position in np.flatnonzero(n_touched > 1):
        joined[np.flatnonzero(touches[:, position])[1:]] = True
    # A token without characters stands where its place in the text comes to an end.
    bare = np.flatnonzero(n_touched == 0)
    before = np.searchsorted(places[:, 1], own[bare, 0], side="right")
    touches = np.insert(touches, before, np.eye(len(own), dtype=bool)[bare], axis=0)
    at = spans[np.minimum(before, len(spans) - 1), 0] if len(spans) else np.zeros(len(bare), np.int64)
    at = np.where(before < len(spans), at, spans[-1, 1] if len(spans) else 0)
    return Rung(
        unit=unit,
        texts=tuple(np.insert(np.array(names, dtype=object), before, "").tolist()),
        spans=np.insert(spans, before, np.stack([at, at], axis=1), axis=0),
        shares=touches / np.maximum(touches.sum(axis=0), 1),
        blocks=np.cumsum(~np.insert(joined, before, False)) - 1,
        straddles=straddles,
    )
