"""One method's attributions under several models, brought to the same targets and the same units of the text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lmviz.comparison.shared_spans import SharedSpans, head, shared_spans
from lmviz.results.attribution import Attribution
from lmviz.tokens import TokenTable
from lmviz.units import Unit, rung


@dataclass(frozen=True)
class SharedAttribution:
    """Scores of the same targets from the same sources.

    Attributes:
        texts: ``[unit]``; joined, they are the text that is compared.
        targets: int64 ``[target, 2]``, characters ``[begin, end)``.
        scores: float64 ``[model, target, unit]``, in the unit of the attributed quantity; earlier tokens of a target
            that is explained token by token give to its later ones within it.
        outside: float64 ``[model, target]``: what tokens without characters gave (start tokens, a prefix space).
    """

    texts: tuple[str, ...]
    targets: np.ndarray
    scores: np.ndarray
    outside: np.ndarray

    def shares(self) -> tuple[np.ndarray, np.ndarray]:
        """``scores`` and ``outside`` divided, by model and target, by the sum of their absolute values."""
        total = np.abs(self.scores).sum(axis=-1) + np.abs(self.outside)
        total = np.where(total > 0, total, 1.0)
        return self.scores / total[..., None], self.outside / total


def shared_attribution(results: Sequence[Attribution], unit: Unit = "word") -> SharedAttribution:
    """Attributions of several models in ``unit``; of ``"token"``, in the spans that all tokenizers share.

    Targets are shared spans that every model explains: in one row, or for log-probabilities, which add up over
    targets, in several.

    Raises:
        ValueError: for methods, quantities or foils that differ, or a method without a sign, whose magnitudes do not
            add up.
    """
    first = results[0]
    for each in results:
        if (each.method, each.target) != (first.method, first.target):
            raise ValueError(f"attributions of {first.method} ({first.target}) and {each.method} ({each.target}) "
                             "cannot be compared; choose one method and one target")
        if not each.signed:
            raise ValueError(f"{each.method} gives magnitudes, which do not add up over tokens; choose a signed method")
    shared = shared_spans([each.tokens for each in results])
    rows = [_rows(each, shared, table) for table, each in enumerate(results)]
    targets = [span for span in sorted(set.intersection(*(set(each) for each in rows)))
               if len({each.foil_texts[own[span][0]] for each, own in zip(results, rows, strict=True)}) == 1]
    cut = shared.spans if unit == "token" else _unit_spans(results[0], shared, unit)
    scores = np.zeros((len(results), len(targets), len(cut)))
    outside = np.zeros((len(results), len(targets)))
    for model, (result, own) in enumerate(zip(results, rows, strict=True)):
        table = head(result.tokens, len(shared.text))
        bare = table.spans[:, 0] == table.spans[:, 1]
        for index, span in enumerate(targets):
            given = np.nan_to_num(result.scores[own[span], : len(table)].astype(np.float64), nan=0.0).sum(axis=0)
            outside[model, index] = given[bare].sum()
            scores[model, index] = _by_unit(given, table, cut, unit)
    text = shared.text
    return SharedAttribution(tuple(text[a:b] for a, b in cut.tolist()),
                             np.array(targets, dtype=np.int64).reshape(-1, 2), scores, outside)


def _unit_spans(result: Attribution, shared: SharedSpans, unit: Unit) -> np.ndarray:
    spans = rung(head(result.tokens, len(shared.text)), unit).spans
    return spans[spans[:, 0] < spans[:, 1]]


def _by_unit(given: np.ndarray, table: TokenTable, cut: np.ndarray, unit: Unit) -> np.ndarray:
    """Scores of tokens that have characters, summed by unit; no token lies across shared spans, ``cut``."""
    if unit != "token":
        units = rung(table, unit)
        return np.nan_to_num(units.sum(given)[units.spans[:, 0] < units.spans[:, 1]], nan=0.0)
    begins, bare = table.spans[:, 0], table.spans[:, 0] == table.spans[:, 1]
    return np.array([given[(begins >= begin) & (begins < end) & ~bare].sum() for begin, end in cut])


def _rows(result: Attribution, shared: SharedSpans, table: int) -> dict[tuple[int, int], list[int]]:
    """Rows of the targets that make up a shared span, by the span's characters."""
    at = {tuple(range(first, first + length)): row for row, (first, length) in
          enumerate(zip(result.target_positions.tolist(), result.target_lengths.tolist(), strict=True))}
    found: dict[tuple[int, int], list[int]] = {}
    for span, own in zip(shared.spans.tolist(), shared.positions[table], strict=True):
        alone = [at.get((p,)) for p in own]
        if own in at:
            found[tuple(span)] = [at[own]]
        elif result.target == "log_probability" and own and None not in alone:
            found[tuple(span)] = alone
    for own, row in at.items():
        covered = [i for i, each in enumerate(shared.positions[table]) if each and set(each) <= set(own)]
        if covered and own == tuple(p for i in covered for p in shared.positions[table][i]):
            found[int(shared.spans[covered[0], 0]), int(shared.spans[covered[-1], 1])] = [row]
    return found
