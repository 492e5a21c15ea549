"""A text through a training as numbers, by hand; factors followed, against planted ones and all permutations."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from lmviz.comparison import factor_tracks, training_course
from lmviz.comparison.correlation import pearson
from lmviz.figures.training_measures import gap, moved_most, newly_first, oldest, particles
from lmviz.results import LensMeasures, NeuronFactors
from lmviz.tokens import TokenTable


def table(pieces: list[str]) -> TokenTable:
    return TokenTable(np.arange(len(pieces)), tuple(pieces), tuple(piece.encode() for piece in pieces),
                      ("text",) * len(pieces), np.arange(len(pieces)), 0, 3)


def measures(tokens: TokenTable, ranks: list[int], bits: list[float]) -> LensMeasures:
    last = np.array([[0, *ranks]])
    logs = np.array([[np.nan, *(-value * np.log(2) for value in bits)]], dtype=np.float32)
    return LensMeasures(tokens, "small", np.vstack([last * 0 + 9, last]), 100, True, np.vstack([logs, logs]),
                        -logs, -logs, np.array([-1, *[1] * len(ranks)]))


def factors(activations: np.ndarray) -> NeuronFactors:
    nothing = np.zeros(len(activations), np.float32)
    rows = np.concatenate([np.full((len(activations), 1), np.nan), activations], axis=1).astype(np.float32)
    tokens = table([chr(0x3042 + i) for i in range(rows.shape[1])])
    return NeuronFactors(tokens, "small", rows, np.ones((len(rows), 2), np.float32), np.ones(2, np.float32),
                         np.array([0]), 2, False, nothing, 0.5, 0.5, nothing, 0.0, 3, True, None)


def test_surprisal_is_over_the_characters_that_are_predicted_and_ranks_are_the_last_layers():
    tokens = table(["福", "は", "内に", "来る"])
    later, earlier = measures(tokens, [1, 4, 2], [1, 2, 2]), measures(tokens, [9, 4, 1], [6, 6, 3])
    course = training_course({"64": later, "4": earlier})
    assert course.steps == (4, 64)
    assert course.bits_per_character == pytest.approx([15 / 5, 5 / 5])  # は, 内に and 来る: five characters
    assert course.ranks.tolist() == [[0, 9, 4, 1], [0, 1, 4, 2]] and course.n_first.tolist() == [1, 1]
    assert course.quartiles.tolist() == [[2.5, 4, 6.5], [1.5, 2, 3]]
    assert newly_first(course, 1) == ([1], [3]) and newly_first(course, 0) == ([3], [])


def test_what_cannot_be_followed_is_refused():
    found = measures(table(["福", "は"]), [1], [1])
    for wrong, says in (({"4": found}, "two checkpoints"), ({"a": found, "4": found}, "the step as their key"),
                        ({"4": found, "8": measures(table(["鬼", "は", "外"]), [1, 1], [1, 1])}, "same tokens")):
        with pytest.raises(ValueError, match=says):
            training_course(wrong)


def test_particles_are_tokens_that_are_a_particle_and_nothing_else():
    tokens = table(["節分", "に", "は", "豆を", "まい", "て", "鬼", "を", "追い払う", "。"])
    assert [tokens.texts[p] for p in particles(tokens)] == ["に", "は", "て", "を"]
    ranks = [2, 3, 400, 50, 1, 90, 1, 700, 1]
    course = training_course({"1": measures(tokens, [9] * 9, [1] * 9), "8": measures(tokens, ranks, [1] * 9)})
    widest = gap(course, particles(tokens))
    assert widest == (8, np.median([2, 3, 1, 1]), np.median([400, 50, 90, 700, 1]))
    assert moved_most(course, None) == []


def test_factors_are_followed_through_orders_that_change_and_a_new_one_is_said_to_be_new():
    rng = np.random.default_rng(0)
    base = rng.gamma(0.4, 1, (4, 60))
    noisy = base + rng.uniform(0, 0.05, base.shape)
    new = noisy[[3, 1, 0, 2]].copy()
    new[1] = rng.gamma(0.4, 1, 60)  # what was factor 1 responds to something else
    tracks = factor_tracks([factors(new), factors(noisy[[2, 0, 3, 1]]), factors(base)])
    assert tracks.tracks.tolist() == [[3, 4, 0, 2], [2, 0, 3, 1], [0, 1, 2, 3]]
    assert tracks.n_tracks == 5 and tracks.unmatched(0) == [1] and tracks.unmatched(1) == tracks.unmatched(2) == []
    assert oldest(tracks) == (0, 3)
    assert (tracks.correlations[1] > 0.95).all() and np.isnan(tracks.correlations[0, 1])


def test_the_pairing_is_the_best_of_all():
    rng = np.random.default_rng(3)
    mixed = rng.uniform(0, 1, (5, 5)) ** 3
    base = rng.gamma(0.5, 1, (5, 40))
    first, second = factors(mixed @ base), factors(base)
    likeness = np.corrcoef(mixed @ base, base)[:5, 5:]
    assert pearson(first.activations, second.activations) == pytest.approx(likeness, abs=1e-5)
    best = max(permutations(range(5)), key=lambda order: sum(likeness[i, j] for i, j in enumerate(order)))
    tracks = factor_tracks([first, second]).tracks[0]
    for factor, counterpart in enumerate(best):
        assert tracks[factor] == counterpart if likeness[factor, counterpart] >= 0.5 else tracks[factor] >= 5
