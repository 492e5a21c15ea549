"""The figures that compare in a real browser: every interaction once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import fake_comparisons
import pytest
from preview_comparisons import write_comparisons
from serving import ready, serving

sync_api = pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    directory: Path = tmp_path_factory.mktemp("comparisons")
    write_comparisons(directory)
    (directory / "favicon.ico").write_bytes(b"")
    with serving(directory) as address:
        yield address


@pytest.fixture
def visit(chromium: sync_api.Browser, address: str):
    troubles: list[str] = []
    pages = []

    def visit(path: str, width: int = 1280) -> sync_api.Page:
        opened = chromium.new_page(viewport={"width": width, "height": 900})
        opened.on("pageerror", lambda error: troubles.append(str(error)))
        opened.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
        opened.goto(f"{address}/{path}")
        ready(opened)
        pages.append(opened)
        return opened

    yield visit
    for each in pages:
        each.close()
    assert troubles == []


def test_one_span_is_chosen_for_all_figures(visit) -> None:
    page = visit("models/index.html")
    readouts = [page.locator(f".lmviz-compare_{kind} .readout") for kind in ("surprisal", "ranks", "settled")]
    spans = page.locator(".lmviz-compare_surprisal .spans")
    first = readouts[0].inner_text()
    spans.locator("[data-p='2']").hover()
    assert all(each.inner_text().startswith("「季節」") for each in readouts)
    page.mouse.move(5, 5)
    assert readouts[0].inner_text() == first
    spans.locator("[data-p='2']").click()
    assert page.url.endswith("?t=2")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    assert page.url.endswith("?t=3")
    page.keyboard.press("Escape")
    assert "t=" not in page.url


def test_attribution_follows_target_and_unit(visit) -> None:
    page = visit("models/index.html?u=bunsetsu&t=12")
    figure = page.locator(".lmviz-compare_attribution")
    strips = figure.locator(".strip")
    assert figure.locator("[data-unit='bunsetsu'][aria-pressed]").get_attribute("aria-pressed") == "true"
    text = strips.nth(0).inner_text()
    assert strips.nth(1).inner_text() == text
    figure.locator("[data-unit='word'][aria-pressed]").click()
    assert "u=" not in page.url
    words = strips.nth(0).locator(".token")
    target = words.filter(has_text="豆").first
    target.click()
    assert figure.locator(".heading").inner_text() == "「豆」への寄与"
    assert "「豆」の予測" in page.locator("#compare_attribution h2").inner_text()
    words.filter(has_text="季節").first.hover()
    said = figure.locator(".readout").inner_text()
    assert re.fullmatch(r"季節：小さなGPT-2は[+−]\d+%、バイト単位のGPT-2は[+−]\d+%", said)


def test_what_the_module_writes_is_what_the_server_wrote(visit) -> None:
    page = visit("models/index.html")
    served = page.evaluate("""async () => {
      const page = new DOMParser().parseFromString(await (await fetch('index.html')).text(), 'text/html');
      return [...page.querySelectorAll('.model-strip')].map((e) => e.textContent.trim());
    }""")
    figure = page.locator(".lmviz-compare_attribution")
    figure.locator("[data-unit='character'][aria-pressed]").click()
    figure.locator("[data-unit='word'][aria-pressed]").click()
    assert page.locator(".model-strip").evaluate_all("(list) => list.map((e) => e.textContent.trim())") == served


def test_candidates_follow_place_and_layer(visit) -> None:
    page = visit("pair/index.html")
    figure = page.locator(".lmviz-pair_predictions")
    figure.locator(".strip .token", has_text="続きの最初").click()
    assert page.url.endswith("?t=8")
    assert page.locator(".lmviz-pair_divergence [data-p='8']").get_attribute("aria-pressed") == "true"
    figure.locator("input").fill("3")
    lens = fake_comparisons.results()["pair_predictions"]
    for index, each in enumerate(lens.values()):
        expected = [each.labels.texts[i] for i in each.token_ids[3, 8]]
        shown = figure.locator(".bars").nth(index).locator(".name").all_inner_texts()
        assert [re.sub(r"^[◆+ ]+", "", name) for name in shown] == expected
    title = page.locator("#pair_predictions h2").inner_text()
    assert title.startswith("第3層")


def test_the_grid_of_divergence_reads_out_its_cells(visit) -> None:
    page = visit("pair/index.html")
    figure = page.locator(".lmviz-pair_divergence")
    bits = fake_comparisons.prompt_pair().divergences
    figure.locator("tbody tr").nth(6).locator("td").nth(2).hover()
    assert figure.locator(".readout").inner_text() == f"「た」　第6層：{bits[6, 2] / 0.693147:.2f}ビット"
    figure.locator("thead button").nth(0).focus()
    for key in ("ArrowDown", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    assert page.url.endswith("?t=4")
    page.keyboard.press("Escape")
    assert "t=" not in page.url


def test_no_page_scrolls_sideways_on_a_phone(visit) -> None:
    for path in ("models/index.html", "models/en.html", "pair/index.html", "pair/en.html"):
        assert visit(path, width=390).evaluate("document.documentElement.scrollWidth") <= 390
