"""How the command speaks: results on standard output, everything else on standard error, in one language."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from gallery.messages import Messages, Wording

words = Messages(Path(__file__).with_name("messages.toml"))


class Mistake(Exception):
    """What was typed on the command line cannot be done; the message says why in the reader's language."""


class Speech:
    """Prints wordings in ``language``."""

    def __init__(self, language: str):
        self.language = language

    def of(self, key: str, /, **values: Any) -> str:
        return words(key, **values)[self.language]

    def say(self, key: str, /, **values: Any) -> None:
        print(self.of(key, **values), flush=True)

    def line(self, text: str = "") -> None:
        print(text, flush=True)

    def note(self, wording: Wording) -> None:
        """Progress and warnings."""
        print(wording[self.language], file=sys.stderr, flush=True)

    def complain(self, key: str, /, **values: Any) -> None:
        print(self.of(key, **values), file=sys.stderr, flush=True)
