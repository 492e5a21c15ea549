"""Figures by unit: the table that pages sum from, what a reader chooses, attribution summed by hand, and the charts."""

from __future__ import annotations

import json
from typing import Any

import fake_attributions
import fake_text
import numpy as np
import pytest
from bs4 import BeautifulSoup
from fake_units import probabilities

import lmviz.figures as figures
from lmviz.figures import html, scales, surprisal
from lmviz.figures.html import units
from lmviz.figures.unit_sums import chosen_units, unit_scores
from lmviz.tokens import TokenTable
from lmviz.units import UNITS, Unit, rung


def island(fragment: str) -> dict[str, Any]:
    return json.loads(BeautifulSoup(fragment, "html.parser").find("script").string)


def rows(chart: Any) -> list[dict[str, Any]]:
    return chart.to_dict()["layer"][0]["data"]["values"]


def of(texts: list[str]) -> TokenTable:
    return TokenTable(np.arange(len(texts)), tuple(texts), tuple(text.encode() for text in texts),
                      ("text",) * len(texts), np.arange(len(texts)), 0, 2)


def test_units_that_say_nothing_new_are_not_offered() -> None:
    assert units.offered(of(["節分", "は"])) == ["token", "character", "word", "bunsetsu", "sentence"]
    assert units.offered(fake_text.cracked_tokens()) == list(UNITS)
    buttons = BeautifulSoup(units.unit_switch(of(["節分"]), "ja"), "html.parser").select("button")
    assert [button.get_text() for button in buttons] == ["トークン", "文字", "語", "文節", "文"]
    assert [button["aria-pressed"] for button in buttons] == ["true"] + ["false"] * 4


def test_the_table_of_units_gives_every_text_and_every_share_back() -> None:
    table = fake_text.cracked_tokens()
    data = units.data(table, "ja")
    assert [data["shapes"][at] for at in (7, 10, 11)] == ["U+200B", "◌\u3099", "↵"]
    assert data["written"] == table.text.index("る")
    for unit in set(UNITS) - {"token"}:
        laid, given = rung(table, unit), data["of"][unit]
        text = table.text.encode().hex() if unit == "byte" else table.text
        size = 2 if unit == "byte" else 1
        ends = np.cumsum([0, *given["lengths"]]) * size
        assert [text[begin:end].upper() for begin, end in zip(ends, ends[1:], strict=False)] == \
            [own.upper() for own in laid.texts]
        counts = np.bincount([p for own in given["tokens"] for p in own])
        shares = np.zeros((len(laid), len(table)))
        for at, own in enumerate(given["tokens"]):
            shares[at, own] = 1 / counts[own]
        assert np.allclose(shares, laid.shares)


def test_what_is_chosen_with_a_token() -> None:
    table = fake_text.cracked_tokens()
    word, character = rung(table, "word"), rung(table, "character")

    def texts(of: Any, position: int) -> list[str]:
        return [of.texts[unit] for unit in chosen_units(of, position)]

    assert texts(word, 1) == texts(word, 2) == ["変わり目", "に"]
    assert texts(word, 11) == ["を"] and texts(word, 12) == ["食べる"]
    assert texts(character, 11) == ["を", "食", "べ"]
    assert [texts(character, p) for p in (8, 9, 10)] == [["鰯"]] * 3
    assert texts(word, 6) == ["か\u3099"]


def test_attribution_by_word_worked_by_hand() -> None:
    table = of(["鬼", "は", "変わり", "目"])
    result = fake_attributions.attribution(table=table, spans=((2, 1), (3, 1)))
    scores = np.array([[0.5, -0.25, 0, 0], [0.125, 0.0625, 2.0, 0]], np.float32)
    result.scores[:] = scores
    words = rung(table, "word")
    assert words.texts == ("鬼", "は", "変わり目")
    chosen, sums = unit_scores(result, words, 3)
    assert chosen.tolist() == [2]
    assert sums.tolist() == [0.625, -0.1875, 2.0]
    probability = fake_attributions.attribution(table=table, spans=((2, 1), (3, 1)), target="probability")
    probability.scores[:] = scores
    assert unit_scores(probability, words, 3)[1].tolist() == [0.125, 0.0625, 2.0]
    first = unit_scores(probability, words, 2)[1]
    assert first[:2].tolist() == [0.5, -0.25] and np.isnan(first[2])
    overlapping = fake_attributions.attribution(table=table, spans=((2, 2), (3, 1)))
    overlapping.scores[:] = scores
    assert unit_scores(overlapping, words, 2)[1][:2].tolist() == [0.5, -0.25]


def test_the_page_says_why_targets_are_not_summed() -> None:
    def adds(**options: Any) -> str:
        given = fake_attributions.attribution(**options)
        return island(html.attribution(given, "ja", figure_id="abc"))["adds"]

    assert adds() == "yes"
    assert adds(target="probability") == "sources_only"
    assert adds(spans=((20, 1),), foils=("鬼",)) == "sources_only"
    assert adds(spans=((20, 3), (21, 1))) == "overlapping"


def test_what_is_not_read_by_scripts_has_no_switch() -> None:
    result = probabilities(fake_text.cracked_tokens())
    assert "data-unit" not in html.tokens(result, "ja", figure_id="a", interactive=False)
    attributed = fake_attributions.attribution()
    assert "data-unit" not in html.attribution(attributed, "ja", figure_id="a", interactive=False)


@pytest.mark.parametrize("unit", UNITS[2:])
def test_the_chart_of_a_unit_colours_its_surprisal(unit: Unit) -> None:
    result = probabilities(fake_text.cracked_tokens())
    laid = rung(result.tokens, unit)
    drawn = rows(figures.tokens(result, "ja", unit=unit))
    assert sorted({row["position"] for row in drawn}) == list(range(len(laid)))
    bits = -laid.sum(result.log_probabilities) / np.log(2)
    for row in drawn:
        value = bits[row["position"]]
        assert row["surprisal"] == ("–" if np.isnan(value) else f"{value:.2f}") or \
            abs(float(row["surprisal"]) - value) < 0.006
        edges = [edge * (10 if unit == "sentence" else 1) for edge in scales.SURPRISAL_EDGES]
        assert row["step"] == (0 if np.isnan(value) else 1 + int(np.searchsorted(edges, value, side="right")))
    assert sum(row["text"].count("食") for row in drawn) == 1
    assert {row["continuation"] for row in drawn if "る" in row["text"]} == {True}


def test_the_chart_of_attribution_by_unit_carries_the_sums() -> None:
    result = fake_attributions.attribution()
    laid = rung(result.tokens, "bunsetsu")
    chosen, sums = unit_scores(result, laid, 28)
    drawn = {row["position"]: row for row in rows(figures.attribution(result, "en", position=28, unit="bunsetsu"))}
    assert laid.texts[chosen[0]] == "豆を"
    written = [float(drawn[unit]["score"].replace("−", "-")) for unit in range(int(chosen[0]) + 1)]
    assert written == pytest.approx((sums / np.nanmax(np.abs(sums)))[: int(chosen[0]) + 1].tolist(), abs=0.0051)
    assert {drawn[unit]["score"] for unit in range(int(chosen[0]) + 1, len(laid))} == {"–"}


def test_magnitudes_and_unknown_units_are_refused() -> None:
    with pytest.raises(ValueError, match="saliency gives magnitudes"):
        figures.attribution(fake_attributions.attribution("saliency"), unit="word")
    with pytest.raises(ValueError, match="'morpheme' is no unit"):
        figures.tokens(probabilities(fake_text.cracked_tokens()), unit="morpheme")


def test_bits_and_their_steps() -> None:
    assert [surprisal.written(np.log(p)) for p in (1, 0.5, 0.1, np.nan)] == ["0.00", "1.00", "3.32", "–"]
    first, last = scales.SURPRISAL_EDGES[0], scales.SURPRISAL_EDGES[-1]
    below, above = (surprisal.step(-bits * np.log(2)) for bits in (first - 0.01, last))
    assert (below, above) == (0, 7)
    assert [surprisal.step(-bits * np.log(2), "sentence") for bits in (10 * first - 0.01, 10 * last)] == [0, 7]
