"""Time left: by what tasks of the same model took, in seconds of waiting for a second of work."""

from __future__ import annotations

from types import SimpleNamespace

from gallery.engine.conclusion import Outcome
from gallery.engine.progress import Progress, duration


def test_a_slow_model_that_is_still_to_come_counts_by_its_own_tasks():
    now = [0.0]
    tasks = {name: SimpleNamespace(id=name, model=SimpleNamespace(id=name[0]), is_study=False)
             for name in ("a1", "a2", "a3", "b1", "b2")}
    progress = Progress([*tasks.values()], clock=lambda: now[0])

    def end(name: str, seconds: float, at: float) -> str:
        now[0] = at
        progress.count(tasks[name], Outcome(name, "built", seconds=seconds))
        return progress.left(tasks[name])["en"]

    # One worker at first: 2 s of work in 2 s; of b nothing is known, so four tasks of 2 s are left, two of them of a.
    assert end("a1", 2, at=2) == " (about 8 s left; a: 2 entries, about 4 s)"
    # Two workers: 2 + 10 s of work in 6 s. Left: a2, a3 of 2 s and b2 of 10 s, 14 s of work in half the time.
    assert end("b1", 10, at=6) == " (about 7 s left; b: 1 entries, about 5 s)"
    end("a2", 2, at=7)
    end("a3", 2, at=8)
    assert end("b2", 10, at=12) == ""


def test_studies_count_apart_and_nothing_is_estimated_of_what_has_not_been_met():
    now = [0.0]
    tasks = {name: SimpleNamespace(id=name, model=SimpleNamespace(id="a"), is_study=name[0] == "s")
             for name in ("s1", "s2", "e1", "e2", "e3")}
    progress = Progress([*tasks.values()], clock=lambda: now[0])

    def end(name: str, seconds: float, at: float) -> str:
        now[0] = at
        progress.count(tasks[name], Outcome(name, "built", seconds=seconds))
        return progress.left(tasks[name])["en"]

    assert end("s1", 60, at=60) == ""
    # A study of 60 s and two entries of 2 s are left.
    assert end("e1", 2, at=62) == " (about 64 s left; a: 2 entries, about 4 s)"
    assert end("s2", 60, at=122) == " (about 4 s left)"


def test_durations_are_told_in_round_numbers():
    told = {0.2: "1 s", 89: "89 s", 90: "2 min", 5399: "90 min", 9000: "2.5 h"}
    assert {seconds: duration(seconds)["en"] for seconds in told} == told
