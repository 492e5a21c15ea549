"""NMF against scikit-learn's coordinate descent from the same start, and on matrices made of known parts."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment
from sklearn.decomposition import NMF
from sklearn.decomposition._nmf import _initialize_nmf

from lmviz.analyses.factorization import Factorizer, factorizer


def planted(n_rows, n_columns, n_parts, noise=0.0, seed=0):
    """Parts that share few rows and few columns, and half-normal noise."""
    rng = np.random.default_rng(seed)
    by_row = rng.gamma(2, 1, (n_rows, n_parts)) * (rng.random((n_rows, n_parts)) < 0.3)
    by_column = rng.lognormal(0, 1, (n_parts, n_columns)) * (rng.random((n_parts, n_columns)) < 0.2)
    matrix = by_row @ by_column
    matrix += noise * matrix.std() * np.abs(rng.standard_normal(matrix.shape))
    return matrix.astype(np.float32), by_row, by_column


def least_cosine(found, expected):
    """Of the rows of two sets, matched one to one."""
    found, expected = (rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in (found, expected))
    cosines = found @ expected.T
    return cosines[linear_sum_assignment(-cosines)].min()


def error_of(matrix, by_row, by_column):
    return np.square(matrix.astype(np.float64) - by_row.astype(np.float64) @ by_column).sum()


@pytest.mark.parametrize(("shape", "n_components"), [((40, 500), 4), ((60, 3000), 7), ((300, 90), 5)])
def test_it_comes_to_scikit_learns_minimum_from_the_same_start(shape, n_components):
    matrix, _, _ = planted(*shape, n_parts=9, noise=1.0)
    ours = Factorizer(matrix)
    found = ours.fit(n_components)
    by_row, by_column = ours.start(n_components)
    theirs = NMF(n_components, init="custom", tol=1e-6, max_iter=5000)
    product = theirs.fit_transform(matrix, W=by_row.copy(), H=by_column.copy()), theirs.components_
    assert found.converged
    assert abs(error_of(matrix, found.by_row, found.by_column) / error_of(matrix, *product) - 1) < 5e-3
    assert least_cosine(found.by_column, product[1]) >= 0.99
    assert least_cosine(found.by_row.T, product[0].T) >= 0.99


def test_samples_of_the_columns_lead_to_the_same_minimum_in_few_iterations_on_all(monkeypatch):
    matrix, _, _ = planted(20, 66_000, n_parts=9, noise=1.0)
    found = Factorizer(matrix).fit(6)
    monkeypatch.setattr(factorizer, "STRIDES", (1,))
    whole = Factorizer(matrix).fit(6)
    assert found.converged and found.n_iterations < whole.n_iterations / 2
    assert least_cosine(found.by_column, whole.by_column) >= 0.99
    errors = [error_of(matrix, each.by_row, each.by_column) for each in (found, whole)]
    assert abs(errors[0] / errors[1] - 1) < 5e-3


def test_a_part_in_no_sampled_column_is_found_by_the_iterations_on_all(monkeypatch):
    monkeypatch.setattr(factorizer, "LEAST_COLUMNS", 100)
    matrix, _, _ = planted(30, 6400, n_parts=2)
    row = np.arange(30) % 5 == 0
    matrix[:, 1::4] = 9.0 * row[:, None]
    found = Factorizer(matrix).fit(3)
    assert found.converged
    assert max(least_cosine(factor[None], row[None].astype(float)) for factor in found.by_row.T) >= 0.99


@pytest.mark.parametrize("n_components", [1, 3, 8])
def test_the_start_is_scikit_learns_nndsvda(n_components):
    matrix, _, _ = planted(30, 400, n_parts=8, noise=0.05)
    for ours, theirs in zip(
        Factorizer(matrix).start(n_components),
        _initialize_nmf(matrix.astype(np.float64), n_components, "nndsvda", random_state=0), strict=True,
    ):
        assert np.allclose(ours, theirs, atol=2e-3 * theirs.max())


def test_planted_parts_are_found():
    matrix, by_row, by_column = planted(60, 900, n_parts=5, noise=0.02, seed=3)
    found = Factorizer(matrix).fit(5)
    assert least_cosine(found.by_column, by_column) > 0.99 and least_cosine(found.by_row.T, by_row.T) > 0.99


@pytest.mark.parametrize("n_components", [2, 5, 12])
def test_more_components_than_rank_and_columns_and_rows_of_zeros(n_components):
    matrix, _, _ = planted(20, 200, n_parts=2)
    matrix[3], matrix[:, 10:60] = 0, 0
    found = Factorizer(matrix).fit(n_components)
    assert np.isfinite(found.by_row).all() and (found.by_row >= 0).all() and (found.by_column >= 0).all()
    assert error_of(matrix, found.by_row, found.by_column) < 1e-4 * np.square(matrix).sum()
    assert (found.by_row[3] @ found.by_column < 1e-3).all()
    assert ((found.by_row @ found.by_column[:, 10:60]) < 1e-3).all()


def test_one_position_is_its_own_factor():
    row = np.arange(6, dtype=np.float32)[None]
    found = Factorizer(row).fit(1)
    assert np.allclose(found.by_row @ found.by_column, row, atol=1e-5)


def test_a_random_start_is_of_its_seed_and_the_same_call_gives_the_same_bytes():
    matrix, _, _ = planted(20, 300, n_parts=4, noise=0.5)
    one, again, other = (Factorizer(matrix).fit(3, seed=seed) for seed in (1, 1, 2))
    assert one.by_column.tobytes() == again.by_column.tobytes() != other.by_column.tobytes()
    assert Factorizer(matrix).fit(3).by_row.tobytes() == Factorizer(matrix).fit(3).by_row.tobytes()


def test_ceilings_are_those_of_the_singular_values():
    matrix, _, _ = planted(20, 300, n_parts=30, noise=0.5)
    squares = np.linalg.svd(matrix.astype(np.float64), compute_uv=False) ** 2
    found = Factorizer(matrix).spectrum.ceilings(6)
    assert np.allclose(found, (np.cumsum(squares) / squares.sum())[:6])


@pytest.mark.parametrize(("matrix", "reason"), [
    (np.zeros((3, 4)), "all of the matrix is 0"),
    (np.array([[1.0, -1.0]]), "at least 0"),
    (np.array([[1.0, np.nan]]), "finite numbers"),
    (np.ones((0, 4)), r"shape \(0, 4\)"),
    (np.ones(4), r"shape \(4,\)"),
])
def test_what_cannot_be_factored_is_refused(matrix, reason):
    with pytest.raises(ValueError, match=reason):
        Factorizer(matrix)
