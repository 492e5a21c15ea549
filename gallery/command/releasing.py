"""`release`: an archive of the gallery to deposit, and the metadata that go with it."""

from __future__ import annotations

import argparse
import os
import re
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path

from pydantic import ValidationError

from gallery.command.exporting import write_results
from gallery.command.speech import Mistake, Speech
from gallery.release import archive, citation_file, zenodo
from gallery.site.build import is_current
from gallery.store.files import write_atomically
from gallery.validation import gallery_root, read_catalog
from gallery.validation.schema import Catalog

_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+-]{0,31}", re.ASCII)


def release(arguments: argparse.Namespace, speech: Speech) -> int:
    root = gallery_root()
    catalog = read_catalog(root, look_at_models=False)
    if not catalog.imprint.authors:
        raise Mistake(speech.of("release_without_authors"))
    citation = _citation(root, speech)
    version = arguments.VERSION or citation.version
    if not _VERSION.fullmatch(version):
        raise Mistake(speech.of("release_version", found=version[:60]))
    day = arguments.date or datetime.now(UTC).date()
    address = os.environ.get("LMVIZ_SITE_URL", "") if arguments.address is None else arguments.address
    site = None if arguments.without_site else _site(root, address, speech)
    written = _written(catalog, citation, version, day, address, speech)
    path = (arguments.out or root / "build" / "releases") / f"lmviz-gallery-{version}.zip"
    with tempfile.TemporaryDirectory(dir=_beside(root)) as folder:
        results = Path(folder) / archive.RESULTS
        done = write_results(catalog, root, results, speech)
        if done is None:
            return 1
        held = archive.contents(root, results, site, written)
        size = archive.write_release(path, f"lmviz-gallery-{version}", held)
    for name in (citation_file.NAME, zenodo.NAME):
        write_atomically(root / name, written[name].encode())
    speech.say("released", path=path, version=version, date=day.isoformat(), entries=len(done.entries),
               files=len(held.files) + len(held.written), size=f"{size / 1e6:.1f}")
    speech.say("release_next", names=f"{citation_file.NAME}, {zenodo.NAME}", version=version)
    if not catalog.imprint.doi:
        speech.say("release_without_doi")
    return 0


def _citation(root: Path, speech: Speech) -> citation_file.CitationFile:
    """The gallery's own, else that of the repository, to begin with."""
    own = root / citation_file.NAME
    try:
        return citation_file.CitationFile.read(own if own.is_file() else archive.REPOSITORY / citation_file.NAME)
    except citation_file.CitationFileUnusable as error:
        raise Mistake(speech.of("citation_file", path=error.path, keys=", ".join(error.lacking) or "–")) from None


def _site(root: Path, address: str, speech: Speech) -> Path:
    site = root / "site"
    if not is_current(root, site, address):
        option = f" --address {address}" if address else ""
        raise Mistake(speech.of("release_without_site", command=f"python build_gallery.py site{option}"))
    return site


def _written(catalog: Catalog, citation: citation_file.CitationFile, version: str, day: date, address: str,
             speech: Speech) -> dict[str, str]:
    licences = ", ".join(sorted({prompt.source.licence for prompt in catalog.prompts}))
    try:
        made = zenodo.metadata(catalog, citation, version, day, address=address,
                               notes=speech.both("release_notes", licences=licences))
    except ValidationError as error:
        first = error.errors()[0]
        raise Mistake(speech.of("zenodo_refuses", key=".".join(map(str, first["loc"])), why=first["msg"])) from None
    return {
        zenodo.NAME: made.written(), citation_file.NAME: citation.released(catalog.imprint, version, day),
        "RELEASE.md": speech.both("release_readme", version=version, date=day.isoformat(), sums=archive.SUMS,
                                  results=archive.RESULTS),
    }


def _beside(root: Path) -> Path:
    directory = root / "build"
    directory.mkdir(exist_ok=True)
    return directory
