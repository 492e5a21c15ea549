"""A model's factors in one text: which are shown, in which colours, and what is claimed of them."""

from __future__ import annotations

import re
from dataclasses import replace

import fakes
import numpy as np
import pytest
from bs4 import BeautifulSoup, Tag
from fake_factor_responses import LEADS, factor_responses
from fake_text import hundred_tokens

import lmviz.figures as figures
from lmviz.figures import describe, html
from lmviz.figures.factor_strengths import strengths
from lmviz.results import FactorResponses

NAMES = [None, None, "助詞", *[None] * 9]
LINKS = [f"../../models/fake/factors/{factor + 1}/" for factor in range(12)]


def drawn(result: FactorResponses, **options: object) -> Tag:
    return BeautifulSoup(html.factor_responses(result, "ja", figure_id="x", **options), "html.parser")


def test_a_token_has_the_hue_and_number_of_the_factor_strongest_beside_what_is_typical() -> None:
    """Factor 12's responses are a twelfth of factor 1's in size, and lead where they are unusual for it."""
    result = factor_responses({0: (21,), 11: (22,)})
    assert np.nanargmax(result.activations[:, 22]) != 11
    page = drawn(result)
    first, twelfth = (page.select_one(f".strip [data-p='{p}']") for p in (21, 22))
    assert "f0" in first["class"] and "again" not in first["class"] and first.sub.text == "1"
    assert {"f3", "again"} <= set(twelfth["class"]) and twelfth.sub.text == "12"
    assert first["style"] == twelfth["style"] == "--a:1.00"
    weak = [token for token in page.select(".strip .token") if not token.sub]
    assert len(weak) == len(result.tokens) - 2 and all(
        float(token.get("style", "--a:0").removeprefix("--a:")) < 0.5 for token in weak)


def test_factors_that_lead_at_the_most_tokens_come_first_and_none_is_left_out() -> None:
    page = drawn(factor_responses())
    shown = [int(row["data-factor"]) for row in page.select("[data-panel] > .factors > li")]
    hidden = [int(row["data-factor"]) for row in page.select("details .factors > li")]
    assert shown[:4] == list(LEADS) and len(shown) == 6 and sorted(shown + hidden) == list(range(12))
    assert [row.select_one(".side-share") is None for row in page.select("li[data-factor]")] == [False] * 4 + [True] * 8


def test_curves_are_strengths_on_one_scale_with_a_line_at_the_typical_response() -> None:
    result = factor_responses()
    top = strengths(result).max()
    for row in drawn(result).select("li[data-factor]"):
        bars = {int(float(x)): float(height) for x, height in re.findall(r"M([\d.]+) 1v-([\d.e-]+)", row.path["d"])}
        heights = [top * bars.get(p, 0) for p in range(1, len(result.tokens))]
        factor = int(row["data-factor"])
        assert np.allclose(heights, result.activations[factor, 1:] / result.typical[factor], atol=0.01 * top)
        assert 1 - float(row.select_one(".typical")["y1"]) == pytest.approx(1 / top, abs=1e-3)


def test_links_and_names_belong_to_their_factor() -> None:
    page = drawn(factor_responses(), factor_links=LINKS, factor_names=["<b>", *NAMES[1:]])
    assert {int(row["data-factor"]): row.a["href"] for row in page.select("li[data-factor]")} == dict(enumerate(LINKS))
    assert page.select_one("li[data-factor='2'] .proposed").text == "助詞"
    assert page.select_one("li[data-factor='0'] .proposed").text == "<b>" and not page.select("b")
    assert not drawn(factor_responses()).select("a, .proposed")


def title(leads: dict[int, tuple[int, ...]], **options: object) -> str:
    return describe("factor_responses", factor_responses(leads), "en", **options).title


def test_the_title_names_who_leads_at_most_tokens_and_a_close_second() -> None:
    tokens = fakes.tokens().texts
    said = title(LEADS, factor_names=NAMES)
    assert said.startswith("Factor 3 (助詞) responds to more") and "9 of 45 tokens" in said
    assert all(f"“{tokens[p]}”" in said for p in LEADS[2][:3])
    both = title({2: LEADS[2], 10: (5, 17, 27, 3, 8, 14, 19)}, factor_names=NAMES)
    assert "Factor 3 (助詞) (9 of 45" in both and "Factor 11 (7," in both
    assert "Factor 11" not in title({2: LEADS[2], 10: (5, 17, 27, 3, 8, 14)})


@pytest.mark.parametrize("leads", [{}, {2: LEADS[2][:6]}, {each: (5 * each + 1, 5 * each + 2) for each in range(8)}])
def test_where_no_factor_leads_at_much_of_the_text_nothing_is_claimed(leads: dict[int, tuple[int, ...]]) -> None:
    assert title(leads) == "No factor responds to much of this text."


def test_a_silent_text_and_a_factor_that_the_reference_text_never_lights_are_drawn() -> None:
    result = factor_responses({2: LEADS[2], 7: (12,)})
    rare = replace(result, typical=np.where(np.arange(12) == 7, 0, result.typical).astype(np.float32))
    found = strengths(rare)
    usual = float(np.median(np.delete(result.typical, 7)))
    assert found[7, 12] == pytest.approx(result.activations[7, 12] / usual, rel=1e-5)
    silent = replace(result, activations=np.where(np.isnan(result.activations), np.nan, 0).astype(np.float32),
                     typical=np.zeros(12, dtype=np.float32), energy_shares=np.zeros(12, dtype=np.float32))
    assert "nan" not in str(drawn(silent)) and not drawn(silent).select(".strip .token sub")
    assert describe("factor_responses", silent, "ja").title == "この文の多くに反応する因子は見当たらない。"
    assert "NaN" not in figures.svg(figures.factor_responses(silent))


def test_the_chart_holds_all_factors_and_draws_those_that_the_figure_shows() -> None:
    result = factor_responses()
    chart = figures.factor_responses(result, "en", factor_names=NAMES)
    rows = chart.to_dict()["data"]["values"]
    assert len(rows) == 12 * 45 and {row["factor"] for row in rows if row["shown"]} >= {"Factor 3 (助詞)", "Factor 11"}
    for row in rows:
        factor = int(re.search(r"\d+", row["factor"])[0]) - 1
        assert row["strength"] * result.typical[factor] == pytest.approx(row["response"], abs=2e-4 * 60)
        assert row["response"] == pytest.approx(float(result.activations[factor, row["position"]]), abs=1e-4)
    svg = figures.svg(chart)
    assert "Factor 3 (助詞)" in svg and len(set(re.findall(r"Factor \d+", svg))) == 6


def test_figures_of_a_hundred_tokens_stay_small() -> None:
    table = hundred_tokens()
    own = {str(count): fakes.neuron_factors(count, table=table) for count in (4, 6, 8)}
    assert len(html.neuron_factors(own, "ja", figure_id="x").encode()) < 80_000
    assert len(html.factor_responses(factor_responses({}, 16, table), "ja", figure_id="x").encode()) < 55_000
