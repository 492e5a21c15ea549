"""The figures in a real browser, under a content security policy that forbids eval: every interaction once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import fake_attributions
import fakes
import pytest
from preview import write
from serving import ready, serving

from lmviz.figures import describe

sync_api = pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    directory: Path = tmp_path_factory.mktemp("preview")
    write(directory, fakes.results())
    (directory / "favicon.ico").write_bytes(b"")
    with serving(directory) as address:
        yield address


@pytest.fixture
def page(chromium: sync_api.Browser, address: str) -> Iterator[sync_api.Page]:
    opened = chromium.new_page(viewport={"width": 1280, "height": 900})
    troubles: list[str] = []
    opened.on("pageerror", lambda error: troubles.append(str(error)))
    opened.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
    opened.on("request", lambda sent: None if sent.url.startswith((address, "data:")) else troubles.append(sent.url))
    opened.goto(f"{address}/index.html")
    ready(opened)
    yield opened
    opened.close()
    assert troubles == []


def test_hover_shows_click_keeps_escape_lets_go(page: sync_api.Page) -> None:
    strip, card = page.locator(".lmviz-tokens > .columns .strip"), page.locator(".lmviz-tokens .card .name-of")
    first = card.inner_text()
    strip.locator("[data-p='21']").hover()
    assert card.inner_text() == "ため"
    page.locator("h2").first.hover()
    assert card.inner_text() == first
    strip.locator("[data-p='21']").click()
    assert page.url.endswith("?t=21")
    page.keyboard.press("ArrowRight")
    assert card.inner_text() == "の"
    page.keyboard.press("Enter")
    assert page.url.endswith("?t=22")
    page.keyboard.press("Escape")
    assert "t=" not in page.url


def test_a_column_of_the_heatmap_moves_every_figure(page: sync_api.Page) -> None:
    page.locator(".lmviz-rankings thead button[data-p='23']").click()
    lens = fakes.layer_predictions()
    entry = lens.labels.texts[lens.labels.index(int(lens.token_ids[5, 23, 0]))]
    assert page.locator(".lmviz-layer_predictions tbody tr").nth(5).locator("td b").first.inner_text() == entry
    title = describe("layer_predictions", lens, "ja", position=23).title
    assert page.locator("#layer_predictions h2").inner_text() == title
    page.wait_for_selector(".lmviz-predictions .vega-embed svg")
    top = lens.labels.texts[lens.labels.index(int(lens.token_ids[7, 23, 0]))]
    assert top in page.locator(".lmviz-predictions .vega-embed svg").text_content()
    assert page.locator(".lmviz-attribution .token.target").inner_text() == "行事"
    assert page.locator(".lmviz-tokens .card .name-of").inner_text() == "行事"


def test_the_layer_control_redraws_the_bars(page: sync_api.Page) -> None:
    page.locator(".lmviz-predictions input").fill("2")
    page.wait_for_selector(".lmviz-predictions .vega-embed svg")
    lens = fakes.layer_predictions()
    top = lens.labels.texts[lens.labels.index(int(lens.token_ids[2, 27, 0]))]
    assert top in page.locator(".lmviz-predictions .vega-embed svg").text_content()
    assert "l=2" in page.url
    assert "第2層" in page.locator("#predictions h2").inner_text()


def test_an_address_brings_its_state_and_nonsense_is_ignored(page: sync_api.Page, address: str) -> None:
    page.goto(f"{address}/index.html?t=25&m=saliency&f=6-2&l=99&u=what")
    ready(page)
    assert page.locator(".lmviz-tokens .card .name-of").inner_text() == "ある"
    assert page.locator(".lmviz-attribution .methods [aria-pressed='true']").inner_text() == "サリエンシー"
    assert page.locator(".lmviz-attribution .token[class*=' m']").count() > 0
    assert page.locator("[data-panel='6'] li.lit").get_attribute("data-factor") == "1"
    assert page.locator(".lmviz-predictions output").inner_text().startswith("第7層")


def test_attribution_lights_what_the_numbers_say(page: sync_api.Page) -> None:
    page.locator(".lmviz-attribution .strip [data-p='30']").hover()
    result = fake_attributions.attribution()
    scores = result.scores[30 - 20, :30]
    strongest = int(abs(scores).argmax())
    lit = page.locator(f".lmviz-attribution .strip [data-p='{strongest}']").get_attribute("class")
    assert re.search(r"\bo5 plus\b" if scores[strongest] > 0 else r"\bn5 minus\b", lit)
    assert page.locator(".lmviz-attribution .strip .after").count() == len(result.tokens) - 31


def test_the_heatmap_fills_the_window_and_comes_back(page: sync_api.Page) -> None:
    button = page.locator("#rankings [data-enlarge]")
    button.click()
    box = page.locator("dialog.lm-enlarged").bounding_box()
    assert (box["width"], box["height"]) == (1280, 900)
    page.keyboard.press("Escape")
    page.locator("dialog").wait_for(state="detached")
    assert page.locator("#rankings .lmviz-rankings td").count() > 0


def test_the_heatmap_by_keyboard(page: sync_api.Page) -> None:
    page.locator(".lmviz-rankings thead button[data-p='27']").focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    assert page.url.endswith("?t=28")
    value = int(fakes.rankings().ranks[1, 28])
    assert f"第1層　位置28の「を」　{value:,}位" in page.locator(".lmviz-rankings .readout").inner_text()


def test_the_strip_stays_in_reach(page: sync_api.Page) -> None:
    page.locator("#rankings").scroll_into_view_if_needed()
    page.wait_for_selector(".lm-dock.out")
    page.locator(".lm-dock .token[data-p='22']").click()
    assert page.url.endswith("?t=22")


def test_a_jump_over_the_strip_from_above_it_brings_it_in_reach_too(page: sync_api.Page) -> None:
    page.set_viewport_size({"width": 1000, "height": 200})
    page.evaluate("document.body.style.paddingTop = '600px'")
    page.evaluate("scrollTo(0, 0)")
    expect = sync_api.expect
    expect(page.locator(".lm-dock")).to_have_count(1)
    expect(page.locator(".lm-dock.out")).to_have_count(0)
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    expect(page.locator(".lm-dock.out")).to_have_count(1)
    page.evaluate("scrollTo(0, 0)")
    expect(page.locator(".lm-dock.out")).to_have_count(0)


def test_nothing_visible_shows_a_raw_form_and_no_page_scrolls_sideways(
    chromium: sync_api.Browser, address: str
) -> None:
    for name in ("index.html", "en.html"):
        opened = chromium.new_page(viewport={"width": 390, "height": 800})
        opened.goto(f"{address}/{name}")
        ready(opened)
        text = opened.evaluate("""() => {
          for (const raw of document.querySelectorAll('[data-raw], script')) raw.remove();
          return document.body.innerText + [...document.querySelectorAll('[aria-label],[title]')]
            .map((e) => `${e.ariaLabel} ${e.title}`).join(' ');
        }""")
        assert not re.search(r"[▁Ġ\ufffd]|<0x|</?s>", text)
        assert opened.evaluate("document.documentElement.scrollWidth") <= 390
        opened.close()


def test_what_the_modules_write_is_what_the_server_wrote(page: sync_api.Page) -> None:
    page.locator(".lmviz-tokens > .columns .strip [data-p='27']").click()
    page.mouse.move(0, 0)
    served = page.evaluate("""async () => {
      const page = new DOMParser().parseFromString(await (await fetch('index.html')).text(), 'text/html');
      return Object.fromEntries(['.lmviz-tokens .card', '.lmviz-layer_predictions tbody'].map(
        (s) => [s, page.querySelector(s).innerHTML]));
    }""")
    page.locator(".lmviz-tokens > .columns .strip [data-p='21']").click()
    page.locator(".lmviz-tokens > .columns .strip [data-p='27']").click()
    page.mouse.move(0, 0)
    for selector, html in served.items():
        now = page.locator(selector).evaluate("(e) => e.innerHTML")
        now = re.sub(r' class="(chosen)?"| tabindex="-?[01]"', "", now)
        assert now == re.sub(r' class=""', "", html), selector
