"""Figures further down a page: their data come when the reader does, or when something is chosen."""

from __future__ import annotations

import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = sync_api.expect
pytestmark = pytest.mark.browser

FAR = "attribution"


def opened(watched, query=""):
    """The entry's page, and the addresses of data that it has asked for, a list that grows."""
    new, asked = watched(), []
    new.page.on("request", lambda request: asked.append(request.url) if "/live.json" in request.url else None)
    page = new.open(f"setsubun/tiny/{query}")
    page.wait_for_selector("html[data-lmviz-ready]")
    page.wait_for_load_state("networkidle")
    return page, asked


def data_of(page, kind):
    return page.locator(f"#{kind} script[data-lmviz]").get_attribute("data-from").replace("../", "")


def test_data_come_when_the_figure_comes_near(watched):
    page, asked = opened(watched)
    address, figure = data_of(page, FAR), page.locator(f"#{FAR} .lmviz")
    assert not any(url.endswith(address) for url in asked)
    assert figure.locator(".strip .token").count() > 5, "the picture is there before"
    assert not figure.locator(".switch").first.is_visible()
    page.locator(f"#{FAR}").scroll_into_view_if_needed()
    expect(figure).to_have_attribute("data-ready", "true")
    expect(figure.locator(".switch").first).to_be_visible()
    assert sum(url.endswith(address) for url in asked) == 1


def test_a_link_opens_what_its_sender_saw_in_figures_out_of_sight(watched):
    page, _ = opened(watched)
    method = page.locator(f"#{FAR} button[data-method]").last.get_attribute("data-method")
    page, asked = opened(watched, f"?t=9&l=0&m={method}")
    figure = page.locator(f"#{FAR} .lmviz[data-ready]")
    expect(figure.locator(f"button[data-method='{method}']")).to_have_attribute("aria-pressed", "true")
    assert page.locator("#layer_predictions .place").inner_text() == page.locator("#predictions .place").inner_text()
    assert len(asked) == page.locator("script[data-from]").count() > 1
    page.locator("#tokens .token[data-p='7']").click()
    state = page.evaluate("Object.fromEntries(new URLSearchParams(location.search))")
    assert state == {"t": "7", "l": "0", "m": method}


def test_a_choice_reaches_every_figure_and_one_that_no_figure_knows_leaves_the_address(watched):
    page, asked = opened(watched, "?nothing=1")
    assert len(asked) < page.locator("script[data-from]").count()
    page.locator("#tokens .token[data-p='9']").click()
    waiting = page.locator(".lmviz:has(> script[data-from]):not([data-ready])")
    expect(waiting).to_have_count(0)
    page, _ = opened(watched, "?m=nothing_of_the_kind")
    expect(waiting).to_have_count(0)
    page.locator("#tokens .token[data-p='9']").click()
    assert page.url.endswith("?t=9")
