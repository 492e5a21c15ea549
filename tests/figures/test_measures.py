"""The measures of the grid: their numbers by hand, what the page and the export hold, and what titles claim."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import fakes
import numpy as np
import pytest
from bs4 import BeautifulSoup
from fake_text import hundred_tokens

import lmviz.figures as figures
from gallery.pages.drawings import table
from lmviz.figures import html, lens_words, measures, scales
from lmviz.results import LensMeasures, Rankings
from lmviz.tokens import TokenTable

BITS = ("surprisal", "entropy", "divergence")


def island(result: Rankings) -> dict[str, Any]:
    soup = BeautifulSoup(html.rankings(result, "ja", figure_id="abc"), "html.parser")
    return json.loads(soup.find("script").string)


def beginning(n: int) -> TokenTable:
    """The first tokens of the fakes' text."""
    whole = fakes.tokens()
    ids, texts, raw, kinds, groups = whole.token_ids, whole.texts, whole.raw_bytes, whole.kinds, whole.groups
    return TokenTable(ids[:n], texts[:n], raw[:n], kinds[:n], groups[:n], 0, n)


def by_hand(**changed: Any) -> LensMeasures:
    """Two layers, three positions, round numbers of bits."""
    result = fakes.lens_measures(2)
    bits = np.array([[np.nan, 1, 9.949], [np.nan, 0.004, 9.951]], np.float32)
    return replace(result, **{
        "tokens": beginning(3), "ranks": np.array([[0, 12_345, 2], [0, 1, 1]]),
        "log_probabilities": -bits * np.float32(math.log(2)), "entropies": np.float32(2 * math.log(2)) * bits,
        "divergences": np.float32(math.log(2)) * np.array([[np.nan, 13, 0.1004], [np.nan, -1e-7, 0]], np.float32),
        "settled": np.array([-1, 0, 1]), **changed,
    })


def test_nats_are_shown_as_bits() -> None:
    result = by_hand()
    assert measures.cells(result, "surprisal") == [[None, 100, 995], [None, 0, 995]]
    assert measures.cells(result, "entropy") == [[None, 200, 1990], [None, 1, 1990]]
    assert measures.cells(result, "divergence") == [[None, 1300, 10], [None, 0, 0]]
    assert measures.cells(result, "rank") == [[None, 12_345, 2], [None, 1, 1]]


@pytest.mark.parametrize("hundredths, cell", [
    (0, "0.0"), (4, "0.0"), (5, "0.1"), (994, "9.9"), (995, "10"), (1750, "18"),
])
def test_bits_fit_their_cells(hundredths: int, cell: str) -> None:
    assert measures.written("surprisal", hundredths, "ja") == cell


@pytest.mark.parametrize("measure, value, step", [
    ("surprisal", 99, 0), ("surprisal", 100, 1), ("surprisal", 3200, 7), ("entropy", 599, 3), ("entropy", 600, 4),
    ("divergence", 9, 0), ("divergence", 10, 1), ("divergence", 1200, 7), ("rank", 1, 0), ("rank", 10_001, 9),
])
def test_steps_have_fixed_ends(measure: str, value: int, step: int) -> None:
    assert measures.step(measure, value) == step
    assert measures.SCALES[measure].colours[step] in scales.colours()


def test_the_page_holds_every_measure_once_as_numbers() -> None:
    result = fakes.lens_measures()
    fragment = html.rankings(result, "ja", figure_id="abc")
    data = island(result)
    assert list(data["measures"]) == ["rank", *BITS]
    bits = {"surprisal": -result.log_probabilities, "entropy": result.entropies, "divergence": result.divergences}
    for name in BITS:
        held = np.array([[np.nan if v is None else v / 100 for v in row] for row in data["measures"][name]["cells"]])
        assert np.allclose(held, np.maximum(0, bits[name]) / math.log(2), atol=0.00501, equal_nan=True)
    assert data["settled"] == result.settled.tolist()
    soup = BeautifulSoup(fragment, "html.parser")
    assert len(soup.find_all("table")) == 1
    settled = [(layer, p) for layer, row in enumerate(soup.select("tbody tr"))
               for p, cell in enumerate(row.find_all("td")) if "settled" in cell["class"]]
    assert sorted(settled, key=lambda at: at[1]) == [(layer, p) for p, layer in enumerate(result.settled) if p]
    assert [legend["data-legend"] for legend in soup.select("[data-legend]:not([hidden])")] == ["rank"]


def test_a_hundred_tokens_by_24_layers_stay_small() -> None:
    fragments = [html.rankings(make(24, table=hundred_tokens()), "ja", figure_id="abc").encode()
                 for make in (fakes.rankings, fakes.lens_measures)]
    assert len(fragments[1]) < min(130_000, 1.6 * len(fragments[0]))


def test_plain_ranks_have_one_measure_and_no_switch() -> None:
    fragment = html.rankings(fakes.rankings(), "ja", figure_id="abc")
    assert list(island(fakes.rankings())["measures"]) == ["rank"]
    assert "data-measure" not in fragment and "settled" not in BeautifulSoup(fragment, "html.parser").table.decode()
    with pytest.raises(ValueError, match="measure of a Rankings is one of rank, not 'entropy'"):
        figures.rankings(fakes.rankings(), "ja", measure="entropy")


@pytest.mark.parametrize("measure", ["rank", *BITS])
def test_an_export_holds_all_measures_whichever_is_drawn(measure: str) -> None:
    result = by_hand()
    lines = table(figures.rankings(result, "ja", measure=measure).to_dict()).split("\r\n")
    assert lines[0].split(",")[:8] == [
        "position", "layer", "token", "rank", "surprisal_bits", "entropy_bits", "kl_final_layer_bits", "settled_layer",
    ]
    assert len(lines) == 1 + 4 + 1
    assert lines[1].split(",")[:8] == ["1", "0", "節分", "12345", "1.0", "2.0", "13.0", "0"]
    assert lines[4].split(",")[3:8] == ["1", "9.951", "19.902", "0.0", "1"]


def test_an_export_of_words_holds_all_quantities() -> None:
    lines = table(figures.watched_words(fakes.watched_words(), "ja", quantity="place").to_dict()).split("\r\n")
    assert lines[0] == "word,layer,log_probability,place,rank"
    assert lines[1 + 7].startswith("豆,7,-1.2") and lines[1 + 7].endswith(",1,1")
    assert lines[1 + 3 * 8].endswith(",4,")


def test_titles_of_measures_say_what_the_numbers_do() -> None:
    result = fakes.lens_measures()
    n = result.settled.size
    late = replace(result, settled=np.where(np.arange(n) == 0, -1, np.where(np.arange(n) < 30, 7, 2)))
    assert lens_words.title(late, "ja", "divergence") == "45個の予測のうち29個は、最終層ではじめて定まる。"
    early = replace(result, settled=np.where(np.arange(n) == 0, -1, np.where(np.arange(n) < 30, 3, 7)))
    assert lens_words.title(early, "en", "divergence") == "Of 45 predictions, 29 have settled by layer 3."
    logs = np.full_like(result.log_probabilities, -2)
    logs[:, 0], logs[:5, 27] = np.nan, -8
    fallen = replace(result, log_probabilities=logs)
    said = lens_words.title(fallen, "ja", "surprisal")
    assert said == "「豆」のサプライザルは、第5層で11.5ビットから2.9ビットへ下がる。"
    logs[7, 27] = -8
    assert "見当たらない" in lens_words.title(replace(result, log_probabilities=logs), "ja", "surprisal")
    entropies = np.full_like(result.entropies, 7)
    entropies[4:] = 3.5
    narrowed = replace(result, entropies=entropies)
    assert "at layer 4: the mean entropy falls from 10.1 to 5.0 bits" in lens_words.title(narrowed, "en", "entropy")


def test_no_measure_claims_what_its_numbers_do_not_do() -> None:
    result = fakes.lens_measures()
    n = result.settled.size
    flat = replace(
        result, ranks=np.where(result.ranks > 0, 40, 0), log_probabilities=result.log_probabilities * 0 - 3,
        entropies=result.entropies * 0 + 5, settled=np.where(np.arange(n) == 0, -1, 2 + np.arange(n) % 6),
    )
    said = [lens_words.title(flat, "ja", measure) for measure in ("rank", *BITS)]
    assert said == [
        "層を追って大きく順位を上げるトークンは見当たらない。",
        "一つの層でサプライザルが大きく下がるトークンは見当たらない。",
        "候補が一度に絞られる層は見当たらない。",
        "予測が定まる層は、トークンによってまちまちである。",
    ]


def test_a_text_of_one_token_and_a_model_of_one_layer_are_drawn() -> None:
    one = by_hand()
    one = replace(one, ranks=one.ranks[:1], log_probabilities=one.log_probabilities[:1], entropies=one.entropies[:1],
                  divergences=one.divergences[:1], settled=np.array([-1, 0, 0]))
    for measure in ("rank", *BITS):
        assert lens_words.title(one, "ja", measure).endswith("。") and lens_words.alternative(one, "ja", measure)
    alone = by_hand(tokens=beginning(1), ranks=np.zeros((2, 1), int), settled=np.array([-1]), **{
        name: np.full((2, 1), np.nan, np.float32) for name in ("log_probabilities", "entropies", "divergences")})
    for measure in ("rank", *BITS):
        assert lens_words.title(alone, "ja", measure) and "nan" not in lens_words.alternative(alone, "ja", measure)
    assert island(alone)["measures"]["entropy"]["cells"] == [[None], [None]]
