"""What came of a task, and the manifest that says so."""

from __future__ import annotations

from dataclasses import dataclass, field

from gallery.engine import analyses
from gallery.engine.manifest import Manifest, write_manifest
from gallery.engine.request import WantedFigure
from gallery.engine.task import Task, texts_of
from gallery.engine.words import words
from gallery.messages import Wording
from gallery.store import Store
from gallery.store.files import CannotWrite
from gallery.subjects import Figure
from lmviz.tokens import TokenTable

OWN = ("text", "generation", "analysis", "options", "seed", "files")
"""What of a result's provenance is its own; the rest it shares with the others of its task."""


@dataclass
class Outcome:
    """What came of a task.

    Attributes:
        status: ``built``, ``failed``, or ``stopped`` where nothing can be written or no worker can work, and the run
            must end.
        failures: by ``(figure's kind of result, name)``: why it could not be computed.
        seconds, peak_bytes: of the worker; for the run log, never for results.
        parts: seconds by what was computed, reading the text among them; for the run log.
        details: tracebacks, for the run log.
    """

    id: str
    status: str
    reason: Wording | None = None
    computed: list[str] = field(default_factory=list)
    failures: dict[tuple[str, str], Wording] = field(default_factory=dict)
    seconds: float = 0.0
    peak_bytes: int = 0
    parts: dict[str, float] = field(default_factory=dict)
    details: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Doing:
    """What a worker begins with: a kind of result of the task ``id``, the ``number``-th of ``n``."""

    id: str
    kind: str
    number: int
    n: int


def write_built(task: Task, outcome: Outcome) -> None:
    """Write the manifest of what has its results in the store; positions that are not there join ``outcome``.

    Raises `CannotWrite`, `DamagedResult`.
    """
    store = Store(task.root)
    there = next(wanted for wanted in task.asked.wanted if (wanted.kind, wanted.name) not in outcome.failures)
    tokens, shared = texts_of(store.read(task.key(there)))[0], store.provenance(task.key(there))
    unplaced: dict[tuple[str, str], Wording] = {}
    figures = tuple(_figure(wanted, task, outcome, tokens, unplaced) for wanted in task.asked.figures)
    outcome.failures.update(unplaced)
    write_manifest(task.root, task.id, Manifest(
        status="built",
        request=task.asked.request,
        digests=task.digests,
        figures=figures,
        provenance={name: value for name, value in shared.items() if name not in OWN},
    ))


def _figure(
    wanted: WantedFigure, task: Task, outcome: Outcome, tokens: TokenTable, unplaced: dict[tuple[str, str], Wording]
) -> Figure:
    failed = {w.name: outcome.failures[w.kind, w.name] for w in wanted.results
              if (w.kind, w.name) in outcome.failures}
    results = {w.name: task.key(w) for w in wanted.without(failed)}
    failure = next(iter(failed.values())) if failed and not results else None
    if results:
        results |= {w.name: task.key(w) for w in wanted.taken}
    position = None
    if "position" in wanted.options and failure is None:
        try:
            position = analyses.position_of(wanted.kind, wanted.options["position"], tokens)
        except analyses.NotPossible as error:
            failure = unplaced[wanted.kind, ""] = error.wording
    return Figure(
        kind=wanted.kind,
        id=task.asked.figure_id(wanted, task.digests),
        options=wanted.options,
        results=results,
        position=position,
        failure=failure,
        incomplete=failed if results else {},
    )


def write_failure(task: Task, reason: Wording) -> None:
    """Write the manifest of what failed; results of earlier builds stay in the store. Raises `CannotWrite`."""
    write_manifest(task.root, task.id, Manifest("failed", task.asked.request, task.digests, reason=reason))


def cannot_write(error: CannotWrite) -> Wording:
    return words("cannot_write", path=error.filename, why=error.strerror)
