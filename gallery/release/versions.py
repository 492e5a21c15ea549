"""Releases of a gallery, as the archives that `gallery.release.write_release` wrote: their version, their day, their
site."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

_LARGEST = 2**20
"""Bytes of the metadata at most."""


class NoRelease(ValueError):
    """A file is not an archive of a release with its site."""

    def __init__(self, path: Path):
        self.path = path
        super().__init__(f"{path}: no archive of a release that holds a site")


@dataclass(frozen=True)
class Version:
    """A release whose site stands beside the latest one.

    Attributes:
        name: as the curator gave it; its site lies under ``page``.
        day: ISO 8601.
        digest: of the archive's table of digests, which stands for its content.
        path: of the archive.
    """

    name: str
    day: str
    digest: str
    path: Path

    @property
    def page(self) -> str:
        """Address of its home page, from the root of the site."""
        return f"versions/{self.name}/"

    def files(self) -> Iterator[tuple[PurePosixPath, bytes]]:
        """The files of its site."""
        prefix = f"lmviz-gallery-{self.name}/site/"
        with zipfile.ZipFile(self.path) as archive:
            for info in archive.infolist():
                place = PurePosixPath(info.filename.removeprefix(prefix))
                if info.filename.startswith(prefix) and not info.is_dir() and ".." not in place.parts:
                    yield place, archive.read(info)


def read_versions(directory: Path) -> list[Version]:
    """The releases in a directory, the latest first. Raises `NoRelease`, ``OSError``."""
    found = [_read(path) for path in sorted(directory.glob("*.zip"))]
    return sorted(found, key=lambda version: (version.day, version.name), reverse=True)


def state_of(versions: Sequence[Version]) -> list[tuple[str, str]]:
    """What a site depends on of the versions beside it."""
    return [(version.page, version.digest) for version in versions]


def _read(path: Path) -> Version:
    try:
        with zipfile.ZipFile(path) as archive:
            directory = archive.namelist()[0].partition("/")[0]
            said = archive.getinfo(f"{directory}/.zenodo.json")
            if said.file_size > _LARGEST:
                raise ValueError
            content = json.loads(archive.read(said))
            sums = archive.getinfo(f"{directory}/SHA256SUMS")
            archive.getinfo(f"{directory}/site/index.html")
        if directory != f"lmviz-gallery-{content['version']}":
            raise ValueError
        return Version(content["version"], content["publication_date"], f"{sums.CRC:08x}{sums.file_size:x}", path)
    except (zipfile.BadZipFile, KeyError, IndexError, TypeError, ValueError):
        raise NoRelease(path) from None
