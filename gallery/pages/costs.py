"""What computing took, as the build report tells it: by build, by model, and of what took longest.

Times, memory and machines come from the run log (`gallery.engine.run_log`). A gallery whose results were copied here
without it tells none. A machine's own name is in the log and never on the page.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from gallery.engine.run_log import Computed
from gallery.pages.edition import Edition
from gallery.pages.words import Words
from gallery.subjects import Entry, ModelStudy

_RUNS, _SLOWEST, _PARTS = 10, 10, 3
"""How many builds, entries or studies, and parts of one are listed."""


@dataclass(frozen=True)
class Measures:
    """How times and memory are written in an edition."""

    words: Words

    def seconds(self, seconds: float) -> str:
        if seconds < 90:
            return self.words("report.seconds", n=f"{seconds:.1f}")
        if seconds < 5400:
            return self.words("report.minutes", n=f"{seconds / 60:.1f}")
        return self.words("report.hours", n=f"{seconds / 3600:.1f}")

    def memory(self, n_bytes: int) -> str:
        return f"{n_bytes / 2**20:,.0f} MiB" if n_bytes else "–"

    def when(self, moment: str) -> str:
        """Date and time of an ISO 8601 moment in UTC, to the minute, as the language writes them."""
        return self.words("report.moment", **self._date(moment), time=moment[11:16])

    def day(self, date: str) -> str:
        """An ISO 8601 date as the language writes it."""
        return self.words("report.day", **self._date(date))

    def _date(self, moment: str) -> dict[str, object]:
        year, month, day = map(int, moment[:10].split("-"))
        return {"year": year, "month": self.words("report.months").split()[month - 1], "day": day}


def costs(edition: Edition) -> dict[str, Any]:
    """What the template of the report needs."""
    return {
        "runs": edition.runs[:_RUNS], "more_runs": max(0, len(edition.runs) - _RUNS),
        "models": list(_by_model(edition)), "slowest": _slowest(edition), "measures": Measures(edition.words),
    }


def _by_model(edition: Edition) -> Iterator[dict[str, Any]]:
    """Model by model: of the entries that are built, those that the log has, and how many it has not; seconds that its
    studies took."""
    built_studies = [study for study in edition.studies if study.status == "built"]
    for model in edition.catalog.models:
        built = [entry.id for entry in edition.entries_of(model) if entry.status == "built"]
        found = [edition.computed[name] for name in built if name in edition.computed]
        of_studies = [edition.computed[study.id] for study in built_studies
                      if study.model.id == model.id and study.id in edition.computed]
        if found or of_studies:
            total = sum(one.seconds for one in found)
            yield {
                "model": model, "n": len(found), "reused": len(built) - len(found), "total": total,
                "mean": total / max(1, len(found)), "longest": max((one.seconds for one in found), default=0.0),
                "studies": sum(one.seconds for one in of_studies),
                "peak_bytes": max(one.peak_bytes for one in (*found, *of_studies)),
            }


def _slowest(edition: Edition) -> list[tuple[Entry | ModelStudy, Computed, list[tuple[str, float]]]]:
    """The entries and studies that took longest, each with its longest parts."""
    built = (*edition.built, *(study for study in edition.studies if study.status == "built"))
    found = [(subject, edition.computed[subject.id]) for subject in built if subject.id in edition.computed]
    found.sort(key=lambda pair: -pair[1].seconds)
    return [(subject, one, sorted(one.parts.items(), key=lambda part: -part[1])[:_PARTS])
            for subject, one in found[:_SLOWEST]]
