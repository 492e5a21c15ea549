"""Matrices that are long on both sides: the same minimum through a few singular directions as without them."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.optimize import linear_sum_assignment

from lmviz.analyses.factorization import Factorizer, starts
from lmviz.analyses.factorization.leading import leading


def noisy(shape, n_parts, noise, seed=0):
    """Sparse parts under half-normal noise that outweighs them, so that most of it is in no leading direction."""
    rng = np.random.default_rng(seed)
    by_row = rng.gamma(2, 1, (shape[0], n_parts)) * (rng.random((shape[0], n_parts)) < 0.3)
    by_column = rng.lognormal(0, 1, (n_parts, shape[1])) * (rng.random((n_parts, shape[1])) < 0.2)
    matrix = by_row @ by_column
    matrix += noise * matrix.std() * np.abs(rng.standard_normal(shape))
    return matrix.astype(np.float32), by_column


def least_cosine(found, expected):
    found, expected = (rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in (found, expected))
    cosines = found @ expected.T
    return cosines[linear_sum_assignment(-cosines)].min()


def error_of(matrix, found):
    return np.square(matrix.astype(np.float64) - found.by_row.astype(np.float64) @ found.by_column).sum()


@pytest.mark.parametrize(("shape", "seed"), [((300, 420), None), ((420, 300), None), ((300, 420), 1)])
def test_it_comes_to_the_minimum_that_the_whole_matrix_leads_to(monkeypatch, shape, seed):
    matrix, _ = noisy(shape, n_parts=5, noise=1.5)
    whole = Factorizer(matrix).fit(5, seed)
    monkeypatch.setattr(starts, "LARGE", 200)
    found = Factorizer(matrix).fit(5, seed)
    assert found.converged and found.n_iterations < whole.n_iterations / 3
    assert abs(error_of(matrix, found) / error_of(matrix, whole) - 1) < 1e-4
    assert least_cosine(found.by_column, whole.by_column) > 0.99
    assert least_cosine(found.by_row.T, whole.by_row.T) > 0.99


def test_planted_parts_of_a_large_matrix_are_found():
    matrix, by_column = noisy((1100, 1200), n_parts=6, noise=0.1)
    found = Factorizer(matrix).fit(6)
    assert found.converged and least_cosine(found.by_column, by_column) > 0.99
    again = Factorizer(matrix).fit(6)
    assert found.by_row.tobytes() == again.by_row.tobytes()


@pytest.mark.parametrize("shape", [(300, 420), (420, 300)])
def test_leading_singular_values_are_lapacks(monkeypatch, shape):
    monkeypatch.setattr(starts, "LARGE", 200)
    matrix, _ = noisy(shape, n_parts=40, noise=0.5)
    squares = np.linalg.svd(matrix.astype(np.float64), compute_uv=False) ** 2
    found = Factorizer(matrix).spectrum
    assert len(found.values) < len(squares)
    assert np.allclose(found.ceilings(32), (np.cumsum(squares) / squares.sum())[:32], atol=1e-4)
    vectors = found.vectors.numpy()
    assert np.allclose(vectors.T @ vectors, np.eye(vectors.shape[1]), atol=1e-6)


def test_what_has_fewer_directions_than_are_looked_for():
    rng = np.random.default_rng(0)
    matrix = torch.from_numpy((rng.random((250, 3)) @ rng.random((3, 400))).astype(np.float32))
    values, vectors = leading(matrix)
    expected = np.linalg.svd(matrix.double().numpy(), compute_uv=False)
    assert np.allclose(values[:3], expected[:3], rtol=1e-5) and (values[3:] < 1e-4 * values[0]).all()
    assert np.allclose(vectors.T @ vectors, np.eye(vectors.shape[1]), atol=1e-6)
    assert leading(torch.eye(60))[0].numpy() == pytest.approx(np.ones(48), abs=1e-5)
