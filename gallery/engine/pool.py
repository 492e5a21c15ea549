"""Worker processes on this machine. Each computes tasks one after another and keeps the model it loaded last.

Processes are spawned, never forked; a model has its number of threads wherever it runs: how many workers there are
changes no byte. A worker that dies (out of memory, as a rule) takes down only the entry it was at; another one takes
its place. Where there are GPUs, each worker sees one of them.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from pathlib import Path

from gallery.engine.compute import Worker
from gallery.engine.conclusion import Doing, Outcome
from gallery.engine.failures import explain
from gallery.engine.gpus import gpus_for
from gallery.engine.machine import threads_for, weights_size
from gallery.engine.startup import LOADING, end_with_parent, load_libraries, took_too_long
from gallery.engine.task import Task
from gallery.engine.waiting import Waiting
from gallery.engine.words import words
from lmviz.machine import cores

_THREAD_VARIABLES = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "NUMEXPR_NUM_THREADS",
)

STUDY_MEMORY = 2**31
"""Bytes that a worker may take beside the model where models are studied; the included ones took 1.6 GB."""


def run_tasks(
    tasks: Sequence[Task], *, jobs: int, device: str, threads: int | None, tell: Callable[[Doing], None] | None = None
) -> Iterator[Outcome]:
    """Outcomes as they come. Workers are ended when the iterator is closed, whatever they are at.

    Tasks that need another are handed out once the caller has taken that one's outcome.

    Args:
        tell: is told what a worker begins with, of a task that takes long.
    """
    waiting = Waiting(tasks)
    gpus = gpus_for(device)
    places = [gpus[number % len(gpus)] if gpus else None for number in range(min(jobs, len(tasks)))]
    workers = [_Process(device, threads, gpu) for gpu in places]
    try:
        for worker in workers:
            worker.give(waiting, workers)
        while busy := [worker for worker in workers if worker.task is not None]:
            ready = wait([worker.connection for worker in busy])
            for worker in busy:
                if worker.connection not in ready:
                    continue
                outcome = worker.answer()
                if isinstance(outcome, Doing):
                    if tell is not None:
                        tell(outcome)
                    continue
                if not worker.is_alive():
                    workers.remove(worker)
                    if waiting:
                        worker = _Process(device, threads, worker.gpu)
                        workers.append(worker)
                if not waiting.is_awaited(outcome.id):
                    worker.give(waiting, workers)
                    yield outcome
                    continue
                worker.task = None
                yield outcome
                waiting.end(outcome.id)
                for idle in [worker, *workers]:
                    if idle.task is None:
                        idle.give(waiting, workers)
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

    def give(self, waiting: Waiting, workers: Sequence[_Process]) -> None:
        """Take the next task, if there is one now, and start on it."""
        self.task = None if self._dead else waiting.take(self.model, [worker.model for worker in workers])
        if self.task is None:
            return
        self.model = self.task.model.id
        try:
            self.connection.send(self.task)
        except OSError:
            pass  # it died just now: `outcome` says so

    def answer(self) -> Outcome | Doing:
        """The task's outcome, or what the worker begins with."""
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
            connection.send(
                worker.run(task, connection.send) if failure is None else Outcome(task.id, "stopped", failure)
            )
        except (EOFError, OSError):
            return


def default_jobs(tasks: Sequence[Task], device: str) -> int:
    """One worker a GPU where there are any, else one a core, fewer where the models would not fit into memory."""
    if gpus := gpus_for(device):
        return len(gpus)
    if device.startswith("cuda"):
        return 1
    directories = {task.directories for task in tasks}
    largest = max((sum(map(weights_size, together)) for together in directories), default=0)
    threads = max((threads_for(directory) for together in directories for directory in together), default=1)
    for_each = 3 * largest + (STUDY_MEMORY if any(task.is_study for task in tasks) else 2**30)
    return max(1, min(cores() // threads, _available_memory() // for_each))


def _available_memory() -> int:
    """Bytes; very many where the system does not tell."""
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass
    return 2**60
