"""How far a build is, and how long it still takes: for the whole, and for the model at hand."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence

from gallery.engine.compute import Outcome
from gallery.engine.task import Task
from gallery.engine.words import words
from gallery.messages import Wording


class Progress:
    """Counts tasks as they end, and estimates the rest from what tasks of the same model took.

    Of a model that has not been met yet, tasks count as much as those of the others did on average. How many workers
    there are shows in how many seconds of work a second of waiting brought.
    """

    def __init__(self, tasks: Sequence[Task], clock: Callable[[], float] = time.monotonic):
        self.n = len(tasks)
        self.done = 0
        self._clock, self._started = clock, clock()
        self._left = Counter(task.model.id for task in tasks)
        self._n_done: Counter[str] = Counter()
        self._seconds: Counter[str] = Counter()

    def count(self, task: Task, outcome: Outcome) -> None:
        model = task.model.id
        self.done += 1
        self._left[model] -= 1
        self._n_done[model] += 1
        self._seconds[model] += outcome.seconds

    def left(self, task: Task) -> Wording:
        """How long everything, and everything of this task's model, still takes; empty at the end."""
        if self.done == self.n:
            return words("nothing_left")
        everything = sum(map(self._work_left, self._left))
        work, waited = sum(self._seconds.values()), self._clock() - self._started
        wait = waited / work if work else 0.0  # seconds of waiting for a second of work
        if self._left[task.model.id] in (0, self.n - self.done):
            return words("left", left=duration(wait * everything))
        return words("left_of_model", left=duration(wait * everything), model=task.model.id,
                     n=self._left[task.model.id], of_model=duration(wait * self._work_left(task.model.id)))

    def _work_left(self, model: str) -> float:
        known = self._n_done[model]
        mean = self._seconds[model] / known if known else sum(self._seconds.values()) / max(1, self.done)
        return self._left[model] * mean


def duration(seconds: float) -> Wording:
    """Seconds up to a minute and a half, then minutes, then hours."""
    if seconds < 90:
        return words("seconds", n=max(1, round(seconds)))
    if seconds < 5400:
        return words("minutes", n=round(seconds / 60))
    return words("hours", n=seconds / 3600)
