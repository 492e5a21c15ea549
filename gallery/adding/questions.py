"""What a prompt needs that was not given: found, and asked for at a terminal."""

from __future__ import annotations

import sys
from contextlib import suppress

from gallery.adding.words import words
from gallery.command.speech import Mistake, Speech

ALWAYS = ("id", "text", "title_ja", "title_en", "about_ja", "about_en", "source")
OF_AN_ARTICLE = ("article", "address", "revision")
KINDS = ("own", "adapted", "quoted")
LICENCES = {"own": "CC0-1.0", "adapted": "CC-BY-SA-4.0", "quoted": "CC-BY-SA-4.0"}


def missing(given: dict[str, str | None]) -> list[str]:
    """Names of what is needed and not there, in the order in which they are asked for."""
    needed = [*ALWAYS, *(OF_AN_ARTICLE if given["source"] != "own" else ()), "licence"]
    return [name for name in needed if given[name] is None]


def complete(given: dict[str, str | None], speech: Speech) -> dict[str, str | None]:
    """``given`` with what was missing.

    Raises:
        Mistake: something is missing and there is no terminal to ask at, or the input ended.
    """
    given = dict(given)
    if not sys.stdin.isatty():
        # A revision is often not known: what stands in the file then is null, which a blank answer gives as well.
        lacking = [name for name in missing(given) if name != "revision"]
        if given["source"] is None:
            lacking = [name for name in lacking if name not in OF_AN_ARTICLE]
        if lacking:
            options = ", ".join("--text/--text-file" if n == "text" else f"--{n.replace('_', '-')}" for n in lacking)
            raise Mistake(words("missing", options=options)[speech.language])
        return given
    with suppress(ImportError):
        import readline  # noqa: F401 (lets the line be edited, Japanese too)
    for name in ALWAYS:
        while given[name] is None or (name == "source" and given[name] not in KINDS):
            given[name] = _answer(name, speech)
    for name in missing(given):
        if name == "licence":
            default = LICENCES[given["source"]]
            given[name] = _answer(name, speech, default=default) or default
        elif name == "revision":
            given[name] = _answer(name, speech)
        else:
            while given[name] is None:
                given[name] = _answer(name, speech)
    return given


def _answer(name: str, speech: Speech, **values: str) -> str | None:
    question = words(f"ask_{name}", **values)[speech.language]
    try:
        return input(f"{question}: ").strip() or None
    except EOFError:
        print()
        raise Mistake(words("ended")[speech.language]) from None
