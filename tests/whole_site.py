"""Holds every page of a built site against the rules of HTML and follows every link inside it, fragments included.

    make validate

or, for a site that lies elsewhere, ``python tests/whole_site.py SITE --validator vnu.jar``: the Nu HTML checker, which
needs Java. Without ``--validator`` only links are followed. Links to other hosts are counted, not opened.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

THEME = "md-toggle"
"""What the theme's own invalid elements carry: its switches for menu and search, checkboxes with ``autocomplete``."""

BATCH = 300
"""Pages that one process of the checker reads."""


@dataclass
class Page(HTMLParser):
    """What a page refers to, and what it can be referred to by."""

    ids: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" or (name == "name" and tag == "a"):
                self.ids.add(value or "")
            elif name in ("href", "src") and value is not None:
                self.links.append(value)


def read(path: Path) -> Page:
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page


def lost_links(site: Path, pages: dict[str, Page]) -> Iterator[str]:
    """Links that lead to no file, or to a fragment that the page there does not have."""
    for address, page in pages.items():
        for link in dict.fromkeys(page.links):
            target = urlsplit(urljoin(f"http://site/{address}", link))
            if target.netloc != "site" or target.scheme != "http":
                continue
            path = unquote(target.path).lstrip("/")
            there = pages.get(f"{path}index.html" if not path or path.endswith("/") else path)
            if there is None and not (site / path).is_file():
                yield f"{address}: {link} leads to nothing"
            elif there is not None and target.fragment and unquote(target.fragment) not in there.ids:
                yield f"{address}: {link} leads to no such place"


def mistakes(site: Path, addresses: Sequence[str], validator: Path) -> Iterator[tuple[bool, str]]:
    """What the checker calls an error: whether it is the theme's, and where and what."""
    command = ["java", "-Xss8m", "-jar", str(validator.resolve()), "--errors-only", "--format", "json", "--stdout",
               "--exit-zero-always"]
    for begin in range(0, len(addresses), BATCH):
        done = subprocess.run([*command, *addresses[begin:begin + BATCH]], cwd=site, capture_output=True, check=True)
        for found in json.loads(done.stdout)["messages"]:
            where = f"{found.get('url', '')}:{found.get('lastLine', '?')}"
            yield THEME in found.get("extract", ""), f"{where}: {found['message']}"


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("site", type=Path)
    parser.add_argument("--validator", type=Path, help="vnu.jar")
    asked = parser.parse_args()
    if not (asked.site / "index.html").is_file():
        parser.error(f"{asked.site} holds no site: it has no index.html. Build one with: make site")
    if asked.validator and not asked.validator.is_file():
        parser.error(f"{asked.validator} is not there. Get it with: npm install --prefix build/validator vnu-jar")
    addresses = sorted(path.relative_to(asked.site).as_posix() for path in asked.site.rglob("*.html"))
    pages = {address: read(asked.site / address) for address in addresses}
    lost = list(lost_links(asked.site, pages))
    kinds: Counter[str] = Counter()
    if asked.validator:
        for is_theme, said in mistakes(asked.site, addresses, asked.validator):
            kinds["theme" if is_theme else "ours"] += 1
            if not is_theme:
                lost.append(said)
    for line in lost:
        print(line, file=sys.stderr)
    n_links = sum(len(page.links) for page in pages.values())
    print(f"{len(pages)} pages, {n_links} links; {len(lost)} mistakes of ours, {kinds['theme']} of the theme's"
          + ("" if asked.validator else " (HTML not checked)"))
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
