"""A build: what is missing is computed, what is there is left alone, and every failure stays with its own entry."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from gallery.engine.choice import choose, named_hub_models
from gallery.engine.conclusion import Doing, Outcome, write_built, write_failure
from gallery.engine.fetch import fetch, remember
from gallery.engine.machine import KnownFiles
from gallery.engine.plan import Locations, Step, steps
from gallery.engine.pool import default_jobs, run_tasks
from gallery.engine.progress import Progress
from gallery.engine.run_log import write_run
from gallery.engine.task import Task
from gallery.engine.words import words
from gallery.messages import Wording
from gallery.store import Store
from gallery.store.files import CannotWrite, remove_leftovers
from gallery.store.lock import only_one
from gallery.validation.reader import read_lock
from gallery.validation.schema import Catalog, Model

Say = Callable[[Wording], None]


class DeviceUnusable(ValueError):
    """The device that was named is not on this machine; ``wording`` says so by language."""

    def __init__(self, device: str):
        self.wording = words("device_unusable", device=device)
        super().__init__(self.wording["en"])


@dataclass
class Summary:
    """What a build did.

    Attributes:
        steps: every study, entry and minimal pair that was chosen, as it stood before.
        outcomes: of those that were computed.
        unfetched: by model id: why a hub model that was named could not be fetched.
        stopped: why the build ended early (nothing could be written), by language.
    """

    steps: list[Step] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    unfetched: dict[str, Wording] = field(default_factory=dict)
    stopped: Wording | None = None

    @property
    def failed(self) -> list[Outcome]:
        """Those that failed, or have figures that did."""
        return [outcome for outcome in self.outcomes if outcome.status != "built" or outcome.failures]

    @property
    def ok(self) -> bool:
        return not (self.failed or self.unfetched or self.stopped)


def build(
    catalog: Catalog, root: Path, *, only: str | None = None, model_ids: Sequence[str] = (), tier: str | None = None,
    device: str = "auto", jobs: int | None = None, threads: int | None = None, engine: str = "pool",
    engine_config: Path | None = None, say: Say = lambda wording: None,
) -> Summary:
    """Compute what is missing of the chosen studies, entries and minimal pairs; waits while another build of this
    gallery runs.

    Args:
        only, model_ids, tier: see `gallery.engine.choice.choose`; a hub model named here without wildcards is fetched
            if need be.
        device: see ``lmviz.load``.
        jobs: worker processes; by default see `gallery.engine.pool.default_jobs`. Changes no byte.
        threads: of each worker; by default see `gallery.engine.machine.threads_for`. Recorded in every result,
            because it may change last bits.
        engine: ``pool`` for worker processes of this machine, ``parsl`` for those that Parsl starts.
        engine_config: a Python file with Parsl's configuration; None for a cluster of ``jobs`` workers on this machine.
        say: is told what happens, by language.

    Raises:
        DeviceUnusable: before anything is computed.
        gallery.engine.cluster.ClusterUnusable: Parsl cannot be used as it is configured.
    """
    root = Path(root)
    summary = Summary()
    chosen = choose(catalog, only, model_ids, tier=tier)
    settings = {
        "tier": tier, "device": device, "jobs": jobs, "threads": threads, "engine": engine,
        "engine_config": engine_config and str(engine_config),
    }
    try:
        with only_one(root / "build" / ".lock", lambda: say(words("another_build"))):
            _build_alone(chosen, root, summary, named_hub_models(chosen, only, model_ids), settings, say)
    except CannotWrite as error:
        summary.stopped = words("cannot_write", path=error.filename, why=error.strerror)
    return summary


def _build_alone(
    chosen: Catalog, root: Path, summary: Summary, named: Sequence[Model], settings: dict[str, Any], say: Say
) -> None:
    """What `build` does while no other build of this gallery runs; what came of it goes into ``summary``."""
    started = datetime.now(UTC)
    known = KnownFiles(root)
    try:
        remove_leftovers(root / "build")
        lock = read_lock(root)
        for model in named:
            if reason := fetch(model, root, lock, say):
                summary.unfetched[model.id] = reason
                say(reason)
        summary.steps = list(steps(chosen, root, known, Locations(root, lock)))
        _write_manifests(summary, known, say)
        tasks = _in_order([step.task for step in summary.steps if step.state == "compute"], chosen.models)
        for task in tasks:
            commits = (task.commit, task.other and task.other.commit)
            for model, commit in zip(task.asked.models, commits, strict=False):
                if model.hub is not None:
                    remember(model, commit, root, lock)
        if tasks:
            known.save()  # a disk that takes nothing is found out before anything is computed
            outcomes = _start(tasks, root, settings, say)
            _compute(tasks, outcomes, summary, known, say)
    except CannotWrite as error:
        summary.stopped = words("cannot_write", path=error.filename, why=error.strerror)
    finally:
        _conclude(root, summary, known, started, settings)


def check_device(device: str) -> None:
    """Raises `DeviceUnusable`, and ``ModuleNotFoundError`` where PyTorch is not installed; imports it for GPUs only."""
    if device in ("auto", "cpu"):
        if find_spec("torch") is None:
            raise ModuleNotFoundError("No module named 'torch'", name="torch")
        return
    import torch

    try:
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError, NotImplementedError):
        raise DeviceUnusable(device) from None


def _write_manifests(summary: Summary, known: KnownFiles, say: Say) -> None:
    """What needs no model: manifests of entries whose results are all there, and damage worth telling."""
    for step in summary.steps:
        for damaged in step.damaged:
            say(words("damaged_recomputed", entry=step.id, why=damaged))
        if step.state == "failed":
            write_failure(step.task, step.reason)
            summary.outcomes.append(Outcome(step.id, "failed", step.reason))
        elif step.state == "write":
            outcome = Outcome(step.id, "built")
            write_built(step.task, outcome)
            if not outcome.failures:
                step.task.remember(known)
            summary.outcomes.append(outcome)


def _in_order(tasks: list[Task], models: Sequence[Model]) -> list[Task]:
    place = {model.id: i for i, model in enumerate(models)}
    return sorted(tasks, key=lambda task: place[task.model.id])


def _start(tasks: list[Task], root: Path, settings: dict[str, Any], say: Say) -> Iterator[Outcome]:
    """Outcomes as they come, from the engine that was asked for."""
    device, threads, file = settings["device"], settings["threads"], settings["engine_config"]
    if file is None:
        check_device(device)
        settings["jobs"] = settings["jobs"] or default_jobs(tasks, device)
        say(words("to_compute", n=len(tasks), jobs=min(settings["jobs"], len(tasks)), device=device))
    else:
        say(words("to_compute_on_cluster", n=len(tasks), device=device))
    if settings["engine"] == "pool":
        return run_tasks(tasks, jobs=settings["jobs"], device=device, threads=threads, tell=partial(told, say))
    from gallery.engine import cluster

    config = cluster.configuration(
        file and Path(file), root, jobs=settings["jobs"] or 1, device=device, threads=threads
    )
    return cluster.run_tasks(tasks, config, device=device, threads=threads)


def told(say: Say, doing: Doing) -> None:
    """Says what a worker begins with."""
    say(words("doing", entry=doing.id, what=words(f"doing_{doing.kind}"), number=doing.number, n=doing.n))


def _compute(
    tasks: list[Task], coming: Iterator[Outcome], summary: Summary, known: KnownFiles, say: Say
) -> None:
    by_id = {task.id: task for task in tasks}
    progress = Progress(tasks)
    with closing(coming) as outcomes:
        for outcome in outcomes:
            task = by_id[outcome.id]
            progress.count(task, outcome)
            summary.outcomes.append(outcome)
            if outcome.status == "stopped":
                summary.stopped = outcome.reason
                return
            at = {"done": progress.done, "n": progress.n, "entry": outcome.id}
            if outcome.status == "failed":
                write_failure(task, outcome.reason)
                say(words("progress_failed", **at, why=outcome.reason))
                continue
            say(words("progress", **at, seconds=outcome.seconds, left=progress.left(task)))
            for (kind, name), why in outcome.failures.items():
                say(words("figure_failed", kind=kind, name=f" ({name})" if name else "", why=why))
            store = Store(task.root)
            with suppress(FileNotFoundError):  # another machine's files, which this one may see a while later
                for key in outcome.computed:
                    known.know(key, store.path(key))
                if not outcome.failures:
                    task.remember(known)


def _conclude(
    root: Path, summary: Summary, known: KnownFiles, started: datetime, settings: dict[str, Any]
) -> None:
    """Remember what was read, and write the run log; where that fails, the build is no worse for it."""
    try:
        known.save()
        write_run(root, started, settings, summary.steps, summary.outcomes, summary.stopped)
    except CannotWrite as error:
        summary.stopped = summary.stopped or words("cannot_write", path=error.filename, why=error.strerror)
