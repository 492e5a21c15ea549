"""Figures of factors in a browser: one alone, two compared, sets and units switched, by pointer, keyboard, address."""

from __future__ import annotations

import re
from collections.abc import Iterator

import fake_text
import fakes
import numpy as np
import pytest
from bs4 import BeautifulSoup
from fake_factor_responses import LEADS, factor_responses
from preview import write
from serving import ready, serving

from lmviz.figures import html
from lmviz.figures.factor_strengths import STRONG, strengths
from lmviz.figures.html.units import offered
from lmviz.results import NeuronFactors
from lmviz.units import rung

sync_api = pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.browser

OWN, MODELS = ".lmviz-neuron_factors", ".lmviz-factor_responses"
CRACKED = {"6": fakes.neuron_factors(6, table=fake_text.cracked_tokens())}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    directory = tmp_path_factory.mktemp("factors")
    factors = fakes.all_factors()
    write(directory, {"neuron_factors": factors, "factor_responses": factor_responses()})
    write(directory / "reversed", {"neuron_factors": dict(reversed(factors.items()))})
    write(directory / "cracked", {"neuron_factors": CRACKED})
    (directory / "favicon.ico").write_bytes(b"")
    with serving(directory) as found:
        yield found


@pytest.fixture
def page(chromium: sync_api.Browser, address: str) -> Iterator[sync_api.Page]:
    opened = chromium.new_page(viewport={"width": 1280, "height": 900})
    troubles: list[str] = []
    opened.on("pageerror", lambda error: troubles.append(str(error)))
    opened.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
    opened.goto(f"{address}/index.html")
    ready(opened)
    yield opened
    opened.close()
    assert troubles == []


def at(page: sync_api.Page, address: str) -> None:
    page.goto(address)
    ready(page)


def strip(page: sync_api.Page, figure: str) -> list[tuple[list[str], float, str]]:
    """Of each token: its colour's classes, the strength of its colour, and the number written."""
    found = page.locator(f"{figure} .strip .token").evaluate_all(
        "all => all.map((token) => [[...token.classList].filter((name) => /^(f\\d|again|two)$/.test(name)),"
        " Number(token.style.getPropertyValue('--a') || 0), token.querySelector('sub')?.textContent ?? ''])")
    return [tuple(each) for each in found]


def button(page: sync_api.Page, factor: int, kind: str = "isolate", panel: str = "4") -> sync_api.Locator:
    return page.locator(f"[data-panel='{panel}'] li[data-factor='{factor}'] .{kind}")


def test_the_page_comes_as_the_module_paints_it(page: sync_api.Page) -> None:
    for kind, figure, result in (("neuron_factors", OWN, fakes.all_factors()),
                                 ("factor_responses", MODELS, factor_responses())):
        served = BeautifulSoup(getattr(html, kind)(result, "ja", figure_id="x"), "html.parser").select(".strip .token")
        expected = [([name for name in token["class"] if re.fullmatch(r"f\d|again", name)],
                     float(token.get("style", "--a:0")[4:]), token.sub.text if token.sub else "") for token in served]
        assert [(sorted(names), value, number) for names, value, number in strip(page, figure)] == \
            [(sorted(names), pytest.approx(value, abs=0.011), number) for names, value, number in expected]


def test_a_factor_is_seen_alone_while_pointed_at_and_kept_by_a_click(page: sync_api.Page) -> None:
    values = strengths(fakes.all_factors()["4"])[2]
    before = strip(page, OWN)
    button(page, 2).hover()
    alone = strip(page, OWN)
    assert [names == ["f2"] for names, _, _ in alone] == (np.rint(1000 * values) > 0).tolist()
    assert np.allclose([shade for _, shade, _ in alone], values, atol=0.006)
    page.locator("h2").first.hover()
    assert strip(page, OWN) == before and "f=" not in page.url
    button(page, 2).click()
    page.locator("h2").first.hover()
    assert strip(page, OWN) == alone and page.url.endswith("?f=4-3")
    assert page.locator(f"{OWN} li.lit").count() == 1
    assert page.locator(f"{OWN} td.lit").all_inner_texts() == [
        f"{100 * share:.0f}" for share in fakes.all_factors()["4"].layer_shares[2]]
    button(page, 2).click()
    page.locator("h2").first.hover()
    assert strip(page, OWN) == before and "f=" not in page.url


def test_two_factors_are_compared_where_both_and_where_only_one_is_strong(page: sync_api.Page) -> None:
    assert page.locator(f"{OWN} .compare:visible").count() == 0
    button(page, 2).click()
    assert page.locator(f"{OWN} .compare:visible").count() == 3
    button(page, 0, "compare").click()
    assert page.url.endswith("?f=4-3-1")
    result = fakes.all_factors()["4"]
    first, second = strengths(result)[[2, 0]]
    for token, (names, shade, number), a, b in zip(
            page.locator(f"{OWN} .strip .token").all(), strip(page, OWN), first, second, strict=True):
        assert "two" in names and shade == pytest.approx(a, abs=0.006)
        assert token.evaluate("token => Number(token.style.getPropertyValue('--b'))") == pytest.approx(b, abs=0.006)
        strong = [str(number) for number, value in ((3, a), (1, b)) if value >= STRONG]
        assert number == "·".join(strong)
    texts = fakes.tokens().texts
    for term, where in zip(page.locator(f"{OWN} .factor-pair:visible dd").all_inner_texts(), (
            (first >= STRONG) & (second >= STRONG), (first >= STRONG) & (second < STRONG),
            (first < STRONG) & (second >= STRONG)), strict=True):
        count = re.search(r"（(\d+)か所）", term)
        assert (int(count[1]) if count else 0) == where.sum()
        assert all(f"「{texts[p]}」" in term for p in np.flatnonzero(where)[:2] if len(texts[p]) and texts[p] != "\n")
    said = page.locator(f"{OWN} .factor-pair:visible").inner_text()
    correlation = np.corrcoef(result.activations[[2, 0], 1:])[0, 1]
    cosine = float(result.loadings[2] @ result.loadings[0])
    assert f"{correlation:.2f}".replace("-", "−") in said and f"余弦 {cosine:.2f}" in said
    page.locator(f"{OWN} .factor-pair:visible button").click()
    assert page.url.endswith("?f=4-3") and page.locator(f"{OWN} .factor-pair:visible").count() == 0


def test_by_keyboard_escape_lets_go_one_after_the_other(page: sync_api.Page) -> None:
    page.locator(f"{OWN} .counts [data-count='4']").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**/*?f=6")  # a busy machine takes its time over a frame
    assert page.locator("[data-panel='6']").is_visible()
    button(page, 5, panel="6").focus()
    for key in ("ArrowDown", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    assert page.url.endswith("?f=6-2") and button(page, 1, panel="6").get_attribute("aria-pressed") == "true"
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    for key in ("ArrowDown", "Enter"):
        page.keyboard.press(key)
    assert page.url.endswith("?f=6-2-4")
    for expected in ("?f=6-2", "?f=6", "/index.html"):
        page.keyboard.press("Escape")
        assert page.url.endswith(expected)
        assert page.evaluate("document.activeElement.closest('.factors, .counts') !== null")


def test_numbers_of_factors_are_switched_and_the_one_served_first_stays(page: sync_api.Page, address: str) -> None:
    assert page.locator(f"{OWN} .counts [aria-pressed='true']").inner_text() == "4"
    page.locator(f"{OWN} .counts [data-count='8']").click()
    assert page.locator("[data-panel='8'] li").count() == 8 and page.locator("[data-panel='8']").is_visible()
    assert page.locator("[data-panel='4']").is_hidden()
    at(page, f"{address}/reversed/index.html")
    assert page.locator(f"{OWN} .counts [aria-pressed='true']").inner_text() == list(fakes.all_factors())[-1]


@pytest.mark.parametrize("query, own, models", [
    ("6-2", ("6", [1]), []), ("8-8-1", ("8", [0, 7]), []), ("m-11", ("4", []), [10]), ("m-3-5", ("4", []), [2, 4]),
    *((wrong, ("4", []), []) for wrong in ("6-7", "5", "6-2-2", "m-13", "6-1-2-3", "6--1", "toString", "m-1e0")),
])
def test_an_address_brings_what_was_kept_and_nonsense_is_ignored(
        page: sync_api.Page, address: str, query: str, own: tuple[str, list[int]], models: list[int]) -> None:
    at(page, f"{address}/index.html?f={query}")
    assert page.locator(f"{OWN} [data-panel]:visible").get_attribute("data-panel") == own[0]
    lit = [[int(row.get_attribute("data-factor")) for row in page.locator(f"{figure} li.lit").all()]
           for figure in (OWN, MODELS)]
    assert (lit[0], sorted(lit[1])) == (own[1], models)


def test_a_models_factor_is_seen_alone_and_one_that_is_folded_away_shows(page: sync_api.Page, address: str) -> None:
    button(page, 2, panel="m").click()
    assert page.url.endswith("?f=m-3")
    numbers = {p for p, (names, shade, _) in enumerate(strip(page, MODELS)) if names == ["f2"] and shade >= STRONG}
    assert numbers == set(LEADS[2])
    assert {tuple(names) for names, _, _ in strip(page, OWN)} - {("f2",), ()}, "the text's own factors stay as they are"
    button(page, 10, "compare", "m").click()
    both = page.locator(f"{MODELS} .factor-pair dd").all_inner_texts()
    assert both[0] == "なし" and "（9か所）" in both[1] and "（3か所）" in both[2]
    assert not page.locator(f"{MODELS} details").get_attribute("open")
    at(page, f"{address}/index.html?f=m-12")
    assert button(page, 11, panel="m").is_visible()


SUMS = """async (units) => {
  const { byUnit } = await import('./factors.js');
  const { Rung } = await import('./units.js');
  const data = JSON.parse(document.querySelector('[data-lmviz=neuron_factors]').textContent);
  return Object.fromEntries(units.map((unit) => [unit, byUnit(data.sets['6'].values, new Rung(data, unit)).shares]));
}"""


def test_energies_are_conserved_in_every_unit(page: sync_api.Page, address: str) -> None:
    at(page, f"{address}/cracked/index.html")
    result: NeuronFactors = CRACKED["6"]
    table, energies = result.tokens, np.square(result.activations.astype(float))
    made = page.evaluate(SUMS, offered(table))
    assert {"character", "word", "bunsetsu", "sentence"} <= set(made)
    for unit, shares in made.items():
        expected = rung(table, unit).sum(energies) / np.nansum(energies, axis=1, keepdims=True)
        given = np.array([[np.nan if share is None else share for share in row] for row in shares])
        assert np.array_equal(np.isnan(given), np.isnan(expected)), unit
        assert np.allclose(given, expected, atol=2e-3, equal_nan=True) and np.allclose(np.nansum(given, axis=1), 1)


def test_larger_units_are_drawn_with_their_energies_and_tokens_come_back(page: sync_api.Page) -> None:
    curve = page.locator("[data-panel='4'] li[data-factor='1'] svg")
    before = curve.evaluate("each => each.outerHTML"), strip(page, OWN)
    page.locator(f"{OWN} [data-unit='bunsetsu']").click()
    assert "u=bunsetsu" in page.url and "エネルギー" in page.locator(f"{OWN} .unit-note").inner_text()
    result = fakes.all_factors()["4"]
    sums = np.nan_to_num(rung(result.tokens, "bunsetsu").sum(np.square(result.activations[1].astype(float))))
    path = curve.locator("path").get_attribute("d")
    bars = {int(float(x)): float(height) for x, height in re.findall(r"M([\d.]+) 1v-([\d.]+)", path)}
    assert np.allclose([bars.get(at, 0) for at in range(len(sums))], sums / sums.max(), atol=0.011)
    button(page, 1).hover()
    cells = page.locator(f"{OWN} .strip :is([data-at], .token:not([data-own]))").evaluate_all(
        "all => all.map((cell) => Number(cell.style.getPropertyValue('--a')))")
    assert np.allclose(cells, np.sqrt(sums / sums.max()), atol=0.011)
    page.locator(f"{OWN} .strip .token").nth(3).click()
    chosen = int(re.search(r"t=(\d+)", page.url)[1])
    unit = int(rung(result.tokens, "bunsetsu").parts[chosen, 0])
    button(page, 1).click()
    written = float(re.search(r"因子2のエネルギーの([\d.]+)%", page.locator(f"{OWN} .readout").inner_text())[1])
    assert written == pytest.approx(100 * sums[unit] / sums.sum(), abs=0.6)
    page.keyboard.press("Escape")
    page.locator(f"{OWN} [data-unit='token']").click()
    page.locator("h2").first.hover()
    page.locator(f"{OWN} .strip [data-p='{chosen}']").click()
    page.locator("h2").first.hover()
    assert strip(page, OWN) == before[1]
    assert [curve.locator("path").get_attribute("d"), curve.get_attribute("viewBox")] == [
        re.search(pattern, before[0])[1] for pattern in (r'<path d="([^"]+)"', r'viewBox="([^"]+)"')]
