"""Pages of comparisons in the miniature site, read back."""

from __future__ import annotations

import re
from urllib.parse import urljoin

import pytest
from miniature_comparisons import PAIR

from gallery.pages.comparison import marked_difference
from gallery.validation.schema import COMPARISON_KINDS


def kinds(soup) -> list[str]:
    return [section["data-figure"] for section in soup.select("section.lmviz-figure:not(.lmviz-figure--failed)")]


def test_models_are_compared_in_five_figures_each_with_its_files(page, site):
    for url in ("compare/two-models/", "en/compare/two-models/"):
        assert kinds(page(url)) == list(COMPARISON_KINDS[:5])
    for section in page("compare/two-models/").select("section.lmviz-figure"):
        identifier = section["data-figure-id"]
        folder = site / "f" / identifier
        assert (folder / "figure.svg").read_text(encoding="utf-8").startswith("<svg")
        header, *rows = (folder / "figure.csv").read_text(encoding="utf-8").splitlines()
        assert "," in header and rows
        alone = page(f"f/{identifier}/")
        for form in ("plain", "bibtex"):
            citation = alone.select_one(f".citation-{form}").get_text()
            for named in ("小さなモデル", "もう一つのモデル", "福は", identifier):
                assert named in citation
        assert alone.select_one(".onward")["href"] == "../../compare/two-models/"


def test_a_pair_shows_its_texts_with_what_differs_marked_and_its_figures(page):
    pair = page("compare/fuku-oni/")
    texts = pair.select(".compared-text")
    assert [text.get_text() for text in texts] == [
        "「福は内」と言って、豆をまいたのである。", "「鬼は外」と言って、豆をまいたのである。"]
    assert [text.mark.get_text() for text in texts] == ["福は内", "鬼は外"]
    assert kinds(pair) == list(COMPARISON_KINDS[5:7])
    identifiers = [element["id"] for element in pair.find_all(id=True)]
    assert len(identifiers) == len(set(identifiers))


def test_the_note_on_a_figure_stands_right_before_it(page):
    for url, says in (("compare/fuku-oni/", "最後の層まで離れません。"), ("en/compare/fuku-oni/", "They never part.")):
        (note,) = [element for element in page(url).select(".see") if element.get_text() == says]
        assert note.find_next("section")["data-figure"] == "pair_divergence"
        assert says in PAIR


def test_where_a_model_failed_its_part_says_why_and_the_other_stands(page):
    for url, name in (("compare/fuku-oni/", "壊れたモデル"), ("en/compare/fuku-oni/", "broken model")):
        soup = page(url)
        broken = soup.find("h2", id="broken")
        assert broken.get_text() == name
        notices = broken.find_all_next(class_="notice--failed")
        assert notices and all("NaN" in notice.get_text() for notice in notices)


def test_a_training_is_walked_through_in_four_figures_each_with_its_files(page, site):
    for url in ("compare/second-learns/", "en/compare/second-learns/"):
        training = page(url)
        assert kinds(training) == list(COMPARISON_KINDS[7:])
        for stops in training.select(".stops"):
            assert [stop["data-stop"] for stop in stops.select(".stop")] == ["2", "8", "32"]
    for section in page("compare/second-learns/").select("section.lmviz-figure"):
        folder = site / "f" / section["data-figure-id"]
        assert (folder / "figure.svg").read_text(encoding="utf-8").startswith("<svg")
        cited = page(f"f/{section['data-figure-id']}/").select_one(".citation-plain").get_text()
        assert "もう一つのモデル 第1版（2、8、32ステップ）" in cited and "豆をまく" in cited


def test_checkpoints_stand_with_their_model_and_are_not_chosen_from_a_list(page):
    for url in ("models/", "gallery/", "maku/", "maku/second/"):
        assert not re.search(r"second（\dステップ）", page(url).get_text())
    links = {link["href"] for link in page("models/second/").select("a")}
    assert {"../second-step-2/", "../second-step-8/", "../../compare/second-learns/"} <= links
    assert "../compare/second-learns/" in {link["href"] for link in page("maku/").select("a")}
    assert page("maku/second-step-2/").select("section.lmviz-figure")


def test_an_entry_that_is_not_there_is_named_with_the_one_command_that_builds_it(page):
    for url in ("compare/elsewhere/", "en/compare/elsewhere/"):
        soup = page(url)
        assert not soup.select(".lmviz-figure")
        assert [code.get_text() for code in soup.select("pre.command")] == [
            "python build_gallery.py build --only 'setsubun/broken'",
            "python build_gallery.py build --only 'setsubun/away'",
        ]


@pytest.mark.parametrize("language", ["", "en/"])
def test_entries_and_comparisons_lead_to_each_other(page, language):
    def leads(origin: str, selector: str) -> set[str]:
        links = page(language + origin).select(selector)
        return {urljoin(f"http://x/{language}{origin}", link["href"]).removeprefix(f"http://x/{language}")
                for link in links}

    assert leads("fuku/tiny/", "nav.others a") >= {"compare/fuku-oni/", "compare/two-models/"}
    assert "compare/fuku-oni/" not in leads("fuku/second/", "nav.others a")
    assert leads("compare/two-models/", "nav.others a") == {"fuku/tiny/", "fuku/second/"}
    assert leads("compare/", ".card-link") == {
        "compare/fuku-oni/", "compare/two-models/", "compare/elsewhere/", "compare/second-learns/"}
    assert "compare/" in leads("", "header a")
    assert leads("compare/oni-fuku/", "main a, #main a") == {"compare/fuku-oni/"}


def test_the_report_names_comparisons_that_are_not_whole(page):
    report = page("how-it-was-built/").find("h2", id="comparisons").find_next("ul").get_text()
    assert "福と鬼 × 壊れたモデル" in report and "遠くのモデルと" in report and "二つの乱数" not in report


@pytest.mark.parametrize(("first", "second", "marks"), [
    ("水しか飲まない", "水だけ飲まない", ("しか", "だけ")), ("犬は走る", "犬も走る", ("は", "も")),
    ("犬が", "犬が走る", ("", "走る")), ("ああ", "あああ", ("", "あ")), ("<b>", "<i>", ("b", "i")),
])
def test_what_differs_is_what_is_left_of_the_common_beginning_and_end(first, second, marks):
    for text, marked, mark in zip((first, second), marked_difference(first, second), marks, strict=True):
        assert f"<mark>{mark}</mark>" in marked
        assert marked.unescape().replace("<mark>", "").replace("</mark>", "") == text
