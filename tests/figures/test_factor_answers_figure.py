"""The panel of answers: each verdict in words, its evidence, and nothing of a text taken for markup."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from bs4 import BeautifulSoup
from fake_factors import factor_labels, factor_responses, model_factors

from gallery.pages.drawings import FACTOR_LINK
from gallery.pages.factor_answers import panel as asked_of
from gallery.subjects import FACTORS, Entry, Figure
from gallery.validation.schema import FactorResponsesOptions
from lmviz.analyses.factor_labels.answers import Answer, InText, Place
from lmviz.figures.factor_answer_words import summary, verdict
from lmviz.figures.html.factor_answers import factor_answers

PAIRS = {"scores": (0.9, 0.8), "strong_shares": (0.3, 0.25), "most_shares": (0.31, 0.28), "reached": (0.7, 0.6),
         "counts": (90, 80)}
FOUND = Answer("year", "proposed", 0, **{**PAIRS, "most_shares": (1, 1)}, label="year", label_share=0.7)
MOSTLY = Answer("digit", "mostly", 0, **PAIRS, label="year", label_share=0.7, others=(3, 1))
PARTLY = Answer("electromagnetism", "partly", 5, **PAIRS)
NONE = Answer("country", "none", 2, **PAIRS, label="katakana", label_share=0.955)
UNSCORED = Answer("era", "unscored", counts=(20, 31))
HERE = InText((Place(range(0, 2), None), Place(range(2, 4), 0.5), Place(range(5, 6), 0.2)), 7, 2)


def panel(answers, language="ja", responses=None, **options) -> BeautifulSoup:
    labels, responses = factor_labels(), responses or factor_responses()
    found = [(each, HERE if each.factor >= 0 else None) for each in answers]
    return BeautifulSoup(factor_answers(found, labels, responses, language, **options), "html.parser")


@pytest.mark.parametrize(("answer", "says"), [
    (FOUND, "因子1が反応する。この因子に提案したラベルが、これである。"),
    (MOSTLY, "因子1が反応する。強い反応の25%がこれに当てはまる。"
             "この因子に提案したラベルは「年・年号」で、強い反応の70%に当てはまる。ほかに当てはまる因子：因子4、因子2。"),
    (PARTLY, "因子6が一部で反応する。当てはまる場所の60%に強く反応し、強い反応の25%が当てはまる。"
             "残りはほかのものへの反応である。この因子に提案できるラベルはない。当てはまるトークンが参照文に170個しか"
             "ないので、強い反応に占める割合は、少ないほうの半分では多くても28%にしかならない。"),
    (NONE, "どの因子も、これに反応するとは言えない。もっとも近い因子3でも、当てはまる場所のうち強く反応するのは60%、"
           "強い反応のうち当てはまるのは25%にとどまる。この因子に提案したラベルは「カタカナ」で、強い反応の96%に当てはまる。"
           "当てはまるトークンが参照文に170個しかないので、強い反応に占める割合は、少ないほうの半分では多くても28%にしかならない。"),
    (UNSCORED, "参照文に当てはまる場所が少なすぎて、確かめられない（半分ごとに20か所と31か所）。"),
])
def test_a_verdict_says_which_factor_and_by_what(answer, says):
    assert verdict(answer, "ja") == says


def test_one_sentence_sums_up():
    assert summary([NONE, FOUND, PARTLY, MOSTLY, UNSCORED], "ja") == (
        "反応する因子がある：年・年号（因子1）、算用数字（因子1）。ほかのものと合わせて反応する因子がある：電磁気のことば（因子6）。"
        "どの因子も反応しない：国名。確かめられない：元号（昭和など）。")
    assert summary([NONE, PARTLY], "en") == (
        "In part, beside much else: words of electromagnetism (Factor 6). "
        "No factor responds to: country names.")


def test_the_panel_shows_the_numbers_and_the_words_of_the_text():
    page = panel([PARTLY, UNSCORED], factor_links=[f"factors:{n}" for n in range(1, 7)])
    first, second = page.select(".answers > li")
    assert first["data-verdict"] == "partly" and "f5" in first["class"]
    cells = [[cell.text for cell in row.find_all("td")] for row in first.select("tbody tr")]
    assert cells == [["0.90", "0.80"], ["30%", "25%"], ["70%", "60%"], ["90", "80"]]
    assert "当てはまる3か所のうち1か所" in first.select_one(".here").text
    assert "トークンは7個あり、そのうち当てはまるのは2個" in first.select_one(".here").text
    assert [place.select_one(".number").text for place in first.select(".places li")] == ["–", "0.50", "0.20"]
    assert len(first.select(".places .lit")) == 1
    assert [link["href"] for link in page.select("a")] == ["factors:6"]
    assert not second.select("table, ul, a")
    assert all(bound in page.select_one(".note").text for bound in ("0.75", "50%", "20%"))
    assert not panel([PARTLY]).select("a")


def test_a_text_stays_text():
    factors = model_factors()
    responses = factor_responses(factors)
    hostile = ["<img src=x onerror=alert(1)>", *responses.tokens.texts[1:]]
    object.__setattr__(responses.tokens, "texts", tuple(hostile))
    page = panel([NONE], "en", responses)
    assert not page.select("img, script") and "<img src=x" in page.select_one(".places").text


def test_both_languages_say_it_all():
    for answer in (FOUND, MOSTLY, PARTLY, NONE, UNSCORED):
        for language in ("ja", "en"):
            text = panel([answer], language).text
            assert "{" not in text and "nan" not in text.lower()
    nothing = Answer("year", "none", 0, (0.5, 0.5), (np.nan, np.nan), (1.0, 1.0), (0.0, 0.0), (400, 400))
    assert "nan" not in panel([nothing], "en").text


def asked(rules, *, factors_key="f" * 8, kind="factor_responses", labelled=True) -> str:
    """The panel of an entry whose figure shows the factors under the key ``ffffffff``."""
    factors = model_factors()
    passports = SimpleNamespace(factors=factors, labels=factor_labels(factors) if labelled else None)
    studied = SimpleNamespace(passports=passports, figure=SimpleNamespace(results={"": factors_key}))
    edition = SimpleNamespace(
        language="en", factors=SimpleNamespace(of=lambda model: studied),
        drawings=SimpleNamespace(read={"r" * 8: factor_responses(factors)}.__getitem__),
    )
    options = None if rules is None else FactorResponsesOptions(rules=rules)
    prompt = SimpleNamespace(figures=SimpleNamespace(factor_responses=options))
    entry = Entry(prompt, SimpleNamespace(id="m"), "built", (), None, "", {})
    return asked_of(edition, entry, Figure(kind, "x", {}, {"": "r" * 8, FACTORS: "f" * 8}))


def test_a_page_answers_what_its_prompt_asks_in_that_order():
    page = BeautifulSoup(asked(("sentence_end", "number", "year")), "html.parser")
    assert [row.h4.text for row in page.select(".answers > li")] == ["Sentence ends (。！？)", "Numbers", "Years"]
    assert [row["data-verdict"] for row in page.select(".answers > li")] == ["proposed", "proposed", "unscored"]
    assert [link["href"] for link in page.select("a")] == [f"{FACTOR_LINK}4", f"{FACTOR_LINK}1"]
    assert [place.select_one("span").text for place in page.select("li li")][:1] == ["。"]


@pytest.mark.parametrize("why", [
    {"rules": ()}, {"rules": None}, {"rules": ("number",), "factors_key": "other"},
    {"rules": ("number",), "kind": "neuron_factors"}, {"rules": ("number",), "labelled": False},
])
def test_where_nothing_is_asked_or_can_be_answered_there_is_no_panel(why):
    assert asked(**why) == ""
