"""What was chosen computed once more, by the very workers that build, into a directory of their own; what comes out
is held against what is stored. Nothing that is stored changes, unless damaged results are to be repaired."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from gallery.engine.choice import choose
from gallery.engine.conclusion import Outcome
from gallery.engine.machine import KnownFiles
from gallery.engine.pool import default_jobs, run_tasks
from gallery.engine.progress import Progress
from gallery.engine.provenance import conditions
from gallery.engine.run import check_device, told
from gallery.engine.words import words as of_engine
from gallery.messages import Wording
from gallery.store import DamagedResult, Store, read_file
from gallery.store.files import CannotWrite
from gallery.validation.schema import Catalog
from gallery.verification.difference import Difference, differences
from gallery.verification.ranks import decide
from gallery.verification.repair import repair as repair_one
from gallery.verification.stored import Stored, StoredFile, stored_of
from gallery.verification.words import words


@dataclass
class Verdict:
    """What was found out about one file.

    Attributes:
        entry, analysis, name: what the result is; ``name`` is a method, a number of components, ``receipt``, or empty.
        file: from the gallery's root.
        state: ``identical``, ``within`` (tolerance), ``drifted``, ``damaged``, ``missing`` (it was built and is gone),
            or ``unverified`` (its file is intact, and it could not be computed).
        differences: of ``within`` and ``drifted``.
        conditions: how it was made where that is not how it is made here: by name, then and now.
        reason: of ``damaged``, ``missing`` and ``unverified``, by language.
        repaired: whether it was put back; ``cure`` says what is to be done where it was not, or not all.
    """

    entry: str
    analysis: str
    name: str
    file: str
    state: str
    differences: list[Difference] = field(default_factory=list)
    conditions: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    reason: Wording | None = None
    repaired: bool = False
    cure: Wording | None = None


@dataclass
class Report:
    """What `verify` found.

    Attributes:
        verdicts: one a file.
        n_unbuilt: results that the catalog asks for and nobody has computed; they are no fault.
        not_here: why results could not be computed, by model whose files are not on this machine; no fault either.
        stopped: why it ended early, by language.
    """

    verdicts: list[Verdict] = field(default_factory=list)
    n_unbuilt: int = 0
    not_here: dict[str, Wording] = field(default_factory=dict)
    stopped: Wording | None = None

    @property
    def ok(self) -> bool:
        """Whether nothing has drifted, is damaged or gone, and all that can be computed here was."""
        return self.stopped is None and all(
            verdict.state in ("identical", "within") or verdict.repaired
            or (verdict.state == "unverified" and self.not_here.keys() & verdict.entry.rsplit("/", 1)[1].split("+"))
            for verdict in self.verdicts
        )


def verify(
    catalog: Catalog, root: Path, *, only: str | None = None, device: str = "auto", jobs: int | None = None,
    threads: int | None = None, repair: bool = False, tell: Callable[[Verdict], None] = lambda verdict: None,
    say: Callable[[Wording], None] = lambda wording: None,
) -> Report:
    """Hold stored results of the chosen studies, entries and minimal pairs against results computed anew.

    What an entry shows of its model's factors is computed from those that are stored; ``models/*`` holds them against
    new ones.

    Args:
        only, device, jobs, threads: as of `gallery.engine.run.build`.
        repair: write damaged and lost results anew, where the model's files are still those they were computed with.
        tell: is given each verdict as it is found.
        say: is told how far the work is, by language.

    Raises:
        gallery.engine.run.DeviceUnusable: before anything is computed.
    """
    root, report, known = Path(root), Report(), KnownFiles(root)
    undecided = []

    def conclude(stored: Stored, verdicts: list[Verdict], scratch: Path) -> None:
        for verdict, file in zip(verdicts, stored.files, strict=True):
            if verdict.state in ("damaged", "missing"):
                known.forget(file.key)
                if repair:
                    repair_one(verdict, file, stored, verdicts, root, scratch)
            report.verdicts.append(verdict)
            tell(verdict)

    with tempfile.TemporaryDirectory(prefix="verify-") as scratch_name:
        scratch = Path(scratch_name)
        try:
            tasks = {}
            chosen = choose(catalog, only, with_studies=False)
            for stored in stored_of(chosen, root, scratch, known):
                report.n_unbuilt += stored.n_unbuilt
                if stored.files and stored.task:
                    tasks[stored.task.id] = stored
                elif stored.files:
                    report.not_here[stored.not_here] = stored.reason
                    conclude(stored, _judge(stored, Outcome("", "failed", stored.reason), root, scratch)[0], scratch)
            for stored, outcome in _computed(tasks, device, jobs, threads, say):
                if outcome.status == "stopped":
                    report.stopped = outcome.reason
                    break
                verdicts, open_ranks = _judge(stored, outcome, root, scratch)
                if open_ranks:
                    undecided.append((stored, verdicts, open_ranks))
                else:
                    conclude(stored, verdicts, scratch)
            decide([(stored.task, open_ranks) for stored, _, open_ranks in undecided], device, say)
            for stored, verdicts, _ in undecided:
                for verdict in verdicts:
                    _settle(verdict)
                conclude(stored, verdicts, scratch)
        except CannotWrite as error:
            report.stopped = of_engine("cannot_write", path=error.filename, why=error.strerror)
    _remember(known)
    return report


def _computed(
    tasks: dict[str, Stored], device: str, jobs: int | None, threads: int | None, say: Callable[[Wording], None]
) -> Iterator[tuple[Stored, Outcome]]:
    """What each entry computed, as it comes."""
    if not tasks:
        return
    check_device(device)
    places = list(dict.fromkeys(stored.asked.model.id for stored in tasks.values()))
    in_order = sorted((stored.task for stored in tasks.values()), key=lambda task: places.index(task.model.id))
    jobs = jobs or default_jobs(in_order, device)
    say(words("to_verify", n=len(tasks), jobs=min(jobs, len(tasks)), device=device))
    progress = Progress(in_order)
    with closing(run_tasks(in_order, jobs=jobs, device=device, threads=threads, tell=partial(told, say))) as outcomes:
        for outcome in outcomes:
            stored = tasks[outcome.id]
            progress.count(stored.task, outcome)
            say(of_engine("progress", done=progress.done, n=progress.n, entry=outcome.id, seconds=outcome.seconds,
                      left=progress.left(stored.task)))
            yield stored, outcome


def _judge(stored: Stored, outcome: Outcome, root: Path, scratch: Path) -> tuple[list[Verdict], list]:
    """A verdict a file, and what only logits can decide: differences with both results."""
    verdicts, open_ranks = [], []
    for file in stored.files:
        verdict = Verdict(stored.asked.id, file.wanted.kind, file.wanted.name, _from(root, file.path), "identical")
        verdicts.append(verdict)
        try:
            result, made = read_file(file.path)
        except KeyError:
            verdict.state, verdict.reason = "missing", words("missing", file=verdict.file)
            continue
        except DamagedResult as error:
            verdict.state, verdict.reason = "damaged", error.why
            continue
        again_at = Store(scratch).path(stored.task.key(file.wanted)) if stored.task else None
        if again_at is None or not again_at.is_file():
            verdict.state, verdict.reason = "unverified", _why_not(file, outcome)
            continue
        again, made_again = read_file(again_at)
        verdict.conditions = conditions(made, made_again)
        verdict.differences = differences(result, again, stored.asked.model.dtype)
        _settle(verdict)
        if verdict.state == "undecided":
            open_ranks.append((verdict.differences, result, again))
    return verdicts, open_ranks


def _settle(verdict: Verdict) -> None:
    """The state that the differences make."""
    if verdict.differences:
        found = [difference.within for difference in verdict.differences]
        verdict.state = "drifted" if False in found else "undecided" if None in found else "within"


def _why_not(file: StoredFile, outcome: Outcome) -> Wording:
    return outcome.reason or outcome.failures.get((file.wanted.kind, file.wanted.name)) or words("not_computed")


def _from(root: Path, path: Path) -> str:
    return os.path.relpath(path, root).replace(os.sep, "/")


def _remember(known: KnownFiles) -> None:
    """Where nothing can be written, the next build looks for itself."""
    try:
        known.save()
    except CannotWrite:
        pass
