"""The figure of attributions: targets of several tokens and contrasts, what it states, what its charts carry."""

from __future__ import annotations

from dataclasses import replace

import fake_attributions
import numpy as np
import pytest
from bs4 import BeautifulSoup
from fake_attributions import SPANS

import lmviz.figures as figures
from lmviz.figures import describe, html
from lmviz.figures.targets import target_row

FOILS = ("邪気", "鬼", "鬼", "鬼", "福")


def soup(results: object, language: str = "ja", **options: object) -> BeautifulSoup:
    return BeautifulSoup(html.attribution(results, language, figure_id="abc", **options), "html.parser")


def rows(chart: object) -> list[dict[str, object]]:
    return chart.to_dict()["data"]["values"]


def test_any_token_of_a_span_chooses_it() -> None:
    result = fake_attributions.attribution(spans=SPANS)
    assert [target_row(result, p) for p in (6, 7, 13, 15, 27, 33, 5)] == [0, 0, 1, 1, 3, 4, 0]
    overlapping = fake_attributions.attribution(spans=((20, 3), (21, 1)))
    assert [target_row(overlapping, p) for p in (20, 21, 22)] == [0, 1, 0]
    shown = soup(result, position=7)
    framed = shown.select(".strip .target")
    assert [token.get_text() for token in framed] == ["変わり", "目"]
    assert "joins" in framed[0]["class"] and "joined" in framed[1]["class"]
    assert shown.select_one(".card .heading").get_text() == "「変わり目」（位置6〜7）への寄与"
    assert all("after" in token["class"] for token in shown.select(".strip [data-p]")[8:])


def test_a_contrast_says_what_over_what() -> None:
    result = fake_attributions.attribution(spans=SPANS, foils=FOILS)
    scores = np.zeros_like(result.scores)
    scores[3, 6] = 1.0
    said = (
        (1, "「鬼」ではなく「豆」へともっとも強く傾けたのは「変わり」", "spoke most for “豆” rather than “鬼” is"),
        (-1, "「豆」より「鬼」へともっとも強く傾けたのは「変わり」", "speaks against “豆” rather than “鬼”"),
    )
    for scale, ja, en in said:
        turned = replace(result, scores=scores * scale)
        assert ja in describe("attribution", turned, "ja", position=27).title
        assert en in describe("attribution", turned, "en", position=27).title
    even = replace(result, scores=np.ones_like(scores))
    assert describe("attribution", even, "ja", position=27).title == \
        "「鬼」ではなく「豆」となることへの寄与で、一つだけ抜きん出たトークンはない。"
    words = describe("attribution", result, "en", position=27)
    assert "for “豆” rather than “鬼”" in words.alternative
    assert "difference of log-probabilities (each target has a foil of its own)" in words.convention
    assert "(foil: “鬼”)" in describe("attribution", fake_attributions.attribution(
        spans=((27, 1),), foils=("鬼",)), "en").convention
    assert soup(result, position=27).select_one(".card .heading").get_text() == "なぜ「鬼」ではなく「豆」か（位置27）"


def test_the_figure_states_what_its_numbers_rest_on() -> None:
    result = fake_attributions.attribution(baseline="sampled")
    result = replace(result, values=np.full(26, -1.234), absent_values=np.full(26, -7.5),
                     n_steps=np.array([16, 128] * 13))
    facts = soup(result, position=21).select_one(".card .particulars")
    pairs = dict(zip((dt.get_text() for dt in facts("dt")), (dd.get_text() for dd in facts("dd")), strict=True))
    assert pairs["対数確率"] == "−1.23 nat（基準では−7.50）"
    assert pairs["基準"] == "モデルの予測から引いたトークン"
    assert pairs["積分の段数"] == "128"
    convention = describe("attribution", result, "ja").convention
    assert "基準はモデルの予測から引いたトークン、積分は16〜128段" in convention
    lime = fake_attributions.attribution("lime")
    assert "標本は500個" in describe("attribution", lime, "ja").convention
    assert "積分の段数" not in soup(lime).get_text() and "標本の数" in soup(lime).get_text()


def test_what_did_not_converge_is_warned_of() -> None:
    result = fake_attributions.attribution()
    assert (~result.converged).tolist().index(True) == 2
    assert soup(result).select_one(".warning") is None
    warning = soup(result, "en", position=22).select_one(".warning").get_text()
    assert "3.4%" in warning and "1%" in warning
    assert soup(replace(result, tolerance=np.array(np.nan)), position=22).select_one(".warning") is None


def test_thirteen_methods_are_grouped_by_what_a_score_is() -> None:
    results = fake_attributions.attributions()
    shown = soup(results, "en")
    groups = {group["label"]: [option["value"] for option in group("option")] for group in shown("optgroup")}
    assert groups["Magnitudes"] == ["saliency", "attention_rollout", "value_zeroing"]
    assert groups["Signed"] == [m for m in fake_attributions.NOISE if m not in groups["Magnitudes"]]
    buttons = shown.select(".methods .switch button")
    assert [button["data-method"] for button in buttons] == groups["Signed"] + groups["Magnitudes"]
    few = {name: results[name] for name in list(results)[:4]}
    assert soup(few).select("select") == [] and soup(few).select_one(".receipt") is None


def test_the_receipt_stands_below_with_its_numbers() -> None:
    results = fake_attributions.attributions()
    receipt = results["receipt"]
    shown = soup({name: results[name] for name in ("lime", "receipt", "saliency")}, position=27).select_one(".receipt")
    index, row = receipt.methods.index("lime"), 7
    areas = [float(cell.get_text().replace("−", "-")) for cell in shown.select(".area b")]
    expected = np.stack([receipt.comprehensiveness, receipt.sufficiency])[:, index, row].mean(-1)
    assert areas == pytest.approx(expected.ravel().tolist(), abs=0.006)
    orders = receipt.random_drops[:, row].mean(-1)
    beaten = [*(orders < expected[0]).sum(0), *(orders > expected[1]).sum(0)]
    written = [small.get_text() for small in shown.select(".area small")]
    assert written == [f"{number}/100に勝る" for number in beaten]
    assert [line["data-method"] for line in shown.select(".lm-compare tr.chosen")] == ["lime"]
    agreement = [cell.get_text() for cell in shown.select(".lm-agreement tr.chosen td")]
    assert [float(text.replace("−", "-")) for text in agreement if text] == pytest.approx(
        np.delete(receipt.agreement[index], index).tolist(), abs=0.006)
    words = describe("attribution", results, "ja", position=27)
    assert "検証票" in words.caption and "100通り" in words.convention
    assert "検証票" not in describe("attribution", results["lime"], "ja").caption


def test_a_receipt_shows_itself_in_a_notebook() -> None:
    receipt = fake_attributions.attributions()["receipt"]
    shown = BeautifulSoup(receipt._repr_html_(), "html.parser")
    assert len(shown.select(".plot")) == 6 and len(shown.select("details[open]")) == 2 and not shown("script")


def test_a_receipt_of_other_targets_is_refused() -> None:
    results = fake_attributions.attributions()
    other = fake_attributions.attributions(spans=SPANS)["receipt"]
    with pytest.raises(ValueError, match="make the receipt from these attributions"):
        html.attribution({**results, "receipt": other}, "ja", figure_id="abc")


def test_the_island_stays_small() -> None:
    results = fake_attributions.attributions(spans=tuple((p, 1) for p in range(20, 36)))
    script = soup(results).find("script").string
    assert len(script.encode()) < 120_000


def test_the_receipt_chart_is_a_tidy_table() -> None:
    receipt = fake_attributions.attributions()["receipt"]
    table = rows(figures.attribution_receipt(receipt, "en", position=27, method="lime"))
    assert list(table[0]) == ["method", "target", "erasure", "measure", "fraction", "drop", "random_low",
                              "random_median", "random_high"]
    assert len(table) == 13 * 2 * 3 * 5
    [found] = [each for each in table if (each["method"], each["erasure"], each["measure"], each["fraction"]) ==
               ("LIME", "Deletion", "Sufficiency", 0.3)]
    row, index = 7, receipt.methods.index("lime")
    assert found["target"] == "“豆”"
    assert found["drop"] == pytest.approx(receipt.sufficiency[index, row, 2, 1], abs=1e-4)
    assert found["random_median"] == pytest.approx(np.median(receipt.random_drops[:, row, 2, 3]), abs=1e-4)
    with pytest.raises(ValueError, match="method is one of integrated_gradients, .* not 'occlusion'"):
        figures.attribution_receipt(receipt, "en", method="occlusion")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_charts_that_compare_methods_render(language: str) -> None:
    receipt, trust = fake_attributions.attributions()["receipt"], fake_attributions.trust()
    for chart in (figures.attribution_receipt(receipt, language), figures.method_agreement(receipt, language),
                  figures.method_agreement(trust, language), figures.method_trust(trust, language)):
        svg = figures.svg(chart)
        assert "LIME" in svg and "NaN" not in svg and "undefined" not in svg


def test_trust_marks_the_chosen_method_and_survives_what_is_missing() -> None:
    trust = fake_attributions.trust()
    table = rows(figures.method_trust(trust, "ja"))
    assert [each["label"].startswith("◆ ") for each in table] == [True] + [False] * 12
    assert [each["method"] for each in table][:2] == ["シャープレイ値の標本化", "逐次積分勾配"]
    assert (table[-1]["low"], table[-1]["above"]) == (None, "32%（1文）")
    assert "シャープレイ値の標本化が無作為の帯をもっとも大きく" in describe("method_trust", trust, "ja").title
    nowhere = replace(trust, chosen="", advantages=np.full(13, np.nan), n_texts=np.zeros(13, int))
    assert describe("method_trust", nowhere, "en").title == \
        "Under fake-model no method lies above the random band with its whole interval."
    assert "NaN" not in figures.svg(figures.method_trust(nowhere, "en"))


def test_the_two_that_agree_best_are_named() -> None:
    receipt = fake_attributions.attributions()["receipt"]
    assert "逐次積分勾配とシャープレイ値の標本化（τ=.76）" in describe("method_agreement", receipt, "ja").title


def test_hostile_foils_and_names_stay_text() -> None:
    hostile = "</script><img src=x onerror=alert(1)>▁"
    results = fake_attributions.attributions(spans=((27, 1),), foils=(hostile,))
    shown = soup(results)
    assert shown("img") == [] and len(shown("script")) == 1
    assert "▁" not in shown.select_one(".heading").get_text()
