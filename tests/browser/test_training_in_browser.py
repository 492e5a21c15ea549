"""The slider over a training in a browser: one for all figures, by keyboard, in the address, the token kept."""

from __future__ import annotations

import re

import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = sync_api.expect
pytestmark = pytest.mark.browser


def shown(page) -> set[str]:
    return {stop.get_attribute("data-stop") for stop in page.locator(".stop:visible").all()}


def test_one_slider_moves_every_figure_and_the_chosen_token_stays(watched):
    page = watched().open("compare/second-learns/")
    page.wait_for_selector("html[data-lmviz-ready]")
    slider = page.locator(".lm-steps input[type=range]")
    expect(slider).to_have_count(1)
    assert shown(page) == {"32"} and "s=" not in page.url
    tokens = page.locator("#training_attribution .stop:visible .token.can")
    before = page.locator("#training_attribution h2").inner_text()
    tokens.nth(2).click()
    chosen = tokens.nth(2).get_attribute("data-p")
    assert page.locator("#training_attribution h2").inner_text() != before
    slider.focus()
    page.keyboard.press("ArrowLeft")
    assert shown(page) == {"8"} and slider.get_attribute("aria-valuetext") == "8ステップ"
    assert re.search(rf"[?&]t={chosen}(&|$)", page.url) and re.search(r"[?&]s=8(&|$)", page.url)
    target = page.locator("#training_attribution .stop:visible .token.target")
    assert target.get_attribute("data-p") == chosen
    assert page.locator("#training_ranks .stop:visible thead [aria-pressed=true]").get_attribute("data-p") == chosen
    said = page.locator("#training_ranks .readout").inner_text()
    assert "2ステップでは" in said and "32ステップでは" in said
    page.keyboard.press("Home")
    assert shown(page) == {"2"} and page.locator("[data-go=before]").is_disabled()
    assert page.locator("tr[data-step].on").get_attribute("data-step") == "2"
    page.locator("tr[data-step='8']").click()
    assert shown(page) == {"8"}
    page.goto(page.url.replace("/compare/", "/en/compare/"))
    page.wait_for_selector("html[data-lmviz-ready]")
    assert shown(page) == {"8"} and target.get_attribute("data-p") == chosen
    page.emulate_media(media="print")
    assert shown(page) == {"2", "8", "32"}
