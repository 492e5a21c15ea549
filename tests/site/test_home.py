"""The home page: how much there is to see, and the way to the tour."""

from __future__ import annotations


def test_it_counts_what_is_there_and_leads_newcomers_to_the_tour(page, site):
    for root in ("", "en/"):
        home = page(root)
        counts = [int(count.get_text()) for count in home.select(".tally dd")]
        entries = [path.parts[-3:-1] for path in (site / root).glob("*/*/index.html")
                   if path.parts[-3] not in ("compare", "f", "figures") and "-step-" not in path.parts[-2]
                   and 'id="rankings"' in path.read_text(encoding="utf-8")]
        pages = (path.with_name("index.html") for path in (site / root / "f").glob("*/figure.svg"))
        drawn = sum("notice--superseded" not in path.read_text(encoding="utf-8") for path in pages)
        assert counts == [len({prompt for prompt, _ in entries}), len({model for _, model in entries}), drawn]
        starts = [link["href"] for link in home.select("a[href*='tour=']")]
        assert starts and set(starts) == {"setsubun/tiny/?tour=1#tour"}
        assert page(f"{root}setsubun/tiny/").select("#tour")
