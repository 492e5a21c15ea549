"""Worker processes on this machine. Each computes entries one after another and keeps the model it loaded last.

Processes are spawned, never forked; a model has its number of threads wherever it runs: how many workers there are
changes no byte. A worker that dies (out of memory, as a rule) takes down only the entry it was at; another one takes
its place.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from pathlib import Path

from gallery.engine.compute import Outcome, Worker
from gallery.engine.failures import explain
from gallery.engine.machine import threads_for, weights_size
from gallery.engine.task import Task
from gallery.engine.words import words
from lmviz.machine import cores

_THREAD_VARIABLES = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "NUMEXPR_NUM_THREADS",
)


def run_tasks(tasks: Sequence[Task], *, jobs: int, device: str, threads: int | None) -> Iterator[Outcome]:
    """Outcomes as they come. Workers are ended when the iterator is closed, whatever they are at."""
    waiting = list(tasks)
    workers = [_Process(device, threads) for _ in range(min(jobs, len(waiting)))]
    try:
        for worker in workers:
            worker.give(waiting)
        while busy := [worker for worker in workers if worker.task is not None]:
            ready = wait([worker.connection for worker in busy])
            for worker in busy:
                if worker.connection not in ready:
                    continue
                outcome = worker.outcome()
                if not worker.is_alive():
                    workers.remove(worker)
                    if waiting:
                        worker = _Process(device, threads)
                        workers.append(worker)
                worker.give(waiting)
                yield outcome
    finally:
        for worker in workers:
            worker.end()


class _Process:
    """One worker process and the task it is at."""

    def __init__(self, device: str, threads: int | None):
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=_work, args=(theirs, device, threads), daemon=True)
        self.task: Task | None = None
        self._model: str | None = None
        self._dead = False
        with _environment(threads):
            self.process.start()
        theirs.close()

    def give(self, waiting: list[Task]) -> None:
        """Take a task of the model at hand, or else the first, and start on it."""
        self.task = next((task for task in waiting if task.model.id == self._model), waiting[0] if waiting else None)
        if self.task is None or self._dead:
            self.task = None
            return
        waiting.remove(self.task)
        self._model = self.task.model.id
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
            return Outcome(self.task.id, "failed", words("worker_died", code=self.process.exitcode))

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


@contextmanager
def _environment(threads: int | None) -> Iterator[None]:
    """What a child must find before it imports NumPy or torch."""
    values = dict.fromkeys(_THREAD_VARIABLES, str(threads or 1))
    values |= {"TOKENIZERS_PARALLELISM": "false", "HF_HUB_OFFLINE": "1"}
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
    """The body of a worker process: tasks in, outcomes out, until the other side closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    failure = None
    try:
        import torch

        torch.set_num_interop_threads(1)
    except Exception as error:  # with little memory the libraries themselves do not load
        failure = explain(error, device)
    worker = Worker(device, threads)
    while True:
        try:
            task = connection.recv()
            connection.send(worker.run(task) if failure is None else Outcome(task.id, "failed", failure))
        except (EOFError, OSError):
            return


def default_jobs(tasks: Sequence[Task], device: str) -> int:
    """One worker a core, fewer where the models would not fit into memory, one in all where there is a GPU."""
    if device.startswith("cuda") or (device == "auto" and Path("/proc/driver/nvidia").exists()):
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
