"""Where it is known what an answer depends on, the receipt tells a method that finds it from chance, and from a miss.

Each seed is another text and other weights. Finder and miss are judged like any method, beside 100 random orders of the
same text.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import planted_models
import pytest

import lmviz

N_SEEDS, ENOUGH = 20, 18


def induction_case(random, seed):
    """A model that copies, a text ``... A B ... A``, the token B, and the places that decide it."""
    length = 28
    words = random.choice(planted_models.N_WORDS, length - 1, replace=False).tolist()
    first = int(random.integers(2, length - 8))
    deciding = (first, first + 1, length - 1)
    return planted_models.induction(seed, length), [*words, words[first]], words[first + 1], deciding


def key_word_case(random, seed):
    """A text with a key word of two tokens somewhere, the answer that it calls for, and the places of the two."""
    length = 34
    *words, answer = random.choice(planted_models.N_WORDS, length + 1, replace=False).tolist()
    first = int(random.integers(2, length - 6))
    return planted_models.key_word(seed, tuple(words[first : first + 2]), answer), words, answer, (first, first + 1)


@pytest.fixture(scope="module", params=[induction_case, key_word_case], ids=["induction", "key_word"])
def judged(request):
    """By seed: each method's advantage and the edges of its random band; and the method chosen."""
    return [judge(request.param, seed) for seed in range(N_SEEDS)]


def judge(case, seed):
    random = np.random.default_rng(seed)
    model, words, answer, deciding = case(random, seed)
    trace = model.trace(" ".join(map(str, words)), continuation=str(answer))
    finder = lmviz.attribute(trace, "feature_ablation", targets=[len(words)])
    assert finder.values[0] > np.log(0.5), "the model does not know its answer"
    missing, chance = np.zeros((2, *finder.scores.shape), dtype=np.float32)
    others = [place for place in range(len(words)) if place not in deciding]
    missing[0, random.choice(others, len(deciding), replace=False)] = 1
    chance[0, : len(words)] = random.normal(size=len(words))
    methods = {
        "finder": finder,
        "missing": dataclasses.replace(finder, scores=missing),
        "chance": dataclasses.replace(finder, scores=chance),
    }
    trust = lmviz.method_trust({"text": lmviz.attribution_receipt(trace, methods)})
    return {name: (trust.advantages[row], *trust.bands[row]) for row, name in enumerate(trust.methods)}, trust.chosen


def test_a_method_that_finds_it_stands_above_chance_and_above_one_that_misses_it(judged):
    above = [
        found["finder"][0] > max(found["finder"][2], found["missing"][0]) and chosen == "finder"
        for found, chosen in judged
    ]
    assert sum(above) >= ENOUGH, judged


@pytest.mark.parametrize("name", ["missing", "chance"])
def test_a_method_that_misses_it_and_a_random_one_do_not_stand_above_the_random_orders(judged, name):
    assert sum(found[name][0] <= found[name][2] for found, _ in judged) >= ENOUGH, judged


def test_a_random_ranking_stays_within_the_band(judged):
    assert sum(found["chance"][1] <= found["chance"][0] <= found["chance"][2] for found, _ in judged) >= 16, judged
