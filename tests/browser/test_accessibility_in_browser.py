"""axe-core on every kind of page, in both languages and both schemes: nothing serious, nothing critical.

Every fold is opened first. What the scheme changes are colours alone, so in the dark only contrast is looked at.
"""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
pytestmark = pytest.mark.browser

KINDS = {
    "home": "", "index": "gallery/", "text": "setsubun/", "entry": "setsubun/tiny/", "tour": "setsubun/tiny/?tour=1",
    "failed": "setsubun/broken/", "not built": "setsubun/away/", "models": "models/", "model": "models/tiny/",
    "comparisons": "compare/", "two models": "compare/two-models/", "pair": "compare/fuku-oni/",
    "training": "compare/second-learns/", "method": "figures/rankings/",
    "attribution method": "figures/attribution/", "trust": "trust/", "report": "how-it-was-built/",
    "limits": "limits/", "prose": "how-to/cite/", "talk": "talk/", "lost": "404.html", "figure": "f/{rankings}/",
    "frame": "f/{rankings}/embed/", "slide": "f/{rankings}/?slide", "superseded": "f/{neuron_factors}/",
}

STUDIES = {
    "model with factors": "models/tiny/", "card": "models/tiny/card/", "factors": "models/tiny/factors/",
    "passport": "models/tiny/factors/1/",
}
"""Pages that a model's studies and its card bring."""

UNFOLD = """() => {
  for (const fold of document.querySelectorAll("details")) { fold.removeAttribute("name"); fold.open = true; }
}"""
DARK = """() => { document.body.dataset.mdColorScheme = "slate"; }"""


def complaints(page: Any, **options: Any) -> list[str]:
    """What axe-core finds that is serious or critical: rule, element and why."""
    found = axe.Axe().run(page, options={"resultTypes": ["violations"], **options}).response["violations"]
    return [f"{one['id']} {node['target']}: {node['failureSummary']}" for one in found
            if one["impact"] in ("serious", "critical") for node in one["nodes"]]


@pytest.fixture(scope="module")
def ids(chromium, served) -> dict[str, str]:
    """Ids of figures by kind."""
    found = {}
    page = chromium.new_page()
    for address in ("compare/second-learns/", "setsubun/tiny/"):
        page.goto(served + address)
        found |= dict(page.locator("section[data-figure]").evaluate_all(
            "all => all.map((one) => [one.dataset.figure, one.dataset.figureId])"))
    page.close()
    return found


@pytest.mark.parametrize("language", ["", "en/"])
@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_nothing_serious(chromium, served, ids, kind, language):
    look(chromium, served + language + KINDS[kind].format(**ids))


@pytest.mark.parametrize("language", ["", "en/"])
@pytest.mark.parametrize("kind", STUDIES)
def test_axe_finds_nothing_serious_in_what_is_said_of_a_model(chromium, served_studies, kind, language):
    look(chromium, served_studies + language + STUDIES[kind])


@pytest.mark.parametrize("language", ["", "en/"])
def test_axe_finds_nothing_serious_in_a_table_that_is_a_page_of_its_own(chromium, served_studies, language):
    page = chromium.new_page()
    page.goto(f"{served_studies}{language}setsubun/tiny/")
    tables = page.locator("section[data-figure] a[href$='/table/']").evaluate_all("all => all.map((one) => one.href)")
    page.close()
    assert len(tables) > 5
    for address in tables:
        look(chromium, address)


def look(chromium, address: str) -> None:
    page = chromium.new_page(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    try:
        assert page.goto(address).ok or address.endswith("404.html")
        page.wait_for_load_state("networkidle")
        page.evaluate(UNFOLD)
        found = complaints(page)
        page.evaluate(DARK)
        found += complaints(page, runOnly={"type": "rule", "values": ["color-contrast"]})
        assert found == []
    finally:
        page.close()


def test_axe_finds_nothing_serious_in_the_open_search_in_an_enlarged_figure_or_on_a_phone(chromium, served):
    page = chromium.new_page(viewport={"width": 390, "height": 844})
    try:
        page.goto(served + "setsubun/tiny/")
        page.wait_for_load_state("networkidle")
        page.locator(".site-menu > summary").click()
        assert complaints(page) == []
        page.keyboard.press("/")
        page.locator("#search-query").fill("節分")
        page.locator("#search-results a").first.wait_for()
        assert complaints(page) == []
        page.keyboard.press("Escape")
        page.locator("#rankings [data-enlarge]").click()
        assert complaints(page) == []
    finally:
        page.close()
