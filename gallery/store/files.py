"""Files that appear whole or not at all, whatever happens in between.

A process killed while it writes leaves a temporary file beside the old one, nothing else. For a power cut the order
counts: the content reaches the disk before the new name does (``fsync`` of the file, rename, ``fsync`` of the
directory), so a name on disk always stands for a whole file; and who writes one file that speaks of others writes it
after them, so what it names is on disk before it is.
"""

from __future__ import annotations

import hashlib
import os
import platform
import secrets
import stat
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

TEMPORARY = ".writing-"
FORGOTTEN = 24 * 3600
"""Seconds after which a temporary file is nobody's any more, whichever machine wrote it."""


class CannotWrite(OSError):
    """A full disk, a read-only directory: ``filename`` and ``strerror`` say where and why."""

    def __init__(self, path: Path, error: OSError):
        super().__init__(error.errno, error.strerror or str(error), str(path))


def write_atomically(path: Path, data: bytes) -> None:
    """Write ``data`` to ``path``, whole or not at all. Raises `CannotWrite`."""
    with replacing(path) as file:
        file.write(data)


@contextmanager
def replacing(path: Path, *, parents: bool = True) -> Iterator[BinaryIO]:
    """A temporary file beside ``path`` to write to, which is flushed to the disk and renamed in the end, or removed.

    Args:
        parents: make the directory that it lies in.

    Raises:
        CannotWrite: for any ``OSError``, those of the body too.
    """
    temporary = path.with_name(f"{TEMPORARY}{_machine()}-{os.getpid()}-{secrets.token_hex(4)}")
    try:
        if parents:
            _make_directory(path.parent)
        try:
            with open(temporary, "xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        flush_directory(path.parent)
    except OSError as error:
        raise CannotWrite(path, error) from None


def zip_member(name: str) -> zipfile.ZipInfo:
    """A plain file's place in a zip, the same at any time and on any system: equal contents give equal archives."""
    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.create_system = 3
    info.external_attr = (stat.S_IFREG | 0o644) << 16
    return info


def append_line(path: Path, line: str) -> None:
    """Add a line to a log in one write. What a crash cut short before stays a line of its own. Raises `CannotWrite`."""
    try:
        _make_directory(path.parent)
        with open(path, "ab+", buffering=0) as log:
            end = log.seek(0, os.SEEK_END)
            log.seek(max(0, end - 1))
            torn = log.read(1) not in (b"", b"\n")
            log.write(b"\n" * torn + line.encode() + b"\n")
            os.fsync(log.fileno())
    except OSError as error:
        raise CannotWrite(path, error) from None


def _make_directory(directory: Path) -> None:
    """Make it and what it lies in, each new name flushed as well."""
    if directory.is_dir():
        return
    _make_directory(directory.parent)
    directory.mkdir(exist_ok=True)
    flush_directory(directory.parent)


def flush_directory(directory: Path) -> None:
    """Make new names in it survive a power cut, where directories can be opened (not on Windows)."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove_leftovers(directory: Path) -> None:
    """Remove temporary files of processes on this machine that are no more, and very old ones of any machine."""
    for path in directory.rglob(f"{TEMPORARY}*"):
        machine, _, process = path.name.removeprefix(TEMPORARY).rpartition("-")[0].rpartition("-")
        dead = machine == _machine() and process.isdigit() and not _is_running(int(process))
        try:
            if dead or time.time() - path.stat().st_mtime > FORGOTTEN:
                path.unlink()
        except FileNotFoundError:
            continue


def _machine() -> str:
    """Tells machines that share a disk apart: a number of a process says nothing on another one."""
    return hashlib.sha256(platform.node().encode()).hexdigest()[:6]


def _is_running(process: int) -> bool:
    if os.name == "nt":  # there, asking would end it
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
