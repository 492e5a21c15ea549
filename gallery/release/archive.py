"""The archive of a release: a zip whose members lie under one directory, with their digests in ``SHA256SUMS``.

It holds the program, the catalog, the models that come with the gallery, what was published, all results in the file
that ``import`` takes, and the site. So it opens in a browser as it is, and whoever has nothing else can verify it.
"""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from gallery.store.files import replacing, zip_member

REPOSITORY = Path(__file__).resolve().parents[2]
RESULTS, SUMS = "results.zip", "SHA256SUMS"
_OF_THE_GALLERY = ("gallery/catalog", "gallery/models", "gallery/published", "gallery/reference")
"""What belongs to the gallery under its root; all else is the program's."""
_OF_THE_PROGRAM = ("docs", "gallery", "lmviz", "LICENSE", "Makefile", "README.md", "build_gallery.py", "mkdocs.yml",
                   "mkdocs.en.yml", "pyproject.toml", "requirements-gallery.lock", "requirements-site.lock",
                   "requirements-test.lock")
_PACKED = (".gz", ".npz", ".pf_fragment", ".pf_index", ".pf_meta", ".png", ".safetensors", ".wasm", ".zip")
"""Endings of what compressing makes no smaller."""


@dataclass(frozen=True)
class ReleaseContents:
    """What an archive holds, by name from its directory.

    Attributes:
        files: as they lie on disk.
        written: made for the release.
    """

    files: Mapping[str, Path]
    written: Mapping[str, str]


def contents(root: Path, results: Path, site: Path | None, written: Mapping[str, str]) -> ReleaseContents:
    """What the release of the gallery under ``root`` holds.

    Args:
        results: as `gallery.transfer.export` wrote them.
        site: the built site; None leaves it out.
        written: files made for the release, by name, which take the place of those on disk.
    """
    files = dict(_program())
    for folder in _OF_THE_GALLERY:
        files |= _below(root / folder, folder)
    if site is not None:
        files |= _below(site, "site")
    files[RESULTS] = results
    return ReleaseContents({name: path for name, path in files.items() if name not in written}, written)


def _program() -> Iterator[tuple[str, Path]]:
    for name in _OF_THE_PROGRAM:
        path = REPOSITORY / name
        found = _below(path, name) if path.is_dir() else {name: path}
        yield from ((name, path) for name, path in found.items()
                    if not name.startswith(tuple(f"{folder}/" for folder in _OF_THE_GALLERY)) or name.endswith(".py"))


def _below(directory: Path, name: str) -> dict[str, Path]:
    """Files by name; without hidden ones and what Python keeps."""
    found = {path.relative_to(directory): path for path in directory.rglob("*") if path.is_file()}
    return {f"{name}/{relative.as_posix()}": path for relative, path in found.items()
            if not any(part.startswith(".") or part == "__pycache__" for part in relative.parts)}


def write_release(path: Path, directory: str, held: ReleaseContents) -> int:
    """Writes the archive, whole or not at all; returns its bytes. The same files give the same bytes under one version
    of zlib.

    Args:
        directory: in which all members lie.

    Raises:
        gallery.store.files.CannotWrite: the disk is full, or the directory cannot be written.
        OSError: a file cannot be read.
    """
    with replacing(path) as file:
        _write(file, directory, held)
    return path.stat().st_size


def _write(file: BinaryIO, directory: str, held: ReleaseContents) -> None:
    sums: list[str] = []
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name in sorted((*held.files, *held.written)):
            info = zip_member(f"{directory}/{name}")
            info.compress_type = zipfile.ZIP_STORED if name.endswith(_PACKED) else zipfile.ZIP_DEFLATED
            if name in held.written:
                data = held.written[name].encode()
                archive.writestr(info, data)
                digest = hashlib.sha256(data).hexdigest()
            else:
                with open(held.files[name], "rb") as source, archive.open(info, "w") as member:
                    shutil.copyfileobj(source, member, 2**20)
                with open(held.files[name], "rb") as source:
                    digest = hashlib.file_digest(source, "sha256").hexdigest()
            sums.append(f"{digest}  {name}\n")
        archive.writestr(zip_member(f"{directory}/{SUMS}"), "".join(sums), zipfile.ZIP_DEFLATED)
