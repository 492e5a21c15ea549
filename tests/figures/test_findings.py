"""What a page opens with: titles that tell of something, those that tell most first, by claim and by size of effect."""

from __future__ import annotations

import re
from dataclasses import replace

import fakes
import numpy as np
import pytest

from lmviz.figures import describe
from lmviz.figures.effects import SPANS, effect
from lmviz.figures.findings import _WEIGHTS, _claim, finding, most_telling
from lmviz.figures.messages import message, table


def told(kind: str, result, language: str = "ja", position: int | None = None):
    title = describe(kind, result, language, position=position).title
    return finding(kind, result, title, language, position=position)


def jump(before: int, after: int = 1):
    """Ranks of which one leaps and all others stay where they are."""
    result = fakes.rankings()
    ranks = np.full(result.ranks.shape, 50)
    ranks[:, 0], ranks[:4, 5], ranks[4:, 5] = 0, before, after
    return replace(result, ranks=ranks)


def overtaking(gap: float):
    """Of two words, the one behind by ``gap`` nats comes out ahead by as much."""
    result = fakes.watched_words()
    logs = np.array([[-3, -3, -3 + gap], [-3 + gap, -3 + gap, -3]], np.float32)
    return replace(result, words=("豆", "鬼"), word_token_ids=((2018,), (2019,)), word_token_texts=(("豆",), ("鬼",)),
                   log_probabilities=logs, ranks=np.ones((2, 3), int))


def drawing_on(share: float):
    """An attribution of which one source has this share, and all others the same."""
    result = fakes.attributions()["integrated_gradients"]
    target = int(result.target_positions[0])
    scores = np.zeros_like(result.scores)
    scores[0, :target] = (1 - share) / (target - 1)
    scores[0, 2] = share
    return replace(result, scores=scores), target


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_title_that_claims_something_is_known_and_no_other(language):
    names = {name for text in table().values() for name in re.findall(r"\{(\w+)\}", text[language])}
    filled = dict.fromkeys(names, "「x」")
    for start, keys in _WEIGHTS.items():
        kind = start.removesuffix(".title")
        for key in (key.removeprefix(f"{start}.") for key in table() if key.startswith(f"{start}.")):
            title = message(f"{start}.{key}", language, **filled)
            claims = key not in ("nothing", "within", "contrast.within", "missed") and "plain" not in key
            claims &= (kind, key) not in {("watched_words", "close")}
            assert bool(_claim(kind, title, language)[0]) == claims == (key in keys), (kind, key)


def test_of_equal_claims_the_larger_effect_tells_more():
    for results in ([jump(200), jump(2_000), jump(10_000)], [overtaking(0.5), overtaking(2), overtaking(6)]):
        scores = [told(result.kind, result).score for result in results]
        assert scores == sorted(scores) and len(set(scores)) == 3
    shares = [drawing_on(share) for share in (0.3, 0.5, 0.7)]
    scores = [told("attribution", result, position=target).score for result, target in shares]
    assert scores == sorted(scores) and len(set(scores)) == 3


def test_a_great_jump_comes_before_a_slight_overtaking_and_a_slight_one_after_a_great():
    slight, great = told("rankings", jump(110)).score, told("rankings", jump(9_999)).score
    ahead, far_ahead = told("watched_words", overtaking(0.5)).score, told("watched_words", overtaking(7)).score
    assert slight < ahead < great < far_ahead


def test_an_effect_is_nothing_at_its_threshold_and_whole_from_its_end_on():
    sizes = [effect("rankings", "jump", jump(before), position=5) for before in (100, 1_000, 10_000, 15_000)]
    assert sizes == pytest.approx([0, 0.5, 1, 1])
    result, target = drawing_on(0.5)
    assert effect("attribution", "up", result, position=target) == pytest.approx(0.5)
    assert effect("watched_words", "overtakes", overtaking(7.5), position=0) == 1
    assert all(span.least < span.most for span in SPANS.values())


def test_titles_that_claim_nothing_are_left_out_and_equals_keep_their_order():
    assert told("rankings", jump(50, 50)).score == 0
    assert most_telling([0, 2.5, 7, 2.5, 1]) == [2, 1, 3]
    assert most_telling([0, 0]) == []


@pytest.mark.parametrize("kind", ["tokens", "predictions", "layer_predictions", "rankings", "characters",
                                  "watched_words", "neuron_factors", "factor_responses"])
def test_what_plausible_results_claim_has_a_size(kind):
    """No title of a kind is without a measure, whatever it turns out to claim."""
    result = fakes.results()[kind]
    for position in (None, 5):
        shown = next(iter(result.values())) if isinstance(result, dict) else result
        assert 0 <= told(kind, shown, position=position).score <= 12


def test_a_finding_says_what_place_it_speaks_of():
    result = overtaking(2)
    before = "".join(result.tokens.texts[:result.position])[-4:]
    ja, en = told("watched_words", result), told("watched_words", result, "en")
    assert before in ja.sentence and ja.sentence.endswith("に続く語を見ると、「豆」が第2層で「鬼」を追い抜く。")
    assert en.sentence.startswith("After “") and en.sentence.endswith(": “豆” overtakes “鬼” at layer 2.")
    assert ja.score == en.score
    assert told("rankings", jump(500)).sentence == describe("rankings", jump(500), "ja").title
