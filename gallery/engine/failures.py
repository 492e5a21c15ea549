"""Errors in words: whatever goes wrong in an entry becomes one clear message in both languages."""

from __future__ import annotations

from gallery.engine.analyses import NotPossible
from gallery.engine.words import words
from gallery.messages import Wording
from gallery.store import DamagedResult


def explain(error: BaseException, device: str) -> Wording:
    """Why an entry or figure failed."""
    why = " ".join(str(error).split())[:600] or type(error).__name__
    if isinstance(error, (NotPossible, DamagedResult)):
        return error.wording
    if is_out_of_memory(error):
        return words("out_of_memory", device=device, why=why)
    if isinstance(error, ValueError) and ("finite" in why or "NaN" in why):
        return words("not_finite", why=why)
    if isinstance(error, ValueError):
        return words("refused", why=why)
    return words("unexpected", type=type(error).__name__, why=why)


def is_out_of_memory(error: BaseException) -> bool:
    from lmviz.loading.errors import is_out_of_memory

    return is_out_of_memory(error)
