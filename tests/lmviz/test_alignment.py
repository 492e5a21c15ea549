"""Which characters each token stands for, on tokenizers of every kind, worked out from their bytes or by hand."""

from __future__ import annotations

import unicodedata

import pytest
from hostile_text import JIS_X_0208
from trained_tokenizers import BYTE_STYLES, STYLES, trained, unigram_of

from lmviz.units import align, rung

ROWS = [JIS_X_0208[begin : begin + 94] for begin in range(0, len(JIS_X_0208), 94)]
NORMALIZED = {"unigram": "NFKC", "byte_fallback": "NFKC", "gpt_neox": "NFC", "qwen_2": "NFC"}


def aligned(style, text, **kwargs):
    """``[group]`` of text, spans of its tokens and their bytes."""
    return groups_of(trained(style, **kwargs).table(text))


def groups_of(table):
    alignment = align(table)
    return [
        (group, [tuple(table.spans[p].tolist()) for p in positions], [table.raw_bytes[p] for p in positions])
        for group, positions in zip(alignment.texts, alignment.tokens, strict=True)
    ]


def test_jis_x_0208_is_whole():
    assert len(set(JIS_X_0208)) == 6879


@pytest.mark.parametrize("style", BYTE_STYLES)
def test_tokens_of_each_group_spell_its_characters(style):
    form = NORMALIZED.get(style)
    for row in ROWS:
        for text, _, pieces in aligned(style, row):
            expected = unicodedata.normalize(form, text) if form else text
            # SentencePiece drops spaces at the ends, NFKC puts some before marks that stand alone.
            assert b"".join(pieces).replace(b" ", b"") == expected.replace(" ", "").encode()


@pytest.mark.parametrize("style", ["gpt_neox", "llama_3", "qwen_2", "bpe_byte_fallback"])
def test_spans_are_those_of_the_bytes(style):
    for row in ROWS:
        table = trained(style).table(row)
        # One character for one: of these, composition changes ANGSTROM SIGN alone.
        read = unicodedata.normalize(NORMALIZED[style], row) if style in NORMALIZED else row
        of_byte = [at for at, character in enumerate(read) for _ in character.encode()]
        begin = 0
        for piece, span in zip(table.raw_bytes, table.spans.tolist(), strict=True):
            end = begin + len(piece.lstrip(b" "))
            assert span == ([of_byte[begin], of_byte[end - 1] + 1] if begin < end else [0, 0])
            begin = end


@pytest.mark.parametrize("style", BYTE_STYLES)
@pytest.mark.parametrize("character", ["𠮷", "🍣", "𩸽"])
def test_a_character_of_bytes_is_one_group(style, character):
    (group,) = [found for found in aligned(style, f"は{character}は") if character in found[0]]
    assert group[0] == character and len(group[1]) > 1
    assert set(group[1]) == {(1, 2)} and b"".join(group[2]) == character.encode()


@pytest.mark.parametrize("style", BYTE_STYLES)
def test_emoji_with_modifiers_is_one_grapheme_of_several_groups(style):
    text = "は👍🏽👨‍👩‍👧は"
    assert [group for group, _, _ in aligned(style, text)] == list(text)
    laid = rung(trained(style).table(text), "grapheme")
    assert [text for text in laid.texts if text] == ["は", "👍🏽", "👨‍👩‍👧", "は"]


@pytest.mark.parametrize("style, groups", [
    ("unigram", ["は", "か\u3099", "は"]), ("byte_fallback", ["は", "か\u3099", "は"]),
    ("gpt_neox", ["は", "か\u3099", "は"]), ("qwen_2", ["は", "か\u3099", "は"]),
    ("llama_3", ["は", "か", "\u3099", "は"]), ("bpe_byte_fallback", ["は", "か", "\u3099", "は"]),
])
def test_combining_dakuten_goes_with_its_kana_where_they_are_composed(style, groups):
    found = aligned(style, "はか\u3099は")
    assert [group for group, _, _ in found] == groups
    if len(groups) == 3:
        assert b"".join(found[1][2]) == "が".encode() and set(found[1][1]) == {(1, 3)}


@pytest.mark.parametrize("style, text, groups", [
    ("gpt_neox", "xか\u3099\u0301x", ["x", "か\u3099", "\u0301", "x"]),
    ("gpt_neox", "xa\u0301\u0323x", ["x", "a\u0301\u0323", "x"]),  # composed is the second mark
    ("gpt_neox", "か\u3099か\u3099", ["か\u3099", "か\u3099"]),
    ("unigram", "はｶﾞは", ["は", "ｶﾞ", "は"]),
    ("byte_fallback", "はﾊﾟは", ["は", "ﾊﾟ", "は"]),
    ("gpt_neox", "はｶﾞは", ["は", "ｶ", "ﾞ", "は"]),
])
def test_marks_go_where_the_tokenizer_put_them(style, text, groups):
    assert [group for group, _, _ in aligned(style, text)] == groups


def test_a_token_of_two_characters_parts_stands_for_both():
    tokenizer = unigram_of({"\u2581株": -1, "式": -1, "会社株": -1, "会社": -1})
    ((text, spans, raw),) = groups_of(tokenizer.table("㍿㍿"))
    assert [one.decode().strip() for one in raw] == ["株", "式", "会社株", "式", "会社"]
    assert text == "㍿㍿" and spans == [(0, 1), (0, 1), (0, 2), (1, 2), (1, 2)]


@pytest.mark.parametrize("style", STYLES)
def test_lower_casing_that_lengthens_a_character_keeps_it_whole(style):
    found = aligned(style, "はİは", lower_case=True)
    assert [text for text, _, _ in found] == ["は", "İ", "は"]
    # unigram has an unknown token for the dot, which spells nothing.
    assert b"".join(found[1][2]).decode() == ("i" if style == "unigram" else "i\u0307")


def test_what_the_tokenizer_dropped_is_a_group_without_tokens():
    assert [(text, len(spans)) for text, spans, _ in aligned("unigram", " 鬼 ")] == [(" ", 0), ("鬼", 1), (" ", 0)]


@pytest.mark.parametrize("style", BYTE_STYLES)
def test_a_text_cut_in_the_middle_of_a_character(style):
    tokenizer = trained(style)
    ids = tokenizer.encode_continuation("鬼🍣𠮷").tolist()
    for cut in range(len(ids) + 1):
        table = tokenizer.table("節分は", ids[:cut])
        written = b"".join(tokenizer.decode_bytes(token) for token in ids[:cut])
        assert table.text == "節分は" + written.decode(errors="ignore")
        n_whole, length = 0, 0
        for token in ids[:cut]:
            length += len(tokenizer.decode_bytes(token))
            n_whole += 1 if length <= len(written.decode(errors="ignore").encode()) else 0
        spans = table.spans[table.n_prompt :]
        assert (spans[:n_whole, 0] < spans[:n_whole, 1]).all() and (spans[n_whole:] == len(table.text)).all()
        assert len(set(table.groups[table.n_prompt + n_whole :].tolist())) <= 1


def test_bytes_that_are_dropped_take_no_character_from_others():
    from lmviz.loading.surfaces import join_bytes

    # F0 80 begins nothing: its tokens have no part in the あ that begins in the second.
    texts, groups, spans = join_bytes([b"\xf0", b"\x80\xe3", b"\x81\x82", b"x"])
    assert texts == ("あ", "", "", "x") and groups.tolist() == [0, 0, 0, 1]
    assert spans.tolist() == [[0, 0], [0, 1], [0, 1], [1, 2]]
    # U+FFFD in three tokens, the last of which has a letter of its own.
    texts, groups, spans = join_bytes([b"\xef", b"\xbf", b"\xbdA", None, b"\x81"])
    assert "".join(texts) == "A" and spans.tolist() == [[0, 0], [0, 0], [0, 1], [1, 1], [1, 1]]
    assert groups.tolist() == [0, 0, 0, 1, 2]
