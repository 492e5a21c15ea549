"""Units on small texts, worked out by hand."""

from __future__ import annotations

import subprocess
import sys
import time

import numpy as np
import pytest
from trained_tokenizers import ROOT

from lmviz.tokens import TokenTable
from lmviz.units import UNITS, align, boundaries, rung


def table(*pieces, spans=None, texts=None):
    """Tokens with these bytes (or texts), spelled one after the other."""
    raw = tuple(piece.encode() if isinstance(piece, str) else piece for piece in pieces)
    texts = texts or tuple(piece.decode() for piece in raw)
    n = len(raw)
    return TokenTable(
        token_ids=np.arange(n), texts=texts, raw_bytes=raw, kinds=("text",) * n, groups=np.arange(n), n_start=0,
        n_prompt=n, spans=None if spans is None else np.array(spans),
    )


def cut(text, unit):
    ends = [0, *boundaries(text, unit).tolist()]
    pieces = [text[begin:end] for begin, end in zip(ends[:-1], ends[1:], strict=True)]
    assert "".join(pieces) == text
    return pieces


@pytest.mark.parametrize("text, unit, expected", [
    ("e\u0301👨‍👩‍👧ｶﾞ🇯🇵\r\n", "grapheme", ["e\u0301", "👨‍👩‍👧", "ｶﾞ", "🇯🇵", "\r\n"]),
    ("東京都庁で㍿に会った。", "word", ["東京", "都庁", "で", "㍿", "に", "会っ", "た", "。"]),
    ("Tokyo is　遠い。  ", "word", ["Tokyo", " is", "　遠い", "。", "  "]),
    ("まめか\u3099ある", "word", ["まめ", "か\u3099", "ある"]),
    ("👨‍👩‍👧は", "word", ["👨‍👩‍👧", "は"]),
    ("今日は天気が良いです。", "bunsetsu", ["今日は", "天気が", "良いです。"]),
    ("私は 君を 見た。", "bunsetsu", ["私は", " 君を", " 見た。"]),
])
def test_pieces(text, unit, expected):
    assert cut(text, unit) == expected


@pytest.mark.parametrize("expected", [
    ["鬼は外。", "福は内！？", "以上｡", "終わり"],
    ["「鬼は外。福は内。」と言う。", "「（鬼だ。）行くぞ。」そして去った。"],
    ["一行目\n", "二行目\r\n\n", "　三行目。 \n"],
    ["終わりです。」", "次。"],  # a bracket that was opened nowhere
    ["「開いたまま。", "次。", "終わり。"],
    ["円周率は３．１４で、3.14です。", "1. 豆を買う。"],
    ["It is a game.", " 2018年に出た。", "Yes!", " www.a.jp/?q=1 を見た。"],
    ["モーニング娘。", "が来た。"],
    ["\u2028", "次"],
])
def test_sentences(expected):
    assert cut("".join(expected), "sentence") == expected


HOSTILE = [
    "ﷺ" * 5000, "あ" * 30000, "\u0301" * 12000, "「" * 12000, "\n" * 12000, " " * 12000, "。 " * 6000, "a" * 30000,
    "👍🏽\u200d" * 4000, "\ufdfa\x00\u202e\ufffd" * 3000, "。" * 12000, "㍿" * 12000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: f"{len(text)} x {text[:1]!r}")
def test_units_are_nested_in_any_text_of_any_length(text):
    ends = {unit: set(boundaries(text, unit).tolist()) for unit in UNITS[2:]}
    for larger, smaller in zip(UNITS[:2:-1], UNITS[-2:1:-1], strict=True):
        assert ends[larger] <= ends[smaller] and max(ends[larger]) == len(text)


def test_a_long_sentence_has_the_words_of_its_parts():
    part = "節分の日に豆をまき、"
    assert cut(part * 900, "word") == cut(part, "word") * 900


def test_ten_thousand_characters_take_little_longer_than_ten_times_a_thousand():
    text = "節分の日に、豆をまく。" * 91
    boundaries(text, "bunsetsu")
    times = []
    for n in (1, 10):
        begin = time.process_time()
        assert len(boundaries(text * n, "bunsetsu")) == n * 91 * 4
        times.append(time.process_time() - begin)
    assert times[1] < 50 * times[0]


def test_two_tokens_in_a_word_two_words_in_a_token():
    tokens = table("節", "分", "は豆", "を")
    values = np.array([np.nan, -2.0, -6.0, -1.0])
    laid = rung(tokens, "word")
    assert laid.texts == ("節分", "は", "豆", "を") and laid.blocks.tolist() == [0, 1, 1, 2]
    assert laid.shares.tolist() == [[1, 1, 0, 0], [0, 0, 0.5, 0], [0, 0, 0.5, 0], [0, 0, 0, 1]]
    assert laid.sum(values).tolist() == [-2, -3, -3, -1] and not laid.straddles.any()
    assert rung(tokens, "character").sum(values)[1:].tolist() == [-2, -3, -3, -1]
    assert np.isnan(rung(tokens, "character").sum(values)[0])
    assert rung(tokens, "sentence").sum(values).tolist() == [-9]


@pytest.mark.parametrize("pieces, straddling", [
    (("節分", "は豆", "を"), []),  # made up of whole words
    (("節", "分は", "豆を"), [1]),  # begins inside a word
    (("節分は", "豆を"), []),
    (("は節", "分を"), [0, 1]),  # the first ends inside a word
])
def test_a_token_that_is_not_made_of_whole_words_straddles(pieces, straddling):
    assert np.flatnonzero(rung(table(*pieces), "word").straddles).tolist() == straddling


def test_a_token_that_ends_one_character_and_begins_the_next_straddles():
    tokens = table(
        b"\xe3\x81", b"\x82\xe3", b"\x81\x84", texts=("あい", "", ""), spans=[[0, 1], [0, 2], [1, 2]],
    )
    laid = rung(tokens, "character")
    assert laid.straddles.tolist() == [False, True, False] and laid.blocks.tolist() == [0, 0]
    assert laid.sum([1.0, 4.0, 2.0]).tolist() == [3, 4]
    assert align(tokens).tokens == ((0, 1, 2),)
    laid = rung(tokens, "byte")
    assert laid.texts == ("E3", "81", "82", "E3", "81", "84") and laid.blocks.tolist() == [0, 0, 1, 1, 2, 2]
    assert laid.sum([1.0, 4.0, 2.0]).tolist() == [0.5, 0.5, 2, 2, 1, 1]
    assert laid.spans[:, 0].tolist() == [0, 0, 0, 1, 1, 1] and not laid.straddles.any()


def test_what_has_no_token_has_no_number_and_what_has_no_text_keeps_its_own():
    # A start token, a prefix space, 鬼, a space that was dropped, 外, and bytes that make up no character.
    tokens = table(
        b"", b" ", "鬼", "外", b"\xe3", texts=("", "", "鬼 ", "外", ""),
        spans=[[0, 0], [0, 0], [0, 1], [2, 3], [3, 3]],
    )
    laid = rung(tokens, "character")
    assert laid.texts == ("", "", "鬼", " ", "外", "")
    assert laid.is_numbered.tolist() == [True, True, True, False, True, True]
    np.testing.assert_array_equal(laid.sum([1.0, 2, 3, 4, 5]), [1, 2, 3, np.nan, 4, 5])
    assert align(tokens).texts == ("鬼", " ", "外") and align(tokens).tokens == ((2,), (), (3,))
    assert rung(tokens, "sentence").texts == ("", "", "鬼 外", "")


def test_broken_bytes_inside_a_block_stand_before_it():
    tokens = table("を節", b"\xe3", "分", texts=("を節", "", "分"), spans=[[0, 2], [2, 2], [2, 3]])
    laid = rung(tokens, "word")
    assert laid.texts == ("", "を", "節分") and laid.blocks.tolist() == [0, 1, 1]
    assert laid.sum([-2.0, -7.0, -3.0]).tolist() == [-7, -1, -4] and laid.spans.tolist() == [[0, 0], [0, 1], [1, 3]]


def test_infinite_values_stay_in_their_own_units():
    laid = rung(table("節", "分", "は"), "word")
    assert laid.sum([0.0, -np.inf, -1.0]).tolist() == [-np.inf, -1]


def test_attribution_within_and_between_words():
    # 節分 は 豆まき, of the tokens 節 分 は 豆 まき; every token but the first was a target.
    tokens = table("節", "分", "は", "豆", "まき")
    nan = np.nan
    scores = np.array([
        [1, nan, nan, nan, nan],
        [2, 3, nan, nan, nan],
        [5, 7, 11, nan, nan],
        [13, 17, 19, 23, nan],
    ])
    laid = rung(tokens, "word")
    assert laid.texts == ("節分", "は", "豆まき")
    units, summed = laid.attribution(scores, [range(p, p + 1) for p in (1, 2, 3, 4)])
    assert units.tolist() == [0, 1, 2]
    # Within 節分, 節 gave 分 1; within 豆まき, 豆 gave まき 23.
    assert summed.tolist() == [[1, 0, 0], [5, 0, 0], [5 + 7 + 13 + 17, 11 + 19, 23]]
    units, summed = laid.attribution(np.nan_to_num(scores[3:]), [range(3, 5)])
    assert units.tolist() == [2] and summed.tolist() == [[30, 19, 0]]  # 豆 is a part of the target here


def test_a_target_that_lies_across_words_counts_in_equal_shares():
    laid = rung(table("節分", "は豆"), "word")
    units, summed = laid.attribution(np.array([[8.0, 0.0]]), [range(1, 2)])
    assert units.tolist() == [1, 2] and summed.tolist() == [[4, 0, 0], [4, 0, 0]]


def test_no_targets_give_no_rows():
    units, summed = rung(table("節分", "は"), "word").attribution(np.zeros((0, 2)), [])
    assert len(units) == 0 and summed.shape == (0, 2)


def test_a_text_without_characters():
    for unit in UNITS:
        laid = rung(table(b"", b""), unit)
        assert laid.texts == ("", "") and laid.sum([1.0, 2.0]).tolist() == [1, 2]
    assert align(table(b"")).texts == ()


def test_mistakes_are_named():
    tokens = table("節分", "は")
    with pytest.raises(ValueError, match="'mora' is no unit; choose one of byte, token, character"):
        rung(tokens, "mora")
    with pytest.raises(ValueError, match="'token'; choose one of character, grapheme"):
        boundaries("節分", "token")
    with pytest.raises(ValueError, match=r"values \[3\] do not end in the 2 positions"):
        rung(tokens, "word").sum([1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match=r"scores \[1, 2\] are not \[target, position\] of 0 targets"):
        rung(tokens, "word").attribution(np.zeros((1, 2)), [])


def test_a_package_that_is_not_there_is_named():
    code = (
        "import sys; sys.modules['sudachipy'] = None\n"
        "import lmviz\n"
        "assert lmviz.units.boundaries('節分は', 'grapheme').tolist() == [1, 2, 3]\n"
        "try: lmviz.units.boundaries('節分は', 'word')\n"
        "except ImportError as error: assert 'pip install sudachipy sudachidict-small' in str(error), error\n"
        "else: raise AssertionError\n"
        "assert not {'torch', 'transformers'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
