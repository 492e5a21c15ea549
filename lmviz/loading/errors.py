"""What goes wrong while a model is loaded."""

from __future__ import annotations


class LoadError(ValueError):
    """A model or tokenizer that cannot be loaded; the message says what was found, what was expected, what to do."""
