"""The command's speech for programs: one JSON object a line, on the streams where people would read it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TextIO

from gallery.command.speech import Speech


class JsonSpeech(Speech):
    """Each line holds ``time`` (UTC), ``level`` (``info``, ``error``), ``event`` and ``text``, and the event's values.

    An event is the key of its wording, which stays the same where the wording is improved; ``line`` where it has none.
    Values that are texts in both languages are given in the command's own.
    """

    def put(self, stream: TextIO, level: str, event: str, text: str, values: Mapping[str, Any]) -> None:
        if not text.strip():
            return
        line = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"), "level": level, "event": event or "line",
            "text": text.strip(),
        }
        own = {name: self._plain(value) for name, value in values.items() if name not in line}
        print(json.dumps(line | own, ensure_ascii=False), file=stream, flush=True)

    def _plain(self, value: Any) -> Any:
        if isinstance(value, Mapping) and self.language in value:
            return str(value[self.language]).strip()
        return value if value is None or isinstance(value, (bool, int, float)) else str(value)
