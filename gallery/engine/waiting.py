"""Tasks that wait for a worker, and those that wait for another task first: an entry for the study that it needs."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping, Sequence

from gallery.engine.task import Task


class Waiting:
    """Tasks in the order in which they are given; what needs one of them is not handed out before that has ended."""

    def __init__(self, tasks: Sequence[Task]):
        ids = {task.id for task in tasks}
        self._ready: dict[str, deque[Task]] = {}
        self._held: dict[str, list[Task]] = {}
        for task in tasks:
            ready = self._ready.setdefault(task.model.id, deque())
            if task.needs in ids:
                self._held.setdefault(task.needs, []).append(task)
            else:
                ready.append(task)

    def __bool__(self) -> bool:
        return bool(self._held) or any(self._ready.values())

    def is_awaited(self, name: str) -> bool:
        """Whether tasks wait for the one of that id."""
        return name in self._held

    def end(self, name: str) -> None:
        """What waited for the task of that id can be handed out, however it ended."""
        for task in self._held.pop(name, ()):
            self._ready[task.model.id].append(task)

    def take(self, at_hand: str | None, loaded: Collection[str | None]) -> Task | None:
        """The next task for a worker that has the model ``at_hand``, where workers have ``loaded``; None for now."""
        model = next_model(self._ready, at_hand, loaded)
        return None if model is None else self._ready[model].popleft()

    def take_all(self) -> list[Task]:
        """All that can be handed out now."""
        taken = [task for tasks in self._ready.values() for task in tasks]
        for tasks in self._ready.values():
            tasks.clear()
        return taken


def next_model(
    waiting: Mapping[str, Sequence[Task]], at_hand: str | None, loaded: Collection[str | None]
) -> str | None:
    """Whose task a worker takes, so that models are loaded as few times as can be, and each at most once a worker.

    That is the model at hand; else one that no worker has loaded; else the one that has most tasks waiting, in which
    other workers are helped. None where nothing waits.
    """
    left = {model: len(tasks) for model, tasks in waiting.items() if tasks}
    if at_hand in left:
        return at_hand
    free = [model for model in left if model not in loaded]
    return free[0] if free else max(left, key=left.__getitem__, default=None)
