"""Workers on this machine, with a stand-in for what they compute: who takes which model, on which GPU."""

from __future__ import annotations

import os
import sys
from types import SimpleNamespace

import pytest

from gallery.engine import gpus, pool
from gallery.engine.conclusion import Outcome
from gallery.engine.waiting import next_model


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

    def run_on(found: tuple[str, ...], names: list[str], *, jobs: int, device: str = "auto") -> list[Outcome]:
        monkeypatch.setattr(pool, "gpus_for", lambda device: found if device in ("auto", "cuda") else ())
        tasks = [SimpleNamespace(id=name, model=SimpleNamespace(id=name[0]), needs=None) for name in names]
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
