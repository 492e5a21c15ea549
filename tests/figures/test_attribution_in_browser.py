"""The figure of attributions in a browser: hover, keyboard, touch, methods, the receipt, and a narrow screen."""

from __future__ import annotations

import re
from collections.abc import Iterator

import fake_attributions
import fake_text
import pytest
from fake_attributions import SPANS
from preview import write
from serving import ready, serving

from lmviz.figures import describe, html

sync_api = pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.browser

FOILS = ("邪気", "鬼", "鬼", "鬼", "福")


@pytest.fixture(scope="module")
def results() -> dict[str, dict[str, object]]:
    return {
        "plain": fake_attributions.attributions(),
        "contrast": fake_attributions.attributions(spans=SPANS, foils=FOILS, baseline="mean"),
        "sixty": fake_attributions.attributions(table=fake_text.sixty_tokens()),
    }


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, results: dict[str, dict[str, object]]) -> Iterator[str]:
    directory = tmp_path_factory.mktemp("attribution")
    for name, each in results.items():
        write(directory / name, {"attribution": each})
    (directory / "favicon.ico").write_bytes(b"")
    with serving(directory) as found:
        yield found


@pytest.fixture
def page(chromium: sync_api.Browser) -> Iterator[sync_api.Page]:
    opened = chromium.new_page(viewport={"width": 1440, "height": 900})
    troubles: list[str] = []
    opened.on("pageerror", lambda error: troubles.append(str(error)))
    opened.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
    yield opened
    opened.close()
    assert troubles == []


def go(page: sync_api.Page, address: str) -> None:
    page.goto(address)
    ready(page)


def test_hover_shows_enter_keeps_escape_lets_go(page: sync_api.Page, address: str) -> None:
    go(page, f"{address}/plain/index.html")
    heading, verdict = page.locator(".card .heading"), page.locator(".verdict")
    page.locator(".strip [data-p='30']").hover()
    assert heading.inner_text() == "「、」（位置30）への寄与"
    assert verdict.inner_text().startswith("「、」")
    page.mouse.move(0, 0)
    assert heading.inner_text() == "「追い払う」（位置20）への寄与"
    page.locator(".strip [data-p='20']").focus()
    for key in ("ArrowRight", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    assert page.url.endswith("?t=22")
    assert "収束していない" in page.locator(".card .warning").inner_text()
    page.keyboard.press("Escape")
    assert "t=" not in page.url


def test_methods_by_mouse_and_by_arrows(
    page: sync_api.Page, address: str, results: dict[str, dict[str, object]]
) -> None:
    go(page, f"{address}/plain/index.html?t=27")
    page.locator(".switch [data-method='saliency']").click()
    assert "m=saliency" in page.url
    assert page.locator(".strip .token[class*=' m']").count() > 0
    assert page.locator("h2").inner_text() == describe(
        "attribution", results["plain"]["saliency"], "ja", position=27).title
    assert page.locator(".lm-compare tr.chosen th").text_content() == "サリエンシー"
    page.keyboard.press("ArrowRight")
    assert "m=attention_rollout" in page.url
    assert page.locator(".methods [aria-pressed='true']").all_inner_texts() == ["アテンション・ロールアウト"]
    assert page.locator("[data-other='error']").is_hidden()
    page.keyboard.press("Escape")
    assert "m=" not in page.url and "t=27" in page.url


@pytest.mark.parametrize("name, method, position", [
    ("plain", "lime", 31), ("plain", "attention_rollout", 27), ("contrast", "value_zeroing", 14),
    ("contrast", "lime", 7),
])
def test_what_the_modules_write_is_what_the_server_writes(
    page: sync_api.Page, address: str, results: dict[str, dict[str, object]], name: str, method: str, position: int
) -> None:
    given = results[name]
    served = html.attribution({method: given[method], **given}, "ja", figure_id="x", position=position,
                              interactive=False)
    go(page, f"{address}/{name}/index.html?m={method}&t={position}")
    compared = page.evaluate("""(served) => {
      const other = new DOMParser().parseFromString(served, 'text/html');
      const text = (root, selector) => {
        const copy = root.querySelector(selector).cloneNode(true);
        for (const part of copy.querySelectorAll('.readout')) part.remove();
        for (const part of copy.querySelectorAll('*')) {
          const attributes = [...part.attributes].filter(({ name, value }) => name !== 'tabindex' && value !== '')
            .map(({ name, value }) => [name, value]).sort();
          while (part.attributes.length) part.removeAttribute(part.attributes[0].name);
          for (const [name, value] of attributes) part.setAttribute(name, value);
        }
        return copy.outerHTML;
      };
      const painted = (root) => [...root.querySelectorAll('.strip .token')].map(
        (token) => [...token.classList].filter((each) => each !== 'shown').sort().join(' '));
      return ['.card', '.receipt'].map((selector) => [text(document, selector), text(other, selector)])
        .concat([[painted(document), painted(other)]]);
    }""", served)
    for written, expected in compared:
        assert written == expected


def test_any_token_of_a_word_chooses_the_word(page: sync_api.Page, address: str) -> None:
    go(page, f"{address}/contrast/index.html")
    page.locator(".strip [data-p='15']").click()
    assert page.locator(".card .heading").inner_text() == "なぜ「鬼」ではなく「鰯」か（位置13〜15）"
    assert [page.locator(".strip .target").nth(i).get_attribute("data-p") for i in range(3)] == ["13", "14", "15"]
    assert page.locator("h2").inner_text().startswith("「鬼」ではなく「鰯」")
    assert page.locator("[data-own]:visible").count() == 1


def test_curves_are_read_by_pointer_and_by_keyboard(
    page: sync_api.Page, address: str, results: dict[str, dict[str, object]]
) -> None:
    go(page, f"{address}/plain/index.html?t=27")
    receipt, readout = results["plain"]["receipt"], page.locator(".receipt .readout")
    page.locator("[data-plot='1-2']").scroll_into_view_if_needed()
    box = page.locator("[data-plot='1-2']").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.27, box["y"] + 20)
    said = readout.inner_text()
    drop = float(re.search(r"（削除）(−?[\d.]+)nat", said)[1].replace("−", "-"))
    assert said.startswith("上位30%だけを残して消すと")
    assert drop == pytest.approx(float(receipt.sufficiency[0, 7, 2, 1]), abs=0.02)
    page.mouse.move(0, 0)
    page.locator("[data-plot='0-0']").focus()
    page.keyboard.press("ArrowDown")
    assert readout.inner_text().startswith("上位50%だけを残して消すと（平均の埋め込み）")
    page.keyboard.press("ArrowRight")
    assert "上位70%" in readout.inner_text()
    page.keyboard.press("Escape")
    assert readout.inner_text() == "曲線を指すと、その割合での値が読める。"


@pytest.mark.parametrize("language", ["index", "en"])
def test_sixty_tokens_on_a_phone(chromium: sync_api.Browser, address: str, language: str) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    go(page, f"{address}/sixty/{language}.html")
    page.locator(".strip [data-p='50']").tap()
    assert page.url.endswith("?t=50")
    assert page.locator(".methods .switch").first.is_hidden()
    page.locator("select").select_option("deep_lift_shap")
    assert "m=deep_lift_shap" in page.url and "DeepLIFT SHAP" in page.locator(".card .meaning").inner_text()
    for folded in page.locator("summary").all():
        folded.tap()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator(".methods").bounding_box()["height"] < 60
    tokens, plots = ([each.bounding_box() for each in page.locator(name).all()] for name in (".strip .token", ".plot"))
    assert len(tokens) == 60 and min(box["height"] for box in tokens) >= 24
    assert len(plots) == 6 and min(box["width"] for box in plots) >= 80
    context.close()
