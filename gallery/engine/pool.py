"""Worker processes on this machine. Each computes entries one after another and keeps the model it loaded last.

Processes are spawned, never forked; a model has its number of threads wherever it runs: how many workers there are
changes no byte. A worker that dies (out of memory, as a rule) takes down only the entry it was at; another one takes
its place. Where there are GPUs, each worker sees one of them.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from pathlib import Path

from gallery.engine.compute import Outcome, Worker
from gallery.engine.failures import explain
from gallery.engine.gpus import gpus_for
from gallery.engine.machine import threads_for, weights_size
from gallery.engine.startup import LOADING, end_with_parent, load_libraries, took_too_long
from gallery.engine.task import Task
from gallery.engine.words import words
from lmviz.machine import cores

_THREAD_VARIABLES = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "NUMEXPR_NUM_THREADS",
)


def run_tasks(tasks: Sequence[Task], *, jobs: int, device: str, threads: int | None) -> Iterator[Outcome]:
    """Outcomes as they come. Workers are ended when the iterator is closed, whatever they are at."""
    waiting = by_model(tasks)
    gpus = gpus_for(device)
    places = [gpus[number % len(gpus)] if gpus else None for number in range(min(jobs, len(tasks)))]
    workers = [_Process(device, threads, gpu) for gpu in places]
    try:
        for worker in workers:
            worker.give(waiting, [other.model for other in workers])
        while busy := [worker for worker in workers if worker.task is not None]:
            ready = wait([worker.connection for worker in busy])
            for worker in busy:
                if worker.connection not in ready:
                    continue
                outcome = worker.outcome()
                if not worker.is_alive():
                    workers.remove(worker)
                    if any(waiting.values()):
                        worker = _Process(device, threads, worker.gpu)
                        workers.append(worker)
                worker.give(waiting, [other.model for other in workers])
                yield outcome
    finally:
        for worker in workers:
            worker.end()


class _Process:
    """One worker process and the task it is at."""

    def __init__(self, device: str, threads: int | None, gpu: str | None):
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        device = device if gpu is None else "cuda"  # the one that it sees
        self.process = context.Process(target=_work, args=(theirs, device, threads), daemon=True)
        self.gpu = gpu
        self.task: Task | None = None
        self.model: str | None = None
        self._dead = False
        with environment(threads, gpu):
            self.process.start()
        theirs.close()

    def give(self, waiting: Mapping[str, deque[Task]], loaded: Collection[str | None]) -> None:
        """Take the next task and start on it; ``loaded`` are the models that workers hold."""
        model = None if self._dead else next_model(waiting, self.model, loaded)
        if model is None:
            self.task = None
            return
        self.model, self.task = model, waiting[model].popleft()
        try:
            self.connection.send(self.task)
        except OSError:
            pass  # it died just now: `outcome` says so

    def outcome(self) -> Outcome:
        try:
            return self.connection.recv()
        except (EOFError, OSError):
            self._dead = True
            self.process.join()
            code = self.process.exitcode
            if took_too_long(code):
                return Outcome(self.task.id, "stopped", words("libraries_do_not_load", seconds=LOADING))
            return Outcome(self.task.id, "failed", words("worker_died", code=code))

    def is_alive(self) -> bool:
        return not self._dead

    def end(self) -> None:
        if self.task is not None and not self._dead:
            self.process.terminate()
        self.connection.close()
        self.process.join(5)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


def by_model(tasks: Sequence[Task]) -> dict[str, deque[Task]]:
    """Tasks by their model's id, in the order in which they are given."""
    found: dict[str, deque[Task]] = {}
    for task in tasks:
        found.setdefault(task.model.id, deque()).append(task)
    return found


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


def variables(threads: int | None) -> dict[str, str]:
    """Environment that a worker must find before it imports NumPy or torch."""
    return {
        **dict.fromkeys(_THREAD_VARIABLES, str(threads or 1)), "TOKENIZERS_PARALLELISM": "false", "HF_HUB_OFFLINE": "1",
    }


@contextmanager
def environment(threads: int | None, gpu: str | None = None) -> Iterator[None]:
    """`variables` for children that are started meanwhile, which see ``gpu`` alone where one is given."""
    values = variables(threads) | ({} if gpu is None else {"CUDA_VISIBLE_DEVICES": gpu})
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _work(connection: Connection, device: str, threads: int | None) -> None:
    """The body of a worker process: tasks in, outcomes out, until the other side closes or is no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()
    failure = None
    try:
        load_libraries()
    except Exception as error:  # no entry is at fault, and none would fare better
        failure = explain(error, device)
    worker = Worker(device, threads)
    while True:
        try:
            task = connection.recv()
            connection.send(worker.run(task) if failure is None else Outcome(task.id, "stopped", failure))
        except (EOFError, OSError):
            return


def default_jobs(tasks: Sequence[Task], device: str) -> int:
    """One worker a GPU where there are any, else one a core, fewer where the models would not fit into memory."""
    if gpus := gpus_for(device):
        return len(gpus)
    if device.startswith("cuda"):
        return 1
    directories = {task.directory for task in tasks}
    largest = max(map(weights_size, directories), default=0)
    threads = max(map(threads_for, directories), default=1)
    return max(1, min(cores() // threads, _available_memory() // (3 * largest + 2**30)))


def _available_memory() -> int:
    """Bytes; very many where the system does not tell."""
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass
    return 2**60
