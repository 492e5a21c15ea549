"""How a result differs from its stored self: array by array, by how much, and whether that is within tolerance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from gallery.verification.tolerances import COARSER, Candidates, Near, Rank, Settled, rule_of
from lmviz.results import CharacterLens, Result


@dataclass(frozen=True)
class Difference:
    """One array, or part of the header, that is not the same.

    Attributes:
        what: ``"numbers"``; ``"ids"`` (or texts: no amount), ``"shape"``, ``"values"`` (there is a number in one where
            there is none in the other), or ``"header"``.
        within: whether that is within tolerance; None for ranks, which only the logits can decide.
        count, size: how many entries differ, of how many.
        absolute, absolute_at: the largest difference, and its index.
        relative, relative_at: the largest difference relative to the larger of the two magnitudes, and its index.
        stored, again: what stands at ``absolute_at``; for ``"ids"`` at the first difference.
    """

    array: str
    what: str
    within: bool | None
    count: int = 1
    size: int = 1
    absolute: float | None = None
    absolute_at: tuple[int, ...] = ()
    relative: float | None = None
    relative_at: tuple[int, ...] = ()
    stored: Any = None
    again: Any = None


def differences(stored: Result, again: Result, dtype: str = "float32") -> list[Difference]:
    """What is not the same, byte for byte; empty where all is. ``dtype`` is the model's."""
    before, after = _plain(stored), _plain(again)
    if not _same_candidates(stored.kind, before, after):
        # Labels only give the candidates their texts.
        before, after = ({n: v for n, v in each.items() if not n.startswith("labels.")} for each in (before, after))
    factor = COARSER[dtype]
    found = []
    for name in sorted(before.keys() | after.keys()):
        one, other = before.get(name), after.get(name)
        if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
            difference = _of_arrays(stored.kind, name, before, after, factor)
        else:
            difference = None if one == other else Difference(name, "header", False, stored=one, again=other)
        if difference:
            found.append(difference)
    return found


def measured_error(found: list[Difference]) -> float:
    """The largest difference of the log-probabilities, which stands for the error of the logits that they are of."""
    return max((d.absolute for d in found if "log_prob" in d.array and d.absolute is not None), default=0.0)


def _of_arrays(kind: str, name: str, before: dict, after: dict, factor: float) -> Difference | None:
    one, other = before[name], after[name]
    if one.shape != other.shape or one.dtype.kind != other.dtype.kind:
        return Difference(name, "shape", False, stored=list(one.shape), again=list(other.shape))
    is_number = one.dtype.kind in "fiu"
    if one.dtype == other.dtype and (one.tobytes() == other.tobytes() if is_number else (one == other).all()):
        return None
    rule = rule_of(kind, name)
    if isinstance(rule, Candidates):
        return _of_candidates(name, rule, kind, before, after, factor)
    if not is_number or (one.dtype.kind != "f" and rule is None):
        return _of_ids(name, one, other, False)
    one, other = one.astype(np.float64), other.astype(np.float64)
    if (np.isfinite(one) != np.isfinite(other)).any():
        return Difference(name, "values", False, *_count(np.isfinite(one) != np.isfinite(other)))
    apart = np.nan_to_num(np.abs(one - other), nan=0.0)
    larger = np.maximum(np.abs(one), np.abs(other))
    relative = np.divide(apart, larger, out=np.zeros(apart.shape), where=apart > 0)
    within = None if isinstance(rule, (Rank, Settled)) else False
    if isinstance(rule, Near):
        within = bool((apart <= factor * rule.allowed(one)).all())
    at, relative_at = _largest(apart), _largest(relative)
    return Difference(
        name, "numbers", within, *_count(apart > 0), float(apart[at]), at, float(relative[relative_at]), relative_at,
        before[name][at].item(), after[name][at].item(),
    )


def _of_ids(name: str, one: np.ndarray, other: np.ndarray, within: bool) -> Difference:
    at = _largest(one != other)
    return Difference(
        name, "ids", within, *_count(one != other), absolute_at=at, stored=one[at].item(), again=other[at].item()
    )


def _of_candidates(name: str, rule: Candidates, kind: str, before: dict, after: dict, factor: float) -> Difference:
    allowed = factor * rule_of(kind, rule.log_probabilities).absolute
    rows = [each.reshape(-1, each.shape[-1]) for each in (
        before[name], before[rule.log_probabilities], after[name], after[rule.log_probabilities],
    )]
    within = all(
        _changed_places(ids, logs, other_ids, other_logs, allowed) and _changed_places(
            other_ids, other_logs, ids, logs, allowed)
        for ids, logs, other_ids, other_logs in zip(*rows, strict=True) if (ids != other_ids).any()
    )
    return _of_ids(name, before[name], after[name], within)


def _changed_places(
    ids: np.ndarray, logs: np.ndarray, other_ids: np.ndarray, other_logs: np.ndarray, allowed: float
) -> bool:
    """Whether each id has much the same log-probability in the other list, or that of its end."""
    place = {token: i for i, token in enumerate(other_ids.tolist())}
    last = len(other_ids) - 1
    return all(
        abs(log - other_logs[place[token]]) <= allowed if token in place else abs(log - other_logs[last]) <= allowed
        for token, log in zip(ids.tolist(), logs.tolist(), strict=True)
    )


def _count(differing: np.ndarray) -> tuple[int, int]:
    return int(differing.sum()), differing.size


def _largest(array: np.ndarray) -> tuple[int, ...]:
    return tuple(int(i) for i in np.unravel_index(int(array.argmax()), array.shape))


def _plain(result: Result) -> dict[str, Any]:
    """Arrays and header in one; numbers of the header as arrays of no axis, outcomes in place of their numbers."""
    arrays, header = result.parts()
    if isinstance(result, CharacterLens):
        texts = [f"{kind} {text}" for kind, text in zip(header["outcome_kinds"], header["outcomes"], strict=True)]
        named = np.array([*texts, "none"])  # -1 is the last
        arrays = {**arrays, **{name: named[arrays[name]] for name in ("candidates", "following")}}
        del header["outcomes"], header["outcome_kinds"]
    plain = {name: np.asarray(value) if isinstance(value, float) else value for name, value in header.items()}
    return {**plain, **arrays}


def _same_candidates(kind: str, before: dict, after: dict) -> bool:
    names = [name for name in before if isinstance(rule_of(kind, name), Candidates)]
    return all(np.array_equal(before[name], after[name]) for name in names)
