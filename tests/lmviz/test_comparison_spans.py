"""Shared spans against enumeration, and sums over them against sums over tokens."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import lmviz
from lmviz.comparison import head, relative_depth, shared_spans
from lmviz.tokens import TokenTable


def table(pieces: str, *, start: int = 0, kinds: dict[int, str] | None = None, spans=None) -> TokenTable:
    """Tokens separated by ``|``; ``start`` start tokens before them. `kinds` by position."""
    texts = ("",) * start + tuple(pieces.split("|"))
    named = tuple((kinds or {}).get(p, "special" if p < start else "text") for p in range(len(texts)))
    return TokenTable(np.arange(len(texts)), texts, tuple(t.encode() for t in texts), named, np.arange(len(texts)),
                      start, len(texts), None if spans is None else np.array(spans))


def test_the_smallest_runs_that_both_tokenizers_cut() -> None:
    shared = shared_spans([table("節分|には|豆|を", start=1), table("節|分に|は|豆を", start=1)])
    assert shared.texts == ("節分には", "豆を")
    assert shared.positions == (((1, 2), (3, 4)), ((1, 2, 3), (4,)))
    assert shared.counted.tolist() == [True, True]
    logs = np.array([np.nan, -1.0, -2.0, -3.0, -4.0])
    assert shared.sum(0, logs).tolist() == [-3.0, -7.0]
    assert shared.bits_per_character(0, logs) == pytest.approx(10 / np.log(2) / 6)
    assert shared.first(1).tolist() == [1, 4]


def test_what_has_no_prediction_is_not_counted() -> None:
    without_start, prefixed = table("節分|に|は"), table("|節分|に|は")
    shared = shared_spans([without_start, table("節分|に|は", start=1)])
    assert shared.predicted.tolist() == [[False, True, True], [True, True, True]]
    assert shared.n_characters == 2
    assert np.isnan(shared.sum(0, np.zeros(3))[0])
    # A prefix space at position 0 does a start token's work; after a start token it is paid for.
    shared = shared_spans([prefixed, table("|節分|に|は", start=1)])
    assert shared.predicted.all()
    assert shared.positions[0][0] == (1,) and shared.positions[1][0] == (1, 2)


def test_dropped_and_unknown_characters_are_not_counted() -> None:
    dropping = table("豆 |と|鬼", start=1, spans=[[0, 0], [0, 1], [2, 3], [3, 4]], kinds={3: "unknown"})
    shared = shared_spans([dropping, table("豆| |と|鬼", start=1)])
    assert shared.texts == ("豆", " ", "と", "鬼")
    assert shared.predicted[0].tolist() == [True, False, True, False]
    assert shared.unknown.tolist() == [[False, False, False, True], [False] * 4]
    assert shared.n_characters == 2
    lost = table("豆 と|鬼", start=1, spans=[[0, 0], [0, 3], [3, 4]])
    assert shared_spans([lost, dropping]).predicted[1].tolist() == [False, False], "豆 と holds a dropped space"


def test_only_the_common_beginning_is_compared() -> None:
    shared = shared_spans([table("豆|を|まく|。", start=1), table("豆|を|ま|いた|", start=1, kinds={5: "special"})])
    assert shared.texts == ("豆", "を"), "まく goes beyond what both have read"
    assert shared_spans([table("豆"), table("鬼")]).text == ""
    assert np.isnan(shared_spans([table("豆"), table("鬼")]).bits_per_character(0, np.zeros(1)))
    with pytest.raises(ValueError, match="two texts or more; 1 given"):
        shared_spans([table("豆")])


def test_parts_of_a_character_stay_together() -> None:
    parts = replace(table("鰯|||は", start=1), groups=np.array([0, 1, 1, 1, 2]), spans=None)
    shared = shared_spans([parts, table("鰯|は", start=1)])
    assert shared.texts == ("鰯", "は")
    assert shared.positions[0] == ((1, 2, 3), (4,))


@st.composite
def cut_text(draw, text: str) -> TokenTable:
    """One way of cutting a text: start tokens, prefix spaces, dropped characters and unknown ones included."""
    start = draw(st.integers(0, 2))
    texts, spans, kinds, at = [""] * start, [[0, 0]] * start, ["special"] * start, 0
    while at < len(text):
        if draw(st.integers(0, 9)) == 0:
            texts, spans, kinds = [*texts, ""], [*spans, [at, at]], [*kinds, "text"]
        end = draw(st.integers(at + 1, min(len(text), at + 4)))
        kept = draw(st.sampled_from([at, at, at, at + 1])) if end - at > 1 else at
        texts, spans = [*texts, text[at:end]], [*spans, [kept, end]]
        kinds = [*kinds, draw(st.sampled_from(["text"] * 8 + ["unknown"]))]
        at = end
    n = len(texts)
    return TokenTable(np.arange(n), tuple(texts), (b"",) * n, tuple(kinds), np.arange(n), start, n, np.array(spans))


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_sums_over_spans_are_sums_over_tokens(data) -> None:
    text = data.draw(st.text("節分豆鬼 は𠮷🍣\u3099", min_size=1, max_size=14))
    tables = [data.draw(cut_text(text)) for _ in range(data.draw(st.integers(2, 3)))]
    shared = shared_spans(tables)
    assert shared.text == text
    cut_anywhere = [b for b in range(len(text) + 1) if not any(a < b < z for t in tables for a, z in t.spans.tolist())]
    assert [0, *shared.spans[:, 1].tolist()] == cut_anywhere
    for index, each in enumerate(tables):
        values = -np.arange(1.0, len(each) + 1) ** 2
        owned = [p for own in shared.positions[index] for p in own]
        assert owned == sorted(set(owned)), "each token once, in order"
        silent = {p for p in range(len(each)) if each.kinds[p] == "special"} | (
            {0} if each.spans[0, 0] == each.spans[0, 1] else set())
        assert set(owned) == set(range(len(each))) - silent
        everything = replace(shared, predicted=np.ones_like(shared.predicted))
        assert everything.sum(index, values).sum() == pytest.approx(values[owned].sum())
        held = {c for a, z in each.spans.tolist() for c in range(a, z)}
        for span, known, own in zip(shared.spans, shared.predicted[index], shared.positions[index], strict=True):
            unheard = set(range(*span.tolist())) - held
            assert known == (not unheard and 0 not in own and not any(each.kinds[p] == "unknown" for p in own))


@pytest.fixture(scope="module")
def tokenizers(tmp_path_factory, sentencepiece_file, write_byte_level):
    import shutil

    byte_level, pieces = (tmp_path_factory.mktemp(name) for name in ("byte_level", "pieces"))
    write_byte_level(byte_level, vocabulary_files=False, add_prefix_space=False)
    shutil.copyfile(sentencepiece_file(byte_fallback=True), pieces / "spiece.model")
    return [lmviz.load_tokenizer(byte_level), lmviz.load_tokenizer(pieces)]


@given(st.text(st.sampled_from("節分には豆をまく。Ａ㍿ｶﾞ🍣𠮷\u3099 \n"), min_size=1, max_size=16))
@example(" ")
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_real_tokenizers_agree_on_spans_of_whole_tokens(tokenizers, text) -> None:
    tables = [each.table(text) for each in tokenizers]
    shared = shared_spans(tables)
    assert shared.text == (text if all(map(len, tables)) else "")
    if not shared.text:
        return
    for index, each in enumerate(tables):
        for (begin, end), own in zip(shared.spans.tolist(), shared.positions[index], strict=True):
            inside = [p for p, (a, z) in enumerate(each.spans.tolist()) if a < z and begin <= a and z <= end]
            assert set(inside) <= set(own)
        covered = [p for own in shared.positions[index] for p in own]
        assert sum(a < z for a, z in each.spans.tolist()) == sum(
            each.spans[p, 0] < each.spans[p, 1] for p in covered)


def test_depth_is_relative_to_the_last_layer() -> None:
    assert relative_depth(np.array([0, 3, 6]), 7).tolist() == [0, 0.5, 1]
    assert relative_depth(0, 1) == 1


def test_the_head_of_a_text_ends_with_it_where_a_tokenizer_drops_what_follows() -> None:
    dropping, other = table("鬼|は ", spans=[[0, 1], [1, 2]]), table("鬼|は|豆")
    shared = shared_spans([dropping, other])
    assert shared.text == "鬼は"
    assert [head(each, 2).texts for each in (dropping, other)] == [("鬼", "は")] * 2
    assert head(dropping, 3).texts == ("鬼", "は ")
