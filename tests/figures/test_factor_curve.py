"""The reconstruction curve and the map of layers say what the results hold, and gated blocks are told apart."""

from __future__ import annotations

import re
from dataclasses import replace

import fakes
import numpy as np
import pytest
from bs4 import BeautifulSoup

from lmviz.figures import describe, html
from lmviz.figures.html.factor_curve import HEIGHT


def curve_of(results):
    page = BeautifulSoup(html.neuron_factors(results, "en", figure_id="x"), "html.parser")
    return page.select_one(".reconstruction svg")


def test_each_number_of_factors_has_its_shares_and_the_ceiling_its_ranks() -> None:
    results = fakes.all_factors()
    curve = curve_of(results)
    for count, result in results.items():
        mark = curve.select_one(f"[data-mark='{count}']")
        for name, share in (("own", result.explained), ("raw", result.explained_raw)):
            height = float(re.match(r"M\S+ (\S+)h0", mark.select_one(f".{name}")["d"])[1])
            assert abs(1 - height / HEIGHT - share) < 0.002
    heights = [float(each.split()[1]) for each in curve.select_one(".ceiling")["d"][1:].split("L")]
    assert len(heights) == 9 and np.allclose(1 - np.array(heights) / HEIGHT, results["4"].ceilings[:9], atol=2e-3)
    assert "6: 59% (raw 64%, at most 61%)" in curve["aria-label"]
    assert [mark["data-mark"] for mark in curve.select(".on")] == ["4"]


@pytest.mark.parametrize("n_components", [1, 40])
def test_one_number_is_drawn_too_beyond_the_ceilings_as_well(n_components: int) -> None:
    curve = curve_of(fakes.neuron_factors(n_components))
    assert len(curve.select("[data-mark]")) == 1 and "nan" not in str(curve)


def test_columns_of_gated_blocks_are_marked() -> None:
    gated, plain = fakes.neuron_factors(4, gated=True), fakes.neuron_factors(4)
    said = {result.gated: describe("neuron_factors", result, "en").convention for result in (gated, plain)}
    assert "two columns" in said[True] and "clips" not in said[True]
    assert "clips 22%" in said[False] and "two columns" not in said[False]
    page = BeautifulSoup(html.neuron_factors(gated, "en", figure_id="x"), "html.parser")
    shares = [int(re.match(r"(\d+)%", each.text)[1]) for each in page.select(".side-share")]
    columns = gated.loadings.reshape(4, 8, 2, 4)
    assert np.allclose(shares, 100 * np.square(columns[:, :, 1]).sum((1, 2)), atol=1)
    assert not BeautifulSoup(
        html.neuron_factors(plain, "en", figure_id="x"), "html.parser").select(".side-share")


@pytest.mark.parametrize("gated", [False, True])
def test_the_map_says_in_which_layers_loadings_lie(gated: bool) -> None:
    result = replace(fakes.neuron_factors(3, gated=gated), layers=np.array([1, 3, 4, 6]))
    layers, _, _ = result.places()
    loadings = np.where(layers == 4, 3, 1) * result.loadings[:, : len(layers)]
    loadings[1, layers != 6] = 0
    result = replace(result, loadings=loadings / np.linalg.norm(loadings, axis=1, keepdims=True))
    table = BeautifulSoup(html.neuron_factors(result, "en", figure_id="x"), "html.parser").select_one("details table")
    assert [row.th.text for row in table.select("tbody tr")] == ["1", "3", "4", "6"]
    shown = np.array([[int(cell.text) for cell in row.select("td")] for row in table.select("tbody tr")])
    expected = [[100 * np.square(row[layers == layer]).sum() for row in result.loadings] for layer in result.layers]
    assert np.allclose(shown, expected, atol=0.51) and shown[:, 1].tolist() == [0, 0, 0, 100]
