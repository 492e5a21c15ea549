"""What a build ends with: what came of it, and what to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gallery.command.speech import Speech
from gallery.engine.progress import duration

if TYPE_CHECKING:
    from gallery.engine.run import Summary

_NAMED = 3
"""New pages that are named; of more, their number is told."""


def tell_failures(summary: Summary, speech: Speech) -> None:
    """Entries that failed, wholly or in part, each with its first reason."""
    if not summary.failed:
        return
    speech.complain("some_failed", n=len(summary.failed))
    for outcome in summary.failed:
        reasons = [outcome.reason] if outcome.reason else list(outcome.failures.values())
        speech.complain("failed_entry", entry=outcome.id, why=reasons[0])


def tell_what_to_look_at(summary: Summary, speech: Speech) -> None:
    """New pages, what was found damaged, what took longest, and where the whole is told; nothing after no work."""
    if not summary.outcomes:
        return
    speech.say("look_at")
    new = list(dict.fromkeys(_page(outcome.id) for outcome in summary.outcomes if outcome.status == "built"))
    for page in new[:_NAMED]:
        speech.say("look_at_page", page=page)
    if len(new) > _NAMED:
        speech.say("look_at_more", n=len(new) - _NAMED)
    if damaged := sum(len(step.damaged) for step in summary.steps):
        speech.say("look_at_damaged", n=damaged)
    slowest = max(summary.outcomes, key=lambda outcome: outcome.seconds)
    if slowest.parts:
        part = max(slowest.parts, key=slowest.parts.__getitem__)
        speech.say("look_at_slowest", entry=slowest.id, seconds=duration(slowest.seconds), part=part,
                   of_part=duration(slowest.parts[part]))
    speech.say("look_at_report")


def _page(name: str) -> str:
    """The page on which what was built under that id is shown."""
    if name.startswith("compare/"):
        return name.rsplit("/", 1)[0]
    return name.split("+")[0]
