"""What is a figure's id, among the things that ``export`` may be told to take."""

from __future__ import annotations

import re
from pathlib import Path

_ID = re.compile(r"[a-z2-7]{12}")
_MEANT_AS_ID = re.compile(r"[A-Za-z0-9]{11,13}")
_PAGE = re.compile(r".*/f/([a-z2-7]{12})/?(\d+/)?([?#].*)?")


def is_id(name: str) -> bool:
    """Whether a figure could have that id."""
    return _ID.fullmatch(name) is not None


def figure_id(argument: str) -> str | None:
    """The id that an argument names, alone or as the address of a figure's page; None for the name of a file.

    What looks like a mistyped id is returned as it is, so that one letter too many does not become a file.
    """
    if found := _PAGE.fullmatch(argument):
        return found[1]
    return argument if _MEANT_AS_ID.fullmatch(argument) and not Path(argument).exists() else None
