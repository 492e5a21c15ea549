"""Builds the whole site, both editions and the search, beside the old one, and puts it in place when it is complete."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from gallery.engine.startup import address_space
from gallery.pages.model_cards import card_files
from gallery.pages.words import LANGUAGES, Language, Words
from gallery.release.versions import Version, state_of
from gallery.site.drawing_ahead import draw_ahead
from gallery.site.fingerprint import fingerprint
from gallery.site.side_by_side import add_versions
from gallery.store.files import flush_directory
from gallery.store.lock import only_one
from gallery.validation.reader import read_catalog

REPOSITORY = Path(__file__).resolve().parents[2]
CONFIGURATIONS = {"ja": "mkdocs.yml", "en": "mkdocs.en.yml"}
MARK = "built-from.txt"
ADDRESS_SPACE = 2**36
"""Bytes of addresses that V8, which draws the charts, reserves and does not use; where it gets none, it crashes."""
_UNUSED = ("*-ui.*", "pagefind-highlight.js")


class SiteError(Exception):
    """The site could not be built or shown; the message says why, in the language that was asked for."""


def build_site(root: Path, site_dir: Path | None = None, *, address: str | None = None, language: Language = "ja",
               say: Callable[[str], None] = print, force: bool = False, versions: Sequence[Version] = ()) -> Path:
    """Writes the site from what has been computed; runs no model.

    Args:
        root: holds ``gallery/catalog`` and ``build``.
        site_dir: where the site goes; by default ``site`` under ``root``. A site that stands there stays as it is
            until the new one is complete, and for good if that fails or is killed. Waits while another process builds
            into the same directory.
        address: where the site will be published; by default the environment's ``LMVIZ_SITE_URL``.
        language: of what ``say`` is told and of errors.
        force: build even if nothing has changed since the site was built.
        versions: releases whose sites are put beside it.

    Returns:
        ``site_dir``.

    Raises:
        CatalogProblems: the catalog cannot be read.
        SiteError: MkDocs or Pagefind failed.
        OSError: something cannot be written.
    """
    root = Path(root).resolve()
    site_dir = (Path(site_dir) if site_dir else root / "site").resolve()
    address = os.environ.get("LMVIZ_SITE_URL", "") if address is None else address
    words = Words(language)
    if not force and is_current(root, site_dir, address, versions):
        say(words("build.unchanged"))
        return site_dir
    with only_one(site_dir.with_name(f".{site_dir.name}.lock"), lambda: say(words("build.waiting"))):
        _put_back(site_dir)
        state = _state(root, address, versions)
        if not force and _is_of(site_dir, state):
            say(words("build.unchanged"))
        else:
            _build_alone(root, site_dir, state, address, versions, say, words)
    return site_dir


def _state(root: Path, address: str, versions: Sequence[Version]) -> str:
    """Raises `CatalogProblems`."""
    catalog = read_catalog(root, look_at_models=False)
    references = [(name, text.digest) for name, text in catalog.references.items()]
    return fingerprint(root, address, [*references, *card_files(root, catalog), *state_of(versions)])


def is_current(root: Path, site_dir: Path, address: str, versions: Sequence[Version] = ()) -> bool:
    """Whether the site was built from what the gallery is now, for that address and with those versions beside it.

    Raises `CatalogProblems`.
    """
    return _is_of(site_dir, _state(root, address, versions))


def _is_of(site_dir: Path, state: str) -> bool:
    mark = site_dir / MARK
    return mark.is_file() and mark.read_text(encoding="ascii").strip() == state


def _build_alone(root: Path, site_dir: Path, state: str, address: str, versions: Sequence[Version],
                 say: Callable[[str], None], words: Words) -> None:
    """What `build_site` does while nobody else builds into that directory."""
    limit = address_space()
    if limit is not None and limit < ADDRESS_SPACE:
        raise SiteError(words("build.address_space", limit=limit // 1024))
    building = site_dir.with_name(f".{site_dir.name}.building")
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)  # a directory that takes nothing is found out before minutes of drawing
    draw_ahead(root, lambda done, of: say(words("build.drawing", done=done, of=of)), address=address)
    try:
        for edition in LANGUAGES:
            say(words(f"build.{edition}"))
            _mkdocs(edition, root, building if edition == "ja" else building / edition, address, versions, say, words)
        say(words("build.search"))
        _pagefind(building, words)
        _tidy(building, address)
        if versions:
            say(words("build.versions"))
            add_versions(building, versions)
        (building / MARK).write_text(state + "\n", encoding="ascii")
        _swap(building, site_dir)
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _mkdocs(edition: Language, root: Path, site_dir: Path, address: str, versions: Sequence[Version],
            say: Callable[[str], None], words: Words) -> None:
    os.environ.setdefault("NO_MKDOCS_2_WARNING", "1")  # Material's notice about a MkDocs that we do not use
    from mkdocs.commands.build import build
    from mkdocs.config import load_config
    from mkdocs.exceptions import MkDocsException

    log = logging.getLogger("mkdocs")
    level, propagate, handler = log.level, log.propagate, _Telling(say)
    log.setLevel(logging.WARNING)
    log.propagate = False
    log.addHandler(handler)
    try:
        config = load_config(str(REPOSITORY / CONFIGURATIONS[edition]), site_dir=str(site_dir), site_url=address,
                             extra={"gallery_root": str(root), "versions": versions})
        build(config)
    except MkDocsException as error:
        raise SiteError(words("build.failed", why=str(error).strip() or handler.last)) from error
    except SystemExit as error:
        raise SiteError(words("build.failed", why=handler.last)) from error
    finally:
        log.removeHandler(handler)
        log.setLevel(level)
        log.propagate = propagate


class _Telling(logging.Handler):
    """Passes warnings on, one line each."""

    def __init__(self, say: Callable[[str], None]) -> None:
        super().__init__(logging.WARNING)
        self.say = say
        self.last = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.last = record.getMessage().splitlines()[0] if record.getMessage() else ""
        self.say(f"  {self.last}")


def _pagefind(site_dir: Path, words: Words) -> None:
    command = [sys.executable, "-m", "pagefind", "--site", str(site_dir), "--exclude-selectors", ".headerlink",
               "--quiet"]
    ran = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", errors="replace")
    if ran.returncode != 0:
        last = (ran.stderr or ran.stdout).strip().splitlines()[-1:]
        raise SiteError(words("build.search_failed", why=" ".join(last)))


def _tidy(site_dir: Path, address: str) -> None:
    """Leaves out what no page uses and what differs from build to build."""
    for pattern in _UNUSED:
        for path in (site_dir / "pagefind").glob(pattern):
            path.unlink()
    for folder in (site_dir, site_dir / "en"):
        (folder / "sitemap.xml.gz").unlink(missing_ok=True)
        if not address:
            (folder / "sitemap.xml").unlink(missing_ok=True)


def _swap(new: Path, site_dir: Path) -> None:
    """Puts ``new`` where ``site_dir`` is; the old site is gone only once the new one stands.

    Pages reach the disk before the name that makes them the site: a power cut leaves the old site or the new one, not
    a site of empty files that passes for current.
    """
    old = _old(site_dir)
    shutil.rmtree(old, ignore_errors=True)
    if hasattr(os, "sync"):
        os.sync()
    if site_dir.exists():
        site_dir.rename(old)
    try:
        new.rename(site_dir)
    except OSError:
        _put_back(site_dir)
        raise
    flush_directory(site_dir.parent)
    shutil.rmtree(old, ignore_errors=True)


def _put_back(site_dir: Path) -> None:
    """Puts the old site back that a build killed in the middle of `_swap` had set aside."""
    if not site_dir.exists() and _old(site_dir).exists():
        _old(site_dir).rename(site_dir)


def _old(site_dir: Path) -> Path:
    return site_dir.with_name(f".{site_dir.name}.old")
