"""Tables behind figures: the same numbers as in results and CSV, for every kind that is drawn."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import fake_comparisons
import fake_factors
import fake_layers
import fake_training
import fakes
import numpy as np
import pytest
from bs4 import BeautifulSoup

import lmviz.figures as figures
from gallery.pages.drawings import rows, table
from gallery.validation.schema import COMPARISON_KINDS, FIGURE_KINDS, STUDY_KINDS
from lmviz.figures import notation
from lmviz.figures.html.data_tables import data_tables
from lmviz.figures.tables import Table, attribution_tables, tables

RAW = re.compile("[▁Ġ\ufffd]|<0x[0-9A-F]{2}>")


@pytest.fixture(scope="module")
def drawn() -> dict[str, dict[str, Any]]:
    """A result of every kind, and what its chart draws."""
    found = {**fakes.results(), **fake_comparisons.results(), **fake_training.results(),
             "layer_similarity": fake_layers.within(), "model_factors": fake_factors.model_factors()}
    assert set(found) >= {*FIGURE_KINDS, *COMPARISON_KINDS, *STUDY_KINDS}
    return found


def chart(kind: str, result: Any, language: str = "ja") -> dict[str, Any]:
    charted = next(iter(result.values())) if isinstance(result, dict) and kind not in COMPARISON_KINDS else result
    return getattr(figures, kind)(charted, language).to_dict(validate=False)


def cells(found: Table) -> dict[tuple[str, str], str]:
    """By the first heading of a row and the heading of a column."""
    return {(heads[0], column): cell for heads, own in found.rows
            for column, cell in zip(found.columns, own, strict=True)}


@pytest.mark.parametrize("kind", [*FIGURE_KINDS, *COMPARISON_KINDS, *STUDY_KINDS])
@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_figure_has_a_table_and_what_is_kept_of_it_gives_the_same(drawn, kind, language):
    spec = chart(kind, drawn[kind], language)
    found = tables(kind, rows(spec), language)
    assert found and all(one.rows and one.columns and one.caption for one in found)
    assert found == tables(kind, list(csv.DictReader(io.StringIO(table(spec)))), language)
    soup = BeautifulSoup(data_tables(found), "html.parser")
    assert not RAW.search(soup.get_text())
    for one, region in zip(found, soup.select(".data-table[tabindex='0'][role=region]"), strict=True):
        assert region["aria-label"] == region.caption.get_text() == one.caption
        assert len(region.select("td")) == one.n_cells and len(region.select("tbody th[scope=row]")) >= len(one.rows)
        assert len(region.select("thead th[scope=col]")) == len(one.heads) + len(one.columns)


def test_cells_are_the_results_numbers_in_their_places(drawn):
    result = drawn["rankings"]
    by_rank, by_surprisal, *_ = tables("rankings", rows(chart("rankings", result)), "ja")
    for layer, p in ((0, 1), (3, 5), (7, len(result.tokens) - 1)):
        place = str(p), f"第{layer}層"
        assert cells(by_rank)[place] == f"{result.ranks[layer, p]:,}"
        bits = -float(result.log_probabilities[layer, p]) / np.log(2)
        assert cells(by_surprisal)[place] == f"{bits:.2f}"
    words = drawn["watched_words"]
    logs = cells(tables("watched_words", rows(chart("watched_words", words)), "en")[0])
    for w, word in enumerate(words.words):
        assert logs["Layer 2", word] == notation.nats(words.log_probabilities[w, 2])


def test_an_attributions_tables_hold_all_methods_at_the_target_shown_and_every_target_of_each(drawn):
    results = {name: each for name, each in drawn["attribution"].items() if name != "receipt"}
    shown = int(next(iter(results.values())).target_positions[-1])
    by_method, *by_target = attribution_tables(drawn["attribution"], "ja", shown)
    assert len(by_method.columns) == len(results) == len(by_target) and len(by_method.rows) == shown
    for at, (result, own) in enumerate(zip(results.values(), by_target, strict=True)):
        assert len(own.columns) == len(result.target_positions) and by_method.columns[at] in own.caption
        for row, column in enumerate(own.columns):
            scores = result.scores[row, :result.target_positions[row]]
            strongest = int(np.abs(scores).argmax())
            written = cells(own)[str(strongest), column]
            assert written in ("+1.00", "1.00") if scores[strongest] > 0 else written == "−1.00"
        assert [scored[at] for _, scored in by_method.rows] == [
            cells(own)[str(p), own.columns[-1]] for p in range(shown)]


def test_words_of_a_model_are_no_markup():
    hostile = "<img src=x onerror=alert(1)>"
    found = tables("watched_words", [{"word": hostile, "layer": 0, "log_probability": -1.0, "rank": None}], "ja")
    assert "<img" not in data_tables(found) and hostile in BeautifulSoup(data_tables(found), "html.parser").get_text()
