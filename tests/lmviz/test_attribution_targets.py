"""Spans and contrasts against the chain rule, run token by token with plain transformers in float64."""

from __future__ import annotations

import copy
import dataclasses

import numpy as np
import pytest
import torch

import lmviz
from lmviz.analyses.attribution.question import ask

FAMILIES = ("gpt2", "gpt_neox", "llama", "qwen2", "gemma", "gemma2")


class PlainNetwork:
    """The network of a trace in float64, and log-probabilities of continuations by the chain rule."""

    def __init__(self, trace):
        self.network = copy.deepcopy(trace.model.network).double()
        self.embed = self.network.get_input_embeddings()
        self.token_ids = torch.tensor(trace.token_ids)

    def before(self, position):
        return self.embed(self.token_ids[None, :position]).detach()

    def log_probability(self, embeddings, continuation):
        """``[row]`` of token ids after embeddings ``[row, position, width]``."""
        total = torch.zeros(len(embeddings), dtype=torch.float64)
        for known, token_id in enumerate(continuation):
            held = self.embed(torch.tensor(continuation[:known], dtype=torch.long)).expand(len(embeddings), -1, -1)
            logits = self.network(inputs_embeds=torch.cat([embeddings, held], dim=1)).logits[:, -1].double()
            total = total + logits.log_softmax(dim=-1)[:, token_id]
        return total


@pytest.fixture(scope="module")
def trace(lm):
    return lm.trace("節分に豆をまくのは、", max_new_tokens=5)


@pytest.fixture(scope="module")
def plain(trace):
    return PlainNetwork(trace)


def span_of(trace, start, length):
    return [int(each) for each in trace.token_ids[start : start + length]]


@pytest.mark.parametrize("family", FAMILIES)
def test_a_span_follows_the_chain_rule_in_every_family(make_model, family):
    trace = lmviz.load(make_model(family), device="cpu").trace("鬼は外、福は内")
    plain = PlainNetwork(trace)
    spans = [(5, 3), (3, 2), (2, 1)]
    result = lmviz.attribute(trace, "input_x_gradient", targets=[range(at, at + n) for at, n in spans])
    assert result.target_positions.tolist() == [5, 3, 2] and result.target_lengths.tolist() == [3, 2, 1]
    for row, (start, length) in enumerate(spans):
        before = plain.before(start).requires_grad_()
        value = plain.log_probability(before, span_of(trace, start, length))
        assert result.values[row] == pytest.approx(value.item(), abs=1e-4)
        expected = (torch.autograd.grad(value.sum(), before)[0] * before)[0].sum(dim=1).detach().numpy()
        assert np.abs(result.scores[row, :start] - expected).max() < 1e-3 * np.abs(expected).max()
        assert (result.scores[row, start:] == 0).all()


def test_the_probability_of_a_span_is_the_product(trace, plain):
    span = range(6, 9)
    result = lmviz.attribute(trace, "feature_ablation", targets=[span], target="probability")
    with torch.no_grad():
        value = plain.log_probability(plain.before(6), span_of(trace, 6, 3)).exp().item()
        without = plain.before(6)
        without[0, 2] = 0
        lost = value - plain.log_probability(without, span_of(trace, 6, 3)).exp().item()
    assert result.values[0] == pytest.approx(value, rel=1e-4)
    assert abs(result.scores[0, 2] - lost) < 1e-3 * np.abs(result.scores).max()


@pytest.mark.parametrize("target", ["log_probability", "probability", "logit", "contrast"])
@pytest.mark.parametrize("method", ["saliency", "feature_ablation"])
def test_a_span_of_one_token_is_the_position(trace, method, target):
    as_span = lmviz.attribute(trace, method, targets=[range(7, 8), range(5, 6)], target=target)
    as_position = lmviz.attribute(trace, method, targets=[7, 5], target=target)
    assert np.array_equal(as_span.scores, as_position.scores) and np.array_equal(as_span.values, as_position.values)


def test_a_range_that_stands_alone_is_so_many_positions(trace):
    assert lmviz.attribute(trace, "saliency", targets=range(5, 8)).target_positions.tolist() == [5, 6, 7]


@pytest.mark.parametrize(("start", "length"), [(8, 1), (6, 3)])
@pytest.mark.parametrize(("foil", "is_long"), [("鬼", False), ("節分の日", True)])
def test_a_contrast_is_the_log_probability_less_that_of_the_foil_in_its_place(
    trace, plain, start, length, foil, is_long
):
    foil_ids = [int(each) for each in trace.model.tokenizer.encode_continuation(foil)]
    assert (len(foil_ids) > 1) == is_long
    result = lmviz.attribute(
        trace, "input_x_gradient", targets=[range(start, start + length)], target="contrast", foil=foil
    )
    before = plain.before(start).requires_grad_()
    value = plain.log_probability(before, span_of(trace, start, length)) - plain.log_probability(before, foil_ids)
    expected = (torch.autograd.grad(value.sum(), before)[0] * before)[0].sum(dim=1).detach().numpy()
    assert result.foil_ids == (tuple(foil_ids),) and result.foil_texts == (foil,)
    assert result.values[0] == pytest.approx(value.item(), abs=1e-3)
    assert np.abs(result.scores[0, :start] - expected).max() < 1e-3 * np.abs(expected).max()


def test_a_contrast_of_single_tokens_is_a_difference_of_logits(trace):
    target = trace.n_prompt
    foil = int(trace.model.tokenizer.encode_continuation("鬼")[0])
    result = lmviz.attribute(trace, "saliency", targets=[target], target="contrast", foil="鬼")
    logits = trace.logits[target - 1]
    assert result.values[0] == pytest.approx(logits[trace.token_ids[target]] - logits[foil], abs=1e-3)


def test_the_foil_is_by_default_the_likeliest_other_token(trace):
    result = lmviz.attribute(trace, "saliency", targets=list(range(1, len(trace.token_ids))), target="contrast")
    ranks = lmviz.rankings(trace).ranks[-1]
    for position, foils in zip(result.target_positions, result.foil_ids, strict=True):
        logits = trace.logits[position - 1].copy()
        logits[trace.token_ids[position]] = -np.inf
        assert foils == (int(logits.argmax()),)
    greedy = result.target_positions >= trace.n_prompt
    assert (ranks[result.target_positions[greedy]] == 1).all() and (result.values[greedy] >= 0).all()
    assert (ranks[1 : trace.n_prompt] > 1).any() and (result.values[~greedy] < 0).any()


def test_a_foil_without_text_is_named_by_its_label(trace):
    logits = trace.logits.copy()
    logits[7, trace.model.eos_ids[0]] = 100
    ending = dataclasses.replace(trace, logits=logits)
    assert lmviz.attribute(ending, "saliency", targets=[8], target="contrast").foil_texts == ("</s>",)


def test_a_word_of_the_text_as_target_finds_its_foil_beside_its_first_token(trace):
    result = lmviz.attribute(trace, "saliency", targets=[range(6, 9)], target="contrast")
    logits = trace.logits[5].copy()
    logits[trace.token_ids[6]] = -np.inf
    assert result.foil_ids == ((int(logits.argmax()),),)


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"target": "log_probability", "foil": "鬼"}, "a foil is what a contrast is with"),
        ({"target": "contrast", "foil": 3}, "foil is a word, not 3"),
        ({"target": "contrast", "foil": ""}, "has no tokens"),
        ({"target": "logit", "targets": [range(3, 5)]}, "several tokens together have no logit"),
        ({"targets": [range(3, 3)]}, "no span of tokens"),
        ({"targets": [range(3, 10**30)]}, "targets lie between 1 and"),
        ({"targets": [range(3, 9, 2)]}, "no span of tokens"),
        ({"targets": [range(0, 2)]}, "position 0 has no prediction"),
        ({"targets": [range(5, 100)]}, "target 99 cannot be explained"),
        ({"targets": [range(5, 7), 5]}, "twice"),
    ],
)
def test_what_cannot_be_answered_is_refused(trace, arguments, match):
    with pytest.raises(ValueError, match=match):
        lmviz.attribute(trace, "saliency", **arguments)


def test_a_foil_that_is_the_target_is_refused(lm):
    trace = lm.trace("節分に", continuation="鬼は外")
    assert trace.token_ids[trace.n_prompt] == lm.tokenizer.encode_continuation("鬼")[0]
    with pytest.raises(ValueError, match="is the target at position .* itself"):
        lmviz.attribute(trace, "saliency", targets=[trace.n_prompt], target="contrast", foil="鬼")


def test_a_foil_that_the_tokenizer_cannot_write_is_refused(lm, trace, monkeypatch):
    monkeypatch.setattr(lm.tokenizer, "encode_continuation", lambda word: np.array([lm.tokenizer.unk_id]))
    with pytest.raises(ValueError, match="cannot write the word"):
        lmviz.attribute(trace, "saliency", targets=[4], target="contrast", foil="🍣")


@pytest.mark.parametrize("foil", [None, "鬼", "節分の日"])
def test_rows_that_end_early_have_the_values_of_shorter_rows(trace, plain, foil):
    spans = [range(9, 10), range(7, 10), range(5, 6)]
    target = "log_probability" if foil is None else "contrast"
    asked = ask(trace, spans, target, foil, "zero", None, 0.01, 0)
    random = np.random.default_rng(0)
    ends = np.array([[4, 7, 1], [9, 2, 5], [1, 6, 3]])
    rows = torch.tensor(random.normal(size=(3, 9, trace.model.width)), dtype=torch.float32) * asked.embeddings.std()
    found = asked.values(rows, ends=ends)
    some = asked.values(rows, indices=[2, 1], ends=ends[:, [2, 1]])
    assert np.allclose(some, found[:, [2, 1]], atol=1e-4)
    for row, column in np.ndindex(3, 3):
        shorter = rows[row : row + 1, : ends[row, column]].double()
        with torch.no_grad():
            expected = plain.log_probability(shorter, list(asked.targets[column].token_ids))
            if foil is not None:
                expected -= plain.log_probability(shorter, list(asked.targets[column].foil_ids))
        assert found[row, column].item() == pytest.approx(expected.item(), abs=1e-3)
