"""What ``status`` shows: what a build would do and why, for readers and for programs."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from gallery.command.speech import Speech
from gallery.engine.manifest import read_manifest
from gallery.engine.plan import Step
from gallery.engine.provenance import conditions, libraries

TO_DO = ("compute", "write", "failed")


def other_libraries(found: list[Step], root: Path) -> Counter[tuple[str, str, str]]:
    """How many of what is current were computed with another version: by name, version then, version here."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for step in found:
        if step.state == "current" and (manifest := read_manifest(root, step.id)):
            differing = conditions(manifest.provenance, {"libraries": libraries()})
            counts.update((name.removeprefix("libraries."), *versions) for name, versions in differing.items())
    return counts


def tell(found: list[Step], root: Path, speech: Speech, *, tier: str | None) -> None:
    counts = Counter(step.state for step in found)
    speech.say("status_current", n=counts["current"], all=len(found))
    to_do = [step for step in found if step.state in TO_DO]
    if to_do:
        speech.say("status_to_do", n=len(to_do))
        for step in to_do:
            speech.say("status_entry", entry=step.id, why=step.reason)
            for damaged in step.damaged:
                speech.say("status_damaged", why=damaged)
        speech.say("status_build_full" if tier else "status_build")
    for (name, then, now), n in sorted(other_libraries(found, root).items()):
        speech.say("status_libraries", name=name, then=then, now=now, n=n)


def as_json(found: list[Step], root: Path) -> str:
    """Every study, entry and minimal pair with its state, the reason in both languages, names of what changed, and what
    would be computed."""
    others = [
        {"name": name, "then": then, "now": now, "n": n}
        for (name, then, now), n in sorted(other_libraries(found, root).items())
    ]
    content = {"entries": [_step(step) for step in found], "other_libraries": others}
    return json.dumps(content, ensure_ascii=False, indent=1)


def _step(step: Step) -> dict[str, Any]:
    missing = step.task.missing if step.task else ()
    return {
        "id": step.id, "state": step.state, "reason": step.reason, "changed": list(step.changed),
        "would_compute": [{"analysis": wanted.kind, "name": wanted.name} for wanted in missing],
        "damaged": list(step.damaged), "command": step.cure,
    }
