"""Which files a site follows, and who is told when one changes."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

REPOSITORY = Path(__file__).resolve().parents[3]
_CHANGES = ("created", "modified", "moved", "deleted")
_CODE = frozenset({".py", ".toml", ".js", ".css", ".html", ".xml", ".svg", ".md", ".png", ".yml", ".yaml", ".txt"})


def watch(root: Path, on_change: Callable[[str], None]) -> BaseObserver:
    """Calls ``on_change`` with the name of every file of catalog, docs or code that changes, from a thread of its own.

    Returns what ends it: ``stop()``, then ``join()``.

    Raises:
        OSError: the system watches no more files.
    """
    observer = Observer()
    watched = {root / "gallery" / name: f"gallery/{name}" for name in ("catalog", "reference")}
    # Not the whole of gallery/: models/ may be the place where a training run writes.
    watched |= {REPOSITORY / name: name for name in ("docs/ja", "docs/en", "lmviz", "gallery/models/evaluation")}
    watched |= {
        path: f"gallery/{path.name}" for path in (REPOSITORY / "gallery").iterdir()
        if path.is_dir() and path.name not in ("catalog", "models", "published", "__pycache__")
    }
    for directory, name in watched.items():
        if directory.is_dir():
            observer.schedule(_Handler(directory.resolve(), name, on_change), str(directory.resolve()), recursive=True)
    observer.schedule(_Handler(REPOSITORY, "", on_change, {"mkdocs.yml", "mkdocs.en.yml"}), str(REPOSITORY))
    observer.start()
    return observer


class _Handler(FileSystemEventHandler):
    def __init__(self, directory: Path, name: str, on_change: Callable[[str], None], only: set[str] | None = None):
        self._directory, self._name, self._on_change, self._only = directory, name, on_change, only

    def on_any_event(self, event: FileSystemEvent) -> None:
        # A build opens and closes all these files: only what changes them counts.
        if event.event_type not in _CHANGES or (event.is_directory and event.event_type == "modified"):
            return
        for path in (event.src_path, event.dest_path):
            if path and (name := self._counts(Path(os.fsdecode(path)), event.is_directory)):
                self._on_change(name)
                return

    def _counts(self, path: Path, is_directory: bool) -> str | None:
        """The file's name as the curator knows it; None for what no site is written from."""
        if not path.is_relative_to(self._directory):
            return None
        relative = path.relative_to(self._directory)
        if any(part.startswith(".") or part.endswith("~") or part == "__pycache__" for part in relative.parts):
            return None
        if not (is_directory or relative.suffix in _CODE) or (self._only and relative.name not in self._only):
            return None
        return (Path(self._name) / relative).as_posix()
