"""``gallery/published/figures``: one zip a figure id, in it one directory a revision, the first named ``1``.

    1/figure.json     everything but pictures and numbers
    1/ja.svg  1/en.svg
    1/figure.csv

A published revision is never written again; one that follows is added beside it.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from gallery.messages import LANGUAGES
from gallery.permanence.record import Citation, Facts, Published, Told
from gallery.store.files import write_atomically, zip_member

FORMAT = 1
_LARGEST = 2**26
"""Bytes of a member at most: a page's picture is some tens of thousands."""
_NOT_READABLE = (zipfile.BadZipFile, OSError, EOFError, ValueError, KeyError, TypeError, AttributeError,
                 RuntimeError, NotImplementedError, RecursionError)


class Damaged(ValueError):
    """A file of the archive is not what `Archive.add` wrote."""

    def __init__(self, path: Path):
        self.path = path
        super().__init__(f"{path}: this is no published figure, or a damaged one; restore it from the repository")


class Archive(Mapping[str, tuple[Published, ...]]):
    """The published figures of the gallery under ``root``, by id: the revisions of each, the first first.

    Nothing is read before it is asked for. Looking one up raises `Damaged` where its file is not whole.
    """

    def __init__(self, root: Path):
        self.directory = Path(root) / "gallery" / "published" / "figures"

    def path(self, figure_id: str) -> Path:
        return self.directory / figure_id[:2] / f"{figure_id}.zip"

    def __iter__(self) -> Iterator[str]:
        return (path.stem for path in sorted(self.directory.glob("*/*.zip")))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, figure_id: object) -> bool:
        return isinstance(figure_id, str) and self.path(figure_id).is_file()

    def __getitem__(self, figure_id: str) -> tuple[Published, ...]:
        path = self.path(figure_id)
        if not path.is_file():
            raise KeyError(figure_id)
        try:
            with zipfile.ZipFile(path) as archive:
                members = {info.filename: _content(archive, info) for info in archive.infolist()}
            count = sum(name.endswith("/figure.json") for name in members)
            found = tuple(_read(figure_id, members, f"{number}/") for number in range(1, count + 1))
        except _NOT_READABLE:
            raise Damaged(path) from None
        if not found:
            raise Damaged(path)
        return found

    def add(self, published: Published) -> None:
        """Adds a revision after those that are there. Raises `Damaged`, `gallery.store.files.CannotWrite`."""
        revisions = (*self.get(published.id, ()), published)
        write_atomically(self.path(published.id), _packed(revisions))


def _content(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    if info.file_size > _LARGEST:
        raise ValueError
    return archive.read(info)


def _read(figure_id: str, members: dict[str, bytes], prefix: str) -> Published:
    content = json.loads(members[f"{prefix}figure.json"])
    if content["format"] != FORMAT or content["id"] != figure_id:
        raise ValueError
    told = {
        language: Told(**{**content["told"][language], "citation": Citation(**content["told"][language]["citation"])},
                       svg=members[f"{prefix}{language}.svg"].decode())
        for language in LANGUAGES
    }
    return Published(figure_id, content["subject"], content["kind"], Facts(**content["facts"]), told,
                     members[f"{prefix}figure.csv"].decode(), content["sketch"])


def _packed(revisions: Sequence[Published]) -> bytes:
    """The same revisions give the same bytes under one version of zlib."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for number, published in enumerate(revisions, 1):
            for name, content in _members(published):
                archive.writestr(zip_member(f"{number}/{name}"), content, zipfile.ZIP_DEFLATED, 9)
    return data.getvalue()


def _members(published: Published) -> Iterator[tuple[str, str]]:
    content: dict[str, Any] = {"format": FORMAT, **asdict(published)}
    del content["csv"]
    pictures = {language: content["told"][language].pop("svg") for language in LANGUAGES}
    yield "figure.json", json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    for language, picture in pictures.items():
        yield f"{language}.svg", picture
    yield "figure.csv", published.csv
