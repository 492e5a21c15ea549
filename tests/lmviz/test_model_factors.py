"""Factors of a model: planted ones are found, and all numbers are those of float64 on single traces."""

from __future__ import annotations

import zlib

import numpy as np
import pytest
from family_models import TEXTS as LINES
from planted_activations import activations_of, as_layers, sparse_parts
from scipy.optimize import linear_sum_assignment, nnls

import lmviz
from lmviz.analyses.model_factors.sample import sampled_positions
from lmviz.analyses.model_factors.stability import matched_cosines
from lmviz.passages import read_passages

TEXTS = [part for line in LINES for part in (line[: len(line) // 2], line[len(line) // 2 :])]
SHAPE = 3, 48


@pytest.fixture(scope="module")
def gpt2(make_model):
    return lmviz.load(make_model("gpt2", n_inner=SHAPE[1]), device="cpu")


@pytest.fixture
def short_curve(monkeypatch):
    """More components than there are parts take long to settle, and tests of other things need no curve."""
    monkeypatch.setattr("lmviz.analyses.model_factors.curve.COMPONENTS", (2, 5))


def cosines(found, expected):
    """Of each expected row with the row found that is matched to it."""
    found, expected = (rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in (found, expected))
    table = expected.astype(np.float64) @ found.T
    return table[linear_sum_assignment(-table)]


def test_planted_parts_are_found_from_any_start_and_in_either_half(gpt2, short_curve):
    by_token, parts = sparse_parts(gpt2.vocabulary_size, 4, SHAPE, seed=1)
    with activations_of(gpt2, lambda ids: as_layers(by_token[ids] @ parts, SHAPE)):
        result = lmviz.model_factors(gpt2, TEXTS, n_components=4)
    assert cosines(result.loadings * result.scales, parts).min() >= 0.99
    kept = ~np.isnan(result.responses[0])
    assert cosines(result.responses[:, kept], by_token[result.tokens.token_ids[kept]].T).min() >= 0.99
    assert result.explained > 0.999 and result.converged
    assert result.seed_stability.shape == (4, 3) and result.seed_stability.min() > 0.99
    assert result.half_stability.shape == (4, 2) and result.half_stability.min() > 0.98
    assert dict(zip(result.curve_components.tolist(), (result.curve > 0.999).tolist(), strict=True)) == {
        2: False, 4: True, 5: True,
    }


def test_noise_has_no_stable_factors(gpt2, short_curve):
    def noise(ids):
        return np.abs(np.random.default_rng(zlib.crc32(ids.tobytes())).standard_normal((SHAPE[0], len(ids), SHAPE[1])))

    with activations_of(gpt2, noise):
        result = lmviz.model_factors(gpt2, TEXTS, n_components=6)
    # One factor may be the mean of all, which any start and any text has.
    assert np.sort(result.half_stability, axis=0)[:-1].max() < 0.9
    assert np.median(result.seed_stability) < 0.95


def test_a_part_of_every_second_passage_is_in_one_half_only(gpt2, short_curve):
    by_token, parts = sparse_parts(gpt2.vocabulary_size, 3, SHAPE, seed=2)
    passages = TEXTS[:4]
    even = {tuple(gpt2.tokenizer.table(text).token_ids.tolist()) for text in passages[::2]}

    def made(ids):
        own = by_token[ids].copy()
        own[:, 2] *= tuple(ids.tolist()) in even
        return as_layers(own @ parts, SHAPE)

    with activations_of(gpt2, made):
        result = lmviz.model_factors(gpt2, passages, n_components=3)
    found = result.loadings * result.scales
    own = np.argmax(found @ parts[2] / np.linalg.norm(found, axis=1))
    assert result.half_stability[own, 0] > 0.99 > 0.8 > result.half_stability[own, 1]
    assert np.delete(result.half_stability, own, axis=0).min() > 0.98


def reference(model, texts, layers, fitted=slice(None)):
    """Normalized columns ``[position, column]`` in float64, and their scales over some, from each text's own trace."""
    gated, columns = model.architecture.gated, []
    for text in texts:
        trace = model.trace(text)
        own = trace.feed_forward[list(layers), max(trace.n_start, 1) :].astype(np.float64)
        sides = [np.maximum(own, 0)] + [np.maximum(-own, 0)] * gated
        columns.append(np.concatenate(sides, axis=2).transpose(1, 0, 2).reshape(own.shape[1], -1))
    columns = np.concatenate(columns)
    by_layer = np.sqrt(np.mean(columns[fitted] ** 2, axis=0)).reshape(len(layers), -1)
    least = [0.1 * np.median(sizes[sizes > 0]) for sizes in by_layer]
    scales = np.maximum(by_layer, np.array(least)[:, None]).reshape(-1)
    return columns / scales, scales


def weights_of(columns, result):
    return np.array([nnls(result.loadings.T.astype(np.float64), column)[0] for column in columns])


def explained_of(columns, result):
    errors = columns - weights_of(columns, result) @ result.loadings.astype(np.float64)
    return 1 - np.square(errors).sum() / np.square(columns).sum()


@pytest.mark.parametrize(("family", "layers"), [("gpt2", "late"), ("llama", None), ("gemma2", [0, 2])])
def test_the_numbers_are_those_of_float64_on_each_text_alone(make_model, family, layers):
    model = lmviz.load(make_model(family), device="cpu")
    result = lmviz.model_factors(model, TEXTS, n_components=3, layers=layers, n_seeds=1)
    columns, scales = reference(model, TEXTS, result.layers.tolist())
    np.testing.assert_allclose(result.scales, scales, rtol=1e-4)
    weights, explained = weights_of(columns, result), explained_of(columns, result)
    kept = ~np.isnan(result.responses[0])
    np.testing.assert_allclose(result.responses[:, kept], weights.T, atol=1e-4 * weights.max())
    assert abs(result.explained - explained) < 1e-5
    assert result.n_fitted == len(columns)
    squares = np.linalg.svd(columns, compute_uv=False) ** 2
    np.testing.assert_allclose(result.ceilings, (np.cumsum(squares) / squares.sum())[:32], atol=1e-5)
    assert (np.diff(result.curve) > 0).all() and (result.curve <= result.ceilings[result.curve_components - 1]).all()
    assert abs(result.curve[result.curve_components == 3] - explained) < 1e-5


def test_start_tokens_and_first_positions_are_left_out(make_model, short_curve):
    model = lmviz.load(make_model("llama"), device="cpu")
    result = lmviz.model_factors(model, TEXTS, n_components=2, n_seeds=0)
    starts = np.isin(result.tokens.token_ids, model.start_ids)
    assert result.tokens.n_start == 1 and starts.sum() == len(TEXTS) == len(result.starts)
    assert np.isnan(result.responses[:, result.starts]).all()
    assert np.isfinite(np.delete(result.responses, result.starts, axis=1)).all()
    without = lmviz.model_factors(lmviz.load(make_model("gpt2"), device="cpu"), TEXTS, n_components=2, n_seeds=0)
    assert np.isnan(without.responses).sum() == 2 * len(TEXTS) and np.isnan(without.responses[:, without.starts]).all()


def test_factors_are_unit_vectors_in_order_of_energy(gpt2, short_curve):
    result = lmviz.model_factors(gpt2, TEXTS, n_components=5, n_seeds=1)
    assert np.allclose(np.linalg.norm(result.loadings, axis=1), 1, atol=1e-5)
    energies = np.nansum(np.square(result.responses.astype(np.float64)), axis=1)
    assert (np.diff(energies) <= 0).all()
    assert np.allclose(result.energy_shares, energies / energies.sum(), atol=1e-6)
    assert np.allclose(result.layer_shares.sum(axis=1), 1, atol=1e-5)


def test_a_sample_is_spread_over_all_passages_and_responses_are_everywhere(gpt2, monkeypatch, short_curve):
    monkeypatch.setattr("lmviz.analyses.model_factors.sample.MOST_POSITIONS", 4 * len(TEXTS))
    passages = read_passages(gpt2, TEXTS)
    at = sampled_positions(passages, n_columns=144)
    assert passages.counted[at].all() and len(np.unique(at)) == len(at) == 4 * len(TEXTS)
    shares = np.bincount(np.searchsorted(passages.starts, at, side="right") - 1) / len(at)
    lengths = np.diff(passages.starts, append=len(passages.tokens)) - 1
    assert np.abs(shares - lengths / lengths.sum()).max() < 1.01 / len(at)
    result = lmviz.model_factors(gpt2, TEXTS, n_components=2, n_seeds=0)
    fitted = np.isin(np.flatnonzero(passages.counted), at)
    columns, scales = reference(gpt2, TEXTS, range(3), fitted)
    assert result.n_fitted == fitted.sum() < len(columns)
    np.testing.assert_allclose(result.scales, scales, rtol=1e-4)
    np.testing.assert_allclose(result.responses[:, passages.counted], weights_of(columns, result).T, atol=1e-2)
    for explained, rows in ((result.explained, columns), (result.curve[0], columns[fitted])):
        assert abs(explained - explained_of(rows, result)) < 1e-5


def test_the_same_call_gives_the_same_bytes(gpt2, short_curve):
    first, again = (lmviz.model_factors(gpt2, TEXTS, n_components=3, n_seeds=1) for _ in range(2))
    arrays, header = first.parts()
    others, other_header = again.parts()
    assert header == other_header and all(arrays[name].tobytes() == others[name].tobytes() for name in arrays)


def test_matching_is_one_to_one_and_the_sum_of_cosines_is_largest():
    own = np.eye(3, dtype=np.float32)
    # The first two are both nearest to the first other; the second gives way.
    others = np.array([[0.8, 0.6, 0], [0.6, 0, 0.8], [0, 0, 1]], dtype=np.float32)
    assert np.allclose(matched_cosines(own, others), [0.6, 0.6, 1.0])


@pytest.mark.parametrize(("texts", "options", "said"), [
    (TEXTS, {"n_components": 500}, "ask for at most"),
    (TEXTS[:1], {}, "0 of them in one half"),
    ([], {}, "at least one text"),
    (TEXTS, {"layers": [7]}, "between 0 and 2"),
    (TEXTS, {"n_components": 0}, "at least 1"),
    (TEXTS, {"n_seeds": -1}, "at least 0"),
])
def test_what_cannot_be_answered_is_refused(gpt2, texts, options, said):
    with pytest.raises(ValueError, match=said):
        lmviz.model_factors(gpt2, texts, **options)


@pytest.mark.parametrize(("value", "said"), [(-1.0, "nothing to factor"), (np.nan, "not finite"), (np.inf, "float32")])
def test_activations_that_cannot_be_factored_are_refused(gpt2, value, said):
    with activations_of(gpt2, lambda ids: np.full((SHAPE[0], len(ids), SHAPE[1]), value)):
        with pytest.raises(ValueError, match=said):
            lmviz.model_factors(gpt2, TEXTS, n_components=2)
