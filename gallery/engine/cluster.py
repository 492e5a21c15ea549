"""Beyond one machine: Parsl runs the pool's work items wherever its configuration says, and results come through the
store, which all machines see under the same path.

Tasks are handed out in their order, so that a worker loads each model once; those that need another when it has ended.
A task whose worker or machine is lost goes
to another worker.
"""

from __future__ import annotations

import os
import runpy
import shlex
import shutil
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, wait
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from gallery.engine.compute import Worker
from gallery.engine.conclusion import Outcome
from gallery.engine.gpus import gpus_for
from gallery.engine.pool import environment, variables
from gallery.engine.startup import load_libraries
from gallery.engine.task import Task
from gallery.engine.waiting import Waiting
from gallery.engine.words import words
from gallery.messages import Wording
from lmviz.machine import cores

if TYPE_CHECKING:
    from parsl.config import Config

REPOSITORY = Path(__file__).resolve().parents[2]
LOST_WORKERS = 2
"""How often a task is given to another worker where its own was lost; afterwards the task itself is to blame."""


class ClusterUnusable(ValueError):
    """Parsl, its configuration or its machines cannot be used; ``wording`` says so by language."""

    def __init__(self, wording: Wording):
        self.wording = wording
        super().__init__(wording["en"])


def configuration(file: Path | None, root: Path, *, jobs: int, device: str, threads: int | None) -> Config:
    """Parsl's configuration: ``config`` of a Python file, or a local cluster of ``jobs`` workers where there is none.

    Every worker gets the environment that the pool's workers have, this Python and this repository, before what the
    file says in ``worker_init``.

    Raises:
        ClusterUnusable: no Parsl, or no configuration in the file that can be used.
    """
    try:
        from parsl.config import Config
        from parsl.executors import ThreadPoolExecutor
    except ModuleNotFoundError as error:
        raise ClusterUnusable(words("no_parsl", name=error.name)) from None
    if file is None:
        config = _local(jobs, device)
    else:
        try:
            config = runpy.run_path(str(file)).get("config")
        except Exception as error:  # whatever the file does
            raise ClusterUnusable(words("engine_config_fails", file=file, why=_why(error))) from None
        if not isinstance(config, Config):
            raise ClusterUnusable(words("engine_config_lacks", file=file))
        if any(isinstance(executor, ThreadPoolExecutor) for executor in config.executors):
            raise ClusterUnusable(words("engine_config_threads", file=file))
    config.retries = max(config.retries, LOST_WORKERS)
    if config.run_dir == "runinfo":
        config.run_dir = str(root / "build" / "parsl")
    for executor in config.executors:
        if hasattr(executor, "interchange_launch_cmd") and shutil.which("setpriv"):
            # Ends with this process, even killed; workers end when they have not heard from it for a while.
            executor.interchange_launch_cmd = ["setpriv", "--pdeathsig", "TERM", *executor.interchange_launch_cmd]
        provider = getattr(executor, "provider", None)
        if hasattr(provider, "worker_init"):
            provider.worker_init = f"{_exports(threads)}\n{provider.worker_init}"
    return config


def run_tasks(tasks: Sequence[Task], config: Config, *, device: str, threads: int | None) -> Iterator[Outcome]:
    """Outcomes as they come. Workers are ended when the iterator is closed, whatever they are at.

    Raises:
        ClusterUnusable: no worker can be started, such as where the queue's commands are not on this machine.
    """
    import parsl
    from parsl.executors.errors import BadStateException

    with _path_to_parsl(), environment(threads):
        try:
            kernel = parsl.dataflow.dflow.DataFlowKernel(config)
        except Exception as error:
            raise ClusterUnusable(words("cluster_does_not_start", why=_why(error))) from None
        try:
            app = parsl.python_app(compute, data_flow_kernel=kernel)
            waiting = Waiting(tasks)
            submitted = {app(task, device, threads): task for task in waiting.take_all()}
            while submitted:
                for future in wait(submitted, return_when=FIRST_COMPLETED).done:
                    error = future.exception()
                    if isinstance(error, BadStateException):
                        raise ClusterUnusable(words("cluster_does_not_start", why=_why(error)))
                    task = submitted.pop(future)
                    yield future.result() if error is None else Outcome(
                        task.id, "failed", words("cluster_failed", why=_why(error))
                    )
                    waiting.end(task.id)
                    submitted |= {app(task, device, threads): task for task in waiting.take_all()}
        finally:
            kernel.cleanup()


_worker: Worker | None = None


def compute(task: Task, device: str, threads: int | None) -> Outcome:
    """What runs in a worker process of the cluster; the process keeps the model that it loaded last."""
    global _worker
    if _worker is None:
        load_libraries()
        _worker = Worker(device, threads)
    return _worker.run(task)


def _local(jobs: int, device: str) -> Config:
    from parsl.config import Config
    from parsl.executors import HighThroughputExecutor
    from parsl.providers import LocalProvider

    executor = HighThroughputExecutor(
        label="local", address="127.0.0.1", max_workers_per_node=jobs, cores_per_worker=cores() / jobs,
        available_accelerators=gpus_for(device)[:jobs], provider=LocalProvider(init_blocks=1, max_blocks=1),
    )
    return Config(executors=[executor], strategy="none")


def _exports(threads: int | None) -> str:
    paths = {
        "PATH": f"{shlex.quote(str(Path(sys.executable).parent))}:$PATH",
        "PYTHONPATH": f"{shlex.quote(str(REPOSITORY))}:$PYTHONPATH",
    }
    return "\n".join(f"export {name}={value}" for name, value in (variables(threads) | paths).items())


@contextmanager
def _path_to_parsl() -> Iterator[None]:
    """Parsl starts programs of its own, which lie beside the Python that runs this."""
    before = os.environ.get("PATH", "")
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{before}"
    try:
        yield
    finally:
        os.environ["PATH"] = before


def _why(error: BaseException) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:400]
