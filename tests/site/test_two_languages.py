"""Every page in both languages: alternates that name each other, and Japanese that breaks between phrases."""

from __future__ import annotations

from urllib.parse import urljoin

import pytest
from bs4 import BeautifulSoup, SoupStrainer

from gallery.pages.phrases import phrased


def alternates(directory, base: str) -> dict[str, dict[str, str]]:
    """By address, from ``base`` on, what each page says of its languages, absolute."""
    found = {}
    for path in directory.rglob("index.html"):
        if path.parent.name in ("embed", "table"):  # in a frame, or behind a figure: no page of its own
            continue
        address = f"{base}{path.parent.relative_to(directory).as_posix()}/".replace("/./", "/")
        links = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser", parse_only=SoupStrainer("link"))
        found[address] = {link["hreflang"]: urljoin(address, link["href"]) for link in links.select("[hreflang]")}
    return found


def test_pages_name_each_other_and_the_japanese_one_for_everybody_else(site):
    base = "http://gallery.example/"
    found = alternates(site, base)
    assert len(found) > 40
    for address, links in found.items():
        assert set(links) == {"ja", "en", "x-default"}, address
        assert address == links["en" if address.startswith(f"{base}en/") else "ja"]
        assert links["x-default"] == links["ja"]
        assert found[links["ja"]] == found[links["en"]] == links


def test_alternates_are_whole_addresses_where_the_site_knows_its_own(addressed):
    page = BeautifulSoup((addressed.directory / "setsubun/tiny/index.html").read_text(encoding="utf-8"), "html.parser")
    assert {link["hreflang"]: link["href"] for link in page.select("link[hreflang]")} == {
        "ja": "https://example.org/gallery/setsubun/tiny/", "en": "https://example.org/gallery/en/setsubun/tiny/",
        "x-default": "https://example.org/gallery/setsubun/tiny/",
    }


@pytest.mark.parametrize("text", ["「変わり」に続く語を見ると、「鬼」が追い抜く。", "<b>&", "Celeste", " 豆\n"])
def test_phrases_keep_every_character(text):
    assert BeautifulSoup(phrased(text), "html.parser").get_text() == text


def test_a_japanese_title_breaks_between_phrases_and_an_english_one_between_words(page):
    assert page("setsubun/tiny/").select("#rankings h2 .phrases wbr")
    assert not page("en/setsubun/tiny/").select(".phrases, wbr")
    assert str(phrased("季節の変わり目に豆をまく")).count("<wbr>") == 3
