"""How the command speaks: results on standard output, everything else on standard error, in one language."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

from gallery.messages import Messages

words = Messages(Path(__file__).with_name("messages.toml"))


class Mistake(Exception):
    """What was typed on the command line cannot be done; the message says why in the reader's language."""


class Speech:
    """Prints wordings in ``language``."""

    def __init__(self, language: str):
        self.language = language

    def of(self, key: str, /, **values: Any) -> str:
        return words(key, **values)[self.language]

    def both(self, key: str, /, **values: Any) -> str:
        """A text for a file that people of either language read: Japanese, then English."""
        return "\n\n".join(text.strip() for text in words(key, **values).values()) + "\n"

    def say(self, key: str, /, **values: Any) -> None:
        """What the command was asked for."""
        self.put(sys.stdout, "info", key, self.of(key, **values), values)

    def line(self, text: str = "") -> None:
        self.put(sys.stdout, "info", "", text, {})

    def note(self, wording: Mapping[str, str]) -> None:
        """Progress and warnings."""
        self.put(sys.stderr, "info", getattr(wording, "key", ""), wording[self.language],
                 getattr(wording, "filled", {}))

    def complain(self, key: str, /, **values: Any) -> None:
        self.put(sys.stderr, "error", key, self.of(key, **values), values)

    def mistake(self, text: str, **values: Any) -> None:
        """What the user must mend."""
        self.put(sys.stderr, "error", "mistake", text, values)

    def put(self, stream: TextIO, level: str, event: str, text: str, values: Mapping[str, Any]) -> None:
        """Every line goes through here; ``level``, ``event`` and ``values`` are for programs that read along."""
        print(text, file=stream, flush=True)
