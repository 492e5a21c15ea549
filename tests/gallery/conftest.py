"""Builds in this very process, where a test is not about worker processes: each would load PyTorch anew."""

from __future__ import annotations

import pytest


@pytest.fixture
def in_process(monkeypatch):
    from threadpoolctl import threadpool_limits

    from gallery.engine import run
    from gallery.engine.compute import Worker

    def one_after_another(tasks, *, jobs, device, threads):
        with threadpool_limits(1):  # as in a worker process
            worker = Worker(device, threads)
            for task in tasks:
                yield worker.run(task)

    monkeypatch.setattr(run, "run_tasks", one_after_another)
