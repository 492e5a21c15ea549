"""The run log, ``build/runs.jsonl``: one line a build that says when, where, how long and with how much memory.

It lies beside the store and never in it: results are the same whenever and wherever they are computed.
"""

from __future__ import annotations

import json
import os
import platform
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gallery.engine.provenance import libraries
from gallery.messages import Wording
from gallery.store.files import append_line

if TYPE_CHECKING:
    from gallery.engine.conclusion import Outcome
    from gallery.engine.plan import Step

RUNS = "build/runs.jsonl"


def write_run(
    root: Path, started: datetime, settings: Mapping[str, Any], steps: Sequence[Step], outcomes: Sequence[Outcome],
    stopped: Wording | None,
) -> None:
    """Add a build to the log. Raises `gallery.store.files.CannotWrite`."""
    states = Counter(step.state for step in steps)
    wanted = {step.id: len(step.task.asked.wanted) for step in steps if step.task is not None}
    record = {
        "started": started.isoformat(), "finished": datetime.now(UTC).isoformat(), "host": platform.node(),
        "machine": platform.platform(), "processor": platform.machine(), "cores": os.cpu_count(), **settings,
        "libraries": libraries(), "current": states["current"], "missing": states["missing"],
        "stopped": stopped and stopped["en"],
        "entries": [_entry(outcome, wanted.get(outcome.id, 0)) for outcome in outcomes],
    }
    append_line(root / RUNS, json.dumps(record, ensure_ascii=False))


def _entry(outcome: Outcome, n_wanted: int) -> dict[str, Any]:
    return {
        "id": outcome.id, "status": outcome.status, "reason": outcome.reason and outcome.reason["en"],
        "seconds": round(outcome.seconds, 3), "peak_bytes": outcome.peak_bytes, "computed": len(outcome.computed),
        "reused": max(0, n_wanted - len(outcome.computed) - len(outcome.failures)) if outcome.status == "built" else 0,
        "parts": outcome.parts,
        "figures_failed": {f"{kind} {name}".strip(): why["en"] for (kind, name), why in outcome.failures.items()},
        "details": outcome.details,
    }


@dataclass(frozen=True)
class Computed:
    """What an entry or a minimal pair took when it was last computed.

    Attributes:
        started: when the build that computed it began: UTC, ISO 8601.
        seconds, peak_bytes: of its worker, which keeps what earlier entries left it.
        parts: seconds by what was computed, loading the model (``load``) and reading the text (``trace``) among them.
    """

    id: str
    started: str
    seconds: float
    peak_bytes: int
    parts: dict[str, float]


@dataclass(frozen=True)
class Run:
    """A build that had something to do.

    Attributes:
        started: UTC, ISO 8601. ``seconds``: from then to its end.
        machine: processor and system as Python names them, without the machine's own name.
        built, failed, current: entries and minimal pairs.
        computed, reused: results of those that were built.
        peak_bytes: the most that one worker held.
        stopped: whether it ended early.
    """

    started: str
    seconds: float
    machine: str
    cores: int
    device: str
    jobs: int | None
    built: int
    failed: int
    current: int
    computed: int
    reused: int
    peak_bytes: int
    stopped: bool


def read_runs(root: Path) -> tuple[list[Run], dict[str, Computed]]:
    """Builds that had something to do, the latest first, and by id what was last computed.

    A build that found everything done is left out: it changes nothing that is told of a gallery. Lines that cannot be
    read (a crash cut them short, another version wrote them) are passed over.
    """
    runs: list[Run] = []
    computed: dict[str, Computed] = {}
    try:
        lines = (Path(root) / RUNS).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return [], {}
    for line in lines:
        try:
            record = json.loads(line)
            if not record["entries"]:
                continue
            run = _run(record)
            found = {entry["id"]: Computed(entry["id"], run.started, float(entry["seconds"]), int(entry["peak_bytes"]),
                                           {str(name): float(part) for name, part in entry["parts"].items()})
                     for entry in record["entries"] if entry["computed"]}
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            continue
        runs.append(run)
        computed |= found
    return runs[::-1], computed


def _run(record: dict[str, Any]) -> Run:
    entries = record["entries"]
    took = datetime.fromisoformat(record["finished"]) - datetime.fromisoformat(record["started"])
    return Run(
        started=str(record["started"]), seconds=took.total_seconds(), machine=str(record["machine"]),
        cores=int(record["cores"]), device=str(record["device"]), jobs=record["jobs"],
        built=sum(entry["status"] == "built" for entry in entries),
        failed=sum(entry["status"] != "built" for entry in entries), current=int(record["current"]),
        computed=sum(int(entry["computed"]) for entry in entries),
        reused=sum(int(entry.get("reused", 0)) for entry in entries),
        peak_bytes=max(int(entry["peak_bytes"]) for entry in entries), stopped=bool(record["stopped"]),
    )
