"""Files that appear whole or not at all, whatever happens in between."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

TEMPORARY = ".writing-"


class CannotWrite(OSError):
    """A full disk, a read-only directory: ``filename`` and ``strerror`` say where and why."""

    def __init__(self, path: Path, error: OSError):
        super().__init__(error.errno, error.strerror or str(error), str(path))


def write_atomically(path: Path, data: bytes) -> None:
    """Write ``data`` to a temporary file beside ``path``, flush it to the disk, rename it. Raises `CannotWrite`."""
    temporary = path.with_name(f"{TEMPORARY}{os.getpid()}-{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with open(temporary, "xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        _flush_directory(path.parent)
    except OSError as error:
        raise CannotWrite(path, error) from None


def _flush_directory(directory: Path) -> None:
    """Make the new name itself survive a power cut, where directories can be opened (not on Windows)."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove_leftovers(directory: Path) -> None:
    """Remove temporary files of processes on this machine that are no more; those of running builds stay."""
    for path in directory.rglob(f"{TEMPORARY}*"):
        process = path.name.removeprefix(TEMPORARY).split("-")[0]
        if process.isdigit() and not _is_running(int(process)):
            path.unlink(missing_ok=True)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
