"""Tokens laid against the units of their text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lmviz.tokens import TokenTable
from lmviz.units.alignment import byte_spans
from lmviz.units.boundaries import UNITS, Unit, boundaries


@dataclass(frozen=True)
class Rung:
    """One text in one unit.

    A token without characters (start and end tokens, a prefix space, bytes that make up no character) is a unit of its
    own without a text, at its place.

    Attributes:
        unit: the name of the unit.
        texts: ``[unit]``; joined, they are the text. Of bytes, whose texts would not join, the hexadecimal form.
        spans: int64 ``[unit, 2]``, characters ``[begin, end)``; the character a byte is of.
        parts: int64 ``[part, 2]``, unit and position of what they have in common, ascending. A token is divided into
            equal parts among the units that it touches.
        blocks: int64 ``[unit]``, non-decreasing: units that a token lies across share a block, and are drawn as one.
        straddles: bool ``[position]``: the token lies across units and is not made up of whole ones: it begins inside
            one or ends inside another.
    """

    unit: Unit
    texts: tuple[str, ...]
    spans: np.ndarray
    parts: np.ndarray
    blocks: np.ndarray
    straddles: np.ndarray

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def shares(self) -> np.ndarray:
        """float64 ``[unit, position]``: what the unit has of a token's number; each column sums to 1."""
        shares = np.zeros((len(self), len(self.straddles)))
        shares[self.parts[:, 0], self.parts[:, 1]] = self._sizes()
        return shares

    @property
    def is_numbered(self) -> np.ndarray:
        """bool ``[unit]``: whether any token belongs to the unit; characters that were dropped have no number."""
        return np.isin(np.arange(len(self)), self.parts[:, 0])

    def sum(self, values: np.ndarray) -> np.ndarray:
        """Numbers of tokens ``[..., position]`` as numbers of units ``[..., unit]``, in float64.

        NaN (position 0 has no prediction) counts as nothing beside numbers; a unit that has nothing else is NaN.

        Raises:
            ValueError: the last axis is not the positions of the text.
        """
        values = self._checked(values)
        known = ~np.isnan(values)
        return np.where(self._gather(known) > 0, self._gather(np.where(known, values, 0.0)), np.nan)

    def attribution(self, scores: np.ndarray, targets: Sequence[range]) -> tuple[np.ndarray, np.ndarray]:
        """Attribution of log-probabilities summed over targets as well as sources.

        Args:
            scores: ``[target, position]``, what each position gave to each target; what stands from the target on
                counts as nothing.
            targets: the positions of each target.

        Returns:
            int64 ``[row]``, units that hold targets, ascending, and float64 ``[row, unit]``. What earlier tokens of a
            unit gave to its later ones stands on the diagonal. A target that lies across units counts in equal shares.

        Raises:
            ValueError: the axes are not the targets and the positions of the text.
        """
        scores = self._checked(scores)
        if scores.shape[:-1] != (len(targets),):
            raise ValueError(f"scores {list(scores.shape)} are not [target, position] of {len(targets)} targets")
        begins = np.array([target.start for target in targets], dtype=np.int64)
        sources = self._gather(np.where(np.arange(scores.shape[1]) < begins[:, None], scores, 0.0))
        members = np.zeros(scores.shape)
        for row, target in enumerate(targets):
            members[row, list(target)] = 1 / len(target)
        of_target = self._gather(members)
        units = np.flatnonzero(of_target.any(axis=0))
        held = of_target[:, units].T
        rows = [shares[shares > 0] @ sources[shares > 0] for shares in held]
        return units, np.array(rows).reshape(len(units), len(self))

    def _checked(self, values: np.ndarray) -> np.ndarray:
        values = np.asarray(values, dtype=np.float64)
        if values.ndim == 0 or values.shape[-1] != len(self.straddles):
            raise ValueError(
                f"values {list(values.shape)} do not end in the {len(self.straddles)} positions of the text; give one "
                "number a token, start tokens included"
            )
        return values

    def _sizes(self) -> np.ndarray:
        """float64 ``[part]``: how much of its token each part is."""
        positions = self.parts[:, 1]
        return 1 / np.bincount(positions, minlength=len(self.straddles))[positions]

    def _gather(self, values: np.ndarray) -> np.ndarray:
        """``values @ shares.T`` without the matrix, so that no value reaches a unit that it has no part in."""
        total = np.zeros((*values.shape[:-1], len(self)))
        units, positions = self.parts.T
        if len(units):
            first = np.flatnonzero(np.diff(units, prepend=-1))
            total[..., units[first]] = np.add.reduceat(values[..., positions] * self._sizes(), first, axis=-1)
        return total


def rung(tokens: TokenTable, unit: Unit) -> Rung:
    """The text of ``tokens`` in ``unit``. Raises ``ValueError`` for an unknown unit."""
    if unit not in UNITS:
        raise ValueError(f"{unit!r} is no unit; choose one of {', '.join(UNITS)}")
    if unit == "token":
        own = np.arange(len(tokens))
        return Rung(
            unit, tokens.texts, tokens.spans, np.stack([own, own], axis=1), tokens.groups, np.zeros(len(own), bool)
        )
    text = tokens.text
    lengths = np.array([len(character.encode()) for character in text], dtype=np.int64)
    byte_at = np.append(0, np.cumsum(lengths))
    if unit == "byte":
        character = np.repeat(np.arange(len(lengths)), lengths)
        names = [f"{byte:02X}" for byte in text.encode()]
        return _laid(tokens, unit, names, np.stack([character, character + 1], axis=1), np.arange(byte_at[-1] + 1))
    cuts = np.append(0, boundaries(text, unit))
    spans = np.stack([cuts[:-1], cuts[1:]], axis=1)
    return _laid(tokens, unit, [text[begin:end] for begin, end in spans.tolist()], spans, byte_at[cuts])


def _laid(tokens: TokenTable, unit: Unit, names: list[str], spans: np.ndarray, cuts: np.ndarray) -> Rung:
    """Tokens laid against units that ``cuts``, in bytes of the text, divide."""
    own = byte_spans(tokens)
    first = np.searchsorted(cuts, own[:, 0], side="right") - 1
    n_touched = np.where(own[:, 0] < own[:, 1], np.searchsorted(cuts, own[:, 1], side="left") - first, 0)
    across = np.flatnonzero(n_touched > 1)
    straddles = np.zeros(len(own), dtype=bool)
    straddles[across] = ~np.isin(own[across], cuts).all(axis=1)
    joined = np.zeros(len(names) + 1, dtype=np.int64)
    np.add.at(joined, first[across] + 1, 1)
    np.add.at(joined, (first + n_touched)[across], -1)
    joined = np.cumsum(joined)[:-1] > 0
    # A token without characters stands before the block that goes on after its place.
    begins_block = np.maximum.accumulate(np.where(np.append(joined, False), 0, np.arange(len(names) + 1)))
    bare = np.flatnonzero(n_touched == 0)
    bare = bare[np.argsort(first[bare], kind="stable")]
    before = begins_block[first[bare]]
    place = np.append(spans[:, 0], len(tokens.text))[before]
    unit_of = np.arange(len(names)) + np.searchsorted(before, np.arange(len(names)), side="right")
    positions = np.repeat(np.arange(len(own)), n_touched)
    nth = np.arange(len(positions)) - np.repeat(np.cumsum(n_touched) - n_touched, n_touched)
    touching = np.stack([unit_of[first[positions] + nth], positions], axis=1)
    parts = np.concatenate([touching, np.stack([before + np.arange(len(bare)), bare], axis=1)])
    return Rung(
        unit=unit,
        texts=tuple(np.insert(np.array(names, dtype=object), before, "").tolist()),
        spans=np.insert(spans, before, np.stack([place, place], axis=1), axis=0),
        parts=parts[np.lexsort(parts.T[::-1])],
        blocks=np.cumsum(~np.insert(joined, before, False)) - 1,
        straddles=straddles,
    )
