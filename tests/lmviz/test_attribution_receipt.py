"""The receipt by hand: what is erased is worked out anew, and each erased text is run by plain transformers alone."""

from __future__ import annotations

import dataclasses
import io
import json
import warnings
from fractions import Fraction
from functools import cache
from math import floor

import numpy as np
import pytest
import torch
from attribution_reference import Reference

import lmviz
from lmviz.analyses.attribution.baselines import sampled_tokens
from lmviz.results import Result
from lmviz.results.attribution_receipt import ERASURES

TENTHS = [Fraction(n, 10) for n in (1, 3, 5, 7, 9)]


def share(fraction, n):
    return min(max(floor(fraction * n + Fraction(1, 2)), 1), n - 1)


class ByHand:
    """What is left of a text, in float64, one text a pass, nothing padded."""

    def __init__(self, trace, attribution, seed=0):
        self.trace, self.attribution = trace, attribution
        self.network, self.embeddings = Reference(trace).network, Reference(trace).embeddings[0]
        table = self.network.get_input_embeddings().weight
        length = int(attribution.target_positions.max())
        sampled = table[torch.tensor(sampled_tokens(trace, length, 1, seed)[0])]
        self.absent = {"mean": table.mean(dim=0).expand(length, -1), "sampled": sampled}
        self.value = cache(self.value)
        self.whole = [self.value(row, "mean", frozenset()) for row in range(len(attribution.target_positions))]

    def value(self, row, erasure, erased):
        at, length = int(self.attribution.target_positions[row]), int(self.attribution.target_lengths[row])
        if erasure == "deletion":
            left = [self.embeddings[place] for place in range(at) if place not in erased]
        else:
            left = [(self.absent[erasure] if place in erased else self.embeddings)[place] for place in range(at)]
        value = self.log_probability(left, self.trace.token_ids[at : at + length])
        foil = self.attribution.foil_ids[row]
        return value - self.log_probability(left, foil) if foil else value

    def log_probability(self, left, token_ids):
        ids = torch.tensor(np.array(token_ids))
        held = self.network.get_input_embeddings()(ids[:-1])
        with torch.no_grad():
            logits = self.network(inputs_embeds=torch.cat([torch.stack(left), held])[None]).logits[0]
        return float(torch.log_softmax(logits[len(left) - 1 :], dim=-1).gather(1, ids[:, None]).sum())

    def drops(self, row, sets):
        """``[erasure, fraction]`` for one set of erased places a fraction."""
        return [
            [self.whole[row] - self.value(row, erasure, frozenset(erased)) for erased in sets] for erasure in ERASURES
        ]


def agrees(found, expected):
    assert np.abs(found - np.array(expected)).max() < 1e-4 * max(1, np.abs(expected).max())


TARGETS = [range(9, 11), 4, 11]
"""A span, an early token, and the last one: some random orders erase everything or nothing before the early one."""


@pytest.fixture(scope="module", params=["gpt2", "llama with a start token", "contrast with a foil of several tokens"])
def case(request, make_model):
    family = "llama" if "llama" in request.param else "gpt2"
    model = lmviz.load(make_model(family), device="cpu", start="bos" if family == "llama" else "none")
    trace = model.trace("鬼は外、福は内と豆をまく")
    question = {"target": "contrast", "foil": "春だ"} if "contrast" in request.param else {}
    found = {
        name: lmviz.attribute(trace, name, targets=TARGETS, **question) for name in ("feature_ablation", "saliency")
    }
    receipt = lmviz.attribution_receipt(trace, found, n_orders=4, seed=3)
    assert trace.n_start == (family == "llama")
    return trace, found, receipt, ByHand(trace, found["saliency"], seed=3)


def test_comprehensiveness_erases_the_highest_scores_and_sufficiency_the_rest(case):
    trace, found, receipt, by_hand = case
    for method, attribution in enumerate(found.values()):
        for row, at in enumerate(attribution.target_positions.tolist()):
            places = sorted(range(trace.n_start, at), key=lambda place: (-attribution.scores[row, place], place))
            named = [places[: share(fraction, len(places))] for fraction in TENTHS]
            rest = [places[len(places) - share(1 - fraction, len(places)) :] for fraction in TENTHS]
            agrees(receipt.comprehensiveness[method, row], by_hand.drops(row, named))
            agrees(receipt.sufficiency[method, row], by_hand.drops(row, rest))


def orders_by_hand(trace, receipt, row, by_hand):
    """Places before a target in each random order, and how many of them each fraction erases."""
    foil = by_hand.attribution.foil_ids[row]
    last, at = int(receipt.target_positions.max()), int(receipt.target_positions[row])
    random = np.random.Generator(np.random.PCG64(receipt.seed))
    for _ in range(len(receipt.random_drops) // 2):
        drawn = (trace.n_start + random.permutation(last - trace.n_start)).tolist()
        for whole in (drawn, drawn[::-1]):
            order = [place for place in whole if place < at]
            if receipt.target_lengths[row] > 1 or len(foil) > 1:
                yield order, [share(fraction, len(order)) for fraction in TENTHS]
                continue
            erased = [whole[: share(fraction, len(whole))] for fraction in TENTHS]
            counts = [sum(place < at for place in places) for places in erased]
            yield order, [min(max(count, 1), len(order) - 1) for count in counts]


def test_random_orders_erase_the_tokens_that_come_first_in_them(case):
    trace, found, receipt, by_hand = case
    assert receipt.random_drops.shape == (4, 3, 3, 5)
    for row in range(3):
        for index, (order, counts) in enumerate(orders_by_hand(trace, receipt, row, by_hand)):
            agrees(receipt.random_drops[index, row], by_hand.drops(row, [order[:count] for count in counts]))


def test_to_keep_the_first_of_an_order_is_to_erase_the_rest(case):
    trace, found, receipt, by_hand = case
    for row in (0, 2):
        for index, (order, _) in enumerate(orders_by_hand(trace, receipt, row, by_hand)):
            rest = [order[len(order) - share(1 - fraction, len(order)) :] for fraction in TENTHS]
            agrees(receipt.random_sufficiency[index, row], by_hand.drops(row, rest))


def test_infidelity_compares_the_random_drops_with_the_scores_of_what_was_erased(case):
    trace, found, receipt, by_hand = case
    for row in range(3):
        sets = [order[:count] for order, counts in orders_by_hand(trace, receipt, row, by_hand) for count in counts]
        drops = np.array(by_hand.drops(row, sets))
        for method, attribution in enumerate(found.values()):
            sums = np.array([sum(float(attribution.scores[row, place]) for place in places) for places in sets])
            for erasure in range(3):
                factor = max(0, drops[erasure] @ sums / (sums @ sums))
                missed = ((drops[erasure] - factor * sums) ** 2).sum() / (drops[erasure] ** 2).sum()
                assert abs(receipt.infidelity[method, row, erasure] - missed) < 1e-3


def test_what_was_attributed_is_copied(case):
    trace, found, receipt, _ = case
    assert receipt.methods == ("feature_ablation", "saliency") and receipt.baselines == ("zero", "none")
    assert receipt.signed.tolist() == [True, False]
    assert receipt.target_lengths.tolist() == [2, 1, 1] and receipt.target_positions.tolist() == [9, 4, 11]
    assert receipt.target == found["saliency"].target and receipt.model == trace.model.name
    assert np.isnan(receipt.sensitivity).all() and np.isnan(receipt.completeness_errors).all()


@pytest.fixture(scope="module")
def lm(make_model):
    return lmviz.load(make_model("gpt2"), device="cpu")


@pytest.fixture(scope="module")
def trace(lm):
    return lm.trace("節分に鬼を追い払う", max_new_tokens=2)


@pytest.fixture(scope="module")
def found(trace):
    return {"ig": lmviz.attribute(trace, n_steps=4, tolerance=0.5), "saliency": lmviz.attribute(trace, "saliency")}


def test_the_same_bytes_each_time_other_orders_for_another_seed_and_stored_without_loss(trace, found):
    receipts = [lmviz.attribution_receipt(trace, found, n_orders=6, seed=seed) for seed in (0, 0, 1)]
    arrays, again, other = (receipt.parts()[0] for receipt in receipts)
    assert {name: array.tobytes() for name, array in arrays.items()} == {n: a.tobytes() for n, a in again.items()}
    assert (receipts[0].random_drops != receipts[2].random_drops).any()
    np.testing.assert_array_equal(receipts[0].completeness_errors[0], found["ig"].completeness_errors)
    file = io.BytesIO()
    np.savez(file, **arrays)
    file.seek(0)
    with np.load(file, allow_pickle=False) as loaded:
        stored = Result.from_parts(dict(loaded), json.loads(json.dumps(receipts[0].parts()[1], allow_nan=False)))
    assert stored.methods == receipts[0].methods and stored.erasures == ERASURES
    assert stored.random_sufficiency.tobytes() == receipts[0].random_sufficiency.tobytes()


def test_the_band_takes_one_pass_for_all_targets_and_a_text_asked_for_twice_is_run_once(trace, found, lm, monkeypatch):
    rows = []
    run = lm.hidden_from_embeddings
    lmviz.attribution_receipt(trace, {"ig": found["ig"]}, n_orders=40)  # what a row takes is measured once a model
    monkeypatch.setattr(lm, "hidden_from_embeddings", lambda x: rows.append(len(x)) or run(x))
    lmviz.attribution_receipt(trace, {"ig": found["ig"]}, n_orders=40)
    once, rows[:] = sum(rows), []
    lmviz.attribution_receipt(trace, {"ig": found["ig"], "again": found["ig"]}, n_orders=40)
    assert 15 * 40 <= once <= 15 * 40 + 2 * 30 + 40 and sum(rows) == once


def test_small_batches_give_the_same_receipt(trace, found, monkeypatch):
    whole = lmviz.attribution_receipt(trace, found, n_orders=4)
    monkeypatch.setattr("lmviz.analyses.attribution.memory._MOST_ON_CPU", 1)
    one_by_one = lmviz.attribution_receipt(trace, found, n_orders=4)
    for name in ("comprehensiveness", "sufficiency", "random_drops", "infidelity"):
        np.testing.assert_allclose(getattr(whole, name), getattr(one_by_one, name), rtol=1e-3, atol=1e-4)


def test_targets_with_fewer_than_three_tokens_before_them_are_not_scored(trace):
    found = {"ablation": lmviz.attribute(trace, "feature_ablation", targets=[3, 2, 1])}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        receipt = lmviz.attribution_receipt(trace, found, n_orders=2)
        short = {"ablation": lmviz.attribute(trace, "feature_ablation", targets=[2, 1])}
        nothing = lmviz.attribution_receipt(trace, short, n_orders=2, sensitivity=True)
    for each, scored in ((receipt, [True, False, False]), (nothing, [False, False])):
        for array in (each.comprehensiveness[0], each.sufficiency[0], each.random_drops[0], each.infidelity[0]):
            assert (~np.isnan(array)).reshape(len(scored), -1).all(axis=1).tolist() == scored
    assert receipt.agreement[0, 0] == 1 and np.isnan(nothing.agreement).all()


def change(name, **changes):
    return lambda found: {**found, name: dataclasses.replace(found[name], **changes)}


@pytest.mark.parametrize(("changed", "options", "match"), [
    (lambda found: {}, {}, "attributions is empty"),
    (lambda found: found["ig"], {}, "attributions is a mapping .* not a Attribution"),
    (lambda found: {"ig": 3}, {}, "ig is a int, not a result of lmviz.attribute"),
    (change("saliency", model="other"), {}, "of the model 'other', the trace of 'gpt2"),
    (change("saliency", target="logit"), {}, r"different questions: .* \(log_probability, logit\) differ"),
    (change("saliency", target_positions=np.array([5, 6])), {}, "ig and saliency answer different .* targets"),
    (change("saliency", target_lengths=np.array([2, 1])), {}, r"different questions: .* targets \(target_lengths"),
    (change("saliency", foil_ids=((3,), (4,)), foil_texts=("a", "b")), {}, "different questions: .* foils"),
    (change("saliency", scores=np.full((2, 3), np.nan)), {}, "saliency has scores that are not finite"),
    (dict, {"n_orders": 1}, "n_orders is a whole number of at least 2"),
    (dict, {"n_orders": 7}, "n_orders is an even number, .*, not 7"),
    (dict, {"sensitivity": 1}, "sensitivity is True or False"),
    (dict, {"seed": -1}, "seed is a whole number"),
    (change("saliency", method="mine"), {"sensitivity": True}, "no attribution method 'mine'"),
])
def test_what_cannot_be_compared_is_refused(trace, found, changed, options, match):
    with pytest.raises(ValueError, match=match) as raised:
        lmviz.attribution_receipt(trace, changed(found), **options)
    assert "\n" not in str(raised.value)


def test_another_text_and_no_trace_are_refused(trace, found, lm):
    with pytest.raises(ValueError, match="ig is of another text than the trace"):
        lmviz.attribution_receipt(lm.trace("節分に鬼を追い払わない"), found)
    with pytest.raises(ValueError, match="reads a trace, not a dict"):
        lmviz.attribution_receipt(found, found)
