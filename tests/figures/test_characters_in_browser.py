"""The figure of characters in a real browser: by pointer, by keyboard, with its card and its other colouring."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import fake_characters
import pytest
from preview import write
from serving import ready, serving

from lmviz.figures import notation
from lmviz.figures.character_columns import columns
from lmviz.figures.html.character_card import card

sync_api = pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    directory: Path = tmp_path_factory.mktemp("characters")
    write(directory, {"characters": fake_characters.character_lens()})
    with serving(directory) as address:
        yield address


@pytest.fixture
def page(chromium: sync_api.Browser, address: str) -> Iterator[sync_api.Page]:
    opened = chromium.new_page(viewport={"width": 1280, "height": 900})
    troubles: list[str] = []
    opened.on("pageerror", lambda error: troubles.append(str(error)))
    opened.goto(f"{address}/index.html")
    ready(opened)
    yield opened
    opened.close()
    assert troubles == []


def test_arrows_move_enter_keeps_and_the_card_follows(page: sync_api.Page) -> None:
    result = fake_characters.character_lens()
    page.locator(".lmviz-characters thead button").nth(6).focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    assert page.url.endswith("?t=7")
    said = page.locator(".lmviz-characters .readout").inner_text()
    top = int(result.candidates[1, 7, 0])
    if top != result.following[7]:
        assert f"「{result.outcomes[top]}」" in said and f"{result.ranks[1, 7]:,}位" in said
    assert notation.percent(result.candidate_log_probabilities[1, 7, 0]) in said
    row = page.locator(".lmviz-characters .card tbody tr").nth(1)
    assert row.locator("td").first.inner_text().split()[0] == f"{result.ranks[1, 7]:,}位"
    page.keyboard.press("Escape")
    assert "t=" not in page.url


def test_the_card_written_here_is_the_one_the_server_writes(page: sync_api.Page) -> None:
    result = fake_characters.character_lens()
    for position in (0, 7, 14, 15, 45):
        page.goto(page.url.split("?")[0] + f"?t={position}")
        ready(page)
        served = card(result, columns(result, "ja"), position, "ja")
        expected = page.evaluate(
            "(html) => Object.assign(document.createElement('section'), { innerHTML: html }).innerHTML", served)
        assert page.locator(".lmviz-characters .card").inner_html() == expected, position


def test_a_character_of_three_tokens_has_a_card_for_each(page: sync_api.Page) -> None:
    page.locator(".lmviz-characters thead button").nth(13).click()
    parts = page.locator(".lmviz-characters .card [data-part]")
    assert parts.count() == 3 and page.url.endswith("?t=13")
    parts.nth(1).click()
    assert page.url.endswith("?t=14")
    assert "E9 まで" in page.locator(".lmviz-characters .card").inner_text()
    assert page.locator(".lmviz-characters thead button[aria-pressed='true']").inner_text() == "鰯"


def test_the_other_colouring_is_the_rank_of_the_actual_character(page: sync_api.Page) -> None:
    result = fake_characters.character_lens()
    cell = page.locator(".lmviz-characters > .scroll tbody tr").nth(7).locator("td").nth(13)
    before = cell.get_attribute("class").split()[0]
    page.locator(".lmviz-characters [data-colour='rank']").click()
    assert result.ranks[7, 13:16].max() == 1 and cell.get_attribute("class").split()[0] == "r0"
    assert page.locator("[data-colours='rank']").is_visible()
    assert not page.locator("[data-colours='first']").is_visible()
    page.locator(".lmviz-characters [data-colour='first']").click()
    assert cell.get_attribute("class").split()[0] == before
