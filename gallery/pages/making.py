"""How a figure was made: what was run with which options, on what, when and how long, and the command that verifies it.

When and how long come from the run log (`gallery.engine.run_log`); a gallery whose results were copied here without it
tells neither.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from gallery.pages.costs import Measures
from gallery.pages.edition import Edition
from gallery.subjects import FACTORS, Compared, Entry, Figure, ModelStudy, Subject


@dataclass(frozen=True)
class Making:
    """What the panel of a figure shows.

    Attributes:
        analyses: each analysis that was run, with the names of its results where there are several.
        options: of the figure, as JSON.
        took: when and how long, in a line; empty where the log does not say.
        sources: what was computed: an entry, a pair, a study; several of a comparison of models.
        commands: one a source, which computes it anew and holds it against what is shown.
        facts: of each source its title and what it was computed with, as pairs of a name and a value; none where the
            panel is the short one.
    """

    analyses: list[str]
    options: str
    took: str
    sources: list[Subject]
    commands: list[str]
    facts: list[tuple[str, list[tuple[str, str]]]]


def making(edition: Edition, subject: Subject, figure: Figure, *, whole: bool = False) -> Making:
    """``whole``: with all that its sources were computed with."""
    sources = _sources(subject)
    names = [name for name in figure.results if name != FACTORS]
    run = {name: edition.analyses.get((figure.kind, name)) or edition.analyses.get((figure.kind, ""), figure.kind)
           for name in names}
    return Making(
        _analyses(run) if subject in sources else [], json.dumps(figure.options, ensure_ascii=False),
        _took(edition, subject, run) if subject in sources else "", sources,
        [f"python build_gallery.py verify {source.id}" for source in sources],
        [(edition.title(source), facts(edition, source.provenance)) for source in sources if source.provenance]
        if whole else [],
    )


def facts(edition: Edition, provenance: dict[str, Any]) -> list[tuple[str, str]]:
    """What something was computed with, as pairs of a readable name and a value; nested values are joined."""
    names = edition.words.group("provenance")
    return [(names.get(name, name), _value(value)) for name, value in sorted(provenance.items())
            if value not in (None, "", {}, [])]


def _sources(subject: Subject) -> list[Entry | Compared | ModelStudy]:
    """What was computed for the figure: the subject itself, or the entries that it is drawn from."""
    if isinstance(subject, Compared) and not subject.provenance:
        return [entry for entry in subject.entries if entry.status == "built"]
    return [subject]


def _analyses(run: dict[str, str]) -> list[str]:
    """By analysis: its name, and those of its results where they have names."""
    found: dict[str, list[str]] = {}
    for name, analysis in run.items():
        found.setdefault(analysis, []).extend([name] if name else [])
    return [f"{analysis} ({', '.join(names)})" if names else analysis for analysis, names in found.items()]


def _took(edition: Edition, subject: Subject, run: dict[str, str]) -> str:
    computed = edition.computed.get(subject.id)
    parts = [f"{analysis} {name}".strip() for name, analysis in run.items()]
    if computed is None or not all(part in computed.parts for part in parts):
        return ""
    measures = Measures(edition.words)
    seconds = sum(computed.parts[part] for part in parts)
    return edition.words("making.took", when=measures.when(computed.started), seconds=measures.seconds(seconds))


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_value(part)}" for name, part in sorted(value.items()))
    if isinstance(value, (list, tuple)):
        return ", ".join(_value(part) for part in value)
    return str(value)
