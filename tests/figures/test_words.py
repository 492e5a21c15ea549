"""Titles claim what the data show and nothing else; words stand in both languages."""

from __future__ import annotations

import re
import string
from dataclasses import replace
from typing import Any

import fake_attributions
import fakes
import numpy as np
import pytest

from lmviz.figures import describe
from lmviz.figures.labels import of_entry, of_positions, special, visible
from lmviz.figures.messages import LANGUAGES, message, table
from lmviz.tokens import VocabularyLabels


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("key", sorted(table()))
def test_both_languages_say_the_same_with_the_same_placeholders(key: str) -> None:
    entry = table()[key]
    assert set(entry) == set(LANGUAGES)
    assert fields(entry["ja"]) == fields(entry["en"])
    if ".title." in key or key.endswith((".caption", ".convention", ".alternative")):
        assert entry["ja"].endswith("。")
        assert entry["en"].endswith(".")


BY_NAME = re.compile(r"\.(method|meaning|quantity|unit|baseline|erasure|measure|sign)\."
                     r"|_(contrast|means|surprisal|entropy|divergence|place|rank)$|\.reading_|^factor_label\.")


def test_every_message_is_used() -> None:
    from importlib.resources import files

    root = files("lmviz.figures")
    sources = "".join(
        path.read_text(encoding="utf-8") for folder in ("", "html", "charts") for path in
        (root / folder if folder else root).iterdir() if path.name.endswith(".py")
    ) + "".join(p.read_text(encoding="utf-8") for p in (root / "static").iterdir() if p.name.endswith(".js"))
    unused = [key for key in table() if not re.search(
        rf"\b{re.escape(key.rsplit('.', 1)[1])}\b", sources) and not BY_NAME.search(key)]
    assert unused == []


def title(kind: str, result: Any, **where: int) -> str:
    return describe(kind, result, "ja", **where).title


def flat_lens(log: float) -> Any:
    lens = fakes.layer_predictions()
    return replace(lens, log_probabilities=np.full_like(lens.log_probabilities, log))


def without_effect() -> list[tuple[str, Any]]:
    """Data in which nothing happens, a case a claim: each must get its kind's title that claims nothing."""
    tokens, ranks, words = fakes.token_probabilities(), fakes.rankings(), fakes.watched_words()
    blame, factors = fake_attributions.attribution(), fakes.neuron_factors()
    even = np.where(np.isnan(tokens.log_probabilities), np.nan, np.log(0.1)).astype(np.float32)
    bounce = np.full_like(ranks.ranks, 500)
    bounce[3] = 1
    sawtooth = np.where(np.arange(8) % 2, -2.0, -2.1)
    return [
        ("tokens", replace(tokens, log_probabilities=even)),
        ("predictions", flat_lens(np.log(0.05))),
        ("layer_predictions", flat_lens(np.log(0.05))),
        ("rankings", replace(ranks, ranks=np.where(ranks.ranks == 0, 0, 40))),
        ("rankings", replace(ranks, ranks=np.where(ranks.ranks == 0, 0, bounce))),
        ("watched_words", replace(words, log_probabilities=np.full_like(words.log_probabilities, -3.0))),
        ("watched_words", replace(words, log_probabilities=np.stack([sawtooth, sawtooth[::-1], sawtooth - 1,
                                                                     sawtooth - 2]))),
        ("attribution", replace(blame, scores=np.sign(blame.scores))),
        ("attribution", replace(blame, scores=np.zeros_like(blame.scores))),
        ("neuron_factors", replace(factors, activations=np.ones_like(factors.activations))),
        ("neuron_factors", replace(factors, energy_shares=np.full_like(factors.energy_shares, 0.01))),
    ]


@pytest.mark.parametrize("case", range(11))
def test_no_effect_no_claim(case: int) -> None:
    kind, result = without_effect()[case]
    plain = message(f"{kind}.title.plain", "ja")
    pattern = re.sub(r"\\\{\w+\\\}", ".+", re.escape(plain))
    assert re.fullmatch(pattern, title(kind, result)), title(kind, result)


def test_tokens_name_the_least_expected() -> None:
    result = fakes.token_probabilities()
    logs = np.full_like(result.log_probabilities, np.log(0.3))
    logs[0], logs[1], logs[27] = np.nan, np.log(1e-6), np.log(0.00081)
    assert "「豆」（確率0.081%）" in title("tokens", replace(result, log_probabilities=logs))
    assert "50%" in title("tokens", replace(result, log_probabilities=np.where(np.isnan(logs), np.nan, np.log(0.7))))


def test_predictions_name_a_rival_only_when_it_is_close() -> None:
    lens = fakes.layer_predictions()
    logs = lens.log_probabilities.copy()
    first, second = (lens.labels.texts[lens.labels.index(int(i))] for i in lens.token_ids[7, 27, :2])
    for pair, expected in (((0.4, 0.3), second), ((0.4, 0.2), "第一候補"), ((0.95, 0.01), "ほぼ確信")):
        logs[7, 27, :2] = np.log(pair)
        said = title("predictions", replace(lens, log_probabilities=logs), position=27)
        assert expected in said and first in said
        assert (second in said) == (expected == second)


def test_layer_predictions_date_the_arrival() -> None:
    lens = fakes.layer_predictions()
    ids, logs = lens.token_ids.copy(), lens.log_probabilities.copy()
    actual, other = int(lens.tokens.token_ids[27]), 2001
    logs[:, 27, 0] = np.log(0.5)

    def said(firsts: list[int]) -> str:
        ids[:, 27, 0], ids[:, 27, 1:] = firsts, 2003
        return title("layer_predictions", replace(lens, token_ids=ids, log_probabilities=logs), position=27)

    assert "第5層で第一候補になり" in said([other] * 5 + [actual] * 3)
    assert "どの層でも" in said([actual] * 8)
    assert "最終層だけ" in said([other] * 7 + [actual])
    assert "返り咲く" in said([actual] + [other] * 6 + [actual])
    assert "上位10位に入らない" in said([2003] * 7 + [other])


def test_rankings_tell_a_leap_from_a_climb() -> None:
    result = fakes.rankings()
    ranks = np.full_like(result.ranks, 3)
    ranks[:, 0] = 0
    ranks[:5, 27] = 700
    assert "「豆」は第5層で700位から3位へ" in title("rankings", replace(result, ranks=ranks))
    ranks[:, 27] = [700, 400, 200, 100, 50, 20, 5, 1]
    assert "第0層の700位から、最終層で1位" in title("rankings", replace(result, ranks=ranks))
    ranks[:, 27] = 3
    assert "上位10位以内" in title("rankings", replace(result, ranks=ranks))


def test_watched_words_name_who_overtakes_whom() -> None:
    result = fakes.watched_words()
    assert title("watched_words", result) == "「豆」が第6層で「鬼」を追い抜く。"
    logs = result.log_probabilities.copy()
    logs[2] = -0.5
    assert "どの層でも「福」" in title("watched_words", replace(result, log_probabilities=logs))


def test_attribution_says_which_way() -> None:
    result = fake_attributions.attribution()
    scores = np.zeros_like(result.scores)
    scores[7, 13], scores[7, 2] = 0.9, 0.2
    assert "「豆」の予測をもっとも強めたのは「鰯（1/3）」（スコアの絶対値の82%）" in title(
        "attribution", replace(result, scores=scores), position=27)
    assert "逆向き" in title("attribution", replace(result, scores=-scores), position=27)
    unsigned = title("attribution", replace(result, scores=scores, signed=False), position=27)
    assert "もっとも大きく関わった" in unsigned


def test_unknown_kind_position_and_layer_are_refused() -> None:
    lens = fakes.layer_predictions()
    with pytest.raises(ValueError, match="heatmap"):
        describe("heatmap", lens, "ja")
    with pytest.raises(ValueError, match="46 tokens"):
        describe("predictions", lens, "ja", position=99)
    with pytest.raises(ValueError, match="8 layers"):
        describe("predictions", lens, "ja", layer=8)


def test_labels_never_show_a_raw_form() -> None:
    assert visible(" a\n\u3000\u200b\ufffd▁") == "␣a↵□U+200BU+FFFDU+2581"
    assert visible("👩🏽\u200d🚀❤\ufe0f\u200d🔥") == "👩🏽\u200d🚀❤\ufe0f\u200d🔥"
    assert visible("\u200d👩\u200d") == "U+200D👩U+200D" and visible("a\u200db") == "aU+200Db"
    assert [special(raw, "ja") for raw in ("</s>", "<|endoftext|>", "<unk>", "[MASK]")] == \
        ["〔文末〕", "〔文末〕", "〔未知語〕", "〔マスク〕"]
    assert special("<extra_id_7>", "en") == "[extra_id_7]"
    labels = VocabularyLabels(np.array([1, 4]), ("E3 81", " Tokyo"), ("bytes", "text"))
    assert of_entry(labels, 1, "ja") == "文字の一部 E3 81"
    assert of_entry(labels, 4, "en") == "␣Tokyo"
    names = of_positions(fakes.tokens(), "ja")
    assert (names[0], names[12], names[13:16], names[-1]) == \
        ("語頭", "↵", ["鰯（1/3）", "鰯（2/3）", "鰯（3/3）"], "〔文末〕")
