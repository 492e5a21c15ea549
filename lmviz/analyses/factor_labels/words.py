"""Features of words, by the part of speech that Sudachi gives them: all characters of such a word have the feature."""

from __future__ import annotations

import re
from collections.abc import Callable

from lmviz.units.sudachi import SudachiWord

_CONTENT = ("名詞", "動詞", "形容詞", "形状詞", "副詞", "代名詞")
_CASE_PARTICLES = {"ga": "が", "wo": "を", "ni": "に", "de": "で", "to": "と", "no": "の", "kara": "から"}
_TOPIC_PARTICLES = {"wa": "は", "mo": "も"}


def _part(*levels: str) -> Callable[[SudachiWord], bool]:
    return lambda word: word.part_of_speech[: len(levels)] == levels


def _particle(kind: str, form: str) -> Callable[[SudachiWord], bool]:
    return lambda word: word.part_of_speech[:2] == ("助詞", kind) and word.surface == form


def _auxiliary(*paradigms: str) -> Callable[[SudachiWord], bool]:
    return lambda word: word.part_of_speech[0] == "助動詞" and word.part_of_speech[4] in paradigms


def _is_conjunctive(word: SudachiWord) -> bool:
    return word.part_of_speech[1] == "接続助詞" and word.dictionary_form not in ("て", "で")


def _is_te(word: SudachiWord) -> bool:
    return word.part_of_speech[1] == "接続助詞" and word.dictionary_form in ("て", "で")


def _is_negation(word: SudachiWord) -> bool:
    is_adjective = word.part_of_speech[:2] == ("形容詞", "非自立可能") and word.dictionary_form in ("ない", "無い")
    return is_adjective or _auxiliary("助動詞-ナイ", "助動詞-ヌ")(word)


def _is_passive(word: SudachiWord) -> bool:
    return word.part_of_speech[0] == "助動詞" and word.dictionary_form in ("れる", "られる")


def _is_question(word: SudachiWord) -> bool:
    return word.surface in ("？", "?") or _particle("終助詞", "か")(word)


def _is_kanji_numeral(word: SudachiWord) -> bool:
    return word.part_of_speech[1] == "数詞" and not re.search("[0-9０-９]", word.surface)


def _is_kanji_noun(word: SudachiWord) -> bool:
    is_noun = word.part_of_speech[0] == "名詞" and word.part_of_speech[1] != "数詞"
    return is_noun and bool(re.fullmatch("[一-鿿㐀-䶿々]+", word.surface))


def _is_hiragana_content(word: SudachiWord) -> bool:
    return word.part_of_speech[0] in _CONTENT and bool(re.fullmatch("[ぁ-ゖー]+", word.surface))


def _counts(word: SudachiWord) -> bool:
    return word.part_of_speech[2] in ("助数詞", "助数詞可能")


_PREDICATES: dict[str, Callable[[SudachiWord], bool]] = {
    "number": _part("名詞", "数詞"),
    "kanji_numeral": _is_kanji_numeral,
    "place": _part("名詞", "固有名詞", "地名"),
    "country": _part("名詞", "固有名詞", "地名", "国"),
    "person": _part("名詞", "固有名詞", "人名"),
    "proper_noun": _part("名詞", "固有名詞"),
    "noun": _part("名詞"),
    "kanji_noun": _is_kanji_noun,
    "pronoun": _part("代名詞"),
    "verb": _part("動詞"),
    "adjective": lambda word: word.part_of_speech[0] in ("形容詞", "形状詞"),
    "adverb": _part("副詞"),
    "adnominal": _part("連体詞"),
    "conjunction": _part("接続詞"),
    "suffix": _part("接尾辞"),
    "hiragana_content": _is_hiragana_content,
    "particle": _part("助詞"),
    **{f"particle_{name}": _particle("格助詞", form) for name, form in _CASE_PARTICLES.items()},
    **{f"particle_{name}": _particle("係助詞", form) for name, form in _TOPIC_PARTICLES.items()},
    "particle_te": _is_te,
    "conjunctive_particle": _is_conjunctive,
    "final_particle": _part("助詞", "終助詞"),
    "auxiliary": _part("助動詞"),
    "polite": _auxiliary("助動詞-デス", "助動詞-マス"),
    "past": _auxiliary("助動詞-タ"),
    "copula": _auxiliary("助動詞-ダ"),
    "passive": _is_passive,
    "negation": _is_negation,
    "question": _is_question,
}

WORD_FEATURES = (*_PREDICATES, "counter")


def features_of_word(word: SudachiWord, before: SudachiWord | None) -> list[str]:
    """Which of `WORD_FEATURES` ``word`` has; a counter is one only after a number."""
    found = [name for name, has in _PREDICATES.items() if has(word)]
    if before is not None and before.part_of_speech[1] == "数詞" and _counts(word):
        found.append("counter")
    return found
