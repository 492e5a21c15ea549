"""The pages by keyboard alone: all that can be pressed is reached, seen while it has the focus, and does what it does
for a mouse. The rules are those of ``how-to/keyboard``."""

from __future__ import annotations

import re

import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = sync_api.expect
pytestmark = pytest.mark.browser

TO_PRESS = "a[href], button, input, select, summary, iframe, [tabindex='0'], [tabindex='-1']"
ROVING = ".strip, .switch, .choices, table, .lm-dock, .stops, [data-panel], .lm-steps"
"""Within one of these a single element is a stop of the Tab key; arrows move to the others (methods: in all groups)."""

VISIT = """([selector, roving]) => {
  const seen = (one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true })
    && !one.closest("[hidden], [inert], dialog:not([open])");
  window.toPress = [...document.querySelectorAll(selector)].filter((one) => seen(one) && !one.disabled);
  window.reached = new Set();
  window.unseen = new Set();
  window.note = () => {
    const one = document.activeElement;
    if (one === document.body) return false;
    const style = getComputedStyle(one);
    const ring = (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none"
      || getComputedStyle(one.parentElement).boxShadow !== "none";
    if (!ring) window.unseen.add(one.outerHTML.slice(0, 120));
    const done = window.reached.has(one);
    window.reached.add(one);
    return !done;
  };
  window.missed = () => window.toPress.filter((one) => {
    const group = one.closest(".methods") ?? one.closest(roving);
    const shared = group && [...window.reached].some((other) => group.contains(other));
    return seen(one) && !window.reached.has(one) && !shared;
  }).map((one) => one.outerHTML.slice(0, 160));
}"""


@pytest.mark.parametrize("address", ["setsubun/tiny/", "compare/second-learns/", "compare/fuku-oni/",
                                     "compare/two-models/", "gallery/", ""])
def test_the_tab_key_reaches_all_that_can_be_pressed_and_the_focus_is_seen(watched, address):
    page = watched().open(address)
    page.wait_for_load_state("networkidle")
    for figure in page.locator(".lmviz:has([data-lmviz])").all():
        figure.scroll_into_view_if_needed()
        expect(figure).to_have_attribute("data-ready", "true")
    missed = walk(page)
    # A figure that draws itself anew under the walk is passed over once, never twice.
    missed = missed and walk(page)
    assert missed == []
    assert page.evaluate("[...window.unseen]") == []
    assert page.evaluate("window.reached.size") > 15


def walk(page) -> list[str]:
    """What a walk with the Tab key from the top of the page does not reach."""
    page.evaluate("scrollTo(0, 0); document.activeElement.blur()")
    page.evaluate(VISIT, [TO_PRESS, ROVING])
    for _ in range(400):
        page.keyboard.press("Tab")
        if not page.evaluate("window.note()"):
            break
    return page.evaluate("window.missed()")


def press(page, selector: str, *keys: str) -> None:
    """Presses keys at the first such element, once its figure has its data."""
    place = page.locator(selector).first
    place.scroll_into_view_if_needed()
    root = page.locator(".lmviz", has=place)
    if root.count():
        expect(root.first).to_have_attribute("data-ready", "true")
    place.focus()
    for key in keys:
        page.keyboard.press(key)


def state(page, key: str) -> str | None:
    return page.evaluate("key => new URLSearchParams(location.search).get(key)", key)


def test_an_entry_by_keyboard(watched):
    page = watched().open("setsubun/tiny/")
    page.wait_for_selector("html[data-lmviz-ready]")
    stop = "#tokens .strip [tabindex='0']"

    press(page, stop, "Home", "ArrowRight", "ArrowRight")
    assert state(page, "t") is None, "an arrow shows and does not keep"
    page.keyboard.press("Enter")
    kept = state(page, "t")
    assert kept == page.evaluate("document.activeElement.dataset.p")
    page.keyboard.press("Escape")
    assert state(page, "t") is None

    press(page, "#tokens .units [aria-pressed='true']", "ArrowRight")
    unit = state(page, "u")
    assert unit and page.evaluate("document.activeElement.dataset.unit") == unit
    press(page, stop, "Home", "ArrowRight", "Enter")
    assert state(page, "t") is not None
    press(page, "#tokens .units [aria-pressed='true']", "Escape")
    assert state(page, "u") is None

    press(page, "#predictions input[type=range]", "ArrowLeft")
    assert state(page, "l") == "0"
    press(page, "#layer_predictions tbody tr[tabindex='0']", "Home", "ArrowDown", "Enter")
    assert state(page, "l") == "1"
    page.keyboard.press("Escape")
    assert state(page, "l") is None

    press(page, "#rankings [data-measure][aria-pressed='true']", "ArrowRight")
    expect(page.locator("#rankings [data-measure='surprisal']")).to_have_attribute("aria-pressed", "true")
    press(page, "#rankings table [tabindex='0']", "ArrowDown", "ArrowRight", "Enter")
    assert page.evaluate("document.activeElement.tagName") == "TD" and state(page, "t") is not None
    page.keyboard.press("Escape")
    assert state(page, "t") is None
    press(page, "#rankings [data-enlarge]", "Enter")
    expect(page.locator("dialog.lm-enlarged")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("dialog.lm-enlarged")).to_have_count(0)
    expect(page.locator("#rankings [data-enlarge]")).to_be_focused()

    press(page, "#attribution [data-method][aria-pressed='true']", "ArrowRight")
    assert state(page, "m") == page.evaluate("document.activeElement.dataset.method")
    press(page, "#rankings .lm-table summary", "Enter")
    expect(page.locator("#rankings .data-table").first).to_be_visible()
    press(page, "#rankings .takeaway summary", "Enter")
    expect(page.locator("#rankings .takeaway a").first).to_be_visible()

    press(page, stop, "End", "Enter")
    kept = state(page, "t")
    press(page, "[data-language-switch]", "Enter")
    page.wait_for_url("**/en/setsubun/tiny/**")
    assert state(page, "t") == kept


def test_factors_by_keyboard(watched):
    page = watched().open("maku/tiny/")
    page.wait_for_selector("html[data-lmviz-ready]")
    press(page, "#neuron_factors .isolate", "Enter")
    assert state(page, "f") is not None
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert state(page, "f").endswith("-2")
    page.keyboard.press("Escape")
    assert state(page, "f") is None


def test_a_figures_page_by_keyboard(watched):
    new = watched(permissions=["clipboard-read", "clipboard-write"])
    page = new.open("setsubun/tiny/")
    page = new.open(f"f/{page.locator('#rankings').get_attribute('data-figure-id')}/")
    press(page, ".citation-format:has(.citation-ris) summary", "Enter")
    expect(page.locator(".citation-ris")).to_be_visible()
    press(page, ".citation-ris .copy", "Enter")
    expect(page.locator(".citation-ris .copy")).to_have_text("写しました")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("TY  -") and copied == page.locator(".citation-ris code").inner_text().rstrip()
    press(page, "#take-away summary", "Enter")
    expect(page.locator("[data-embed]")).to_be_hidden()
    press(page, "#take-away summary", "Enter")
    press(page, "[data-slide]", "Enter")
    expect(page.locator("dialog.slide")).to_be_visible()
    press(page, "dialog.slide table [tabindex='0']", "ArrowRight", "Enter")
    kept = state(page, "t")
    assert kept is not None
    press(page, ".slide-leave", "Enter")
    expect(page.locator("dialog.slide")).to_have_count(0)
    assert state(page, "t") == kept


def test_comparisons_by_keyboard(watched):
    page = watched().open("compare/fuku-oni/")
    page.wait_for_selector("html[data-lmviz-ready]")
    press(page, "[data-figure=pair_divergence] table [tabindex='0']", "ArrowRight", "Enter")
    kept = state(page, "t")
    assert kept is not None
    page.keyboard.press("Escape")
    assert state(page, "t") is None
    page = watched().open("compare/two-models/")
    page.wait_for_selector("html[data-lmviz-ready]")
    press(page, "#compare_attribution [tabindex='0']", "ArrowRight", "Enter")
    assert page.locator("#compare_attribution [aria-pressed='true']").count() > 0


def test_the_index_and_the_search_by_keyboard(watched):
    page = watched().open("gallery/")
    cards = page.locator("[data-gallery-cards] > li:visible")
    n_cards = cards.count()
    press(page, "input[name=tag]", "Space")
    expect(cards).to_have_count(1)
    press(page, "[data-gallery-filters] button[type=reset]", "Enter")
    expect(cards).to_have_count(n_cards)
    press(page, "#filter-order", "ArrowDown")
    expect(page).to_have_url(re.compile("[?]order=title$"))
    press(page, ".site-name", "/")
    page.keyboard.type("節分")
    page.locator("#search-results a").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/setsubun/**")


def test_a_reader_who_wants_no_motion_gets_none_and_forced_colours_keep_what_colour_says(watched):
    page = watched(reduced_motion="reduce", forced_colors="active").open("setsubun/tiny/")
    page.wait_for_selector("html[data-lmviz-ready]")
    moving = page.evaluate("""() => [...document.querySelectorAll("*")].filter((one) => {
      const style = getComputedStyle(one);
      return parseFloat(style.transitionDuration) > 0.01 || parseFloat(style.animationDuration) > 0.01
        || style.scrollBehavior === "smooth";
    }).map((one) => one.outerHTML.slice(0, 80))""")
    assert moving == []
    shades = page.locator("#rankings tbody td:not(.none)").evaluate_all(
        "all => [...new Set(all.map((one) => getComputedStyle(one).backgroundColor))]")
    assert len(shades) > 2
    assert re.fullmatch(r"rgb.*", shades[0])
