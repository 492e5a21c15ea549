"""Which factor responds to what is asked: every verdict from numbers written down by hand, and words of a text."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lmviz.analyses.factor_labels.answers import answer, in_text
from lmviz.results import FactorLabels, FactorResponses, ModelFactors
from lmviz.tokens import TokenTable

HALF = 1001
"""Tokens of either passage: without the first of each, 2,000 positions count, and the top 1 % are 20 of them."""

RULES = ("year", "digit", "country", "place", "electromagnetism", "era")
COUNTS = ((400, 400), (800, 900), (2, 4), (300, 300), (8, 4), (20, 500))
SCORES = {  # by rule: of each of three factors, on both halves
    "year": ((0.9, 0.8), (0.95, 0.95), (0.5, 0.5)),
    "digit": ((0.99, 0.98), (0.9, 0.99), (0.8, 0.8)),
    "country": ((0.6, 0.6), (0.6, 0.6), (0.8, 0.75)),
    "place": ((0.9, 0.7), (0.6, 0.6), (0.6, 0.6)),
    "electromagnetism": ((0.8, 0.8), (0.7, 0.9), (0.6, 0.6)),
    "era": ((np.nan, np.nan), (np.nan, np.nan), (np.nan, np.nan)),
}
SHARES = {
    "year": ((0.6, 0.7), (0.5, 0.2), (0.0, 0.0)),
    "digit": ((0.5, 0.9), (0.6, 0.2), (0.1, 0.1)),
    "country": ((0.0, 0.0), (0.0, 0.0), (0.1, 0.2)),
    "place": ((0.8, 0.8), (0.0, 0.0), (0.0, 0.0)),
    "electromagnetism": ((0.3, 0.1), (0.8, 0.4), (0.0, 0.0)),
    "era": ((0.0, 0.9), (0.0, 0.0), (0.0, 0.0)),
}


def table(texts: list[str], n_prompt: int | None = None) -> TokenTable:
    n = len(texts)
    raw = tuple(text.encode() for text in texts)
    return TokenTable(np.arange(n), tuple(texts), raw, ("text",) * n, np.arange(n), 0, n_prompt or n)


@pytest.fixture(scope="module")
def factors() -> ModelFactors:
    """Three factors, each with ten strong responses on either half."""
    responses = np.full((3, 2 * HALF), 0.1, dtype=np.float32)
    responses[:, [0, HALF]] = np.nan
    for factor in range(3):
        for half in (0, 1):
            responses[factor, half * HALF + 20 * (factor + 1) + np.arange(10)] = 5
    one = np.ones(3, dtype=np.float32)
    return ModelFactors(
        table(["。"] * 2 * HALF), "m", np.array([0, HALF]), responses, np.eye(3, dtype=np.float32), one, np.array([0]),
        3, False, one / 3, 0.5, 100, 0.2, np.array([3]), one[:1], one, one[:, None], one[:, None], 5, True,
    )


@pytest.fixture(scope="module")
def labels(factors) -> FactorLabels:
    """The first factor's proposed label is year; the others have none."""
    scores, shares = (np.array([numbers[rule] for rule in RULES], dtype=np.float32).transpose(1, 0, 2)
                      for numbers in (SCORES, SHARES))
    return FactorLabels(
        factors.tokens, "m", factors.starts, RULES, np.array(COUNTS), scores, shares, np.array([0, 1, -1]),
        np.array([1e-4, 0.5, np.nan]), np.array([1e-4, 0.5, np.nan]), np.array([True, False, False]), 0.75, 0.5, 1000,
    )


def test_a_proposed_label_answers_before_a_higher_score(factors, labels):
    (found,) = answer(["year"], factors, labels)
    assert (found.verdict, found.factor, found.label, found.counts) == ("proposed", 0, "year", (400, 400))
    assert found.scores == pytest.approx((0.9, 0.8)) and found.strong_shares == pytest.approx((0.6, 0.7))
    assert found.reached == pytest.approx((6 / 400, 7 / 400)) and found.most_shares == (1, 1)
    assert found.others == (1,)  # half and a fifth of its strong responses: in part


def test_a_factor_of_another_label_answers_where_most_of_its_responses_fit(factors, labels):
    (found,) = answer(["digit"], factors, labels)
    assert (found.verdict, found.factor, found.label) == ("mostly", 0, "year")
    assert found.label_share == pytest.approx(0.7)
    assert found.others == (1,)  # a higher score, but a fifth on the second half; the third has a tenth


def test_what_is_rare_is_answered_in_part_by_how_much_of_it_is_reached(factors, labels):
    country, electromagnetism = answer(["country", "electromagnetism"], factors, labels)
    assert (country.verdict, country.factor, country.label) == ("partly", 2, None)
    assert country.reached == pytest.approx((0.5, 0.5))  # 1 of 2 and 2 of 4: 10 strong responses on either half
    assert country.most_shares == pytest.approx((0.2, 0.4))
    # A score of 0.7 on the first half, or 1 of 4 on the second, is too little.
    assert (electromagnetism.verdict, electromagnetism.factor) == ("none", 1)
    less = replace(labels, counts=labels.counts + np.array([[0, 0], [0, 0], [0, 1], [0, 0], [0, 0], [0, 0]]))
    assert answer(["country"], factors, less)[0].verdict == "none"


def test_a_score_that_does_not_hold_on_the_second_half_answers_nothing(factors, labels):
    (found,) = answer(["place"], factors, labels)
    assert (found.verdict, found.factor, found.others) == ("none", 0, ())


def test_what_is_too_rare_to_be_scored_or_was_never_asked_is_not_told(factors, labels):
    era, railway = answer(["era", "railway"], factors, labels)
    assert (era.verdict, era.factor, era.counts) == ("unscored", -1, (20, 500))
    assert (railway.verdict, railway.factor, railway.counts) == ("unscored", -1, (0, 0))


def test_words_of_a_text_are_those_that_the_rule_holds_of():
    text = ["19", "22", "年", "、", "ドイツ", "と", "フラン", "ス", "で", "1962", "年", "に"]
    activations = np.array([[9, 2, 0.1, 5, 0, 1, 3, 2, 0, 0, 1.9, 4]], dtype=np.float32)
    activations[:, 0] = np.nan
    responses = FactorResponses(table(text), "m", activations, np.ones(1, dtype=np.float32),
                                np.array([4], dtype=np.float32), 0.5)
    years = in_text(responses, "year", 0)
    assert [(place.positions, place.strength) for place in years.places] == [
        (range(0, 3), 0.5), (range(9, 11), pytest.approx(0.475))]
    assert [place.lit for place in years.places] == [True, False]
    assert (years.n_lit, years.n_lit_inside) == (5, 1)  # 22, the comma, フラン, ス and に; of them 22 is of a year
    countries = in_text(responses, "country", 0)
    assert [place.positions for place in countries.places] == [range(4, 5), range(6, 8)]
    assert [place.strength for place in countries.places] == [0, 0.75]
    alone = in_text(replace(responses, tokens=table(["昭和", *text[1:]])), "era", 0)
    assert alone.places[0].positions == range(0, 1) and alone.places[0].strength is None and not alone.places[0].lit
