"""Budgets in bytes, compressed as static hosts do it, for the page of the largest entry.

How soon it is there is not tested but measured, and so is what a browser really asks for:
`tests/benchmarks/page_weight/measure.py`. The entry has every figure but those of its model's factors.
"""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from largest_entry import ENTRY, N_METHODS, N_TOKENS, make_gallery, store_attributions
from miniature import build_miniature

from gallery.pages import entry, figure
from gallery.site.editions import open_edition

FIRST_VIEW, WHOLE_PAGE = 300_000, 1_500_000
IMPORT = re.compile(r"""^import [^;]*?["']\./([\w.]+)["'];""", re.MULTILINE)


def size(content: str | bytes) -> int:
    return len(gzip.compress(content.encode() if isinstance(content, str) else content, 6, mtime=0))


@pytest.fixture(scope="module")
def largest(tmp_path_factory) -> dict[str, str]:
    """What is written of the largest entry, by path."""
    root = make_gallery(tmp_path_factory.mktemp("largest") / "root")
    assert store_attributions(root) == N_METHODS + 1
    assert build_miniature(root, jobs=1).ok
    edition = open_edition(root, "ja")
    return {path: content for writer in (entry, figure) for path, content in writer.pages(edition)}


@pytest.fixture(scope="module")
def page(largest) -> BeautifulSoup:
    return BeautifulSoup(largest[f"{ENTRY}/index.md"], "html.parser")


def modules(directory: Path, names: set[str]) -> set[str]:
    """The modules of these names and all that they import before they run."""
    found: set[str] = set()
    while names - found:
        name = (names - found).pop()
        found.add(name)
        names |= set(IMPORT.findall((directory / name).read_text(encoding="utf-8")))
    return found


@pytest.fixture(scope="module")
def loaded_at_once(site, largest, page) -> int:
    """Bytes of the document, its styles and its scripts; every figure's module counts, near or not."""
    frame = (site / "404.html").read_text(encoding="utf-8")
    soup = BeautifulSoup(frame, "html.parser")
    for late in soup.select("noscript"):
        late.decompose()
    styles = [link["href"] for link in soup.select("link[rel=stylesheet]")]
    figures = site / "assets/lmviz"
    scripts = [figures / name for name in modules(figures, {"main.js", "dock.js", *(
        f"{stub['data-lmviz']}.js" for stub in page.select("script[data-lmviz]"))})]
    own = site / "assets/gallery"
    scripts += [own / name for name in modules(own, {"site.js", "takeaway.js"})] + [own / "scheme.js"]
    assert len(styles) > 5 and len(scripts) > 30
    assert figures / "vega-bundle.js" not in scripts, "the chart library comes on first use"
    files = [site / style.lstrip("/") for style in styles] + scripts
    return size(frame + largest[f"{ENTRY}/index.md"]) + sum(size(path.read_bytes()) for path in files)


def waiting(largest: dict[str, str], page: BeautifulSoup) -> list[int]:
    """Bytes of the data that the page waits with, figure by figure."""
    return [size(largest[stub["data-from"].replace("../", "")]) for stub in page.select("script[data-from]")]


def test_the_largest_entry_is_as_large_as_it_says(page):
    assert len(page.select("#tokens .strip .token")) == N_TOKENS
    assert len(page.select("#attribution button[data-method]")) == N_METHODS
    assert not page.select(".lmviz-figure--failed") and len(page.select(".lmviz-figure")) == 8


def test_a_first_view_weighs_less_than_its_budget(loaded_at_once, largest, page):
    assert loaded_at_once + waiting(largest, page)[0] < FIRST_VIEW


def test_the_whole_page_weighs_less_than_its_budget_with_the_chart_library(loaded_at_once, largest, page, site):
    library = size((site / "assets/lmviz/vega-bundle.js").read_bytes())
    assert 200_000 < library and loaded_at_once + sum(waiting(largest, page)) + library < WHOLE_PAGE


def test_no_figure_further_down_brings_its_data_at_once(page):
    first, *others = page.select("script[data-lmviz]")
    assert "data-from" not in first.attrs and len(others) == 7
    assert max(len(one.string) for one in others) < 500
