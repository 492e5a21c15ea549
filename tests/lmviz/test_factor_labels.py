"""A planted factor is labelled and chance is not; scores and p-values are held against counting one by one."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from handmade_factors import factors_of, tokens_of
from planted_digits import digit_model
from scipy.stats import kstest
from sklearn.metrics import roc_auc_score

import lmviz
from lmviz.analyses.factor_labels.rules import RULES, indicators
from lmviz.analyses.factor_labels.scores import area_under_curve, centred_ranks, holm, shares_of_strong, shift_p_value
from lmviz.passages import counted, read_passages

DIGIT = RULES.index("digit")


@pytest.fixture(scope="module")
def reference(lm, embedded):
    """Tokens of some passages of the reference text, where they begin, and where which rule holds."""
    lines = (embedded.parents[1] / "reference" / "sentences.txt").read_text(encoding="utf-8")
    passages = read_passages(lm, [block.replace("\n", "") for block in lines.strip().split("\n\n")[:160]])
    return passages.tokens, passages.starts, indicators(passages.tokens, passages.starts)


def rng_of(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def noise(rng: np.random.Generator, n_factors: int, n: int) -> np.ndarray:
    """Responses as factors have them: half of them 0, and alike from token to token."""
    white = rng.normal(size=(n_factors, n + 3))
    return np.maximum(white[:, 3:] + white[:, 2:-1] + white[:, 1:-2] + white[:, :-3], 0) / 4


def test_scores_are_areas_under_the_roc_curve_with_ties_as_half():
    rng = rng_of(0)
    responses, held = rng.integers(0, 4, (3, 60)).astype(float), rng.random((2, 60)) < 0.3
    expected = [[roc_auc_score(has, row) for has in held] for row in responses]
    np.testing.assert_allclose(area_under_curve(centred_ranks(responses), held), expected, rtol=1e-12)
    everywhere = area_under_curve(centred_ranks(responses), np.array([[True] * 60, [False] * 60]))
    assert np.isnan(everywhere).all()


def test_shares_of_strong_responses_are_as_worked_by_hand():
    responses = np.array([[0.0, 5, 9, 5, 1], [0, 0, 0, 0, 0]])
    held = np.array([[True, True, False, False, True], [True, False, True, True, True]])
    found = shares_of_strong(responses, held, np.array([5.0, 0.0]))
    np.testing.assert_allclose(found, [[1 / 3, 2 / 3], [np.nan, np.nan]])


@pytest.mark.parametrize("seed", range(4))
def test_a_p_value_counts_all_circular_shifts_ties_included(seed):
    rng = rng_of(seed)
    n = (97, 128, 60, 211)[seed]
    responses, held = rng.integers(0, 3, n) / 7, rng.random(n) < 0.4
    # A period makes many shifts score exactly as much as none.
    if seed == 2:
        responses, held = np.tile(responses[:6], 10), np.tile(held[:6], 10)
    scores = [_wins(responses, np.roll(held, shift)) for shift in range(n)]
    expected = sum(score >= scores[0] for score in scores) / n
    assert shift_p_value(centred_ranks(responses), held) == expected


def _wins(responses: np.ndarray, held: np.ndarray) -> int:
    """Twice the number of pairs in which the position with the feature has the greater response, ties a half."""
    with_feature, without = responses[held][:, None], responses[~held][None]
    return int(2 * (with_feature > without).sum() + (with_feature == without).sum())


def test_p_values_of_smooth_responses_and_features_are_uniform():
    rng = rng_of(5)
    found = []
    for _ in range(600):
        response, feature = noise(rng, 2, 401)
        found.append(shift_p_value(centred_ranks(response), feature > 0.4))
    assert kstest(found, "uniform").pvalue > 0.05
    assert abs(np.mean(np.array(found) <= 0.05) - 0.05) < 0.02


def test_holm_is_as_worked_by_hand():
    np.testing.assert_allclose(holm(np.array([0.01, 0.04, 0.03, 0.005])), [0.03, 0.06, 0.06, 0.02])
    np.testing.assert_allclose(holm(np.array([0.6, 0.9])), [1, 1])


def test_neurons_that_detect_digits_are_labelled():
    model, texts = digit_model()
    factors = lmviz.model_factors(model, texts, n_components=6, n_seeds=0)
    labels = lmviz.factor_labels(factors, least_positions=10)
    by_digits = np.nanmean(np.where(
        [any(c.isdigit() for c in text) for text in factors.tokens.texts], factors.responses, np.nan
    ), axis=1)
    factor = int(by_digits.argmax())
    assert labels.proposed[factor] and labels.rules[labels.chosen[factor]] == "digit"
    assert labels.scores[factor, labels.chosen[factor]].min() > 0.95


def test_planted_responses_are_labelled_and_noise_is_not(reference):
    tokens, starts, held = reference
    responses = noise(rng_of(1), 6, len(tokens))
    planted = ["digit", "next_comma", "quoted", "particle_wo"]
    for factor, rule in enumerate(planted):
        responses[factor] += 3 * held[RULES.index(rule)]
    labels = lmviz.factor_labels(factors_of(tokens, starts, responses))
    assert [labels.rules[rule] for rule in labels.chosen[:4]] == planted
    assert labels.proposed.tolist() == [True] * 4 + [False] * 2
    assert (labels.p_values[:4] < 0.001).all()


@pytest.mark.parametrize("seed", range(3))
def test_shuffled_responses_get_no_label(reference, seed):
    tokens, starts, held = reference
    rng = rng_of(seed)
    responses = noise(rng, 40, len(tokens)) + 3 * held[rng.integers(0, len(RULES), 40)]
    where = np.flatnonzero(counted(starts, len(tokens), tokens.n_start))
    responses[:, where] = responses[:, rng.permutation(where)]
    labels = lmviz.factor_labels(factors_of(tokens, starts, responses), least_score=0.5, least_share=0)
    assert (labels.chosen >= 0).all() and not labels.proposed.any()
    assert kstest(labels.p_values, "uniform").pvalue > 0.01


def test_a_rare_feature_does_not_name_a_factor_that_responds_to_much_else(reference):
    tokens, starts, held = reference
    some = [RULES.index(f"particle_{name}") for name in ("kara", "ga", "wo", "ni", "wa")]
    factors = factors_of(tokens, starts, noise(rng_of(6), 1, len(tokens)) + 2 * held[some].any(axis=0))
    labels = lmviz.factor_labels(factors, least_score=0.7)
    scores, shares = labels.scores[0], labels.strong_shares[0]
    assert labels.rules[labels.chosen[0]] == "particle" and labels.proposed[0]
    assert scores[some].min() > scores[labels.chosen[0]].max()
    assert shares[some].max() < 0.5 < shares[labels.chosen[0]].min()
    assert lmviz.factor_labels(factors, least_share=0).chosen[0] in some


def test_a_rule_is_chosen_on_even_passages_and_tested_on_odd_ones(reference):
    tokens, starts, held = reference
    passage = np.searchsorted(starts, np.arange(len(tokens)), side="right") - 1
    responses = noise(rng_of(2), 1, len(tokens))
    responses += 3 * np.where(passage % 2 == 0, held[DIGIT], held[RULES.index("comma")])
    labels = lmviz.factor_labels(factors_of(tokens, starts, responses))
    assert labels.rules[labels.chosen[0]] == "digit"
    assert labels.scores[0, DIGIT, 0] > 0.9 and labels.scores[0, DIGIT, 1] < 0.6 and not labels.proposed[0]
    where = counted(starts, len(tokens), tokens.n_start) & (passage % 2 == 1)
    assert labels.counts[DIGIT, 1] == held[DIGIT, where].sum() and labels.n_shifts == where.sum() - 1
    score = roc_auc_score(held[DIGIT, where], responses[0, where].astype(np.float32))
    assert labels.scores[0, DIGIT, 1] == pytest.approx(score, abs=1e-6)


def test_strong_responses_of_the_second_half_decide_over_proposals(reference):
    tokens, starts, held = reference
    passage = np.searchsorted(starts, np.arange(len(tokens)), side="right") - 1
    responses = noise(rng_of(7), 1, len(tokens)) + 3 * held[DIGIT]
    assert lmviz.factor_labels(factors_of(tokens, starts, responses)).proposed[0]
    responses += 6 * held[RULES.index("final_particle")] * (passage % 2 == 1)
    labels = lmviz.factor_labels(factors_of(tokens, starts, responses))
    assert labels.rules[labels.chosen[0]] == "digit"
    assert labels.scores[0, DIGIT, 1] > 0.9 and labels.adjusted[0] < 0.01
    assert labels.strong_shares[0, DIGIT, 1] < 0.5 and not labels.proposed[0]


def test_what_is_too_rare_is_not_scored_and_a_constant_response_chooses_nothing():
    passages = [list("雨が1降る、風が2降る。")] * 2
    tokens, starts = tokens_of(passages)
    varied = rng_of(3).random(len(tokens))
    varied[[3, 15]] = 2
    factors = factors_of(tokens, starts, np.stack([varied, np.ones(len(tokens))]))
    labels = lmviz.factor_labels(factors, least_positions=2)
    is_scored = (labels.counts >= 2).all(axis=1) & (11 - labels.counts >= 2).all(axis=1)
    assert (np.isfinite(labels.scores).all(axis=(0, 2)) == is_scored).all() and is_scored[DIGIT]
    assert labels.counts[RULES.index("comma")].tolist() == [1, 1] and not is_scored[RULES.index("comma")]
    assert labels.chosen[1] == -1 and np.isnan(labels.p_values[1]) and np.isnan(labels.adjusted[1])
    assert labels.chosen[0] >= 0 and labels.adjusted[0] == labels.p_values[0]
    none = lmviz.factor_labels(factors)
    assert (none.chosen == -1).all() and not none.proposed.any() and np.isnan(none.scores).all()


def test_least_score_decides_over_proposals(reference):
    tokens, starts, held = reference
    factors = factors_of(tokens, starts, 2 * noise(rng_of(4), 1, len(tokens)) + held[DIGIT])
    score = float(lmviz.factor_labels(factors).scores[0, DIGIT, 1])
    assert 0.8 < score < 0.95
    for least_score, is_proposed in ((score - 0.01, True), (score + 0.01, False)):
        assert lmviz.factor_labels(factors, least_score=least_score, least_share=0).proposed[0] == is_proposed


def test_refusals():
    tokens, starts = tokens_of([["雨", "だ"]] * 2)
    factors = factors_of(tokens, starts, np.zeros((1, 4)))
    with pytest.raises(ValueError, match="not of a dict"):
        lmviz.factor_labels({})
    with pytest.raises(ValueError, match="one passage"):
        lmviz.factor_labels(replace(factors, starts=starts[:1]))
    with pytest.raises(ValueError, match="between 0.5 and 1"):
        lmviz.factor_labels(factors, least_score=2)
    with pytest.raises(ValueError, match="between 0 and 1"):
        lmviz.factor_labels(factors, least_share="most")
    with pytest.raises(ValueError, match="least_positions"):
        lmviz.factor_labels(factors, least_positions=0)


def test_labels_need_no_torch():
    code = (
        "import sys, lmviz; lmviz.factor_labels, lmviz.comparison.nearest_factors\n"
        "assert not {'torch', 'transformers'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
