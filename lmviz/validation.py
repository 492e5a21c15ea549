"""Checks of what callers pass: what cannot be answered is one clear ``ValueError``, before anything is computed."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from lmviz.trace import Trace


def whole_number(name: str, value: Any, least: int | None = 0, most: int | None = None) -> int:
    """``value`` as an int, which it has to be already (``2.0`` and ``True`` are not); None for no limit."""
    if (
        not _is_whole(value)
        or (least is not None and value < least)
        or (most is not None and value > most)
    ):
        limits = "" if least is None else f" of at least {least}" if most is None else f" between {least} and {most}"
        raise ValueError(f"{name} is a whole number{limits}, not {value!r}")
    return int(value)


def whole_numbers(name: str, values: Any) -> list[int]:
    """``values`` as a list of ints of any size."""
    if isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
        raise ValueError(f"{name} is a list of whole numbers, such as [1, 2], not {values!r}")
    chosen = list(values)
    if wrong := [value for value in chosen if not _is_whole(value)]:
        raise ValueError(f"{name} is a list of whole numbers, and {wrong[0]!r} is none")
    return [int(value) for value in chosen]


def switch(name: str, value: Any) -> bool:
    """``value`` as a bool, which it has to be already."""
    if not isinstance(value, (bool, np.bool_)):
        raise ValueError(f"{name} is True or False, not {value!r}")
    return bool(value)


def _is_whole(value: Any) -> bool:
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)


def known(name: Any, names: Collection[str], what: str, where: str) -> str:
    """``name``, which has to be one of ``names``; ``where`` helps those for whom it is not."""
    if not isinstance(name, str) or name not in names:
        raise ValueError(f"there is no {what} {name!r}; known: {', '.join(names)} ({where})")
    return name


def traced(trace: Any) -> Trace:
    """``trace``, which has to be one."""
    from lmviz.trace import Trace

    if not isinstance(trace, Trace):
        raise ValueError(
            f"an analysis reads a trace, not a {type(trace).__name__}; make one with lmviz.load(...).trace(text)"
        )
    return trace
