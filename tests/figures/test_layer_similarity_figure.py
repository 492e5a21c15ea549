"""The figure of how alike layers are: numbers, what its titles claim, refusals, names and hostile text."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from typing import Any

import fake_layers
import numpy as np
import pytest
from bs4 import BeautifulSoup
from fake_layers import NAMES, falling, similarity

import lmviz.figures as figures
from lmviz.figures import describe, html, notebook, scales
from lmviz.figures import similarity_words as words
from lmviz.figures.notation import correlation

RESULTS = {"within": fake_layers.within(), "between": fake_layers.between(), "refused": fake_layers.refused()}


def soup(result: Any, language: Any = "ja", **options: Any) -> BeautifulSoup:
    return BeautifulSoup(html.layer_similarity(result, language, figure_id="x", **options), "html.parser")


def title(cka: np.ndarray, other: str = "", measure: str = "cka", **more: Any) -> str:
    return words.title(similarity(cka, other=other, **more), "ja", measure, NAMES)


@pytest.mark.parametrize("name", RESULTS)
@pytest.mark.parametrize("measure", words.MEASURES)
def test_the_chart_renders_in_both_schemes(name: str, measure: str) -> None:
    chart = figures.layer_similarity(RESULTS[name], "ja", measure=measure, names=NAMES)
    text = "".join(ElementTree.fromstring(figures.svg(chart)).itertext())
    assert not re.search(r"NaN|undefined|null|Infinity", text)
    first = getattr(RESULTS[name], measure)[1, 0]
    assert np.isnan(first) or correlation(first) in text
    assert all(each in text for each in NAMES.values()) == (name == "between")
    dark = figures.svg(chart, "dark")
    assert not set(re.findall(r"#[0-9a-f]{6}", dark)) & (
        set(scales.colours("light").values()) - set(scales.colours("dark").values()))


def test_the_chart_holds_all_measures() -> None:
    rows = figures.layer_similarity(fake_layers.refused(), "ja").to_dict()["data"]["values"]
    assert len(rows) == 64
    last = rows[7 * 8 + 6]
    assert (last["layer"], last["other_layer"], last["cka"], last["svcca"], last["pwcca"]) == (7, 6, 0.92, None, None)
    assert rows[8]["svcca"] == 0.92


def test_many_layers_have_no_numbers_in_the_chart() -> None:
    text = "".join(ElementTree.fromstring(figures.svg(figures.layer_similarity(fake_layers.within(24)))).itertext())
    assert ".92" not in text and "23" in text


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_table_stands_without_scripts(language: Any) -> None:
    result = fake_layers.between()
    found = soup(result, language, interactive=False)
    cells = [[cell.text for cell in row.select("td")] for row in found.select("tbody tr")]
    assert np.shape(cells) == (8, 6)
    assert (cells[5][3], cells[0][5], cells[1][0]) == (".82", "−.02", ".40")
    shades = [cell["class"][0] for cell in found.select("tbody tr")[5].select("td")]
    assert shades == ["v4", "v4", "v4", "v8", "v4", "v4"]
    closest = [[i for i, cell in enumerate(row.select("td")) if "closest" in cell["class"]]
               for row in found.select("tbody tr")]
    assert closest == [[4], [5], [5], [5], [5], [3], [5], [5]]
    assert found.select_one(".switch").has_attr("hidden") and not found.select("script")
    assert [note["data-note"] for note in found.select("[data-note]:not([hidden])")] == ["cka"]
    assert found.select_one(".scroll")["aria-label"] == words.alternative(result, language, "cka")


def test_of_one_model_no_layer_is_framed() -> None:
    assert not soup(fake_layers.within()).select("td.closest, i.closest")


def test_steps_are_tenths_of_what_is_written() -> None:
    assert [words.step(hundredth) for hundredth in (-3, 0, 9, 10, 69, 70, 89, 90, 100)] == [0, 0, 0, 1, 6, 7, 8, 9, 9]
    cell = soup(similarity(np.full((2, 2), 0.696))).select_one("tbody td")
    assert (cell.text, cell["class"]) == (".70", ["v7"])


def test_what_is_refused_says_why() -> None:
    notes = {note["data-note"]: note.text for note in soup(fake_layers.refused()).select("[data-note]")}
    assert "比べた位置（2,000）が、残した方向の数（最大202）の10倍に満たない" in notes["svcca"]
    assert "方向の数（256）の10倍に満たない" in notes["pwcca"]
    assert "求めない" not in notes["cka"]
    island = json.loads(soup(fake_layers.refused()).select_one("script").string)
    assert island["measures"]["svcca"]["cells"][7][7] is None and island["measures"]["svcca"]["cells"][0][1] == 92
    assert island["measures"]["pwcca"]["title"] == "比べた位置が足りず、PWCCAはどの層についても求められない。"
    within = soup(fake_layers.within())
    assert not within.select("i.none") and "満たない" not in within.text


def test_notes_say_what_unrelated_layers_reach() -> None:
    notes = {note["data-note"]: note.text for note in soup(fake_layers.within()).select("[data-note]")}
    assert "0.20ほど" in notes["svcca"]  # sqrt(157 / 4095)
    assert "0.25ほど" in notes["pwcca"]  # sqrt(256 / 4095)


def test_titles_of_one_model() -> None:
    returning = falling()
    returning[6, 0] = returning[0, 6] = 0.9
    assert title(returning) == "第6層は、途中の第1層（CKA 0.60）よりも、遠くの第0層（0.90）に似ている。"
    broken = falling(step=0.01)
    broken[:4, 4:] -= 0.4
    broken[4:, :4] -= 0.4
    assert title(broken) == "隠れ状態がもっとも変わるのは、第3層と第4層のあいだ（CKA 0.59）。"
    assert title(falling()) == "層は、離れるほど似なくなる（第0層と第7層ではCKA 0.44）。"
    assert title(falling(step=0.01)) == "どの層も互いによく似ている（もっとも低い組でもCKA 0.93）。"
    assert title(falling(step=0.01), measure="svcca").endswith("（もっとも低い組でもSVCCA 0.96）。")


@pytest.mark.parametrize("cka", [np.where(np.eye(8) > 0, 1, 0.7), np.ones((1, 1)), falling(2, 0.5)])
def test_no_difference_no_claim(cka: np.ndarray) -> None:
    assert title(cka) == "ほかと比べて目立って似た層も、違う層も見当たらない。"


def test_titles_of_two_models() -> None:
    even = 0.5 + 0.01 * np.arange(6) + np.zeros((8, 1))
    both = "小さなGPT-2とバイト単位のGPT-2"
    assert title(even, "bytes") == f"{both}に、目立って似た層の組は見当たらない（CKA 0.50〜0.55）。"
    assert title(even - 0.3, "bytes") == f"{both}に、よく似た層はない（もっとも高い組でもCKA 0.25）。"
    ordered = 0.9 - 0.1 * np.abs(np.arange(8)[:, None] * 5 / 7 - np.arange(6))
    assert title(ordered, "bytes") == f"{both}は、浅い層どうし、深い層どうしが似ている。"
    assert title(fake_layers.between().cka, "bytes") == \
        "もっとも似ているのは、小さなGPT-2の第5層とバイト単位のGPT-2の第3層（CKA 0.82）。"


def test_canonical_correlations_that_chance_reaches_are_no_likeness() -> None:
    even = np.full((8, 6), 0.38)
    said = [title(even, "bytes", "svcca", svcca=even, kept=kept, n_positions=2000) for kept in (50, 190)]
    assert "目立って似た層の組は見当たらない" in said[0] and "よく似た層はない" in said[1]


def test_words_of_the_whole_figure() -> None:
    said = describe("layer_similarity", {"": fake_layers.between()}, "en", names=NAMES)
    assert said.title == "Most alike are layer 5 of 小さなGPT-2 and layer 3 of バイト単位のGPT-2 (CKA 0.82)."
    assert "layer 5 of 小さなGPT-2 and layer 3 of バイト単位のGPT-2 (0.82)" in said.alternative
    assert "Least alike: layer 0 of 小さなGPT-2 and layer 5 of バイト単位のGPT-2 (−0.02)" in said.alternative
    assert "4,096 places" in said.convention and "150 to 157" in said.convention
    alone = describe("layer_similarity", fake_layers.within(), "ja")
    assert "第0層と第1層（0.92）" in alone.alternative and "同じモデル" in alone.caption


def test_it_shows_itself_in_a_notebook() -> None:
    shown = notebook.show(fake_layers.within())
    assert "層は、離れるほど似なくなる" in shown and "<script" not in shown


def test_hostile_names_stay_text() -> None:
    hostile = "</script><img src=x onerror=alert(1)>"
    result = replace(fake_layers.between(), model=hostile)
    found = soup(result)
    assert not found.select("img") and hostile in found.select_one(".beside").text
    assert json.loads(found.select_one("script").string)["rows"][0] == f"{hostile}の第0層"


@pytest.mark.parametrize("call, said", [
    (lambda: figures.layer_similarity(fake_layers.within(), measure="cca"), "no measure 'cca'; known: cka, svcca"),
    (lambda: figures.layer_similarity("mini"), "what lmviz.layer_similarity returns, not str"),
    (lambda: soup({"a": fake_layers.within(), "b": 3}), "draws one LayerSimilarity, not LayerSimilarity, int"),
])
def test_what_cannot_be_drawn_is_said(call: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        call()


def test_a_deep_model_stays_small() -> None:
    assert len(html.layer_similarity(fake_layers.within(48), "ja", figure_id="x")) < 160_000
