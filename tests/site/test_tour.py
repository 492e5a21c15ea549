"""The guided tour on the page of the entry that the catalog names, as text with links that carry the page's state."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest


@pytest.mark.parametrize("root", ["", "en/"])
def test_each_step_leads_to_a_figure_of_the_page_in_a_state_that_it_takes(page, root):
    entry = page(f"{root}setsubun/tiny/")
    steps = entry.select("#tour [data-step]")
    kinds = [step["data-step"] for step in steps]
    assert kinds == ["tokens", "predictions", "layer_predictions", "rankings", "watched_words", "attribution"]
    tokens = entry.select("#tokens .strip .token")
    for step, kind in zip(steps, kinds, strict=True):
        link = urlsplit(step.select_one(".tour-figure a")["href"])
        assert entry.select_one(f"#{link.fragment}")["data-figure"] == kind
        state = {key: values[0] for key, values in parse_qs(link.query).items()}
        assert (state == {}) == (kind == "watched_words")
        if state:
            followed = next(token for token in tokens if token["data-p"] == state["t"])
            if kind != "attribution":
                assert followed.get_text(strip=True).startswith("変わり")
                assert "変わり" in entry.select_one("#tour > p").get_text()
        if kind == "attribution":
            assert entry.select_one(f'#attribution [data-method="{state["m"]}"]')


def test_no_other_page_has_a_tour(page):
    for url in ("setsubun/away/", "mame/tiny/", "setsubun/"):
        assert not page(url).select("#tour, link[href$='tour.css']")
    assert page("setsubun/tiny/").select("link[href$='tour.css']")
