"""The switch between languages keeps the page's state and the place that is being read, on every kind of page."""

from __future__ import annotations

import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = sync_api.expect
pytestmark = pytest.mark.browser


def switched(page, scroll_to: str = ""):
    """The page in the other language, after reading at ``scroll_to``."""
    if scroll_to:
        page.locator(scroll_to).first.evaluate("one => one.scrollIntoView()")
    box = page.locator("[data-language-switch]").bounding_box()  # a locator's own click would scroll the page first
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_url("**/en/**")
    return page


@pytest.mark.parametrize("address, anchor", [
    ("setsubun/tiny/?t=4&l=1&m=saliency", "rankings"), ("compare/two-models/?t=3", "compare_ranks"),
    ("compare/fuku-oni/", "entries"),
])
def test_it_stays_at_the_figure_in_its_state(watched, address, anchor):
    page = switched(watched(reduced_motion="reduce").open(address), f"#{anchor}")
    path, _, query = address.partition("?")
    assert page.url.endswith(f"/en/{path}{'?' if query else ''}{query}#{anchor}")
    at = page.locator(f"#{anchor}").first.element_handle()
    page.wait_for_function("(one) => Math.abs(one.getBoundingClientRect().top) < 400", arg=at)


def test_it_stays_at_the_section_of_a_prose_page(watched):
    page = watched(reduced_motion="reduce").open("how-to/add/")
    headings = page.locator(".page h2")
    number = headings.count() // 2
    headings.nth(number).evaluate("one => one.scrollIntoView()")
    switched(page)
    assert abs(page.locator(".page h2").nth(number).bounding_box()["y"]) < 300


def test_it_keeps_filters_and_the_figure_alone_and_adds_nothing_at_the_top(watched):
    page = switched(watched().open("gallery/?q=豆&tag=culture"))
    assert page.url.endswith("/en/gallery/?q=%E8%B1%86&tag=culture")
    expect(page.locator("#filter-q")).to_have_value("豆")
    page.goto(page.url.replace("/en/gallery/", "/setsubun/tiny/").split("?")[0])
    permanent = page.locator("#tokens a[rel=bookmark]").get_attribute("href").removeprefix("../../")
    page.goto(page.url.replace("setsubun/tiny/", f"{permanent}?t=4"))
    assert switched(page).url.endswith(f"/en/{permanent}?t=4")
