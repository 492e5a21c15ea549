"""Builds in this very process, where a test is not about worker processes: each would load PyTorch anew."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from miniature import build_miniature
from miniature_studies import add_studies


def _one_after_another(tasks, *, jobs, device, threads, tell):
    from threadpoolctl import threadpool_limits

    from gallery.engine.compute import Worker

    with threadpool_limits(1):  # as in a worker process
        worker = Worker(device, threads)
        for task in tasks:
            yield worker.run(task, tell)


@pytest.fixture
def in_process(monkeypatch):
    from gallery.engine import run

    monkeypatch.setattr(run, "run_tasks", _one_after_another)


@pytest.fixture(scope="session")
def studied_source(built_source, tmp_path_factory) -> Path:
    """The computed miniature gallery with studies, computed too (no site). Do not change it."""
    from gallery.engine import run

    root = add_studies(Path(shutil.copytree(built_source, tmp_path_factory.mktemp("studied") / "root")))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "run_tasks", _one_after_another)
        build_miniature(root)
    return root


@pytest.fixture
def studied(studied_source, tmp_path) -> Path:
    """A computed gallery with studies of the test's own."""
    return Path(shutil.copytree(studied_source, tmp_path / "studied"))
