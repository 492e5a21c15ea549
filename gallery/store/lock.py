"""One process at a time: a second one waits, and a lock goes with the process that held it, however that ended."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from gallery.store.files import CannotWrite

POLL = 0.2
"""Seconds between two looks at a lock that another process holds."""


@contextmanager
def only_one(path: Path, on_wait: Callable[[], None]) -> Iterator[None]:
    """Holds the lock ``path`` meanwhile.

    The lock is the operating system's, on an open file: the system lets go of it when the process ends, by SIGKILL too.
    The empty file that stays behind holds nothing.

    Args:
        on_wait: called once where another process holds the lock, before waiting for it.

    Raises:
        CannotWrite: there can be no file at ``path``.
    """
    lock = FileLock(path, thread_local=False)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            on_wait()
            lock.acquire(poll_interval=POLL)
    except OSError as error:
        raise CannotWrite(path, error) from None
    try:
        yield
    finally:
        lock.release()
