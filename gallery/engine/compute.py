"""One task: the model reads each text of an entry once, a study's as often as its analyses do; results go to the store
one by one, the manifest is written last."""

from __future__ import annotations

import gc
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from gallery.engine import analyses, provenance, study_analyses
from gallery.engine.asked import OF_FACTORS
from gallery.engine.conclusion import Doing, Outcome, cannot_write, write_built, write_failure
from gallery.engine.failures import explain
from gallery.engine.machine import threads_for
from gallery.engine.request import Wanted
from gallery.engine.study_analyses import read_factors
from gallery.engine.task import Task
from gallery.engine.words import words
from gallery.messages import Wording
from gallery.store import Store
from gallery.store.files import CannotWrite
from lmviz.results import Result
from lmviz.tokens import TokenTable

if TYPE_CHECKING:
    import lmviz


class Worker:
    """Computes entries, minimal pairs and studies, keeping the model it loaded last, and its factors.

    Args:
        threads: for every model; None for `gallery.engine.machine.threads_for` each.
    """

    def __init__(self, device: str, threads: int | None):
        self.device, self.threads = device, threads
        self._key: tuple | None = None
        self._model = None
        self._factors: tuple[Path, Result] | None = None

    def run(self, task: Task, tell: Callable[[Doing], None] = lambda doing: None) -> Outcome:
        """Never raises: what goes wrong is in the outcome and, where it can be written, in the manifest.

        Args:
            tell: is told what is begun with, of a study: its results take long.
        """
        started = time.monotonic()
        outcome = Outcome(task.id, "built")
        try:
            self._compute(task, outcome, tell)
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

    def _compute(self, task: Task, outcome: Outcome, tell: Callable[[Doing], None]) -> None:
        import torch

        started = time.monotonic()
        threads = self.threads or max(map(threads_for, task.directories))
        torch.set_num_threads(threads)
        models = [self._loaded(task)]
        if task.other is not None:
            models.append(analyses.load(task.asked.other, task.other.directory, self.device))
        outcome.parts["load"] = round(time.monotonic() - started, 3)
        traces = [analyses.trace(models[0], prompt) for prompt in task.asked.prompts]
        if traces:
            outcome.parts["trace"] = round(time.monotonic() - started - outcome.parts["load"], 3)
        store = Store(task.root)
        shared = provenance.of_task(task, models[0].device, threads)
        texts = [trace.tokens for trace in traces]
        # What asks most of the lens goes first: its one pass then serves the others.
        to_compute = sorted(self._to_compute(task, store, texts), key=lambda wanted: wanted.kind != "lens_measures")
        for number, asked in enumerate(to_compute, 1):
            started = time.monotonic()
            wanted = _possible(asked, task, outcome)
            if wanted is None or (wanted != asked and task.has(wanted, store, texts)):
                continue
            try:
                if task.is_study:
                    tell(Doing(task.id, wanted.kind, number, len(to_compute)))
                result = self._result(wanted, task, models, traces)
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
                if wanted == task.first and not task.is_study:
                    raise
                outcome.failures[wanted.kind, wanted.name] = self._why(error, task)
                outcome.details.append(traceback.format_exc(limit=-12))
        if all((wanted.kind, wanted.name) in outcome.failures for wanted in task.asked.wanted):
            raise analyses.NotPossible(next(iter(outcome.failures.values())))

    def _result(
        self, wanted: Wanted, task: Task, models: Sequence[lmviz.LanguageModel], traces: Sequence[lmviz.Trace]
    ) -> Result:
        stored = partial(self._stored, task)
        if task.is_study:
            return study_analyses.compute(wanted, models, task.asked.reference.passages, stored)
        return analyses.compute(wanted, traces, stored)

    def _stored(self, task: Task, kind: str, name: str = "") -> Result:
        """A result that another is computed from: of the same task, or the model's factors."""
        store = Store(task.root)
        if kind != "model_factors":
            return store.read(task.key_of(kind, name))
        path = store.path(task.key_of(kind)) if task.is_study else task.factors_file
        if self._factors is None or self._factors[0] != path:
            self._factors = None
            self._factors = path, read_factors(path, task)
        return self._factors[1]

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
    """A receipt narrowed to the methods that could be computed, None where none could; nothing of factors that could
    not; all else as it is."""
    if wanted.kind in OF_FACTORS and ("model_factors", "") in outcome.failures:
        outcome.failures[wanted.kind, wanted.name] = words("needs_factors")
        return None
    failed = {name for kind, name in outcome.failures if kind == "attribution"}
    if wanted.kind != "attribution_receipt" or not failed:
        return wanted
    figure = next(figure for figure in task.asked.figures if wanted in figure.results)
    return next((narrowed for narrowed in figure.without(failed) if narrowed.name == wanted.name), None)


def _peak_bytes() -> int:
    """The most memory this process has held; 0 where the system does not tell (Windows)."""
    try:
        import resource
    except ImportError:
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
