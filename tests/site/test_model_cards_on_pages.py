"""A model's measured figures on its page, and its card as a page, from `evaluation.json` and `README.md` alone."""

from __future__ import annotations

import logging
import shutil
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup
from miniature_card import add_card

from gallery.pages.generate import generate
from gallery.pages.model_cards import card_files, read_cards
from gallery.validation.reader import read_catalog


@pytest.fixture(scope="module")
def gallery(miniature_source, tmp_path_factory) -> SimpleNamespace:
    """The miniature gallery, nothing computed, with a card and figures of its model: root and catalog."""
    root = add_card(shutil.copytree(miniature_source, tmp_path_factory.mktemp("cards") / "root"))
    return SimpleNamespace(root=root, catalog=read_catalog(root, look_at_models=False))


def pages_of(gallery, language: str) -> dict[str, BeautifulSoup]:
    cards = read_cards(gallery.root, gallery.catalog)
    written = generate(gallery.catalog, [], None, language, cards=cards)
    return {path: BeautifulSoup(text.partition("fragment\n")[2], "html.parser")
            for path, text in written if path.startswith("models/")}


@pytest.mark.parametrize(("language", "training"), [("ja", "二度"), ("en", "twice")])
def test_a_model_page_shows_what_was_measured_beside_the_strongest_3_gram(gallery, language, training):
    pages = pages_of(gallery, language)
    page = pages["models/tiny/index.md"]
    rows = [[cell.get_text(strip=True) for cell in row.select("td")] for row in page.select(".measured-table tbody tr")]
    assert [row[:2] for row in rows] == [
        ["4.568", "6.500"], ["5.568", "7.500"], ["1,234.6", "1,234.6"], ["12.5%", "12.5%"], ["25.0%", "25.0%"],
    ]
    assert all(row[2] for row in rows)
    told = page.select_one("section[aria-labelledby=measured]").get_text()
    assert "held-out.jsonl" in told and "5,678" in told and "98,765" in told and "b<" in told and training in told
    assert page.select_one("a.onward[href='card/']")
    assert "measured" not in str(pages["models/broken/index.md"])
    assert "models/broken/card/index.md" not in pages


def test_a_card_is_a_page_in_each_language_and_runs_nothing(gallery):
    page = pages_of(gallery, "ja")["models/tiny/card/index.md"]
    assert [heading.get_text() for heading in page.select("h2")] == ["学習", "限界"]
    assert "<script>alert(1)</script>" in page.get_text() and "Small." not in page.get_text()
    assert not page.select("script, img, [onerror]")
    assert [link["href"] for link in page.select("p a") if link.get_text() in ("悪い", "よい")] == ["https://example.org/"]
    assert page.select_one("strong").get_text() == "二度" and page.select_one("td").get_text().startswith("節分<img")
    english = pages_of(gallery, "en")["models/tiny/card/index.md"]
    assert "Small." in english.get_text() and "小さな" not in english.get_text() and "<!--" not in english.get_text()


def test_figures_of_other_weights_are_not_shown(gallery, tmp_path, caplog):
    root = shutil.copytree(gallery.root, tmp_path / "root")
    before = card_files(root, gallery.catalog)
    (root / "models/tiny/model.safetensors").unlink()
    assert "tiny" in read_cards(root, gallery.catalog), "a site is published without the weights too"
    (root / "models/tiny/model.safetensors").write_bytes(b"other")
    with caplog.at_level(logging.WARNING):
        assert read_cards(root, gallery.catalog) == {}
    assert "model.safetensors is not the file that was measured" in caplog.text
    (root / "models/tiny/README.md").write_text("anders", encoding="utf-8")
    assert len(before) == 2 and card_files(root, gallery.catalog) != before
