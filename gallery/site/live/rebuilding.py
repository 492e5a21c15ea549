"""Builds anew after a change, in a process of its own: changed code is then the code that runs."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence

from gallery.site.live.news import News

QUIET = 0.3
"""Seconds without a further change before a build begins: editors save several files, and one file in several steps."""
KEPT = 20
"""Last lines of what a build says that open pages show."""


class Rebuilding:
    """Runs ``command`` after changes, once at a time; changes that come meanwhile bring one more run.

    Args:
        command: builds what changed and the site. What it says on standard error is passed on, and shown where it
            fails.
        begun: is told what changed when a run begins.
    """

    def __init__(self, command: Sequence[str], news: News, begun: Callable[[list[str]], None] = lambda names: None):
        self.command, self.news, self._begun = list(command), news, begun
        self._names: set[str] = set()
        self._changed, self._ended = threading.Event(), threading.Event()
        self._running: subprocess.Popen[str] | None = None
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()

    def change(self, name: str) -> None:
        """A file changed. Returns at once."""
        self._names.add(name)
        self._changed.set()

    def end(self) -> None:
        """Begin no further build, end one that runs, and wait for that."""
        self._ended.set()
        self._changed.set()
        if (running := self._running) is not None:
            running.terminate()
        self._thread.join()

    def _follow(self) -> None:
        while True:
            self._changed.wait()
            while not self._ended.is_set() and self._changed.is_set():
                self._changed.clear()
                self._ended.wait(QUIET)
            if self._ended.is_set():
                return
            self._build()

    def _build(self) -> None:
        names, self._names = self._names, set()
        self._begun(sorted(names))
        before = self.news.site
        self.news.tell("building")
        said: deque[str] = deque(maxlen=KEPT)
        try:
            with subprocess.Popen(self.command, stderr=subprocess.PIPE, text=True, encoding="utf-8",
                                  errors="replace") as self._running:
                for line in self._running.stderr:
                    sys.stderr.write(line)
                    sys.stderr.flush()
                    said.append(line)
            failed = self._running.returncode != 0
        except OSError as error:
            failed = True
            said.append(str(error))
        finally:
            self._running = None
        if not failed:
            self.news.tell("still")
        else:
            self.news.tell("failed" if self.news.site == before else "partly", "".join(said))
