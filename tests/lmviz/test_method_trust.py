"""Which method to trust: receipts of texts in which every token has a known worth, so that each drop is a sum."""

from __future__ import annotations

import dataclasses
import itertools
import statistics
import subprocess
import sys
import warnings

import numpy as np
import pytest
from scipy.stats import t as students_t

import lmviz
from lmviz.results import AttributionReceipt
from lmviz.results.attribution_receipt import ERASURES, FRACTIONS
from lmviz.tokens import TokenTable

N_TOKENS, N_TARGETS, N_ORDERS = 20, 3, 100
ERASED = [2, 6, 10, 14, 18]


def receipt(seed, scores=None, *, n_methods=0, baselines=None, model="model"):
    """A receipt of methods by name; each of ``scores`` ``[token]`` is a share of worth and a share of noise, 0 to 1.

    ``n_methods`` adds as many that score at random.
    """
    random = np.random.default_rng(seed)
    worth = random.exponential(size=(N_TARGETS, 1, N_TOKENS)) * random.uniform(0.5, 2, (N_TARGETS, len(ERASURES), 1))
    methods = {
        name: np.argsort(-((1 - noise) * worth[:, 0] + noise * random.normal(size=(N_TARGETS, N_TOKENS))), axis=1)
        for name, noise in (scores or {}).items()
    } | {f"random {n}": np.array([random.permutation(N_TOKENS)] * N_TARGETS) for n in range(n_methods)}
    drawn = [random.permutation(N_TOKENS) for _ in range(N_ORDERS // 2)]
    orders = [np.array([order] * N_TARGETS) for each in drawn for order in (each, each[::-1])]

    def drops(order):
        """``[target, erasure, fraction]``."""
        sums = [worth[target][:, order[target]].cumsum(axis=1) for target in range(N_TARGETS)]
        return np.stack(sums)[:, :, np.array(ERASED) - 1].astype(np.float32)

    table = TokenTable(
        np.zeros(N_TOKENS, np.int64), ("a",) * N_TOKENS, (b"a",) * N_TOKENS, ("text",) * N_TOKENS, np.arange(N_TOKENS),
        0, N_TOKENS,
    )
    n = len(methods)
    return AttributionReceipt(
        table, model, "log_probability", tuple((baselines or {}).get(name, "zero") for name in methods), tuple(methods),
        np.ones(n, dtype=bool), np.arange(N_TARGETS) + N_TOKENS, np.ones(N_TARGETS, np.int64), np.array(FRACTIONS),
        ERASURES, np.stack([drops(order) for order in methods.values()]),
        np.stack([drops(order[:, ::-1])[..., ::-1] for order in methods.values()]),
        np.stack([drops(order) for order in orders]), random.random((n, N_TARGETS, 3)).astype(np.float32),
        np.full((n, N_TARGETS), np.nan, np.float32), random.random((n, N_TARGETS)),
        np.eye(n, dtype=np.float32), seed,
    )


def mean_drop(drops, erasure):
    """Over targets and fractions, one by one."""
    places = itertools.product(range(N_TARGETS), range(len(FRACTIONS)))
    return statistics.fmean(float(drops[target, erasure, fraction]) for target, fraction in places)


def advantages_by_hand(found, named, rest, erasures=(0, 1, 2)):
    """Of one text, for the drops of several methods."""
    orders = {erasure: [mean_drop(drops, erasure) for drops in found.random_drops] for erasure in erasures}
    middle = {erasure: statistics.fmean(each) for erasure, each in orders.items()}
    deviation = {erasure: statistics.stdev(each) for erasure, each in orders.items()}
    return [
        statistics.fmean(
            (better - worse) / deviation[erasure]
            for erasure in erasures
            for better, worse in (
                (mean_drop(erased, erasure), middle[erasure]), (middle[erasure], mean_drop(kept, erasure))
            )
        )
        for erased, kept in zip(named, rest, strict=True)
    ]


def of_method(found, name, erasures=(0, 1, 2)):
    row = found.methods.index(name)
    return advantages_by_hand(found, [found.comprehensiveness[row]], [found.sufficiency[row]], erasures)[0]


def of_orders(found, erasures=(0, 1, 2)):
    """Of the random orders, each with the sufficiency that its own reverse has."""
    kept = [found.random_drops[n + 1 if n % 2 == 0 else n - 1][..., ::-1] for n in range(N_ORDERS)]
    return advantages_by_hand(found, found.random_drops, kept, erasures)


METHODS = {"poor": 0.9, "good": 0.2, "fair": 0.6}


def test_advantages_are_distances_from_random_orders_in_their_deviations_and_order_the_methods():
    texts = {f"text {seed}": receipt(seed, METHODS) for seed in range(6)}
    trust = lmviz.method_trust(texts)
    assert trust.methods == ("good", "fair", "poor") and trust.model == "model" and trust.n_texts.tolist() == [6, 6, 6]
    tops = [np.quantile(of_orders(found), 0.975) for found in texts.values()]
    for row, name in enumerate(trust.methods):
        by_text = [of_method(found, name) for found in texts.values()]
        assert trust.advantages[row] == pytest.approx(statistics.fmean(by_text))
        assert trust.shares_above[row] == pytest.approx(np.mean(np.array(by_text) > tops))
    assert trust.chosen == "good" and trust.intervals[0, 0] > trust.bands[0, 1]


def test_the_erasure_that_a_method_computes_with_does_not_judge_it():
    found = receipt(0, METHODS, baselines={"good": "mean", "fair": "sampled", "poor": "none"})
    trust = lmviz.method_trust({"text": found})
    for name, erasures in (("good", (1, 2)), ("fair", (0, 2)), ("poor", (0, 1, 2))):
        row, method = trust.methods.index(name), found.methods.index(name)
        assert trust.advantages[row] == pytest.approx(of_method(found, name, erasures))
        edges = np.quantile(of_orders(found, erasures), [0.025, 0.975])
        np.testing.assert_allclose(trust.bands[row], edges, rtol=1e-6)
        assert trust.infidelities[row] == pytest.approx(np.median(found.infidelity[method][:, erasures]))


def test_methods_that_score_at_random_stay_in_the_band_and_the_band_narrows_with_more_texts():
    texts = {str(seed): receipt(seed, n_methods=60) for seed in range(16)}
    by_text = [lmviz.method_trust({name: found}) for name, found in texts.items()]
    many = lmviz.method_trust(texts)
    assert 0.92 < np.mean([inside(trust) for trust in by_text]) < 0.97
    assert 0.9 < inside(many).mean() < 1
    widths = [np.median(np.diff(trust.bands, axis=1)) for trust in (*by_text, many)]
    assert np.mean(widths[:-1]) / widths[-1] == pytest.approx(4, rel=0.2)
    assert many.chosen == ""


def inside(trust):
    return (trust.bands[:, 0] <= trust.advantages) & (trust.advantages <= trust.bands[:, 1])


def test_orders_of_one_seed_are_not_taken_together_over_texts():
    trust = lmviz.method_trust({str(n): receipt(0, METHODS) for n in range(4)})
    alone = lmviz.method_trust({"0": receipt(0, METHODS)})
    assert np.diff(alone.bands[0])[0] / np.diff(trust.bands[0])[0] > 1.5


def test_intervals_of_many_texts_are_nearly_those_of_student():
    texts = {str(seed): receipt(seed, METHODS) for seed in range(15)}
    trust = lmviz.method_trust(texts)
    for row, name in enumerate(trust.methods):
        values = [of_method(found, name) for found in texts.values()]
        low, high = students_t.interval(0.95, 14, np.mean(values), np.std(values, ddof=1) / np.sqrt(15))
        np.testing.assert_allclose(trust.intervals[row], [low, high], atol=0.15 * (high - low))
        assert np.diff(trust.intervals[row])[0] == pytest.approx(high - low, rel=0.12)


def test_a_method_that_is_good_in_some_texts_only_is_not_chosen():
    texts = {str(seed): receipt(seed, {"changing": 0.0 if seed % 4 == 0 else 1.0}) for seed in range(8)}
    trust = lmviz.method_trust(texts)
    assert trust.advantages[0] > trust.bands[0, 1] > trust.intervals[0, 0]
    assert trust.chosen == "" and 0.2 < trust.shares_above[0] < 0.6


def test_one_text_has_no_interval_and_chooses_by_the_band_alone():
    good = lmviz.method_trust({"text": receipt(0, {"good": 0.1})})
    assert np.isnan(good.intervals).all() and good.chosen == "good" and good.shares_above.tolist() == [1]
    poor = lmviz.method_trust({"text": receipt(0, n_methods=1)})
    assert np.isnan(poor.intervals).all() and poor.chosen == ""


def without(found, targets):
    """The receipt with targets that could not be scored."""
    changed = {name: getattr(found, name).copy() for name in ("comprehensiveness", "sufficiency", "random_drops")}
    for array in changed.values():
        array[:, targets] = np.nan
    return dataclasses.replace(found, **changed)


def test_what_could_not_be_scored_is_left_out_without_a_warning():
    texts = {
        "whole": receipt(0, METHODS), "short": without(receipt(1, METHODS), [0, 1, 2]),
        "other methods": receipt(2, {"good": 0.2, "seldom": 0.3}),
    }
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        trust = lmviz.method_trust(texts)
        nothing = lmviz.method_trust({"short": texts["short"]})
        halved = lmviz.method_trust({"half": without(receipt(0, METHODS), [1])})
    assert dict(zip(trust.methods, trust.n_texts, strict=True)) == {"good": 2, "fair": 1, "poor": 1, "seldom": 1}
    assert np.isnan(trust.intervals).any(axis=1).tolist() == [name != "good" for name in trust.methods]
    assert np.isnan(trust.agreement[trust.methods.index("seldom"), trust.methods.index("fair")])
    assert trust.agreement[trust.methods.index("good"), trust.methods.index("fair")] == 0
    assert np.isnan(nothing.advantages).all() and nothing.chosen == "" and nothing.n_texts.tolist() == [0, 0, 0]
    assert nothing.methods == ("poor", "good", "fair")
    whole = receipt(0, METHODS)
    two = {name: getattr(whole, name)[:, [0, 2]] for name in ("comprehensiveness", "sufficiency", "random_drops")}
    of_two = lmviz.method_trust({"two": dataclasses.replace(whole, **two)})
    assert halved.advantages.tolist() == of_two.advantages.tolist()


def test_other_measures_are_medians_over_texts_and_targets():
    texts = {str(seed): receipt(seed, METHODS) for seed in range(3)}
    measured = np.full((3, N_TARGETS), [[0.1], [0.2], [np.nan]], np.float32)
    texts["0"] = dataclasses.replace(texts["0"], sensitivity=measured)
    trust = lmviz.method_trust(texts)
    for row, name in enumerate(trust.methods):
        errors = [found.completeness_errors[found.methods.index(name)] for found in texts.values()]
        assert trust.completeness_errors[row] == pytest.approx(np.median(errors))
    assert trust.sensitivities == pytest.approx([0.2, np.nan, 0.1], nan_ok=True)


def test_the_same_numbers_each_time():
    texts = {str(seed): receipt(seed, METHODS) for seed in range(3)}
    one, other = lmviz.method_trust(texts), lmviz.method_trust(texts)
    for field in dataclasses.fields(one):
        assert np.array_equal(getattr(one, field.name), getattr(other, field.name), equal_nan=field.name not in
                              ("model", "methods", "chosen"))


@pytest.mark.parametrize(("receipts", "match"), [
    ({}, "receipts is empty"),
    ([], "receipts is a mapping"),
    ({"text": 3}, "text is a int, not a result of lmviz.attribution_receipt"),
    ({"a": receipt(0, METHODS), "b": receipt(0, METHODS, model="other")}, r"several models \(model, other\)"),
])
def test_what_cannot_be_gathered_is_refused(receipts, match):
    with pytest.raises(ValueError, match=match):
        lmviz.method_trust(receipts)


def test_it_needs_neither_torch_nor_transformers():
    code = (
        "import sys, lmviz; lmviz.method_trust; "
        "sys.exit(len({'torch', 'transformers', 'captum', 'sklearn'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).returncode == 0
