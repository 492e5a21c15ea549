"""Measures of likeness against formulas of places by places, other libraries and cases worked by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.linalg import subspace_angles
from sklearn.cross_decomposition import CCA

import lmviz
from lmviz.analyses.layer_similarity.cca import pwcca, svcca
from lmviz.analyses.layer_similarity.cka import debiased_cka
from lmviz.analyses.layer_similarity.directions import directions
from lmviz.analyses.layer_similarity.sampling import spread, token_ends, usual_number
from lmviz.passages import read_passages
from lmviz.results import LayerSimilarity, Result

ROOT = Path(__file__).resolve().parents[2]
RNG = np.random.default_rng(7)


@pytest.fixture(autouse=True)
def _the_same_numbers_in_any_order_of_tests(monkeypatch):
    monkeypatch.setitem(globals(), "RNG", np.random.default_rng(7))


def of(matrix: np.ndarray, share: float = 0.99):
    return directions(torch.from_numpy(np.asarray(matrix, dtype=np.float64)), share)


def cka(one: np.ndarray, two: np.ndarray) -> float:
    return debiased_cka(of(one), of(two))


def mean_cca(one: np.ndarray, two: np.ndarray, share: float = 1) -> float:
    return svcca(of(one, share), of(two, share))


def orthonormal(n: int, width: int) -> np.ndarray:
    """Columns of mean 0, orthogonal and of length 1."""
    drawn = RNG.normal(size=(n, width))
    return np.linalg.qr(drawn - drawn.mean(axis=0))[0]


def cka_of_kernels(one: np.ndarray, two: np.ndarray) -> float:
    """With matrices of places by places, as Song et al. (2012) write the estimate."""
    n = len(one)

    def hsic(k: np.ndarray, other: np.ndarray) -> float:
        ones = np.ones(n)
        return ((k * other).sum() + ones @ k @ ones * (ones @ other @ ones) / ((n - 1) * (n - 2))
                - 2 / (n - 2) * ones @ k @ other @ ones) / (n * (n - 3))

    k, other = (x @ x.T for x in (one.astype(np.float64), two.astype(np.float64)))
    np.fill_diagonal(k, 0)
    np.fill_diagonal(other, 0)
    return float(hsic(k, other) / np.sqrt(hsic(k, k) * hsic(other, other)))


def biased_cka(one: np.ndarray, two: np.ndarray) -> float:
    one, two = one - one.mean(axis=0), two - two.mean(axis=0)
    return float(np.linalg.norm(one.T @ two) ** 2 / np.linalg.norm(one.T @ one) / np.linalg.norm(two.T @ two))


def related(n: int = 120, width: int = 12, other: int = 9) -> tuple[np.ndarray, np.ndarray]:
    one = RNG.normal(size=(n, width)) * np.geomspace(5, 0.1, width) + 3
    return one, one @ RNG.normal(size=(width, other)) + 4 * RNG.normal(size=(n, other))


def test_cka_of_four_places_by_hand():
    # Without diagonals, K is 1 at (1, 2) and (2, 1), L at (1, 3) and (3, 1): tr(KL) = 0, tr(KK) = tr(LL) = 2, both sum
    # to 2, 1ᵀKL1 = 1, 1ᵀKK1 = 1ᵀLL1 = 2. So HSIC(X, Y) = (0 + 4/6 - 1) / 4 = -1/12, of each with itself
    # (2 + 4/6 - 2) / 4 = 1/6.
    one, two = np.array([[1.0], [1], [0], [0]]), np.array([[1.0], [0], [1], [0]])
    assert cka(one, two) == pytest.approx(-1 / 2, abs=1e-12)
    assert cka(one, 3 - 2 * one) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize(("n", "width", "other"), [(5, 3, 2), (60, 40, 7), (30, 100, 100)])
def test_cka_is_that_of_the_kernels(n, width, other):
    one = RNG.normal(size=(n, width)) * 10 + 50
    two = one[:, :1] * RNG.normal(size=other) + RNG.normal(size=(n, other))
    assert cka(one, two) == pytest.approx(cka_of_kernels(one, two), abs=1e-10)


def test_cka_changes_with_a_general_map_but_not_with_rotation_scale_or_shift():
    one, two = related()
    rotation = orthonormal(40, 12)[:12]
    rotation = np.linalg.qr(rotation)[0]
    stretched = rotation * np.geomspace(0.05, 5, 12)
    assert cka(one @ rotation * 7 - 2, two / 3) == pytest.approx(cka(one, two), abs=1e-10)
    assert abs(cka(one @ stretched, two) - cka(one, two)) > 0.05
    assert mean_cca(one @ stretched, two) == pytest.approx(mean_cca(one, two), abs=1e-9)


def test_debiased_cka_of_unrelated_wide_layers_is_near_zero_where_biased_is_not():
    one, two = RNG.normal(size=(200, 600)), RNG.normal(size=(200, 500))
    assert biased_cka(one, two) > 0.6
    assert abs(cka(one, two)) < 0.02


def test_canonical_correlations_are_those_of_other_libraries():
    one, two = related(other=5)
    angles = subspace_angles(one - one.mean(axis=0), two - two.mean(axis=0))
    assert mean_cca(one, two) == pytest.approx(np.cos(angles).mean(), abs=1e-9)
    variates = CCA(n_components=5, tol=1e-12, max_iter=20_000).fit_transform(one, two)
    theirs = [np.corrcoef(a, b)[0, 1] for a, b in zip(*(v.T for v in variates), strict=True)]
    assert mean_cca(one, two) == pytest.approx(np.mean(theirs), abs=1e-6)


def test_svcca_changes_with_an_invertible_map_as_soon_as_directions_are_dropped():
    one, two = related()
    invertible = RNG.normal(size=(12, 12)) * np.geomspace(0.2, 5, 12)
    assert mean_cca(one @ invertible, two) == pytest.approx(mean_cca(one, two), abs=1e-8)
    assert of(one).kept < 12
    assert abs(mean_cca(one @ invertible, two, 0.99) - mean_cca(one, two, 0.99)) > 0.01


def test_pwcca_changes_only_with_maps_of_the_layer_that_gives_the_weights():
    one, two = related()
    plain = pwcca(of(one), of(two))
    mapped = pwcca(of(one), of(two @ RNG.normal(size=(9, 9)) * np.geomspace(0.2, 5, 9)))
    assert mapped[0] == pytest.approx(plain[0], abs=1e-8)
    assert abs(mapped[1] - plain[1]) > 0.01


def test_svcca_and_pwcca_by_hand():
    # Correlations 1 and 0.6; the first layer holds them at lengths 3 and 1, the second equally. Of the first layer's
    # variance, 9/10 lie along the first direction.
    u = orthonormal(50, 3).T
    one, two = np.stack([3 * u[0], u[1]], axis=1), np.stack([u[0], 0.6 * u[1] + 0.8 * u[2]], axis=1)
    assert pwcca(of(one), of(two)) == pytest.approx(((3 * 1 + 1 * 0.6) / 4, (1 + 0.6) / 2), abs=1e-12)
    assert mean_cca(one, two) == pytest.approx(0.8, abs=1e-12)
    assert (of(one, 0.89).kept, of(one, 0.91).kept) == (1, 2)
    assert mean_cca(one, two, 0.89) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize(("length", "said"), [
    (1, (0.68, 0.80, 0.80, 0.80)), (3, (0.73, 0.80, 0.90, 0.80)), (20, (0.71, 0.80, 0.98, 0.80)),
])
def test_the_worked_cases_of_the_pages(length, said):
    u = orthonormal(20_000, 3)
    one, two = np.stack([length * u[:, 0], u[:, 1]], axis=1), np.stack([u[:, 0], u[:, 1:] @ [0.6, 0.8]], axis=1)
    found = (cka(one, two), mean_cca(one, two), *pwcca(of(one), of(two)))
    assert found == pytest.approx(said, abs=0.006)
    assert mean_cca(one, two, 0.99) == pytest.approx(1 if length == 20 else 0.8, abs=1e-9)
    page = (ROOT / "docs" / "en" / "figures" / "layer_similarity.md").read_text(encoding="utf-8")
    row = " | ".join([str(length), *(f"{value:.2f}" for value in said)])
    assert [line for line in page.splitlines() if line.startswith(f"| {length} |")] == [f"| {row} |"]


def test_unrelated_layers_correlate_as_much_as_the_pages_say():
    squares = []
    for _ in range(10):
        one, two = of(RNG.normal(size=(300, 30)), 1), of(RNG.normal(size=(300, 20)), 1)
        between = (one.scores / one.sizes).T @ (two.scores / two.sizes)
        squares.append(float(torch.linalg.svdvals(between).square().mean()))
    assert np.mean(squares) == pytest.approx(30 / 299, rel=0.05)


def test_a_layer_without_variance_is_like_none():
    flat, one = np.ones((20, 4)), RNG.normal(size=(20, 4))
    assert np.isnan([cka(flat, one), mean_cca(flat, one), *pwcca(of(flat), of(one))]).all()


def test_on_one_short_text_every_canonical_correlation_is_1_and_so_it_is_refused(lm, sentences):
    states = lm.trace("".join(sentences[:2])).hidden_states[:, 1:101].astype(np.float64)
    first, last = (of(states[layer], 1) for layer in (0, -1))
    angles = subspace_angles(*(states[layer] - states[layer].mean(axis=0) for layer in (0, -1)))
    assert len(first) == len(last) == 99 < lm.width
    assert np.cos(angles).min() > 1 - 1e-6
    assert svcca(first, last) == pytest.approx(1, abs=1e-6)
    shuffled = RNG.permutation(states[-1])
    assert mean_cca(states[0], shuffled) == pytest.approx(1, abs=1e-6)
    assert pwcca(first, of(shuffled)) == pytest.approx((1, 1), abs=1e-6)
    assert abs(cka(states[0], shuffled)) < 0.05
    with pytest.raises(ValueError, match=r"have \d+ positions; layers are compared over 2000 or more"):
        lmviz.layer_similarity(lm, sentences[:2])


@pytest.fixture(scope="module")
def sentences() -> list[str]:
    text = (ROOT / "gallery" / "reference" / "sentences.txt").read_text(encoding="utf-8")
    return ["".join(passage.splitlines()) for passage in text.strip().split("\n\n")]


@pytest.fixture(scope="module")
def second() -> lmviz.LanguageModel:
    return lmviz.load(ROOT / "gallery" / "models" / "ja-gpt2-bytes", device="cpu")


@pytest.fixture(scope="module")
def alone(lm, sentences) -> LayerSimilarity:
    return lmviz.layer_similarity(lm, sentences[:34], n_positions=2_000)


def states_at(model, texts, positions) -> np.ndarray:
    """``[layer, place, width]`` from one trace a text."""
    return np.concatenate([model.trace(text).hidden_states for text in texts], axis=1)[:, positions]


def test_layers_of_a_model_are_compared_at_counted_positions(lm, sentences, alone):
    assert len(alone.positions) == 2_000 and alone.other_model == ""
    assert not np.isin(alone.positions, alone.starts).any() and (np.diff(alone.positions) > 0).all()
    states = states_at(lm, sentences[:34], alone.positions)
    for row, column in ((0, 7), (4, 3)):
        assert alone.cka[row, column] == pytest.approx(cka_of_kernels(states[row], states[column]), abs=1e-7)
    kept = [of(layer).kept for layer in states]
    assert alone.kept.tolist() == alone.other_kept.tolist() == kept
    assert alone.svcca[0, 1] == pytest.approx(mean_cca(states[0], states[1], 0.99), abs=1e-7)


def test_canonical_correlations_of_too_many_directions_are_refused(lm, make_model, sentences):
    """Over 2,000 places 200 directions are the most; a wide model has more, the embedded one none that it keeps."""
    wide = lmviz.load(make_model("gpt2", n_embd=256, n_positions=1024), device="cpu")
    result = lmviz.layer_similarity(lm, sentences[:52], wide, n_positions=2_000)
    most = np.maximum.outer(result.kept, result.other_kept)
    assert len(result.positions) == 2_000 and result.widths == (lm.width, 256) and most.max() > 200
    assert (np.isnan(result.svcca) == (most > 200)).all()
    assert np.isnan(result.pwcca).all() and not np.isnan(result.cka).any()


def test_two_models_are_compared_where_a_token_of_both_ends(lm, second, sentences):
    result = lmviz.layer_similarity(lm, sentences[:52], second, n_positions=2_000)
    readings = [read_passages(model, sentences[:52]) for model in (lm, second)]
    pairs = token_ends(*readings)
    pairs = pairs[spread(readings[0], pairs[:, 0], 2_000)]
    assert (result.positions == pairs[:, 0]).all() and result.other_model == "ja-gpt2-bytes"
    assert result.cka.shape == (lm.n_layers, second.n_layers) == (len(result.kept), len(result.other_kept))
    states = [states_at(model, sentences[:52], own) for model, own in zip((lm, second), pairs.T, strict=True)]
    assert result.cka[6, 4] == pytest.approx(cka_of_kernels(states[0][6], states[1][4]), abs=1e-7)
    assert result.svcca[1, 5] == pytest.approx(mean_cca(states[0][1], states[1][5], 0.99), abs=1e-7)


def test_tokens_that_end_at_the_same_character(lm, second):
    texts = ["㍿の歴史は、昭和26年9月1日に始まる。", "𠮷野家で鰯を食べた。", " Tokyo 🍣!"]
    one, two = (read_passages(model, texts) for model in (lm, second))
    found = token_ends(one, two)

    def ends(reading) -> dict[int, int]:
        """Last position of each group of tokens that holds characters, by how many characters stand up to there."""
        table, written, by_end = reading.tokens, 0, {}
        for position, text in enumerate(table.texts):
            written += len(text)
            if table.group_text(position):
                by_end[written] = position
        return by_end

    own, others = ends(one), ends(two)
    expected = [(own[end], others[end]) for end in sorted(own.keys() & others.keys())]
    assert found.tolist() == [[a, b] for a, b in expected if one.counted[a] and two.counted[b]]
    assert len(found) > 20


def test_places_are_spread_evenly_over_the_text(lm, sentences):
    passages = read_passages(lm, sentences)
    positions = np.flatnonzero(passages.counted)
    taken = positions[spread(passages, positions, 4_096)]
    assert len(np.unique(taken)) == 4_096
    shares = np.histogram(taken, bins=10, range=(0, len(passages.tokens)))[0] / 4_096
    assert np.abs(shares - 0.1).max() < 0.01
    assert len(spread(passages, positions, 10**6)) == len(positions)


def test_wide_layers_ask_for_more_places():
    assert usual_number([256], [8]) == usual_number([192, 256], [6, 8]) == 4_096
    assert usual_number([1024], [24]) == 10_240
    assert usual_number([8192], [80]) == 4_096


def test_a_result_comes_back_from_its_parts(alone):
    again = Result.from_parts(*alone.parts())
    assert again.cka.tolist() == alone.cka.tolist() and again.widths == alone.widths
    assert again.positions.dtype == np.int64


@pytest.mark.parametrize(("change", "said"), [
    ({"n_positions": 100}, "n_positions is a whole number of at least 2000, not 100"),
    ({"other": "ja-gpt2-bytes"}, "layers are those of a model from lmviz.load"),
    ({"texts": "鬼は外"}, "give a list"),
])
def test_what_cannot_be_compared_is_said(lm, sentences, change, said):
    with pytest.raises(ValueError, match=said):
        lmviz.layer_similarity(lm, **{"texts": sentences[:40], **change})


def test_hidden_states_that_are_no_numbers_are_named(embedded, sentences):
    broken = lmviz.load(embedded, device="cpu")
    with torch.no_grad():
        broken.network.transformer.h[3].mlp.c_proj.bias[0] = torch.inf
    with pytest.raises(ValueError, match="ja-gpt2-mini has hidden states that are no numbers at layer 3"):
        lmviz.layer_similarity(broken, sentences[:40])
