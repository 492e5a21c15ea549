"""How far a build is, and how long it still takes: for the whole, and for the model at hand."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence

from gallery.engine.conclusion import Outcome
from gallery.engine.task import Task
from gallery.engine.words import words
from gallery.messages import Wording

_Kind = tuple[str, bool]
"""Model, and whether a study."""


class Progress:
    """Counts tasks as they end, and estimates the rest from what tasks of the same model took, studies apart.

    Of a model that has not been met yet, tasks count as much as those of the others did on average; while no entry has
    been met, or no study, there is no estimate. How many workers there are shows in how many seconds of work a second
    of waiting brought.
    """

    def __init__(self, tasks: Sequence[Task], clock: Callable[[], float] = time.monotonic):
        self.n = len(tasks)
        self.done = 0
        self._clock, self._started = clock, clock()
        self._left = Counter(map(_kind_of, tasks))
        self._n_done: Counter[_Kind] = Counter()
        self._seconds: Counter[_Kind] = Counter()

    def count(self, task: Task, outcome: Outcome) -> None:
        kind = _kind_of(task)
        self.done += 1
        self._left[kind] -= 1
        self._n_done[kind] += 1
        self._seconds[kind] += outcome.seconds

    def left(self, task: Task) -> Wording:
        """How long everything, and everything of this task's model, still takes; empty at the end."""
        known = {is_study for (_, is_study), n in self._n_done.items() if n}
        if self.done == self.n or any(n for (_, is_study), n in self._left.items() if is_study not in known):
            return words("nothing_left")
        everything = sum(map(self._work_left, self._left))
        work, waited = sum(self._seconds.values()), self._clock() - self._started
        wait = waited / work if work else 0.0  # seconds of waiting for a second of work
        kind = _kind_of(task)
        if self._left[kind] in (0, self.n - self.done):
            return words("left", left=duration(wait * everything))
        return words("left_of_model", left=duration(wait * everything), model=task.model.id, n=self._left[kind],
                     of_model=duration(wait * self._work_left(kind)))

    def _work_left(self, kind: _Kind) -> float:
        alike = [other for other in self._n_done if other[1] == kind[1]]
        measured = [kind] if self._n_done[kind] else alike
        n_done = sum(self._n_done[one] for one in measured)
        return self._left[kind] * sum(self._seconds[one] for one in measured) / max(1, n_done)


def _kind_of(task: Task) -> _Kind:
    return task.model.id, task.is_study


def duration(seconds: float) -> Wording:
    """Seconds up to a minute and a half, then minutes, then hours."""
    if seconds < 90:
        return words("seconds", n=max(1, round(seconds)))
    if seconds < 5400:
        return words("minutes", n=round(seconds / 60))
    return words("hours", n=seconds / 3600)
