"""The same work items on Parsl's local cluster: two workers, one of them killed in the middle, the same bytes."""

from __future__ import annotations

import os
import re
import signal
import sys
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest
from miniature import SETSUBUN, make_miniature

from gallery.engine import cluster, run
from gallery.engine.conclusion import Outcome
from gallery.engine.machine import KnownFiles
from gallery.engine.plan import steps
from gallery.validation import read_catalog

N_PROMPTS = 8
SLURM = """\
from parsl.config import Config
from parsl.executors import HighThroughputExecutor
from parsl.providers import SlurmProvider

config = Config(executors=[HighThroughputExecutor(
    available_accelerators=4,
    provider=SlurmProvider(partition="gpu", nodes_per_block=2, worker_init="module load cuda"),
)])
"""


def gallery(root: Path) -> Path:
    """The miniature with more prompts for its model that works."""
    make_miniature(root)
    (root / "gallery/catalog/gallery.yaml").unlink()  # its tour is through a prompt that goes
    prompts = root / "gallery" / "catalog" / "prompts"
    for path in prompts.iterdir():
        path.unlink()
    for number in range(N_PROMPTS):
        text = SETSUBUN.replace("id: setsubun", f"id: setsubun-{number}").replace("季節の変わり目に", f"{number}月に")
        text = text.replace("models: [tiny, broken, away]", "models: [tiny]").replace("{text: 変わり}", "{text: 豆}")
        text = text.replace("attribution: {methods: [input_x_gradient, saliency]}", "attribution: null")
        text = text.replace("neuron_factors: {n_components: [2, 3]}", "neuron_factors: null")
        (prompts / f"setsubun-{number}.yaml").write_text(text, encoding="utf-8")
    return root


def computed(root: Path) -> dict[str, bytes]:
    build = root / "build"
    return {path.relative_to(build).as_posix(): path.read_bytes()
            for folder in ("results", "entries") for path in (build / folder).rglob("*") if path.is_file()}


def worker_at_work(root: Path) -> int | None:
    """The id of a worker process that is in the middle of a task, as its log says."""
    for log in (root / "build" / "parsl").rglob("worker_*.log"):
        lines = log.read_text(encoding="utf-8").splitlines()
        if lines and "Received executor task" in lines[-1]:
            return int(re.search(r"HTEX-Worker-\d+-(\d+)", lines[-1])[1])
    return None


@pytest.mark.slow
def test_a_cluster_that_loses_a_worker_computes_the_same_bytes(tmp_path, in_process):
    pytest.importorskip("parsl", reason="the extra 'cluster' is not installed")
    undisturbed, disturbed = gallery(tmp_path / "undisturbed"), gallery(tmp_path / "disturbed")
    assert run.build(read_catalog(undisturbed), undisturbed, device="cpu", jobs=1).ok

    tasks = [step.task for step in steps(read_catalog(disturbed), disturbed, KnownFiles(disturbed))]
    config = cluster.configuration(None, disturbed, jobs=2, device="cpu", threads=None)
    outcomes, killed = [], None
    with closing(cluster.run_tasks(tasks, config, device="cpu", threads=None)) as coming:
        for outcome in coming:
            outcomes.append(outcome)
            if killed is None and (killed := worker_at_work(disturbed)):
                os.kill(killed, signal.SIGKILL)
    log = (disturbed / "build/parsl/000/parsl.log").read_text(encoding="utf-8")
    assert killed and "WorkerLost" in log
    assert sorted(outcome.id for outcome in outcomes) == sorted(task.id for task in tasks) and len(tasks) == N_PROMPTS
    assert {outcome.status for outcome in outcomes} == {"built"}
    assert run.build(read_catalog(disturbed), disturbed, device="cpu").outcomes == []  # clears away what was cut short
    assert computed(disturbed) == computed(undisturbed)


def test_a_cluster_gets_what_needs_a_study_when_the_study_has_ended(monkeypatch):
    parsl = pytest.importorskip("parsl", reason="the extra 'cluster' is not installed")
    from concurrent.futures import ThreadPoolExecutor

    began, ended = [], []
    monkeypatch.setattr(cluster, "compute", lambda task, device, threads: began.append((task.id, [*ended])) or
                        Outcome(task.id, "failed" if task.id == "study" else "built"))
    monkeypatch.setattr(parsl.dataflow.dflow, "DataFlowKernel", lambda config: SimpleNamespace(cleanup=lambda: None))
    with ThreadPoolExecutor(4) as threads:
        monkeypatch.setattr(parsl, "python_app", lambda f, data_flow_kernel: lambda *given: threads.submit(f, *given))
        tasks = [SimpleNamespace(id=name, model=SimpleNamespace(id="a"), needs="study" if name in "xy" else None)
                 for name in ("x", "study", "y", "z")]
        for outcome in cluster.run_tasks(tasks, None, device="cpu", threads=None):
            ended.append(outcome.id)
    assert sorted(ended) == ["study", "x", "y", "z"]
    assert all("study" in before for name, before in began if name in "xy")


@pytest.mark.parametrize(("content", "says"), [
    ("config = 3", "holds no configuration"), ("import nothing_of_the_kind", "nothing_of_the_kind"),
    ("from parsl.config import Config\nconfig = Config()", "ThreadPoolExecutor"),
])
def test_a_configuration_that_cannot_be_used_says_what_to_write(tmp_path, content, says):
    pytest.importorskip("parsl", reason="the extra 'cluster' is not installed")
    file = tmp_path / "slurm.py"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(cluster.ClusterUnusable, match=says) as found:
        cluster.configuration(file, tmp_path, jobs=1, device="cpu", threads=None)
    assert str(file) in found.value.wording["ja"]


def test_workers_get_the_environment_of_the_pool_before_what_the_file_says(tmp_path):
    pytest.importorskip("parsl", reason="the extra 'cluster' is not installed")
    file = tmp_path / "slurm.py"
    file.write_text(SLURM, encoding="utf-8")
    config = cluster.configuration(file, tmp_path, jobs=1, device="cuda", threads=None)
    start = config.executors[0].provider.worker_init
    assert start.index("export OMP_NUM_THREADS=1") < start.index("module load cuda")
    assert config.retries == cluster.LOST_WORKERS and config.run_dir == str(tmp_path / "build/parsl")


def test_without_parsl_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "parsl.config", None)
    monkeypatch.setitem(sys.modules, "parsl", None)
    with pytest.raises(cluster.ClusterUnusable, match=r"\.\[cluster\]"):
        cluster.configuration(None, tmp_path, jobs=1, device="cpu", threads=None)
