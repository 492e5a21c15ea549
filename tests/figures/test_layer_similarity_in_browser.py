"""The figure of how alike layers are in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import fake_layers
import pytest
from preview import write
from serving import ready, serving

from lmviz.figures import similarity_words as words
from lmviz.figures.notation import correlation

sync_api = pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    directory: Path = tmp_path_factory.mktemp("layers")
    for name, result in (("between", fake_layers.between()), ("refused", fake_layers.refused()),
                         ("deep", fake_layers.within(32))):
        write(directory / name, {"layer_similarity": result}, fake_layers.NAMES)
    (directory / "favicon.ico").write_bytes(b"")
    with serving(directory) as address:
        yield address


@pytest.fixture
def visit(chromium: sync_api.Browser, address: str):
    troubles: list[str] = []
    pages = []

    def visit(path: str, width: int = 1280) -> sync_api.Page:
        page = chromium.new_page(viewport={"width": width, "height": 900})
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
        page.goto(f"{address}/{path}")
        ready(page)
        pages.append(page)
        return page

    yield visit
    for each in pages:
        each.close()
    assert troubles == []


def painted(page: sync_api.Page) -> list[list[list[str]]]:
    return page.evaluate("""() => [...document.querySelectorAll('tbody tr')].map((row) => (
      [...row.querySelectorAll('td')].map((cell) => [cell.textContent, [...cell.classList].sort().join(' ')])))""")


def expected(result: fake_layers.LayerSimilarity, measure: str) -> list[list[list[str]]]:
    values, best = words.hundredths(getattr(result, measure)), words.closest(result, measure)
    return [
        [["", "none"] if value is None else [
            correlation(value / 100),
            " ".join(sorted([f"v{words.step(value)}", *(["closest"] if column == best[row] else [])]))]
         for column, value in enumerate(each)]
        for row, each in enumerate(values)
    ]


@pytest.mark.parametrize("name", ["between", "refused"])
def test_measures_are_painted_into_the_same_cells_and_back(visit, name: str) -> None:
    page, result = visit(f"{name}/index.html"), getattr(fake_layers, name)()
    for measure in ("pwcca", "svcca", "cka"):
        page.locator(f"[data-measure={measure}]").click()
        assert painted(page) == expected(result, measure)
        assert page.locator("h2").inner_text() == words.title(result, "ja", measure, fake_layers.NAMES)
        assert page.locator("[data-note]:visible").get_attribute("data-note") == measure
        assert page.locator(".scroll").get_attribute("aria-label") == words.alternative(
            result, "ja", measure, fake_layers.NAMES)


def test_a_cell_is_read_out_by_pointer_and_keyboard(visit) -> None:
    page = visit("between/index.html")
    readout, cell = page.locator(".readout"), page.locator("tbody tr").nth(5).locator("td").nth(3)
    hint = readout.inner_text()
    cell.hover()
    said = "小さなGPT-2の第5層とバイト単位のGPT-2の第3層　CKA 0.82・SVCCA 0.91・PWCCA 0.87"
    assert readout.inner_text() == said
    assert page.locator("th.on").all_inner_texts() == ["3", "5"]
    page.locator("h2").hover()
    assert readout.inner_text() == hint and page.locator("th.on").count() == 0
    cell.click()
    page.locator("h2").hover()
    assert readout.inner_text() == said
    page.keyboard.press("ArrowUp")
    page.keyboard.press("End")
    assert readout.inner_text().startswith("小さなGPT-2の第4層とバイト単位のGPT-2の第5層")
    page.keyboard.press("PageUp")
    page.keyboard.press("ArrowUp")
    assert readout.inner_text().endswith("CKA −0.02・SVCCA 0.15・PWCCA 0.07")
    page.keyboard.press("Escape")
    assert readout.inner_text() == hint and page.locator("td.kept").count() == 0


def test_a_kept_cell_stays_kept_when_the_measure_changes(visit) -> None:
    page = visit("refused/index.html")
    page.locator("tbody tr").nth(7).locator("td").nth(6).click()
    page.locator("[data-measure=svcca]").click()
    assert page.locator("td.kept").get_attribute("class") == "none kept"
    page.locator("h2").hover()
    assert page.locator(".readout").inner_text() == "第7層と第6層　CKA 0.92・SVCCA 求めない・PWCCA 求めない"


def test_the_table_is_one_stop_of_the_keyboard(visit) -> None:
    page = visit("between/index.html")
    page.locator("[data-measure=cka]").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('tbody td')?.textContent") == ".40"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('table')") is None


@pytest.mark.parametrize("width, path", [(390, "between"), (390, "deep"), (1280, "deep")])
def test_the_page_never_scrolls_sideways(visit, width: int, path: str) -> None:
    page = visit(f"{path}/index.html", width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    cells = page.locator("tbody td").first
    assert cells.evaluate("(cell) => parseFloat(getComputedStyle(cell).fontSize)") >= 10
    box = cells.bounding_box()
    assert min(box["width"], box["height"]) >= 20
    grid = page.locator(".scroll").evaluate("(e) => [e.scrollWidth, e.clientWidth]")
    assert (grid[0] > grid[1]) == ((width, path) == (390, "deep"))
