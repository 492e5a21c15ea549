"""The grid's measures and the watched words' quantities in a real browser, and a grid of 100 tokens by 24 layers."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import fakes
import pytest
from fake_text import hundred_tokens
from preview import write
from serving import ready, serving

from lmviz.figures import lens_words, measures

sync_api = pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.browser

SCROLL = ".lmviz-rankings .scroll"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    directory: Path = tmp_path_factory.mktemp("lens")
    write(directory, {"rankings": fakes.lens_measures(), "watched_words": fakes.watched_words()})
    write(directory / "large", {"rankings": fakes.lens_measures(24, table=hundred_tokens())})
    (directory / "favicon.ico").write_bytes(b"")
    with serving(directory) as address:
        yield address


def opened(chromium: sync_api.Browser, address: str, width: int = 1280, height: int = 900) -> sync_api.Page:
    page = chromium.new_page(viewport={"width": width, "height": height})
    page.goto(address)
    ready(page)
    return page


@pytest.fixture
def page(chromium: sync_api.Browser, address: str) -> Iterator[sync_api.Page]:
    page = opened(chromium, f"{address}/index.html")
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    yield page
    page.close()
    assert troubles == []


def cell(page: sync_api.Page, layer: int, position: int) -> sync_api.Locator:
    return page.locator(".lmviz-rankings tbody tr").nth(layer).locator("td").nth(position)


def painted(page: sync_api.Page) -> tuple[list[list[str]], list[list[str]]]:
    """Texts and colours of all cells."""
    texts, shades = page.evaluate("""() => {
      const rows = [...document.querySelectorAll('.lmviz-rankings tbody tr')].map((row) => [...row.cells].slice(1));
      return [rows.map((row) => row.map((cell) => cell.textContent)),
              rows.map((row) => row.map((cell) => cell.className.match(/^(none|[rued]\\d)\\b/)[0]))];
    }""")
    return texts, shades


@pytest.mark.parametrize("measure", ["surprisal", "entropy", "divergence"])
def test_a_measure_is_painted_into_the_same_cells_and_back(page: sync_api.Page, measure: str) -> None:
    result = fakes.lens_measures()
    served = painted(page)
    marks = page.locator("td.settled").count()
    page.locator(f"[data-measure={measure}]").click()
    held, prefix = measures.cells(result, measure), measures.SCALES[measure].prefix
    assert painted(page) == (
        [["" if v is None else measures.written(measure, v, "ja") for v in row] for row in held],
        [["none" if v is None else f"{prefix}{measures.step(measure, v)}" for v in row] for row in held],
    )
    assert page.locator("td.settled").count() == marks == len(result.tokens) - 1
    assert page.locator("#rankings h2").inner_text() == lens_words.title(result, "ja", measure)
    assert page.locator(SCROLL).get_attribute("aria-label") == lens_words.alternative(result, "ja", measure)
    visible = page.locator(".lmviz-rankings [data-legend]:visible")
    assert visible.count() == 1 and visible.get_attribute("data-legend") == measure
    page.locator("[data-measure=rank]").click()
    assert painted(page) == served


def test_the_measures_by_keyboard(page: sync_api.Page) -> None:
    page.locator("[data-measure=rank]").focus()
    page.keyboard.press("ArrowRight")
    pressed = page.locator(".lmviz-rankings .switch [aria-pressed='true']")
    assert pressed.all_inner_texts() == ["サプライザル"]
    assert page.evaluate("document.activeElement.dataset.measure") == "surprisal"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.measure ?? 'elsewhere'") == "elsewhere"
    page.locator("[data-measure=surprisal]").focus()
    page.keyboard.press("ArrowLeft")
    assert pressed.all_inner_texts() == ["順位"]


def test_a_kept_cell_is_read_out_in_all_measures_whichever_is_shown(page: sync_api.Page) -> None:
    result = fakes.lens_measures()
    page.locator("[data-measure=entropy]").click()
    readout = page.locator(".lmviz-rankings .readout")
    cell(page, 3, 27).click()
    said = readout.inner_text()
    assert said.startswith(f"第3層　位置27の「豆」　{result.ranks[3, 27]:,}位・")
    for name, nats in (("サプライザル", -result.log_probabilities), ("エントロピー", result.entropies),
                       ("最終層とのKL", result.divergences)):
        assert f"{name} {nats[3, 27] / math.log(2):.2f}ビット" in said
    assert f"予測は第{result.settled[27]}層で定まる" in said
    cell(page, 5, 30).hover()
    assert readout.inner_text().startswith("第5層　位置30の")
    page.locator("#rankings h2").hover()
    assert readout.inner_text() == said
    page.locator("thead button[data-p='20']").click()
    assert readout.inner_text().startswith("マスを指すと")


@pytest.mark.parametrize("width, height", [(1280, 600), (390, 620)])
def test_a_hundred_tokens_by_24_layers_scroll_inside_with_their_heads(
    chromium: sync_api.Browser, address: str, width: int, height: int
) -> None:
    page = opened(chromium, f"{address}/large/index.html", width, height)
    before = page.locator("[data-p='30']").bounding_box()["x"]
    page.locator(SCROLL).evaluate("(grid) => { grid.scrollIntoView(); grid.scrollTo(700, 60); }")
    assert page.locator(SCROLL).evaluate("(grid) => grid.scrollTop") > 30
    box = page.locator(SCROLL).bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= width and box["height"] <= 0.81 * height
    head = page.locator("thead button[data-p='30']").bounding_box()
    assert head["x"] == pytest.approx(before - 700, abs=1)
    assert box["y"] <= head["y"] and head["y"] + head["height"] <= box["y"] + 0.4 * box["height"]
    layer = page.locator("tbody th").nth(12).bounding_box()
    assert layer["x"] == pytest.approx(box["x"], abs=2) and layer["width"] >= 20
    # What lies under the heads and the layer numbers does not shine through.
    for x, y in ((head["x"] + 12, head["y"] + head["height"] - 2), (layer["x"] + 8, layer["y"] + 8)):
        found = page.evaluate("([x, y]) => document.elementFromPoint(x, y).closest('td, th').tagName", [x, y])
        assert found == "TH"
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("tbody td").first.evaluate("(cell) => parseFloat(getComputedStyle(cell).fontSize)") >= 10
    page.close()


def test_a_column_chosen_elsewhere_comes_into_sight(chromium: sync_api.Browser, address: str) -> None:
    page = opened(chromium, f"{address}/large/index.html?t=90", 390, 740)
    page.wait_for_function("""() => {
      const [grid, head] = [document.querySelector('.lmviz-rankings .scroll'), document.querySelector("[data-p='90']")];
      const [a, b] = [grid.getBoundingClientRect(), head.getBoundingClientRect()];
      return a.left + 20 <= b.left && b.right <= a.right;
    }""")
    page.close()


def test_words_are_shown_by_probability_place_or_rank(page: sync_api.Page) -> None:
    figure = page.locator(".lmviz-watched_words")
    for quantity in ("place", "rank", "log_probability"):
        figure.locator(f"[data-quantity={quantity}]").click()
        chart = figure.locator(".chart:visible")
        assert chart.count() == 1 and chart.get_attribute("data-chart") == quantity
        chart.hover()
        figure.locator(f"[data-chart={quantity}] .vega-embed svg").wait_for()
        assert "第6層　鬼→豆" in chart.text_content()
    assert figure.locator(".words tbody th").all_inner_texts() == ["豆", "鬼", "福", "恵方巻"]
    assert figure.locator(".words .of").last.locator("span").all_inner_texts() == ["恵", "方", "巻"]
