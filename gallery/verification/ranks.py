"""Ranks that differ, decided by the logits: is there an entry for each place, so near that the error can swap them?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from gallery.engine import analyses
from gallery.engine.task import Task
from gallery.messages import Wording
from gallery.verification.difference import Difference, measured_error
from gallery.verification.tolerances import Settled, rule_of
from gallery.verification.words import words
from lmviz.results import Result

if TYPE_CHECKING:
    import lmviz

Open = tuple[list[Difference], Result, Result]
"""Differences of a result, some of which are undecided; the result as stored, and as computed anew."""

SAFETY = 4
"""Two entries move, each by up to the error; and that was measured where log-probabilities are stored, not at all
entries of the vocabulary, so it counts twice."""


def decide(undecided: Sequence[tuple[Task, Sequence[Open]]], device: str, say: Callable[[Wording], None]) -> None:
    """Put each undecided difference in its list as within tolerance or not. Loads each model of the tasks once.

    A result whose other arrays have drifted already is not looked at.
    """
    models = list(dict.fromkeys(task.model.id for task, _ in undecided))
    for name in models:
        of_model = [(task, results) for task, results in undecided if task.model.id == name]
        say(words("deciding_ranks", n=len(of_model), model=name))
        first = of_model[0][0]
        model = analyses.load(first.model, first.directory, device)
        for task, results in of_model:
            trace = analyses.trace(model, task.asked.prompts[0])
            for differences, stored, again in results:
                differences[:] = [
                    replace(d, within=_agrees(d, stored, again, trace, SAFETY * measured_error(differences)))
                    if d.within is None else d for d in differences
                ]


def _agrees(difference: Difference, stored: Result, again: Result, trace: lmviz.Trace, error: float) -> bool:
    from lmviz.analyses.near_entries import NearEntries

    near = NearEntries(trace, error, getattr(stored, "final_norm", True))
    before, after = getattr(stored, difference.array), getattr(again, difference.array)
    moved = np.argwhere(before != after).tolist()
    if isinstance(rule_of(stored.kind, difference.array), Settled):
        last = trace.model.n_layers - 1
        return (before[0], after[0]) == (-1, -1) and all(
            near.strongest(max(before[position], after[position]) - 1, position) or near.strongest(last, position)
            for (position,) in moved
        )
    has_both = (before > 0) & (after > 0)  # 0 is no rank
    return all(
        has_both[tuple(at)] and abs(before[tuple(at)] - after[tuple(at)]) <= _near(stored, at, near, trace)
        for at in moved
    )


def _near(result: Result, at: list[int], near, trace: lmviz.Trace) -> int:
    """Entries near to the one whose rank stands at an index of the result's ranks."""
    match result.kind:
        case "token_probabilities":
            return near.tokens(trace.model.n_layers - 1, at[0])
        case "lens_measures":
            return near.tokens(*at)
        case "character_lens":
            return near.outcomes(*at)
        case "watched_words":
            word, layer = at
            return near.tokens(layer, result.position, result.word_token_ids[word][0])
    raise ValueError(f"{result.kind} has no ranks")
