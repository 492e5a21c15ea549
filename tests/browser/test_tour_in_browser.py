"""The guided tour by keyboard and by its address, on the miniature site."""

from __future__ import annotations

import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = sync_api.expect
pytestmark = pytest.mark.browser

IN_VIEW = """(figure) => {
  const box = figure.getBoundingClientRect();
  return box.top < innerHeight - document.querySelector("#tour-panel").offsetHeight && box.bottom > 0;
}"""


def test_the_tour_goes_from_figure_to_figure_by_keyboard_and_gives_the_focus_back(watched):
    page = watched().open("setsubun/tiny/")
    page.locator("html[data-lmviz-ready]").wait_for()
    start = page.locator("[data-tour-start]")
    start.focus()
    page.keyboard.press("Enter")
    title, count = page.locator("#tour-step"), page.locator(".tour-count")
    expect(title).to_be_focused()
    n_steps = page.locator("[data-step]").count()
    token = page.locator("#tokens .strip .token.shown")
    for number in range(1, n_steps + 1):
        kind = page.locator("[data-step]").nth(number - 1).get_attribute("data-step")
        figure = page.locator(f"#{kind}")
        expect(count).to_have_text(f"{number} / {n_steps}")
        expect(figure).to_have_class("lmviz-figure toured")
        page.wait_for_function(IN_VIEW, arg=figure.element_handle())
        assert f"tour={number}" in page.url
        if kind != "attribution":
            expect(token).to_have_text("変わり")
        page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    expect(count).to_have_text(f"{n_steps - 1} / {n_steps}")
    # The page stays usable: what is chosen in a figure is chosen, and the tour stays where it is.
    page.locator("#rankings thead button").last.click()
    expect(count).to_have_text(f"{n_steps - 1} / {n_steps}")
    title.focus()
    page.keyboard.press("Home")
    expect(count).to_have_text(f"1 / {n_steps}")
    page.evaluate("scrollTo(0, 0)")
    page.keyboard.press("Escape")
    expect(page.locator("#tour-panel")).to_have_count(0)
    expect(start).to_be_focused()
    assert "tour" not in page.url.split("?")[-1]


def test_an_address_opens_the_tour_at_its_step_in_both_languages_and_nonsense_opens_none(watched):
    page = watched(390, reduced_motion="reduce").open("setsubun/tiny/?tour=4")
    expect(page.locator(".tour-count")).to_have_text("4 / 6")
    expect(page.locator("#rankings")).to_have_class("lmviz-figure toured")
    page.locator("[data-language-switch]").click()
    page.wait_for_url("**/en/setsubun/tiny/?tour=4&**")
    expect(page.locator(".tour-count")).to_have_text("4 of 6")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for nonsense in ("0", "7", "x", "1e1", ""):
        page.goto(page.url.split("?")[0] + f"?tour={nonsense}")
        page.locator("[data-tour-start]").wait_for()
        assert page.locator("#tour-panel").count() == 0


def test_without_scripts_the_tour_is_there_to_read(chromium, served):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(served + "setsubun/tiny/#tour")
    page.locator(".tour-text summary").click()
    assert page.locator("[data-step]:visible").count() == 6
    assert not page.locator("[data-tour-start]").is_visible()
    context.close()
