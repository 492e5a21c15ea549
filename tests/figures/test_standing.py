"""Where a method stands among random orders, by hand; and that its sentence says no more than the tests do."""

from __future__ import annotations

from dataclasses import replace

import fake_attributions
import numpy as np
import pytest

from lmviz.figures import receipt_words
from lmviz.figures.html import receipt_curves
from lmviz.figures.standing import band, standing
from lmviz.results import AttributionReceipt


def by_hand() -> AttributionReceipt:
    """One method, one target, one erasure, shares of a quarter and three quarters, four random orders."""
    receipt = fake_attributions.attributions(spans=((20, 1),))["receipt"]
    return replace(
        receipt, methods=("lime",), baselines=("mean",), signed=np.array([True]), erasures=("mean",),
        fractions=np.array([0.25, 0.75]), random_drops=np.array([[1, 2], [2, 4], [0, 1], [3, 3]]).reshape(4, 1, 1, 2),
        comprehensiveness=np.array([[[[2.0, 4.0]]]]), sufficiency=np.array([[[[0.2, 0.0]]]]),
        infidelity=np.zeros((1, 1, 1)), sensitivity=np.zeros((1, 1)), completeness_errors=np.zeros((1, 1)),
        agreement=np.ones((1, 1)),
    )


def test_areas_are_means_and_ties_beat_nobody() -> None:
    found = standing(by_hand())
    assert found.areas.ravel().tolist() == pytest.approx([3.0, 0.1])
    # The orders' areas are 1.5, 3, 0.5 and 3: a drop of 3 beats two of them and ties with two.
    assert found.beaten.ravel().tolist() == [2, 4]
    assert found.sides.ravel().tolist() == [0, 1]
    assert by_hand().judged.tolist() == [[False]]


def test_to_keep_a_quarter_is_to_erase_three_quarters() -> None:
    edges = band(by_hand())
    assert edges[0, 0, 0, :, 1].tolist() == [1.5, 2.5]
    assert edges[1, 0, 0, :, 1].tolist() == [2.5, 1.5]
    assert edges[0, 0, 0, 0].tolist() == pytest.approx([0.15, 1.5, 2.85])


@pytest.mark.parametrize("sides, baseline, said", [
    ([[1, 1, 1], [1, 1, 1]], "zero", "平均の埋め込み、標本トークン、削除のどの消し方でも無作為の帯より良い"),
    ([[0, 1, 1], [-1, 1, 1]], "mean", "標本トークン、削除のどの消し方でも無作為の帯より良い"),
    ([[1, 0, 1], [0, 0, 1]], "zero", "6通りの検証のうち3つで無作為の帯より良い：包括性（平均の埋め込み、削除）"),
    ([[0, 0, 0], [0, 0, 1]], "zero", "6通りの検証のうち十分性（削除）だけ。一つだけなら偶然でも起こる"),
    ([[0, 0, 0], [0, 0, 0]], "none", "無作為な順序と見分けがつかない"),
    ([[1, 0, 0], [1, 0, 0]], "mean", "無作為な順序と見分けがつかない"),
    ([[0, -1, 0], [0, 0, 0]], "zero", "包括性（標本トークン）で無作為の帯より悪く、帯より良い検証はない"),
    ([[1, -1, 0], [0, 0, 0]], "zero", "包括性（平均の埋め込み）では無作為の帯より良いが、包括性（標本トークン）では"),
])
def test_the_sentence_says_which_tests_and_no_more(sides: list[list[int]], baseline: str, said: str) -> None:
    receipt = fake_attributions.attributions(spans=((20, 1),))["receipt"]
    receipt = replace(receipt, baselines=(baseline, *receipt.baselines[1:]))
    found = standing(receipt)
    found.sides[:, 0, 0] = sides
    sentence = receipt_words.verdict(receipt, found, receipt.methods[0], 0, "ja")
    assert said in sentence and sentence.startswith("「追い払う」で")


def test_what_was_not_measured_is_not_judged() -> None:
    receipt = fake_attributions.attributions(spans=((20, 1), (27, 1)))["receipt"]
    unknown = np.where(np.arange(2)[:, None, None] == 0, np.nan, 1.0)
    receipt = replace(receipt, comprehensiveness=receipt.comprehensiveness * unknown,
                      sufficiency=receipt.sufficiency * unknown, random_drops=receipt.random_drops * unknown)
    found = standing(receipt)
    assert found.measured.tolist() == [False, True]
    assert "検証できない" in receipt_words.verdict(receipt, found, "lime", 0, "ja")
    assert "not on this receipt" in receipt_words.verdict(receipt, found, "occlusion", 1, "en")


def test_plots_hold_every_curve_and_read_back_what_was_drawn() -> None:
    receipt = fake_attributions.attributions(spans=((30, 1),))["receipt"]
    plots = receipt_curves.plots(receipt, 0)
    assert 0 <= min(plots.curves.min(), plots.band.min()) and max(plots.curves.max(), plots.band.max()) <= 1000
    drops = np.stack([receipt.comprehensiveness, receipt.sufficiency])[:, :, 0]
    read = np.array([float(plots.read(height).replace("−", "-")) for height in plots.curves.ravel().tolist()])
    assert np.abs(read - drops.ravel()).max() <= (plots.high - plots.low) / 2000 + 0.005
    assert any(text == "0" for text, _ in plots.ticks) and 2 <= len(plots.ticks) <= 5
