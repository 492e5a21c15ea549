"""What open pages are told: which site stands there, and whether it is being built anew or could not be."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Condition
from typing import Literal

from gallery.messages import Messages
from gallery.site.build import MARK

words = Messages(Path(__file__).with_name("messages.toml"))

State = Literal["still", "building", "failed", "partly"]
LOOK = 0.5
"""Seconds between two looks at the site, which another command may have built."""
ALIVE = 15.0
"""Seconds after which a silent connection is tried, so that those of closed pages end."""


class News:
    """Told by the one who builds, read by one thread a page.

    Attributes:
        state: ``still``: nothing to say; ``building``; ``failed``: the site is the one before; ``partly``: the site is
            new, with entries that failed.
        details: what the build said last, plain text.
    """

    def __init__(self, site_dir: Path):
        self.site_dir = Path(site_dir)
        self.state: State = "still"
        self.details = ""
        self._changed = Condition()

    @property
    def site(self) -> str:
        """Names the site that stands there; empty where it says nothing of itself."""
        try:
            return (self.site_dir / MARK).read_text(encoding="ascii").strip()
        except (OSError, ValueError):
            return ""

    def tell(self, state: State, details: str = "") -> None:
        with self._changed:
            self.state, self.details = state, details
            self._changed.notify_all()

    def events(self) -> Iterator[bytes]:
        """Server-sent events without end: the present, then every change; a comment where there is none for long."""
        told, at = b"", time.monotonic()
        while True:
            with self._changed:
                now = self._event()
                if now == told and time.monotonic() - at < ALIVE:
                    self._changed.wait(LOOK)
                    continue
            yield b": still here\n\n" if now == told else now
            told, at = now, time.monotonic()

    def _event(self) -> bytes:
        content = {"site": self.site, "state": self.state, "message": words(self.state), "details": self.details}
        return b"data: " + json.dumps(content).encode() + b"\n\n"
