"""Sites of earlier releases beside the latest, each under `/versions/VERSION/`: as they were, with a note on every
page that leads to the same page of today."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from pathlib import Path, PurePosixPath

from gallery.pages.costs import Measures
from gallery.pages.edition import relative
from gallery.pages.words import Words
from gallery.release.versions import Version

_BODY = re.compile(rb"<body\b[^>]*>")
_STYLE = ("position:relative;z-index:2;margin:0;padding:.6rem 1rem;text-align:center;font-size:.875rem;"
          "background:#fff3d6;color:#1d1f24;border-bottom:1px solid #b3770a")
_STYLE_OF_LINK = "color:#1d4e68;text-decoration:underline"


def add_versions(site_dir: Path, versions: Sequence[Version]) -> None:
    """Puts the sites of ``versions`` into a site that is complete."""
    for version in versions:
        for place, content in version.files():
            if place.suffix == ".html" and place.parent.name != "embed":
                content = _noted(content, version, place, site_dir)
            path = site_dir / version.page / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def _noted(content: bytes, version: Version, place: PurePosixPath, site_dir: Path) -> bytes:
    """The page with the note; without a ``<body>`` it stays as it is."""
    words = Words("en" if place.parts[0] == "en" else "ja")
    url = f"{place.parent.as_posix()}/" if place.name == "index.html" else place.as_posix()
    url = "" if url == "./" else url
    home = "en/" if words.language == "en" else ""
    there = url if (site_dir / place).is_file() else home
    here = f"{version.page}{url if url.endswith('/') or not url else PurePosixPath(url).parent.as_posix() + '/'}"
    said = escape(words("versions.old", version=version.name, day=Measures(words).day(version.day)))
    links = " ".join(
        f'<a style="{_STYLE_OF_LINK}" href="{escape(relative(target, here))}">{escape(words(key))}</a>'
        for target, key in ((there, "versions.today"), (f"{home}versions/", "versions.all")))
    note = f'<p role="note" style="{_STYLE}">{said} {links}</p>'
    return _BODY.sub(lambda found: found[0] + note.encode(), content, count=1)
