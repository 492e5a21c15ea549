"""The figure of characters: what its cells, card and titles say, by hand-made cases."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import fake_characters
import numpy as np
import pytest
from bs4 import BeautifulSoup

import lmviz.figures as figures
from lmviz.figures import character_columns as of
from lmviz.figures import describe, html, notation
from lmviz.loading.surfaces import join_bytes
from lmviz.results import CharacterLens
from lmviz.tokens import TokenTable


def drawn(result: CharacterLens, **where: int) -> BeautifulSoup:
    return BeautifulSoup(html.characters(result, "ja", figure_id="abc", **where), "html.parser")


def grid(soup: BeautifulSoup) -> list[list[Any]]:
    return [row.find_all("td") for row in soup.select(".lmviz > .scroll tbody tr")]


def lens(pieces: list[bytes], outcomes: list[tuple[str, str]], first: list[list[int]], following: list[int],
         pending: list[str], characters: list[tuple[int, int]], ranks: list[list[int]]) -> CharacterLens:
    """A lens with one candidate a place, which has a probability of one half."""
    n, shape = len(pieces), np.shape(first)
    known = np.array(following) >= 0
    texts, groups, spans = join_bytes(pieces)
    table = TokenTable(np.arange(n), texts, tuple(pieces), ("text",) * n, groups, 0, n, spans)
    half = np.where(np.array(first) >= 0, np.log(0.5), np.nan).astype(np.float32)
    own = np.where(known, half, np.nan)
    return CharacterLens(
        table, "fake", tuple(text for _, text in outcomes), tuple(kind for kind, _ in outcomes),
        np.array(first)[..., None], half[..., None], np.array(following), own, np.array(ranks), np.full(n, 9),
        np.ones(shape, np.float32), tuple(pending), np.array(characters).reshape(-1, 2),
        np.stack([own[:, a:b].sum(1) for a, b in characters], 1) if characters else np.zeros((shape[0], 0)), True,
    )


OUTCOMES = [("bytes", "E3"), ("bytes", "E3 81"), ("character", "あ"), ("character", "い"), ("character", "は"),
            ("no_character", "")]
A = [b"x", b"\xe3", b"\x81", b"\x82", "はな".encode()]
SPLIT = {"pieces": A, "outcomes": OUTCOMES, "following": [-1, 0, 1, 2, 4], "pending": ["", "", "E3", "E3 81", ""],
         "characters": [(0, 1), (1, 4), (4, 5)]}


def test_a_character_of_several_tokens_is_one_column_read_token_by_token() -> None:
    result = lens(
        first=[[-1, 4, 1, 2, 4], [-1, 0, 1, 3, 5], [-1, 0, 1, 2, 4]],
        ranks=[[0, 7, 1, 1, 1], [0, 1, 1, 20, 3], [0, 1, 1, 1, 1]], **SPLIT,
    )
    soup = drawn(result, position=2)
    heads = [head.get_text() for head in soup.select(".lmviz > .scroll thead button")]
    assert heads == ["x", "あ", "はな"]
    assert soup.select("th.several button")[0].get_text() == "あ"
    rows = [[cell.get_text() for cell in row] for row in grid(soup)]
    # Layer 0 would have begun with は; layer 1 parts from the text at the last byte; layer 2 writes the whole of it.
    assert rows == [["", "は", "は"], ["", "い", "∅"], ["", "あ", "は"]]
    met = [["met" in cell["class"] for cell in row] for row in grid(soup)]
    assert met == [[False, False, True], [False, False, False], [False, True, True]]
    found = of.columns(result, "ja")
    assert of.reading(result, 2, found[1])[1] == pytest.approx(3 * np.log(0.5))
    assert of.reading(result, 0, found[1])[1] == pytest.approx(np.log(0.5))
    assert of.ranks(result, found).tolist() == [[0, 7, 1], [0, 20, 3], [0, 1, 1]]
    assert np.allclose(of.log_probabilities(result, found)[2, 1:], [3 * np.log(0.5), np.log(0.5)])
    parts = soup.select(".card [data-part]")
    assert [part["data-part"] for part in parts] == ["1", "2", "3"] and parts[1]["aria-pressed"] == "true"
    assert "E3 まで書かれている" in soup.select_one(".card").get_text()
    assert "E3 81 で始まる文字" in soup.select_one(".card").get_text()


def test_a_token_that_breaks_a_character_off_has_no_rank_and_the_page_says_so() -> None:
    result = lens(
        pieces=[b"x", b"\xe3", b"a"], outcomes=OUTCOMES, first=[[-1, 0, 1]] * 2, following=[-1, 0, -1],
        pending=["", "", "E3"], characters=[(0, 1)], ranks=[[0, 1, 0]] * 2,
    )
    soup = drawn(result, position=2)
    assert [head.get_text() for head in soup.select(".lmviz > .scroll thead button")] == ["x", "E3…", "a"]
    heads = [head.get_text() for head in soup.select(".card thead th")]
    assert "続ける確率" in heads and "実際の文字" not in heads
    assert "手がかりがない" in drawn(result, position=0).select_one(".card").get_text()
    assert "この先" in drawn(result, position=3).select_one(".card").get_text()


def test_the_card_says_every_layers_candidates_with_rank_and_probability() -> None:
    result = fake_characters.character_lens()
    rows = drawn(result, position=7).select(".card tbody tr")
    assert len(rows) == 8
    for layer, row in enumerate(rows):
        cells = [[part.get_text() for part in cell.find_all(["b", "small"])] for cell in row.find_all("td")]
        assert cells[0] == [f"{result.ranks[layer, 7]:,}位", notation.percent(result.log_probabilities[layer, 7])]
        assert [text for _, text in cells[1:]] == [
            notation.percent(log) for log in result.candidate_log_probabilities[layer, 7, :6]]


def test_the_island_carries_the_numbers_back() -> None:
    result = fake_characters.character_lens()
    data = json.loads(drawn(result).find("script").string)
    flat = data["candidates"][3][9]
    assert flat[::2] == result.candidates[3, 9, :6].tolist()
    assert np.allclose(np.cumsum(flat[1::2]) / -1000, result.candidate_log_probabilities[3, 9, :6], atol=3e-3)
    assert data["columns"][13:15] == [[13, 16], [16, 17]] and data["heads"][13] == "「鰯」"
    assert data["ranks"] == result.ranks.tolist()
    assert np.allclose(np.exp(np.array(data["continued"]["14"]) / -1000), result.completions[:, 14], rtol=2e-3)


def test_hostile_bytes_stay_text_and_no_replacement_character_is_shown() -> None:
    result = fake_characters.character_lens()
    raw = list(result.tokens.raw_bytes)
    raw[3], raw[4] = b"</script><img src=x onerror=alert(1)>", "\ufffd▁".encode()
    poisoned = replace(result, tokens=replace(result.tokens, raw_bytes=tuple(raw)),
                       outcomes=tuple("<" if kind == "character" and i % 2 else text for i, (kind, text) in enumerate(
                           zip(result.outcome_kinds, result.outcomes, strict=True))))
    for position in (3, 4):
        fragment = html.characters(poisoned, "ja", figure_id="abc", position=position)
        soup = BeautifulSoup(fragment, "html.parser")
        assert not soup.find_all("img") and len(soup.find_all("script")) == 1
        assert not re.search("[\ufffd▁]", soup.get_text())
    assert "<img" not in figures.svg(figures.characters(poisoned))


def title(result: CharacterLens) -> str:
    return describe("characters", result, "ja").title


def test_titles_claim_what_the_ranks_and_first_choices_show() -> None:
    base = fake_characters.character_lens()
    n_layers, n, _ = base.candidates.shape
    ranks = np.where(base.ranks > 0, 50, 0)
    flat = replace(base, ranks=ranks)

    def settling(layer: int, log: float = -0.5) -> str:
        """The last layer's first choice, the actual character, is first from ``layer`` on and nowhere before."""
        candidates = np.full_like(base.candidates, -1)
        candidates[:, 1:, 0] = base.following[1:]
        candidates[:layer, 1:, 0] = (base.following[1:] + 1) % len(base.outcomes)
        logs = np.full_like(base.candidate_log_probabilities, np.nan)
        logs[:, 1:, 0] = log
        return title(replace(flat, candidates=candidates, candidate_log_probabilities=logs))

    assert "第4層までに" in settling(4)
    assert "はじめの層から" in settling(0)
    assert "最終層になるまで" in settling(n_layers - 1)
    assert settling(4, np.log(0.05)) == "最終層でも、次の文字は絞られていない。"
    leap = ranks.copy()
    leap[:5, 11], leap[5:, 11] = 700, 3
    assert title(replace(flat, ranks=leap)).endswith("第5層で700位から3位へ跳び上がる。")
    leap[7, 11] = 400
    assert "跳び上がる" not in title(replace(flat, ranks=leap))


def test_a_hundred_tokens_by_24_layers_stay_small() -> None:
    rng = np.random.default_rng(0)
    n, layers, k = 100, 24, 10
    table = TokenTable(np.arange(n), ("鬼",) * n, ("鬼".encode(),) * n, ("text",) * n, np.arange(n), 0, 40)
    ids = rng.integers(0, 4000, (layers, n, k))
    logs = -np.sort(rng.uniform(0, 12, (layers, n, k)), -1).astype(np.float32)
    result = CharacterLens(
        table, "m", ("鬼",) * 4000, ("character",) * 4000, ids, logs, ids[-1, :, 0], logs[..., 0],
        rng.integers(1, 4000, (layers, n)), np.full(n, 4000), np.ones((layers, n), np.float32), ("",) * n,
        np.stack([np.arange(n), np.arange(n) + 1], 1), logs[..., 0], True,
    )
    assert len(html.characters(result, "ja", figure_id="a").encode()) < 500_000
