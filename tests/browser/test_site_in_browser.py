"""The miniature site in a browser: what a reader does, and what must never happen meanwhile.

Every page opened here also fails its test by an error on the console, a breach of the content security policy, or a
request to another host (see ``watched``).
"""

from __future__ import annotations

import re

import pytest
from miniature_site import HOSTILE_TITLE

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = sync_api.expect
pytestmark = pytest.mark.browser

PAGES = ["", "gallery/", "setsubun/", "setsubun/tiny/", "setsubun/broken/", "setsubun/away/", "mame/tiny/",
         "models/tiny/", "figures/rankings/", "compare/", "compare/two-models/", "compare/fuku-oni/",
         "talk/", "how-to/add/", "how-it-was-built/"]

VISIBLE_TEXT = """() => {
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const element = walk.currentNode.parentElement;
    if (element.closest("script, style, code, pre, [data-raw]") || !element.checkVisibility()) continue;
    found.push(walk.currentNode.textContent);
  }
  for (const element of document.querySelectorAll("[alt], [title], [aria-label]"))
    for (const name of ["alt", "title", "aria-label"]) found.push(element.getAttribute(name) ?? "");
  return found.join("\\n");
}"""


def entry(watched, kind):
    """The entry's page, once the reader has come to the figure of a kind."""
    page = watched().open("setsubun/tiny/")
    page.locator(f"#{kind}").scroll_into_view_if_needed()
    page.locator(f"#{kind} .lmviz[data-ready]").wait_for()
    return page


def test_pointing_at_a_token_lights_the_tokens_it_drew_on(watched):
    page = entry(watched, "attribution")
    figure = page.locator("#attribution")
    targets = figure.locator(".token.can")
    chosen, other = targets.first, targets.last

    def shades():
        return figure.locator(".strip .token").evaluate_all("all => all.map(one => one.className)")

    other.hover()
    page.wait_for_timeout(150)
    before = shades()
    chosen.hover()
    page.wait_for_timeout(150)
    after = shades()
    assert before != after
    assert "target" in chosen.get_attribute("class") and "target" not in other.get_attribute("class")
    assert any(re.search(r"\b[on][1-5]\b", shade) for shade in after), "no source is lit"


def test_a_column_of_the_heatmap_chooses_the_position_that_the_predictions_show(watched):
    page = entry(watched, "rankings")
    places = page.locator("#layer_predictions .lmviz")
    before = places.inner_text()
    heads = page.locator("#rankings thead .heads button")
    heads.nth(heads.count() - 2).click()
    expect(places).not_to_have_text(before, use_inner_text=True)
    assert re.search(r"[?&]t=\d+", page.url)
    state = page.url.split("?")[1]
    page.locator("[data-language-switch]").click()
    page.wait_for_url("**/en/setsubun/tiny/**")
    assert page.url.split("?")[1].split("#")[0] == state.split("#")[0]


@pytest.mark.parametrize("query", ["節分", "季節の変わり目", "豆をまく行事", "Ｓｅｔｓｕｂｕｎ", "せつぶん",
                                   "行事 マメ"])
def test_search_finds(watched, query):
    page = watched().open("")
    page.keyboard.press("/")
    page.locator("#search-query").fill(query)
    link = page.locator("#search-results a[href*='/setsubun/']").first
    link.wait_for()
    page.keyboard.press("ArrowDown")
    assert page.locator("#search-results [aria-selected=true]").count() == 1
    page.keyboard.press("Enter")
    page.wait_for_url("**/setsubun/**")


def test_search_puts_first_what_is_called_so(watched):
    page = watched().open("setsubun/tiny/")
    figure = page.locator("#tokens a[rel=bookmark]").get_attribute("href").removeprefix("../../")
    page.keyboard.press("/")
    for query, address in (("tiny", "models/tiny/"), ("帰属", "figures/attribution/"), ("saliency",
                           "figures/attribution/saliency/"), (figure.split("/")[1], figure)):
        page.locator("#search-query").fill(query)
        page.locator(f"#search-results li:first-child a[href$='/{address}']").wait_for()


def test_the_index_filters_by_text_model_and_tag_and_remembers_it_in_its_address(watched):
    page = watched().open("gallery/")
    cards = page.locator("[data-gallery-cards] > li:visible")
    n_cards = cards.count()
    assert n_cards > 2
    page.locator("#filter-q").fill("季節の変わり目")
    assert cards.count() == 1
    page.locator("#filter-q").fill("")
    page.locator("input[name=tag][value=culture]").check()
    assert cards.count() == 1 and page.url.endswith("?tag=culture")
    page.reload()
    expect(cards).to_have_count(1)
    page.locator("[data-gallery-filters] button[type=reset]").click()
    expect(cards).to_have_count(n_cards)
    assert "?" not in page.url
    page.locator("#filter-order").select_option("short")
    page.locator("input[name=figure][value=watched_words]").check()
    assert page.url.endswith("?order=short&figure=watched_words")
    page.reload()
    lengths = cards.evaluate_all("cards => cards.map((card) => Number(card.dataset.length))")
    assert lengths == sorted(lengths) and 0 < len(lengths) < n_cards
    assert all("watched_words" in kinds for kinds in cards.evaluate_all("cards => cards.map((c) => c.dataset.figures)"))


@pytest.mark.parametrize("address", PAGES + [f"en/{page}" for page in PAGES])
def test_no_page_scrolls_sideways_on_a_phone_or_shows_raw_vocabulary(watched, address):
    page = watched(390).open(address)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert not re.search("[▁Ġ\ufffd]|<0x[0-9A-F]{2}>", page.evaluate(VISIBLE_TEXT))


def test_the_home_page_cites_its_figure_at_the_address_where_it_is_read(watched):
    page = watched().open("en/")
    figure = page.locator(".hero-figure a[rel=bookmark]").get_attribute("href")
    expect(page.locator(".citation-plain")).to_contain_text(f"{page.url}{figure}")


def test_colours_follow_the_system_until_the_reader_chooses(watched):
    page = watched(color_scheme="dark").open("")
    assert page.evaluate("document.body.dataset.mdColorScheme") == "slate"
    page.locator("[data-switch-scheme]").click()
    assert page.evaluate("document.body.dataset.mdColorScheme") == "default"
    page.goto(page.url + "gallery/")
    assert page.evaluate("document.body.dataset.mdColorScheme") == "default"


def test_without_scripts_an_entry_shows_its_figures_and_the_index_its_cards(chromium, served):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(served + "setsubun/tiny/")
    assert page.locator("#tokens .token:visible").count() > 5
    assert page.locator("#predictions svg:visible").count() >= 1
    assert page.locator("#rankings td:visible").count() > 10
    page.goto(served + "gallery/")
    titles = page.locator("[data-gallery-cards] > li:visible a.card-link .card-title").all_inner_texts()
    assert sorted(titles) == sorted(["節分", HOSTILE_TITLE, "福は", "鬼は", "豆をまく"])
    assert not page.locator("[data-gallery-filters]").is_visible()
    assert not page.locator("[data-open-search]").is_visible()
    context.close()


def test_without_scripts_colours_follow_the_system_all_the_same(chromium, served):
    inks = []
    for scheme in ("light", "dark"):
        context = chromium.new_context(java_script_enabled=False, color_scheme=scheme)
        page = context.new_page()
        page.goto(served + "setsubun/tiny/")
        inks.append([page.locator(selector).first.evaluate("one => getComputedStyle(one).backgroundColor")
                     for selector in ("body", "#rankings tbody td:not(.none)")])
        context.close()
    (light, _), (dark, _) = inks
    assert sum(map(int, re.findall(r"\d+", light))) > 600 > 200 > sum(map(int, re.findall(r"\d+", dark)))
    assert inks[0][1] != inks[1][1]


def test_going_back_from_an_enlarged_figure_stays_on_the_page_and_keeps_the_choice(watched):
    page = entry(watched, "rankings")
    page.locator("#rankings [data-enlarge]").click()
    page.locator("dialog.lm-enlarged td").nth(4).click()
    chosen = page.url
    assert re.search(r"[?&]t=\d+", chosen)
    page.go_back()
    expect(page.locator("dialog.lm-enlarged")).to_have_count(0)
    assert page.url == chosen and page.locator("#rankings td").count() > 10


def test_one_escape_closes_the_search_and_returns_to_where_the_reader_was(watched):
    page = watched().open("")
    page.locator("[data-open-search]").focus()
    page.keyboard.press("Enter")
    page.keyboard.type("節分")
    page.keyboard.press("Escape")
    assert page.locator("dialog[open]").count() == 0
    assert page.evaluate("document.activeElement.matches('[data-open-search]')")


def test_hostile_words_run_nothing(watched):
    page = watched().open("mame/tiny/")
    assert page.title().startswith("<script>")
    page.goto(page.url.replace("mame/tiny/", "gallery/"))
    page.keyboard.press("/")
    page.locator("#search-query").fill("与えた script")
    page.wait_for_timeout(300)
    assert page.title() != "broken"
