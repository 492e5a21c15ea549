"""What ``verify`` found, for readers and for programs."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from gallery.command.speech import Speech

if TYPE_CHECKING:
    from gallery.verification.difference import Difference
    from gallery.verification.verify import Report, Verdict

STATES = ("identical", "within", "drifted", "damaged", "missing", "unverified")


def tell(verdict: Verdict, speech: Speech) -> None:
    """One line a result, and one an array that differs."""
    what = f"{verdict.analysis} {verdict.name}".strip()
    state = speech.of(f"verdict_{verdict.state}")
    speech.say("verdict", state=state, entry=verdict.entry, what=what)
    for difference in verdict.differences:
        speech.line("    " + of_difference(difference, speech))
    if verdict.differences and verdict.conditions:
        conditions = [f"{name} {_short(then)} → {_short(now)}" for name, (then, now) in verdict.conditions.items()]
        speech.say("verdict_conditions", what=", ".join(conditions))
    if verdict.reason:
        speech.say("verdict_reason", file=verdict.file, why=verdict.reason)
    elif verdict.state == "drifted":
        speech.say("verdict_file", file=verdict.file)
    if verdict.repaired:
        speech.say("verdict_repaired")
    if verdict.cure:
        speech.say("verdict_cure", what=verdict.cure)


def of_difference(difference: Difference, speech: Speech) -> str:
    """One line."""
    values = {**asdict(difference), "stored": _short(difference.stored), "again": _short(difference.again)}
    values |= {at: list(values[at]) for at in ("absolute_at", "relative_at")}
    judged = {True: "judged_within", False: "judged_beyond", None: "judged_open"}[difference.within]
    return speech.of(f"differs_{difference.what}", **values) + speech.of(judged)


def summarize(report: Report, speech: Speech) -> None:
    counts = Counter(verdict.state for verdict in report.verdicts)
    counted = [speech.of("verdict_count", state=speech.of(f"verdict_{state}"), n=counts[state])
               for state in STATES if counts[state]]
    speech.say("verified", n=len(report.verdicts), counts=speech.of("separator").join(counted) or "–")
    if report.n_unbuilt:
        speech.say("verify_unbuilt", n=report.n_unbuilt)
    for name, why in report.not_here.items():
        speech.say("verify_not_here", model=name, why=why)
    if counts["damaged"] + counts["missing"] > sum(verdict.repaired for verdict in report.verdicts):
        speech.say("verify_repair")
    if counts["drifted"]:
        speech.say("verify_drifted")
    if report.stopped:
        speech.complain("stopped", why=report.stopped)


def as_json(report: Report) -> str:
    """The whole report as a JSON object."""
    return json.dumps({"ok": report.ok, **asdict(report)}, ensure_ascii=False, indent=1, default=str)


def _short(value: Any) -> str:
    text = f"{value:.6g}" if isinstance(value, float) else repr(value)
    return text if len(text) <= 60 else f"{text[:59]}…"
