"""What goes wrong while a model is loaded."""

from __future__ import annotations


class LoadError(ValueError):
    """A model or tokenizer that cannot be loaded; the message says what was found, what was expected, what to do."""


def is_out_of_memory(error: BaseException) -> bool:
    """Whether PyTorch raised ``error`` because memory ran out: on the CPU it says so only in words."""
    words = str(error).lower()
    return isinstance(error, MemoryError) or "out of memory" in words or "can't allocate memory" in words
