"""One entry or minimal pair: the model reads each text once, results go to the store one by one, the manifest is
written last."""

from __future__ import annotations

import gc
import sys
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field

from gallery.engine import analyses, provenance
from gallery.engine.failures import explain
from gallery.engine.machine import threads_for
from gallery.engine.manifest import Manifest, write_manifest
from gallery.engine.request import Wanted
from gallery.engine.task import Task, texts_of
from gallery.engine.words import words
from gallery.messages import Wording
from gallery.store import Store
from gallery.store.files import CannotWrite
from gallery.subjects import Figure
from lmviz.tokens import TokenTable


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


class Worker:
    """Computes entries and minimal pairs, keeping the model it loaded last.

    Args:
        threads: for every model; None for `gallery.engine.machine.threads_for` each.
    """

    def __init__(self, device: str, threads: int | None):
        self.device, self.threads = device, threads
        self._key: tuple | None = None
        self._model = None

    def run(self, task: Task) -> Outcome:
        """Never raises: what goes wrong is in the outcome and, where it can be written, in the manifest."""
        started = time.monotonic()
        outcome = Outcome(task.id, "built")
        try:
            self._compute(task, outcome)
            write_built(task, outcome)
        except CannotWrite as error:
            outcome.status, outcome.reason = "stopped", cannot_write(error)
        except Exception as error:
            outcome.status, outcome.reason = "failed", self._why(error, task)
            outcome.details.append(traceback.format_exc(limit=-12))
            try:
                write_failure(task, outcome.reason)
            except CannotWrite as writing:
                outcome.status, outcome.reason = "stopped", cannot_write(writing)
        outcome.seconds = time.monotonic() - started
        outcome.peak_bytes = _peak_bytes()
        return outcome

    def _compute(self, task: Task, outcome: Outcome) -> None:
        import torch

        started = time.monotonic()
        threads = self.threads or threads_for(task.directory)
        torch.set_num_threads(threads)
        model = self._loaded(task)
        outcome.parts["load"] = round(time.monotonic() - started, 3)
        traces = [analyses.trace(model, prompt) for prompt in task.asked.prompts]
        outcome.parts["trace"] = round(time.monotonic() - started - outcome.parts["load"], 3)
        store = Store(task.root)
        shared = provenance.of_task(task, model.device, threads)
        texts = [trace.tokens for trace in traces]
        # What asks most of the lens goes first: its one pass then serves the others.
        for asked in sorted(self._to_compute(task, store, texts), key=lambda wanted: wanted.kind != "lens_measures"):
            started = time.monotonic()
            wanted = _possible(asked, task, outcome)
            if wanted is None or (wanted != asked and task.has(wanted, store, texts)):
                continue
            try:
                result = analyses.compute(wanted, traces, lambda method: store.read(task.key_of("attribution", method)))
                how = {
                    **shared, **task.asked.reading, "analysis": wanted.kind, "options": wanted.options,
                    "seed": wanted.options.get("seed"),
                }
                store.write(task.key(wanted), result, how)
                outcome.computed.append(task.key(wanted))
                outcome.parts[f"{wanted.kind} {wanted.name}".strip()] = round(time.monotonic() - started, 3)
            except CannotWrite:
                raise
            except Exception as error:
                if wanted == task.first:
                    raise
                outcome.failures[wanted.kind, wanted.name] = self._why(error, task)
                outcome.details.append(traceback.format_exc(limit=-12))

    def _why(self, error: Exception, task: Task) -> Wording:
        """Paths from the gallery's root: manifests are published, and are the same wherever the gallery lies."""
        return {name: text.replace(f"{task.root}/", "") for name, text in explain(error, self.device).items()}

    def _to_compute(self, task: Task, store: Store, texts: Sequence[TokenTable]) -> tuple[Wanted, ...]:
        """What is missing, and what is of another continuation than the one that this machine now writes."""
        return tuple(
            wanted for wanted in task.asked.wanted if wanted in task.missing or not task.has(wanted, store, texts)
        )

    def _loaded(self, task: Task):
        key = (task.directory, task.model.id, tuple(sorted(task.digests.items())))
        if self._key != key:
            self._key, self._model = None, None
            gc.collect()
            self._model = analyses.load(task.model, task.directory, self.device)
            self._key = key
        return self._model


def _possible(wanted: Wanted, task: Task, outcome: Outcome) -> Wanted | None:
    """A receipt narrowed to the methods that could be computed, None where none could; all else as it is."""
    failed = {name for kind, name in outcome.failures if kind == "attribution"}
    if wanted.kind != "attribution_receipt" or not failed:
        return wanted
    figure = next(figure for figure in task.asked.figures if wanted in figure.results)
    return next((narrowed for narrowed in figure.without(failed) if narrowed.name == wanted.name), None)


def write_built(task: Task, outcome: Outcome) -> None:
    """Write the manifest of what has its results in the store; positions that are not there join ``outcome``.

    Raises `CannotWrite`, `DamagedResult`.
    """
    store = Store(task.root)
    first = task.key(task.first)
    tokens, shared = texts_of(store.read(first))[0], store.provenance(first)
    own = ("text", "generation", "analysis", "options", "seed", "files")
    figures, unplaced = [], {}
    for wanted_figure in task.asked.figures:
        failed = {w.name: outcome.failures[w.kind, w.name] for w in wanted_figure.results
                  if (w.kind, w.name) in outcome.failures}
        results = {w.name: task.key(w) for w in wanted_figure.without(failed)}
        failure = next(iter(failed.values())) if failed and not results else None
        position = None
        if "position" in wanted_figure.options and failure is None:
            try:
                position = analyses.position_of(wanted_figure.kind, wanted_figure.options["position"], tokens)
            except analyses.NotPossible as error:
                failure = unplaced[wanted_figure.kind, ""] = error.wording
        figures.append(Figure(
            kind=wanted_figure.kind,
            id=task.asked.figure_id(wanted_figure, task.digests),
            options=wanted_figure.options,
            results=results,
            position=position,
            failure=failure,
            incomplete=failed if results else {},
        ))
    outcome.failures.update(unplaced)
    write_manifest(task.root, task.id, Manifest(
        status="built",
        request=task.asked.request,
        digests=task.digests,
        figures=tuple(figures),
        provenance={name: value for name, value in shared.items() if name not in own},
    ))


def write_failure(task: Task, reason: Wording) -> None:
    """Write the manifest of what failed; results of earlier builds stay in the store. Raises `CannotWrite`."""
    write_manifest(task.root, task.id, Manifest("failed", task.asked.request, task.digests, reason=reason))


def cannot_write(error: CannotWrite) -> Wording:
    return words("cannot_write", path=error.filename, why=error.strerror)


def _peak_bytes() -> int:
    """The most memory this process has held; 0 where the system does not tell (Windows)."""
    try:
        import resource
    except ImportError:
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
