"""What an entry opens with, and where a reader can go from it: before, after, to likes, and from method pages back."""

from __future__ import annotations

import pytest

from gallery.pages.nearby import Nearby
from gallery.site.editions import open_edition


@pytest.mark.parametrize("language", ["", "en/"])
def test_an_entry_opens_with_titles_of_its_own_figures(page, language):
    entry = page(f"{language}setsubun/tiny/")
    links = entry.select(".findings a")
    assert 1 <= len(links) <= 3
    for link in links:
        heading = entry.find(id=link["href"].removeprefix("#") + "-title")
        assert link.get_text().endswith(heading.get_text())
    assert entry.find("meta", {"name": "description"})["content"] == links[0].get_text()


def test_before_and_after_lead_through_all_texts_of_a_model_and_back(page):
    seen, url = [], "setsubun/tiny/"
    while True:
        seen.append(url)
        after = page(url).select_one(".before-after a[rel=next]")
        if after is None:
            break
        following = after["href"].removeprefix("../../")
        assert page(following).select_one(".before-after a[rel=prev]")["href"] == f"../../{url}"
        url = following
    assert seen == ["setsubun/tiny/", "fuku/tiny/", "maku/tiny/", "mame/tiny/", "oni/tiny/"]
    assert page(seen[0]).select_one(".before-after a[rel=prev]") is None


def test_similar_texts_share_a_tag_and_a_rare_one_counts_for_more(site_root):
    edition = open_edition(site_root, "ja")
    tags = {"setsubun": ("a", "b"), "fuku": ("a",), "mame": ("b",), "oni": ("a",)}
    prompts = {p.id: p.model_copy(update={"tags": tags.get(p.id, ())}) for p in edition.catalog.prompts}
    catalog = edition.catalog.model_copy(update={"prompts": tuple(prompts.values())})
    object.__setattr__(edition, "catalog", catalog)
    entry = {e.prompt.id: e for e in edition.built if e.model.id == "tiny"}
    object.__setattr__(entry["setsubun"], "prompt", prompts["setsubun"])
    assert [one.prompt.id for one in Nearby(edition).similar(entry["setsubun"])] == ["mame", "fuku", "oni"]


def test_a_method_page_leads_to_texts_that_show_it(page, site):
    shown = page("figures/rankings/").select(".shown-in li a")
    assert shown
    for link in shown:
        address, anchor = link["href"].split("#")
        assert page(address.removeprefix("../../")).find(id=anchor) and anchor == "rankings"
    assert not page("figures/").select(".shown-in")
