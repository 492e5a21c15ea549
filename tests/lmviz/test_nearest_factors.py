"""Responses of two models are laid side by side character by character, however each cuts the text."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from handmade_factors import factors_of, tokens_of

from lmviz.comparison import nearest_factors

COARSE = [["昭和", "39", "年に", "鰯", 1, "を"], ["東京", "で", "開かれた"]]
FINE = [["昭", "和", "3", "9", "年", "に", "鰯", 1, 1, "を"], ["東", "京", "で", "開か", "れ", "た"]]
N_COARSE, N_FINE = 9, 16


def coarse(seed: int = 0, n_factors: int = 3):
    return factors_of(*tokens_of(COARSE), np.random.default_rng(seed).random((n_factors, N_COARSE)), "coarse")


def fine(seed: int = 1, n_factors: int = 4):
    return factors_of(*tokens_of(FINE), np.random.default_rng(seed).random((n_factors, N_FINE)), "fine")


def test_worked_by_hand():
    one, two = coarse(), fine()
    # 昭 has no response of either model and 和 none of the coarse; 東 none of either, 京 none of the coarse.
    mine = one.responses[:, [1, 1, 2, 2, 3, 5, 7, 8, 8, 8, 8]].astype(float)
    mine[:, 4] = one.responses[:, 3:5].mean(axis=1)
    theirs = two.responses[:, [2, 3, 4, 5, 6, 9, 12, 13, 13, 14, 15]].astype(float)
    theirs[:, 4] = two.responses[:, 6:9].mean(axis=1)
    expected = np.corrcoef(mine, theirs)[:3, 3:]
    np.testing.assert_allclose(nearest_factors(one, two), expected, atol=1e-7)
    np.testing.assert_allclose(nearest_factors(two, one), expected.T, atol=1e-7)


def test_a_factor_is_its_own_nearest_however_the_text_is_cut():
    one = coarse()
    spread = np.repeat(one.responses, [2, 2, 2, 1, 2, 1, 2, 1, 3], axis=1)
    two = factors_of(*tokens_of(FINE), spread)
    two.responses[:, 6:9] = one.responses[:, 3:5].mean(axis=1, keepdims=True)
    correlation = nearest_factors(one, two)
    np.testing.assert_allclose(np.diag(correlation), 1, atol=1e-6)
    assert (np.abs(correlation - np.eye(3))[~np.eye(3, dtype=bool)] < 0.999).all()


def test_scale_offset_and_order_of_factors_do_not_matter():
    one, two = coarse(), fine()
    order = [2, 0, 3, 1]
    moved = replace(two, responses=(two.responses * np.array([[2], [0.5], [9], [4]]) + 3)[order].astype(np.float32))
    np.testing.assert_allclose(nearest_factors(one, moved), nearest_factors(one, two)[:, order], atol=1e-5)


def test_a_start_token_has_no_characters_and_what_follows_it_counts():
    responses = np.random.default_rng(2).random((2, N_FINE + 2))
    started = factors_of(*tokens_of(FINE, n_start=1), responses)
    full = np.delete(started.responses, [0, N_FINE - 5], axis=1).astype(float)
    again = nearest_factors(started, started)
    per_character = np.delete(full, [7, 8], axis=1)
    per_character[:, 6] = full[:, 6:9].mean(axis=1)
    per_character = np.insert(per_character, 12, per_character[:, 11], axis=1)
    np.testing.assert_allclose(again, np.corrcoef(per_character), atol=1e-7)


def test_a_factor_without_variation_has_no_correlation():
    one = coarse()
    one.responses[1, 1:6] = one.responses[1, 7:] = 0.3
    correlation = nearest_factors(one, fine())
    assert np.isnan(correlation[1]).all() and np.isfinite(correlation[[0, 2]]).all()


def test_other_texts_are_refused():
    other = factors_of(*tokens_of([*COARSE[:1], ["東京", "を"]]), np.zeros((1, 8)), "other")
    with pytest.raises(ValueError, match="coarse and other differ from character 10 on"):
        nearest_factors(coarse(), other)
    joined = factors_of(*tokens_of([COARSE[0] + COARSE[1]]), np.zeros((1, N_COARSE)), "joined")
    with pytest.raises(ValueError, match="different passages"):
        nearest_factors(coarse(), joined)
    short = factors_of(*tokens_of([["昭和"], ["東京"]]), np.zeros((1, 2)))
    with pytest.raises(ValueError, match="longer passages"):
        nearest_factors(short, short)
    with pytest.raises(ValueError, match="not a dict"):
        nearest_factors(coarse(), {})
