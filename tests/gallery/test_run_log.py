"""The run log as the build report reads it: what was last computed, nothing of builds that found everything done."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from types import SimpleNamespace

from gallery.engine.conclusion import Outcome
from gallery.engine.run_log import RUNS, read_runs, write_run
from gallery.site.fingerprint import fingerprint

SETTINGS = {"tier": None, "device": "cpu", "jobs": 2, "threads": None}


def step(name: str, state: str, n_wanted: int = 0) -> SimpleNamespace:
    task = SimpleNamespace(asked=SimpleNamespace(wanted=(None,) * n_wanted)) if n_wanted else None
    return SimpleNamespace(id=name, state=state, task=task)


def log(root, steps, outcomes) -> None:
    write_run(root, datetime(2026, 11, 23, 9, 0, tzinfo=UTC), SETTINGS, steps, outcomes, None)


def test_what_was_computed_and_what_was_reused_is_told_of_the_last_time(tmp_path):
    assert read_runs(tmp_path) == ([], {})
    first = Outcome("a/m", "built", computed=["k1", "k2", "k3"], seconds=3.0, peak_bytes=7, parts={"load": 2.0})
    log(tmp_path, [step("a/m", "compute", 3), step("b/m", "current")], [first])
    again = Outcome("a/m", "built", computed=["k4"], seconds=1.0, peak_bytes=5, parts={"trace": 0.5})
    failed = Outcome("c/m", "failed", {"ja": "理由", "en": "why"})
    log(tmp_path, [step("a/m", "compute", 3), step("b/m", "current"), step("c/m", "compute", 2)], [again, failed])
    runs, computed = read_runs(tmp_path)
    assert [(run.built, run.failed, run.current, run.computed, run.reused, run.peak_bytes) for run in runs] == [
        (1, 1, 1, 1, 2, 5), (1, 0, 1, 3, 0, 7),
    ]
    assert list(computed) == ["a/m"] and (computed["a/m"].seconds, computed["a/m"].parts) == (1.0, {"trace": 0.5})


def test_a_build_that_found_everything_done_and_torn_lines_change_nothing_that_is_told(tmp_path):
    log(tmp_path, [step("a/m", "compute", 1)], [Outcome("a/m", "built", computed=["k1"], seconds=3.0)])
    told, state = read_runs(tmp_path), fingerprint(tmp_path, "")
    log(tmp_path, [step("a/m", "current")], [])
    with open(tmp_path / RUNS, "a", encoding="utf-8") as file:
        file.write('{"entries": [{"id": "a/m"\n[]\n' + json.dumps({"entries": [{"id": 3}]}) + "\n")
    assert read_runs(tmp_path) == told and fingerprint(tmp_path, "") == state
    log(tmp_path, [step("b/m", "compute", 1)], [Outcome("b/m", "built", computed=["k2"], seconds=2.0)])
    assert fingerprint(tmp_path, "") != state


def test_the_name_of_the_machine_stays_in_the_log(tmp_path):
    log(tmp_path, [step("a/m", "compute", 1)], [Outcome("a/m", "built", computed=["k1"])])
    host = json.loads((tmp_path / RUNS).read_text(encoding="utf-8"))["host"]
    assert host and all(host != getattr(run, name) for run in read_runs(tmp_path)[0] for name in vars(run))
