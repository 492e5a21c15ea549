"""Fenced blocks of the gallery's Markdown: `fragment`, HTML passed through untouched, and `figure`, a live figure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html import escape
from typing import Any

from gallery.pages.edition import Edition
from gallery.pages.section import render, section
from gallery.validation.schema import FIGURE_KINDS

_REQUEST = re.compile(r"(?P<prompt>[a-z0-9-]+)/(?P<model>[a-z0-9-]+)\s+(?P<kind>[a-z_]+)(?P<options>(?:\s+\w+=\w+)*)")


def fragment(source: str, language: str, css_class: str, options: dict, md: Any, **rest: Any) -> str:
    """The source as it stands."""
    return source


def figure_fence(edition: Edition, url: Callable[[], str]) -> Callable[..., str]:
    """A formatter for `figure` fences.

    Args:
        url: gives the address of the page being written.
    """
    anchors: tuple[str, set[str]] = ("", set())

    def figure(source: str, language: str, css_class: str, options: dict, md: Any, **rest: Any) -> str:
        nonlocal anchors
        if anchors[0] != url():
            anchors = (url(), set())
        return live_figure(edition, source.strip(), url(), anchors[1])

    return figure


def live_figure(edition: Edition, request: str, url: str, taken: set[str]) -> str:
    """The figure that ``PROMPT/MODEL KIND [position=N] [layer=N] [components=N] [method=NAME]`` names, or a notice
    why there is none.

    ``taken`` holds the page's anchors so far and gains this figure's: the same figure may stand on a page twice.
    """
    words = edition.words
    match = _REQUEST.fullmatch(request)
    entry = match and next((e for e in edition.entries if e.id == f"{match['prompt']}/{match['model']}"), None)
    if entry is None or match["kind"] not in FIGURE_KINDS:
        return _notice(words("section.unknown", what=request))
    if entry.status != "built":
        reason = entry.reason[edition.language] if entry.reason and entry.status == "failed" else ""
        return _notice(words("section.not_built"), entry.command, reason)
    found = next((figure for figure in entry.figures if figure.kind == match["kind"]), None)
    if found is None:
        return _notice(words("section.unknown", what=request))
    asked = dict(pair.split("=") for pair in match["options"].split())
    method = asked.pop("method", None)
    if not all(value.isascii() and value.isdigit() for value in asked.values()):
        return _notice(words("section.unknown", what=request))
    at = {name: int(value) for name, value in asked.items()}
    components = at.pop("components", None)
    if method is not None and method not in found.results:
        return _notice(words("section.without_method", what=request), f"{entry.command} --tier full")
    if components is not None and str(components) in found.results:
        numbers = sorted(found.options["n_components"], key=lambda number: number != components)
        found = replace(found, options={**found.options, "n_components": numbers})
    elif components is not None or not at.keys() <= {"position", "layer"}:
        return _notice(words("section.unknown", what=request))
    is_own = not at and method is None and components is None
    shown = section(edition, entry, found, first=method, **at)
    name = f"{found.kind}-{entry.prompt.id}"
    anchor = next(a for a in (name, *(f"{name}-{n}" for n in range(2, 1000))) if a not in taken)
    taken.add(anchor)
    return render(edition, shown, url=url, level=3, anchor=anchor, context=True, lazy=is_own)


def _notice(text: str, command: str = "", reason: str = "") -> str:
    because = f"<p>{escape(reason)}</p>" if reason else ""
    cure = f'<pre class="command" translate="no"><code>{escape(command)}</code></pre>' if command else ""
    return f'<div class="notice" role="note"><p>{escape(text)}</p>{because}{cure}</div>'
