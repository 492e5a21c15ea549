"""The archive: a zip of what lies under ``build/``, with a table of its members' sizes and digests.

    lmviz-archive.json                      {"format": 1, "members": {NAME: {"bytes": ..., "sha256": ...}}}
    entries/PROMPT/MODEL.json               manifests; entries/compare/COMPARISON/MODEL.json of minimal pairs,
                                            entries/models/MODEL.json and models/MODEL+OTHER.json of studies
    results/KE/KEY.safetensors              results

Unpacked by hand into ``build/`` it does the same. Members are stored, not compressed: what a compressor writes differs
from version to version, and equal results are to give equal archives.
"""

from __future__ import annotations

import errno
import hashlib
import json
import re
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gallery.messages import Wording
from gallery.store.files import replacing, zip_member
from gallery.transfer.words import words

TABLE = "lmviz-archive.json"
FORMAT = 1
MAX_TABLE = 64 * 2**20
_ID = "[a-z0-9][a-z0-9-]{0,62}"
_MEMBER = re.compile(
    rf"entries/(?:(?:compare/)?{_ID}/{_ID}|models/{_ID}\+{_ID})\.json"
    r"|results/([a-z2-7]{2})/\1[a-z2-7]{50}\.safetensors"
)
_NOT_READABLE = (zipfile.BadZipFile, ValueError, RuntimeError, NotImplementedError, EOFError, OverflowError)


class BadArchive(ValueError):
    """What was given is no archive of ours, or not intact; ``wording`` says what was found and what to do."""

    def __init__(self, wording: Wording):
        self.wording = wording
        super().__init__(wording["en"])


def write_archive(path: Path, members: dict[str, Path]) -> int:
    """Write the files under their names, whole or not at all; returns its bytes. The same files give the same bytes.

    Raises:
        gallery.store.files.CannotWrite: the disk is full, or the directory cannot be written.
        OSError: a file cannot be read.
    """
    sizes = {name: _measured(members[name]) for name in sorted(members)}
    table = json.dumps({"format": FORMAT, "members": sizes}, indent=1).encode() + b"\n"
    with replacing(path, parents=False) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(zip_member(TABLE), table)
        for name in sizes:
            archive.writestr(zip_member(name), members[name].read_bytes())
    return path.stat().st_size


def _measured(path: Path) -> dict[str, Any]:
    data = path.read_bytes()
    return {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def read_archive(path: Path) -> Iterator[tuple[str, bytes]]:
    """Name and content of every member but the table, each checked against it before it is handed on.

    Names are ours alone: relative, plain files, of an entry or a result. Nothing is unpacked here.

    Raises:
        BadArchive: at the first member that is damaged, foreign or missing.
        OSError: the file cannot be read.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            yield from _members(archive, path)
    except BadArchive:
        raise
    except (OSError, *_NOT_READABLE) as error:
        # EINVAL: a damaged offset points to before the file's beginning.
        if isinstance(error, OSError) and error.errno != errno.EINVAL:
            raise
        raise BadArchive(words("not_an_archive", path=path, why=_why(error))) from None


def _members(archive: zipfile.ZipFile, path: Path) -> Iterator[tuple[str, bytes]]:
    infos: dict[str, zipfile.ZipInfo] = {}
    for info in archive.infolist():
        if info.filename in infos or not (info.filename == TABLE or _MEMBER.fullmatch(info.filename)):
            raise BadArchive(words("foreign_member", path=path, name=_shown(info.filename)))
        if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):
            raise BadArchive(words("not_a_file", path=path, name=info.filename))
        infos[info.filename] = info
    table = _table(archive, infos.pop(TABLE, None), path)
    if foreign := [name for name in infos if name not in table]:
        raise BadArchive(words("foreign_member", path=path, name=foreign[0]))
    if missing := [name for name in table if name not in infos]:
        raise BadArchive(words("member_missing", path=path, name=_shown(missing[0])))
    # Stored members cannot overlap in an archive that is as large as they are together: no bomb gets through.
    if sum(info.file_size for info in infos.values()) > path.stat().st_size:
        raise BadArchive(words("not_an_archive", path=path, why="overlapping members"))
    for name, info in sorted(infos.items()):
        yield name, _checked(archive, info, table[name], path)


def _table(archive: zipfile.ZipFile, info: zipfile.ZipInfo | None, path: Path) -> dict[str, Any]:
    if info is None or info.file_size > MAX_TABLE or info.compress_type != zipfile.ZIP_STORED:
        raise BadArchive(words("no_table", path=path, table=TABLE))
    try:
        content = json.loads(archive.read(info))
        table, version = content["members"], content["format"]
        well_formed = isinstance(table, dict) and all(isinstance(entry, dict) for entry in table.values())
    except (KeyError, TypeError, RecursionError, *_NOT_READABLE):
        raise BadArchive(words("damaged_member", path=path, name=TABLE)) from None
    if version != FORMAT or not well_formed:
        raise BadArchive(words("other_format", path=path, found=_shown(str(version)), expected=FORMAT))
    return table


def _checked(archive: zipfile.ZipFile, info: zipfile.ZipInfo, expected: dict[str, Any], path: Path) -> bytes:
    try:
        if info.compress_type != zipfile.ZIP_STORED or info.file_size != expected.get("bytes"):
            raise ValueError
        data = archive.read(info)
    except _NOT_READABLE:
        raise BadArchive(words("damaged_member", path=path, name=info.filename)) from None
    if hashlib.sha256(data).hexdigest() != expected.get("sha256"):
        raise BadArchive(words("damaged_member", path=path, name=info.filename))
    return data


def _shown(name: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in name[:80])


def _why(error: Exception) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__
