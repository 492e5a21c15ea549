"""The switch of units in a browser: the sums that the modules make, what is marked, and one unit for the whole page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import fake_attributions
import fake_text
import fakes
import numpy as np
import pytest
from fake_units import probabilities
from preview import write
from serving import ready, serving

from lmviz.figures.html.units import offered
from lmviz.figures.labels import visible
from lmviz.figures.targets import target_span
from lmviz.figures.unit_sums import unit_scores
from lmviz.results import Attribution
from lmviz.tokens import TokenTable
from lmviz.units import rung

sync_api = pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.browser

TABLES = {"cracked": fake_text.cracked_tokens(), "sixty": fake_text.sixty_tokens(), "plain": fake_text.tokens()}
METHODS = ("integrated_gradients", "saliency")


def attributed(table: TokenTable, **options: Any) -> dict[str, Attribution]:
    return {method: fake_attributions.attribution(method, table=table, **options) for method in METHODS}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    directory = tmp_path_factory.mktemp("units")
    for name, table in TABLES.items():
        write(directory / name, {"tokens": probabilities(table), "attribution": attributed(table)})
    write(directory / "probability", {"attribution": attributed(TABLES["plain"], target="probability")})
    write(directory / "two", {"tokens": probabilities(TABLES["cracked"]), "attribution": attributed(TABLES["plain"])})
    (directory / "favicon.ico").write_bytes(b"")
    with serving(directory) as found:
        yield found


@pytest.fixture
def page(chromium: sync_api.Browser) -> Iterator[sync_api.Page]:
    opened = chromium.new_page(viewport={"width": 1280, "height": 900})
    troubles: list[str] = []
    opened.on("pageerror", lambda error: troubles.append(str(error)))
    opened.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
    yield opened
    opened.close()
    assert troubles == []


def go(page: sync_api.Page, address: str) -> None:
    page.goto(address)
    ready(page)


TOKENS, ATTRIBUTION = ".lmviz-tokens > .columns", ".lmviz-attribution"
SUMS = """async ([kind, units]) => {
  const { Rung } = await import('./units.js');
  const { sumsByUnit } = await import('./unit_sums.js');
  const data = JSON.parse(document.querySelector(`[data-lmviz=${kind}]`).textContent);
  return Object.fromEntries(units.map((unit) => {
    const rung = new Rung(data, unit);
    const texts = rung.members.map((_, at) => rung.text(data, [at]));
    const base = { texts, straddles: [...rung.straddles] };
    if (kind === 'tokens') return [unit, { ...base, sums: rung.sum(data.logs) }];
    const method = data.methods.integrated_gradients;
    return [unit, { ...base, rows: Object.fromEntries(data.spans.map(([first], row) => {
      const stop = rung.stopOf[first];
      const found = sumsByUnit(data, method, rung, stop, row);
      return [first, { units: stop.units, sums: found.sums, within: found.within }];
    })) }];
  }));
}"""


@pytest.mark.parametrize("name", TABLES)
def test_sums_of_surprisal_are_those_of_the_rungs(page: sync_api.Page, address: str, name: str) -> None:
    go(page, f"{address}/{name}/index.html")
    table, logs = TABLES[name], probabilities(TABLES[name]).log_probabilities
    made = page.evaluate(SUMS, ["tokens", offered(table)])
    assert {"character", "word", "bunsetsu", "sentence"} <= set(made)
    for unit, found in made.items():
        laid = rung(table, unit)
        expected = laid.sum(logs)
        given = np.array([np.nan if value is None else -value / 1000 for value in found["sums"]])
        assert np.array_equal(np.isnan(given), np.isnan(expected)), unit
        assert np.allclose(given, expected, atol=6e-4 * len(table), equal_nan=True), unit
        assert np.nansum(given) == pytest.approx(np.nansum(logs), abs=6e-4 * len(table))
        assert found["straddles"] == np.flatnonzero(laid.straddles).tolist()


def test_characters_are_put_together_as_labels_are(page: sync_api.Page, address: str) -> None:
    go(page, f"{address}/plain/index.html")
    texts = ["👩🏽\u200d🚀", "❤\ufe0f\u200d🔥", "\u200d👩\u200d", "a\u200db", "か\u3099\u200d🔥", "\u3099か"]
    together = """async (texts) => {
      const { characters } = await import('./units.js');
      return texts.map((shapes) => characters(shapes, 0, shapes.length));
    }"""
    shapes = [[visible(character) for character in text] for text in texts]
    assert page.evaluate(together, shapes) == [visible(text) for text in texts]


@pytest.mark.parametrize("name", [*TABLES, "probability"])
def test_sums_of_attribution_are_those_of_the_rungs(page: sync_api.Page, address: str, name: str) -> None:
    go(page, f"{address}/{name}/index.html")
    table = TABLES.get(name, TABLES["plain"])
    options = {"target": "probability"} if name == "probability" else {}
    result = attributed(table, **options)["integrated_gradients"]
    made = page.evaluate(SUMS, ["attribution", ["token", "character", "word", "bunsetsu", "sentence"]])
    for unit, found in made.items():
        laid = rung(table, unit)
        total = 0.0
        seen = set()
        for first, row in found["rows"].items():
            chosen, expected = unit_scores(result, laid, int(first))
            assert row["units"] == chosen.tolist()
            given = np.array([np.nan if value is None else value for value in row["sums"]])
            room = 6e-4 * float(np.abs(result.scores).max()) * len(table)
            assert np.array_equal(np.isnan(given), np.isnan(expected)), (unit, first)
            assert np.allclose(given, expected, atol=room, equal_nan=True), (unit, first)
            within = expected[chosen]
            assert (row["within"] or 0.0) == pytest.approx(np.nansum(within), abs=room)
            total += 0.0 if tuple(row["units"]) in seen else np.nansum(given)
            seen.add(tuple(row["units"]))
        if name != "probability":
            everything = sum(result.scores[row, :target_span(result, row).start].sum()
                             for row in range(len(result.target_positions)))
            assert total == pytest.approx(everything, abs=6e-4 * float(np.abs(result.scores).sum())), unit


def test_one_unit_for_the_page_in_its_address(page: sync_api.Page, address: str) -> None:
    go(page, f"{address}/cracked/index.html")
    page.locator("#tokens [data-unit='word']").click()
    assert page.url.endswith("?u=word")
    pressed = page.locator(".units [aria-pressed='true']")
    assert pressed.all_inner_texts() == ["語", "語"]
    page.keyboard.press("ArrowRight")
    assert page.url.endswith("?u=bunsetsu") and pressed.all_inner_texts() == ["文節", "文節"]
    assert page.locator(".units button:focus").inner_text() == "文節"
    page.reload()
    ready(page)
    assert pressed.all_inner_texts() == ["文節", "文節"]
    page.locator(f"{ATTRIBUTION} [data-unit='token']").first.click()
    assert "u=" not in page.url and pressed.all_inner_texts() == ["トークン", "トークン"]
    served = page.locator(f"{TOKENS} .strip").inner_text()
    go(page, f"{address}/cracked/index.html?u=morpheme")
    assert page.locator(f"{TOKENS} .strip").inner_text() == served


def test_texts_of_one_page_share_the_unit_and_nothing_else(page: sync_api.Page, address: str) -> None:
    go(page, f"{address}/two/index.html?u=word&t=2")
    assert page.locator(".units [aria-pressed='true']").all_inner_texts() == ["語", "語"]
    page.locator("#attribution [data-unit='sentence']").click()
    assert page.locator(".units [aria-pressed='true']").all_inner_texts() == ["文", "文"]
    assert "u=sentence" in page.url
    page.locator(f"{TOKENS} .token").nth(1).click()
    assert "t=2" in page.url and page.locator(f"{TOKENS} [aria-pressed='true']").count() == 1


def test_words_are_chosen_by_pointer_and_keys_and_stay_tokens_in_the_address(
    page: sync_api.Page, address: str
) -> None:
    go(page, f"{address}/plain/index.html?u=word")
    name, strip = page.locator(f"{TOKENS} .card .name-of"), page.locator(f"{TOKENS} .strip")
    strip.locator("[data-own='6 7']").click()
    assert "t=6" in page.url and name.inner_text() == "変わり目"
    logs = probabilities(TABLES["plain"]).log_probabilities
    bits = -float(logs[6] + logs[7]) / np.log(2)
    facts = page.locator(f"{TOKENS} .card dd").all_inner_texts()
    assert [float(fact.removesuffix("ビット")) for fact in facts] == pytest.approx([bits, bits / 4], abs=0.011)
    assert page.locator(f"{TOKENS} .card .bars .name").all_inner_texts() == ["変わり", "目"]
    parts = page.locator(f"{TOKENS} .card .bars .value").all_inner_texts()
    assert [float(part) for part in parts] == pytest.approx((-logs[6:8] / np.log(2)).tolist(), abs=0.011)
    for key in ("ArrowRight", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    assert "t=9" in page.url and name.inner_text() == "生じる"
    page.locator("#tokens .units [data-unit='token']").click()
    assert strip.locator("[aria-pressed='true']").inner_text() == "生じる"
    page.goto(f"{address}/plain/index.html?u=word&t=7")
    ready(page)
    assert name.inner_text() == "変わり目"
    assert strip.locator("[aria-pressed='true']").get_attribute("data-own") == "6 7"


def test_what_tokens_and_units_do_to_each_other_is_marked(page: sync_api.Page, address: str) -> None:
    go(page, f"{address}/cracked/index.html?u=word")
    strip, note = page.locator(f"{TOKENS} .strip"), page.locator(f"{TOKENS} .unit-note")
    assert strip.locator(".straddled .cell").all_inner_texts() == ["変わり目", "に"]
    assert strip.locator(".block .token").all_inner_texts() == ["を", "食べる"]
    assert strip.locator("u").inner_text() == "る"
    dropped = strip.locator(".dropped")
    assert dropped.inner_text() == "U+200B" and dropped.evaluate("e => e.tagName") == "S"
    assert dropped.evaluate("e => getComputedStyle(e).backgroundColor") == "rgba(0, 0, 0, 0)"
    for said in ("SudachiPy", "確率は足し合わせられない", "またぐトークン", "読み落とした"):
        assert said in note.inner_text()
    strip.locator(".straddled").click()
    assert "「目に」は語の切れ目をまたぐ" in page.locator(f"{TOKENS} .card").inner_text()
    page.locator("#tokens [data-unit='character']").first.click()
    assert strip.locator(".shared").first.locator(".cell").all_inner_texts() == ["変", "わ", "り"]
    assert strip.locator(".token", has_text="◌").count() == 1
    page.locator("#tokens [data-unit='grapheme']").first.click()
    assert strip.locator(".token", has_text="か\u3099").count() == 1 and strip.locator("text=◌").count() == 0
    page.locator("#tokens [data-unit='byte']").first.click()
    raw = strip.locator(".token[data-own='8'], .token[data-own='9'], .token[data-own='10']").all_inner_texts()
    assert raw == ["E9", "B0", "AF"]


def test_what_has_no_prediction_is_not_counted_per_character(page: sync_api.Page, address: str) -> None:
    go(page, f"{address}/sixty/index.html?u=sentence&t=3")
    table, logs = TABLES["sixty"], probabilities(TABLES["sixty"]).log_probabilities
    text = page.locator(f"{TOKENS} .card .name-of").inner_text()
    assert text.startswith("節分は") and np.isnan(logs[0]) and table.texts[0] == "節分"
    tokens = [p for p in range(len(table)) if len("".join(table.texts[: p + 1])) <= len(text)]
    bits = -float(np.nansum(logs[tokens])) / np.log(2)
    facts = page.locator(f"{TOKENS} .card dd").all_inner_texts()
    expected = [bits, bits / (len(text) - 2)]
    assert [float(fact.removesuffix("ビット")) for fact in facts] == pytest.approx(expected, abs=0.04)
    assert page.locator(f"{TOKENS} .card .bars .value").first.inner_text() == "–"


def test_colour_by_surprisal(page: sync_api.Page, address: str) -> None:
    go(page, f"{address}/plain/index.html")
    strip = page.locator(f"{TOKENS} .strip")
    assert strip.locator(".token[class*=' p']").count() > 40 and strip.locator("[class*=' u']").count() == 0
    page.locator("[data-colour='surprisal']").click()
    logs = probabilities(TABLES["plain"]).log_probabilities
    faint, strong = int(np.nanargmax(logs)), int(np.nanargmin(logs))
    steps = [int(re.search(r" u(\d)\b", strip.locator(f"[data-p='{p}']").get_attribute("class"))[1])
             for p in (faint, strong)]
    assert steps[0] == 0 < steps[1]
    assert page.locator("[data-legend='surprisal']").is_visible()
    assert page.locator("[data-legend='probability']").is_hidden()
    page.locator("#tokens [data-unit='sentence']").click()
    assert page.locator("[data-colour='probability']").is_disabled()
    assert "10" in page.locator("[data-legend='surprisal']").inner_text().split()
    page.locator("#tokens [data-unit='token']").click()
    page.locator("[data-colour='probability']").click()
    assert strip.locator("[class*=' u']").count() == 0


def test_attribution_of_a_word(page: sync_api.Page, address: str) -> None:
    go(page, f"{address}/plain/index.html?u=sentence&t=36")
    figure = page.locator(ATTRIBUTION)
    assert figure.locator(".card .heading").inner_text() == "「立春の前日として知られている。」への寄与"
    framed = figure.locator(".strip .framed")
    assert framed.inner_text() == "立春の前日として知られている。"
    assert re.search(r" [on]\d\b", framed.get_attribute("class"))
    result = attributed(TABLES["plain"])["integrated_gradients"]
    chosen, sums = unit_scores(result, rung(TABLES["plain"], "sentence"), 36)
    facts = dict(zip(figure.locator(".card dt").all_inner_texts(), figure.locator(".card dd").all_inner_texts(),
                     strict=True))
    assert float(facts["寄与の和"].split()[0]) == pytest.approx(np.nansum(sums), abs=0.05)
    assert float(facts["うち、その中から"].split()[0]) == pytest.approx(sums[chosen].sum(), abs=0.05)
    assert page.locator("#attribution h2").inner_text().startswith("「立春の前日として知られている。」")
    page.locator("[data-method='saliency']").click()
    assert figure.locator(".units").is_hidden() and "大きさだけ" in figure.locator(".unit-note").inner_text()
    assert figure.locator(".strip .token").count() == len(TABLES["plain"])
    page.locator("[data-method='integrated_gradients']").click()
    assert framed.inner_text() == "立春の前日として知られている。"


def test_targets_that_do_not_add_up_stay(page: sync_api.Page, address: str) -> None:
    go(page, f"{address}/probability/index.html?u=sentence&t=36")
    assert page.locator(".card .heading").inner_text() == "「の」（位置36）への寄与"
    assert "対象はトークンのまま" in page.locator(".unit-note").inner_text()


def test_the_strip_that_stays_in_reach_shows_the_unit(page: sync_api.Page, address: str) -> None:
    go(page, f"{address}/plain/index.html?u=word&t=6")
    page.locator("#attribution .receipt, #attribution .caption").last.scroll_into_view_if_needed()
    page.set_viewport_size({"width": 1280, "height": 400})
    page.mouse.wheel(0, 4000)
    page.wait_for_selector(".lm-dock.out")
    dock = page.locator(".lm-dock")
    assert dock.locator(".now").inner_text().startswith("変わり目")
    assert dock.locator("[data-own='6 7']").count() == 1
    page.locator(f"{ATTRIBUTION} .units [data-unit='token']").evaluate("e => e.click()")
    assert dock.locator(".token").count() == len(fakes.tokens())


@pytest.mark.parametrize("unit", ["character", "word", "sentence"])
def test_sixty_tokens_on_a_phone(chromium: sync_api.Browser, address: str, unit: str) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    go(page, f"{address}/sixty/en.html?u={unit}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    boxes = [each.bounding_box() for each in page.locator(f"{TOKENS} .strip .token").all()]
    assert min(box["height"] for box in boxes) >= 24 and max(box["x"] + box["width"] for box in boxes) <= 390
    assert page.locator(".lmviz-tokens .card").bounding_box()["height"] < 700
    page.locator(f"{TOKENS} .strip .token").last.tap()
    assert re.search(r"t=\d+", page.url)
    context.close()
