"""Attributions of two models in one unit: worked by hand, conserved, and refused where they cannot be compared."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lmviz.comparison import shared_attribution
from lmviz.results import Attribution
from lmviz.tokens import TokenTable
from lmviz.units import UNITS


def attribution(texts: list[str], targets: list[tuple[int, int]], rows: list[list[float]], **options) -> Attribution:
    """`targets` are first positions and lengths; ``rows`` the scores of the tokens before each."""
    n, of = len(texts), len(targets)
    kinds = tuple("special" if p == 0 and not texts[0] else "text" for p in range(n))
    table = TokenTable(np.arange(n), tuple(texts), tuple(t.encode() for t in texts), kinds, np.arange(n),
                       int(kinds[0] == "special"), n)
    scores = np.zeros((of, n), np.float32)
    for row, values in enumerate(rows):
        scores[row, : len(values)] = values
    nothing = np.full(of, np.nan)
    given = {"method": "integrated_gradients", "target": "log_probability", "signed": True,
             "foil_texts": ("",) * of, **options}
    return Attribution(table, "m", given["method"], given["target"], "zero", given["signed"],
                       np.array([first for first, _ in targets]), np.array([length for _, length in targets]),
                       ((),) * of, given["foil_texts"], nothing, nothing, scores, np.abs(scores), nothing,
                       np.zeros(of, np.int64), np.array(np.nan), 0)


@pytest.fixture
def pair() -> list[Attribution]:
    """One model explains 豆まき in one token, the other in two, which add up; only the first has a start token."""
    one = attribution(["", "節分", "に", "豆まき", "を"], [(3, 1), (4, 1)], [[1, 2, 3], [0, 1, 1, -2]])
    two = attribution(["節", "分に", "豆", "まき", "を"], [(2, 1), (3, 1), (4, 1)],
                      [[2, 4], [-1, 2, 5], [0, 0, 1, 1]])
    return [one, two]


def test_scores_by_word_worked_by_hand(pair: list[Attribution]) -> None:
    shared = shared_attribution(pair, "word")
    assert shared.texts == ("節分", "に", "豆まき", "を")
    assert shared.targets.tolist() == [[3, 6], [6, 7]]
    # 分に lies across 節分 and に: half of its 4 and 2 each. 豆 gave まき 5 within the word.
    assert shared.scores[:, 0].tolist() == [[2, 3, 0, 0], [1 + 3, 3, 5, 0]]
    assert shared.scores[:, 1].tolist() == [[1, 1, -2, 0], [0, 0, 2, 0]]
    assert shared.outside.tolist() == [[1, 0], [0, 0]]
    shares, outside = shared.shares()
    assert shares[0, 0].tolist() == pytest.approx([2 / 6, 3 / 6, 0, 0]) and outside[0, 0] == pytest.approx(1 / 6)


@pytest.mark.parametrize("unit", [unit for unit in UNITS if unit != "byte"])
def test_sums_are_conserved_in_every_unit(pair: list[Attribution], unit) -> None:
    shared = shared_attribution(pair, unit)
    totals = shared.scores.sum(axis=-1) + shared.outside
    assert totals == pytest.approx(np.array([[6, 0], [12, 2]]))


def test_tokens_become_the_spans_that_both_share(pair: list[Attribution]) -> None:
    assert shared_attribution(pair, "token").texts == ("節分に", "豆まき", "を")


def test_a_word_as_one_target_is_found_and_probabilities_are_not_added(pair: list[Attribution]) -> None:
    one, two = (replace(each, target="probability") for each in pair)
    assert shared_attribution([one, two]).targets.tolist() == [[6, 7]]
    whole = attribution(["節", "分に", "豆", "まき", "を"], [(2, 2)], [[2, 4]], target="probability")
    assert shared_attribution([one, whole]).targets.tolist() == [[3, 6]]
    long = attribution(["節", "分に", "豆", "まき", "を"], [(2, 3)], [[2, 4]], target="probability")
    other = attribution(["", "節分", "に", "豆まき", "を"], [(3, 2)], [[1, 2, 3]], target="probability")
    assert shared_attribution([long, other]).targets.tolist() == [[3, 7]]


def test_what_cannot_be_compared_is_refused(pair: list[Attribution]) -> None:
    one, two = pair
    with pytest.raises(ValueError, match="choose one method"):
        shared_attribution([one, replace(two, method="lime")])
    with pytest.raises(ValueError, match="choose a signed method"):
        shared_attribution([replace(one, signed=False), two])
    against = [replace(each, target="contrast", foil_texts=(foil,) * len(each.target_positions))
               for each, foil in zip(pair, ("が", "は"), strict=True)]
    assert not len(shared_attribution(against).targets), "different foils are different questions"
