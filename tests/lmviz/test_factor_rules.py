"""Which characters have which feature, marked by hand, and what of it is said of a token."""

from __future__ import annotations

import numpy as np
import pytest
from handmade_factors import tokens_of

from lmviz.analyses.factor_labels.features import FEATURES, character_features
from lmviz.analyses.factor_labels.rules import RULES, indicators
from lmviz.figures.messages import table

MARKED = {
    "digit": "昭和‹39›年に第‹１›回、三回目",
    "date_unit": "1964‹年›10‹月›十‹日›、来年の正月の日曜",
    "year": "‹1964年›と‹昭和三十九年›と‹平成元年›から三百年と1964回と10年間",
    "date": "‹1964年10月10日›から三日間、‹三月›に",
    "era": "‹昭和›39年、‹明治›時代、‹文化›3年、文化の日",
    "katakana": "‹リニアモーターカー›と‹ｶﾅ›の文",
    "hiragana": "漢字‹とひらがな›、カナ",
    "kanji": "‹漢字›とかな、‹人々›、‹𠮷野家›",
    "latin": "‹DVD›と1‹km›と‹Ａ›",
    "sentence_end": "来た‹。›何が‹？›「雨だ‹！›」と",
    "comma": "雨‹、›風",
    "middle_dot": "アン‹・›ドゥ",
    "bracket": "‹「›雨‹」›と‹（›風‹）›",
    "opening_quote": "‹「›雨‹『›風』」と（風）",
    "closing_quote": "「雨『風‹』」›と（風）",
    "quoted": "彼は「‹雨が『止む』と›」言う。『‹雨›』」",
    "electromagnetism": "‹磁気浮上›式の電車の‹コイル›",
    "railway": "磁気浮上式‹鉄道›の‹駅›で電話",
    "number": "‹39›人と‹三十九›人が一緒に",
    "kanji_numeral": "39人と‹三十九›人",
    "place": "‹東京›から‹フランス›へ鈴木さんが",
    "country": "東京から‹フランス›へ",
    "person": "東京の‹鈴木›さん",
    "proper_noun": "‹東京›の‹鈴木›さんの家",
    "noun": "‹雨›の‹研究›が始まる",
    "kanji_noun": "‹雨›の‹研究›とテレビと‹山›を見る",
    "pronoun": "‹彼女›は‹それ›を見た",
    "verb": "雨が‹降っ›て‹いる›",
    "adjective": "‹白い›花は‹静か›だ",
    "adverb": "雨が‹ゆっくり›降る",
    "adnominal": "‹その大きな›家",
    "conjunction": "‹しかし›雨だ",
    "suffix": "鈴木‹さん›と山田‹さま›",
    "hiragana_content": "‹りんご›を‹たべ›た人",
    "particle": "雨‹が›東京‹から›来る‹よ›",
    "particle_ga": "雨‹が›降ったが、晴れた",
    "particle_wo": "雨‹を›見る",
    "particle_ni": "東京‹に›行き、静かに歩く",
    "particle_de": "東京‹で›見る雨である",
    "particle_to": "雨‹と›風が来ると寒い",
    "particle_no": "東京‹の›雨を見るのだ",
    "particle_kara": "東京‹から›来たから寒い",
    "particle_wa": "雨‹は›降る",
    "particle_mo": "雨‹も›降る",
    "particle_te": "雨が降っ‹て›晴れ‹て›、東京で見る",
    "conjunctive_particle": "雨が降った‹が›、晴れれ‹ば›行って",
    "final_particle": "雨が降る‹よ›。東京か",
    "auxiliary": "雨が降っ‹た›。雨‹です›",
    "polite": "雨が降り‹まし›た。雨‹です›",
    "past": "雨が降っ‹た›。読ん‹だ›。雨だ",
    "copula": "雨‹だ›。雨‹で›ある。読んだ",
    "passive": "雨に降ら‹れ›た。見‹られる›",
    "negation": "雨が降ら‹ない›。降ら‹ず›。雨では‹なく›風だ",
    "question": "雨です‹か›。本当‹？›誰かが",
    "counter": "三‹回›と39‹本›と本を",
    "sentence_start": "‹雨›だ。‹風›だ。",
    "word_start": "‹研›究‹が›‹始›まる",
}


@pytest.mark.parametrize("feature", FEATURES)
def test_a_feature_is_of_the_characters_marked(feature):
    pieces = [piece.partition("‹") for piece in MARKED[feature].split("›")]
    text = "".join(outside + inside for outside, _, inside in pieces)
    expected = "".join("·" * len(outside) + inside for outside, _, inside in pieces)
    found = character_features(["雨だ。", text])[FEATURES.index(feature), 3:]
    assert "".join(c if has else "·" for c, has in zip(text, found, strict=True)) == expected


def test_nothing_goes_on_from_one_passage_to_the_next():
    features = dict(zip(FEATURES, character_features(["彼は「39", "年」と言う。"]), strict=True))
    assert not features["quoted"].any() and not features["date_unit"].any() and not features["year"].any()


def holding(passages, rule, n_start=0):
    """Positions where a rule holds, by passage."""
    tokens, starts = tokens_of(passages, n_start)
    held = indicators(tokens, starts)[RULES.index(rule)]
    return [np.flatnonzero(each).tolist() for each in np.split(held, starts[1:])]


PASSAGES = [["", "昭和", "39", "年に", "鰯", 1, 1, "を食べ", "た", "。"], ["", "雨", "だ", "。"]]
"""A prefix space, tokens of several characters, three tokens of one character, two words in a token."""


@pytest.mark.parametrize(("rule", "expected"), [
    ("digit", [[2], []]),
    ("next_digit", [[1], []]),
    ("date_unit", [[3], []]),
    ("next_date_unit", [[2], []]),
    ("particle_ni", [[3], []]),
    # The next token has a に, and does not begin with it.
    ("next_particle_ni", [[], []]),
    ("kanji", [[1, 3, 4, 5, 6, 7], [1]]),
    ("next_kanji", [[0, 2, 3, 4, 5], [0]]),
    ("verb", [[7], []]),
    ("sentence_end", [[9], [3]]),
    # After the last token of a passage comes nothing.
    ("next_sentence_end", [[8], [2]]),
    ("word_start", [[1, 2, 3, 4, 7, 8, 9], [1, 2, 3]]),
    ("inside_word", [[5, 6], []]),
    ("next_word_start", [[0, 1, 2, 3, 6, 7, 8], [0, 1, 2]]),
    ("next_inside_word", [[4, 5], []]),
    ("sentence_start", [[1], [1]]),
    ("passage_start", [[1, 2, 3, 4], [1, 2, 3]]),
])
def test_a_rule_holds_of_tokens(rule, expected):
    assert holding(PASSAGES, rule) == expected


def test_start_tokens_have_no_feature_and_are_no_part_of_a_passages_first_tokens():
    passages = [passage[1:] for passage in PASSAGES]
    assert holding(passages, "passage_start", n_start=1) == [[1, 2, 3, 4, 5], [1, 2, 3]]
    assert holding(passages, "kanji", n_start=1) == [[1, 3, 4, 5, 6, 7], [1]]


def test_every_rule_has_words_and_every_word_a_rule():
    named = {key.partition(".")[2] for key in table() if key.startswith("factor_label.")}
    assert named == set(RULES) and len(set(RULES)) == len(RULES)
