"""The reference text: its form, and that each kind of label can be both met and missed on either half of it."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

import pytest
from miniature import REPOSITORY

TEXT = (REPOSITORY / "gallery/reference/sentences.txt").read_text(encoding="utf-8")
PASSAGES = [passage.split("\n") for passage in TEXT.removesuffix("\n").split("\n\n")]
SENTENCES = [sentence for passage in PASSAGES for sentence in passage]
HALVES = SENTENCES[: len(SENTENCES) // 2], SENTENCES[len(SENTENCES) // 2 :]

POLITE = r"(?:です|ます|ました|でした|ません|ましょう|でしょう|ください)[かねよ]?[。？！」]*$"
PREFECTURES = (
    "北海道|青森|岩手|宮城|秋田|山形|福島|茨城|栃木|群馬|埼玉|千葉|東京|神奈川|新潟|富山|石川県|福井|山梨|長野|岐阜|静岡|愛知|三重県|"
    "滋賀|京都|大阪|兵庫|奈良|和歌山|鳥取|島根|岡山|広島|山口県|徳島|香川|愛媛|高知|福岡|佐賀|長崎|熊本|大分|宮崎|鹿児島|沖縄"
)
COUNTRIES = "アメリカ|イギリス|フランス|ドイツ|イタリア|ロシア|中国|韓国|インド|ブラジル|オランダ|エジプト|日本"
ERAS = "天平|応仁|天正|慶長|寛永|元禄|享保|寛政|文政|天保|嘉永|安政|文久|慶応|明治|大正|昭和|平成|令和"

RULES = {
    "date": r"[0-9〇一二三四五六七八九十元]年|[0-9一二三四五六七八九十]月|世紀",
    "digits": r"[0-9]",
    "katakana": r"[ァ-ヶー]{3,}",
    "topic particle": r"[一-龥ぁ-んァ-ヶー]は[、一-龥ァ-ヶ]",
    "object particle": r"[一-龥ぁ-んァ-ヶー]を",
    "polite end": POLITE,
    "plain end": rf"^(?!.*{POLITE}).*。$",
    "single brackets": r"「[^」]+」",
    "double brackets": r"『[^』]+』",
    "place": f"{PREFECTURES}|{COUNTRIES}",
    "counter": r"[0-9一二三四五六七八九十百千数](?:人|本|枚|個|冊|匹|頭|羽|台|隻|軒|杯|足|箱|通|度|回|番|歳|階|つ)",
    "Latin letters": r"[A-Za-z]",
    "question": r"か(?:。|」|$)|？",
    "negation": r"ない(?:。|が|と|の|よ|か|、)|なかった|ません",
    "middle dot": r"・",
    "era": ERAS,
}


def test_it_is_a_few_thousand_different_sentences() -> None:
    assert len(SENTENCES) >= 2_500
    assert [sentence for sentence, count in Counter(SENTENCES).items() if count > 1] == []


def test_passages_are_short_and_lines_are_whole_sentences() -> None:
    assert {len(passage) for passage in PASSAGES} <= set(range(3, 7))
    assert [s for s in SENTENCES if not 12 <= len(s) <= 60 or s[-1] not in "。？！」』"] == []


@pytest.mark.parametrize("pair", ["「」", "『』", "（）"])
def test_brackets_close(pair: str) -> None:
    assert [s for s in SENTENCES if s.count(pair[0]) != s.count(pair[1])] == []


def test_characters_are_composed_and_printable() -> None:
    assert unicodedata.is_normalized("NFC", TEXT)
    assert {c for c in TEXT if unicodedata.category(c) in ("Cc", "Cf", "Co", "Cn", "Zl", "Zp")} == {"\n"}
    assert [s for s in SENTENCES if s != s.strip()] == []


def test_no_two_sentences_are_nearly_the_same() -> None:
    where: dict[str, set[int]] = {}
    for number, sentence in enumerate(SENTENCES):
        for start in range(len(sentence) - 4):
            where.setdefault(sentence[start : start + 5], set()).add(number)
    shared = Counter(
        (a, b) for numbers in where.values() if len(numbers) < 20 for a in numbers for b in numbers if a < b
    )
    near = [
        (SENTENCES[a], SENTENCES[b])
        for (a, b), count in shared.items()
        if count > 0.7 * (min(len(SENTENCES[a]), len(SENTENCES[b])) - 4)
    ]
    assert near == []


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_is_met_and_missed_often_enough(rule: str) -> None:
    pattern = re.compile(RULES[rule])
    for half in HALVES:
        met = sum(pattern.search(sentence) is not None for sentence in half)
        assert min(met, len(half) - met) >= 60
    met = sum(pattern.search(sentence) is not None for sentence in SENTENCES)
    assert min(met, len(SENTENCES) - met) >= 150
