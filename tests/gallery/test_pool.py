"""Workers on this machine, with a stand-in for what they compute: who takes which model, on which GPU."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import MappingProxyType, SimpleNamespace

import pytest

from gallery.engine import gpus, pool
from gallery.engine.conclusion import Doing, Outcome
from gallery.engine.waiting import next_model

EMPTY = MappingProxyType({})


def task(name: str, needs: str | None = None, model: str = "a") -> SimpleNamespace:
    return SimpleNamespace(id=name, model=SimpleNamespace(id=model), needs=needs)


def stand_in(connection, device, threads):
    """The body of a worker process that only says where it is."""
    while True:
        try:
            task = connection.recv()
        except EOFError:
            return
        if task.id == "deadly":
            os._exit(9)
        seen = {"device": device, "gpu": os.environ.get("CUDA_VISIBLE_DEVICES"), "worker": os.getpid(),
                "model": task.model.id}
        connection.send(Outcome(task.id, "built", details=[seen]))


@pytest.fixture
def run(monkeypatch):
    monkeypatch.setattr(pool, "_work", stand_in)

    def run_on(
        found: tuple[str, ...], names: list[str], *, jobs: int, device: str = "auto", needs: dict[str, str] = EMPTY
    ) -> list[Outcome]:
        monkeypatch.setattr(pool, "gpus_for", lambda device: found if device in ("auto", "cuda") else ())
        tasks = [task(name, needs.get(name), model=name[0]) for name in names]
        return list(pool.run_tasks(tasks, jobs=jobs, device=device, threads=1))

    return run_on


def test_each_worker_has_a_gpu_of_its_own_and_keeps_it_when_it_is_replaced(run):
    outcomes = run(("3", "GPU-5f"), ["a1", "b1", "a2", "b2", "deadly", "a3", "b3", "d4"], jobs=2)
    seen = [outcome.details[0] for outcome in outcomes if outcome.status == "built"]
    assert [outcome.id for outcome in outcomes if outcome.status == "failed"] == ["deadly"]
    assert {one["device"] for one in seen} == {"cuda"} and {one["gpu"] for one in seen} == {"3", "GPU-5f"}
    gpu_of = {one["worker"]: one["gpu"] for one in seen}
    assert all(gpu_of[one["worker"]] == one["gpu"] for one in seen)


def test_without_gpus_workers_compute_where_they_were_told(run, monkeypatch):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    outcomes = run((), ["a1"], jobs=1, device="cuda:1")
    assert outcomes[0].details[0] | {"worker": 0} == {"device": "cuda:1", "gpu": None, "worker": 0, "model": "a"}


def test_models_are_shared_out_and_none_is_loaded_twice_by_a_worker(run):
    outcomes = run((), [f"{model}{number}" for model in "abc" for number in range(6)], jobs=2)
    loads: dict[int, list[str]] = {}
    for outcome in outcomes:
        seen = outcome.details[0]
        order = loads.setdefault(seen["worker"], [])
        if not order or order[-1] != seen["model"]:
            order.append(seen["model"])
    assert len(outcomes) == 18
    assert all(len(order) == len(set(order)) for order in loads.values())
    assert {order[0] for order in loads.values()} <= {"a", "b"} and len({order[0] for order in loads.values()}) == 2


@pytest.mark.parametrize("jobs", [1, 2, 3])
@pytest.mark.parametrize("study", ["a-study", "deadly"])
def test_what_needs_a_study_comes_after_it_even_if_the_study_kills_its_worker(run, jobs, study):
    names = [study, *(f"{model}{number}" for model in "abc" for number in range(4)), "b-study"]
    needs = {f"a{n}": study for n in range(4)} | {f"b{n}": "b-study" for n in range(4)} | {"c0": "not in this build"}
    order = [outcome.id for outcome in run((), names, jobs=jobs, needs=needs)]
    assert sorted(order) == sorted(names)
    assert all(order.index(first) < order.index(name) for name, first in needs.items() if first in names)


def test_nothing_that_needs_a_study_starts_before_its_outcome_was_taken(monkeypatch, tmp_path):
    """Its failure is written down by then, so that what needs it can say why."""
    monkeypatch.setattr(pool, "_work", look_for_a_note)
    study = str(tmp_path / "study")
    tasks = [task(study), task(str(tmp_path / "x"), study), task(str(tmp_path / "y"), study)]
    seen = []
    for outcome in pool.run_tasks(tasks, jobs=2, device="cpu", threads=1):
        (tmp_path / "note").touch()
        seen.append(outcome.details)
    assert seen == [[False], [True], [True]]


def look_for_a_note(connection, device, threads):
    """The body of a worker that says whether there is a file ``note`` beside the task's id."""
    while True:
        try:
            task = connection.recv()
        except EOFError:
            return
        connection.send(Outcome(task.id, "built", details=[Path(task.id).with_name("note").exists()]))


def test_what_a_worker_begins_with_is_told(monkeypatch):
    monkeypatch.setattr(pool, "_work", begin_twice)
    told, tasks = [], [task("x"), task("y")]
    ended = [one.id for one in pool.run_tasks(tasks, jobs=1, device="cpu", threads=1, tell=told.append)]
    assert ended == ["x", "y"]
    assert [(doing.id, doing.number) for doing in told] == [("x", 1), ("x", 2), ("y", 1), ("y", 2)]


def begin_twice(connection, device, threads):
    while True:
        try:
            task = connection.recv()
        except EOFError:
            return
        for number in (1, 2):
            connection.send(Doing(task.id, "model_factors", number, 2))
        connection.send(Outcome(task.id, "built"))


def test_a_worker_stays_then_opens_a_new_model_then_helps_where_most_is_left():
    waiting = {"a": [1], "b": [1, 2], "c": [1, 2, 3], "d": []}
    assert next_model(waiting, "b", ["a", "b"]) == "b"
    assert next_model(waiting, "d", ["a", "b"]) == "c"
    assert next_model(waiting, None, ["a", "b", "c"]) == "c"
    assert next_model({"a": []}, "a", []) is None


@pytest.mark.parametrize(("visible", "expected"), [
    (None, ("0", "1")), ("5,7", ("5", "7")), ("GPU-a, GPU-b ,GPU-c", ("GPU-a", "GPU-b")),
])
def test_gpus_go_by_the_names_that_the_user_left_visible(monkeypatch, tmp_path, visible, expected):
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(cuda=SimpleNamespace(device_count=lambda: 2)))
    monkeypatch.setattr(gpus, "Path", lambda name: tmp_path)
    monkeypatch.setattr(gpus, "_visible", gpus._visible.__wrapped__)
    if visible is None:
        monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    else:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert gpus.gpus_for("auto") == gpus.gpus_for("cuda") == expected
    assert gpus.gpus_for("cpu") == gpus.gpus_for("cuda:1") == ()
    assert pool.default_jobs([], "auto") == 2 and pool.default_jobs([], "cuda:1") == 1
