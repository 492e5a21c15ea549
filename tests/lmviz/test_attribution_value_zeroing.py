"""Value zeroing against hooks on the value projections of a float64 network, and on attention with a known answer."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from attribution_promises import FAMILIES, keeps_its_promises, near_in_bfloat16

import lmviz
from lmviz.analyses.attribution.question import ask
from lmviz.analyses.attribution.value_zeroing import value_distances, value_zeroing


def by_hooks(trace) -> np.ndarray:
    """Float64 ``[position, position]``: all blocks joined; the whole network runs once a block and zeroed token."""
    network = copy.deepcopy(trace.model.network).double()
    blocks = network.get_submodule(trace.model.architecture.blocks)
    n, ids = len(trace.token_ids), torch.tensor(trace.token_ids)[None]
    joint = np.eye(n)
    for block in blocks:
        ordinary = output_of(network, block, ids, None)
        turned = np.zeros((n, n))
        for token in range(n):
            without = output_of(network, block, ids, token)
            turned[:, token] = 1 - torch.cosine_similarity(ordinary, without, dim=-1).numpy()
        turned[turned < 1e-13] = 0
        joint = turned / turned.sum(axis=1, keepdims=True) @ joint
    return joint


def output_of(network, block, ids, token):
    """The block's output ``[position, width]``, with a token's value vectors zero where they come from a projection."""
    attention = next(getattr(block, name) for name in ("attn", "attention", "self_attn") if hasattr(block, name))

    def zero(module, inputs, output):
        if token is not None and hasattr(attention, "query_key_value"):
            output.view(*output.shape[:2], -1, 3, attention.head_size)[:, token, :, 2] = 0
        elif token is not None:
            output[:, token, -output.shape[-1] // (3 if hasattr(attention, "c_attn") else 1):] = 0
        return output

    projection = next(
        getattr(attention, name) for name in ("c_attn", "query_key_value", "v_proj") if hasattr(attention, name)
    )
    kept = []
    hooks = [
        projection.register_forward_hook(zero),
        block.register_forward_hook(lambda module, inputs, output: kept.append(output)),
    ]
    with torch.no_grad():
        network(ids)
    for hook in hooks:
        hook.remove()
    return (kept[0] if isinstance(kept[0], torch.Tensor) else kept[0][0])[0]


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_as_by_hooks(make_model, family):
    settings = {"sliding_window": 4} if family == "gemma2" else {}
    as_by_hooks(lmviz.load(make_model(family, **settings), device="cpu").trace("鬼は外、福は内"))


def test_the_embedded_model_as_by_hooks(lm):
    as_by_hooks(lm.trace("節分に豆を"))


def as_by_hooks(trace):
    targets = list(range(1, len(trace.token_ids)))
    result = lmviz.attribute(trace, "value_zeroing", targets=targets)
    expected = np.tril(by_hooks(trace))
    for row, target in enumerate(targets):
        assert np.abs(result.scores[row] - expected[target - 1]).max() < 1e-4
    assert np.allclose(result.scores.sum(axis=1), 1, atol=1e-5)
    assert np.isnan(result.completeness_errors).all() and np.isnan(result.norms[-1, 0]) and result.baseline == "none"


@pytest.fixture
def averaging(make_model):
    """One block with one head that attends to all positions alike and adds their values, half the normed embeddings."""
    model = lmviz.load(make_model("gpt2", n_layer=1, n_head=1, seed=3), device="cpu")
    transformer, width = model.network.transformer, model.width
    block = transformer.h[0]
    with torch.no_grad():
        for module in (block.attn.c_attn, block.attn.c_proj, block.mlp.c_proj):
            module.weight.zero_()
            module.bias.zero_()
        block.attn.c_attn.weight[:, 2 * width:] = torch.eye(width) / 2
        block.attn.c_proj.weight.copy_(torch.eye(width))
        block.ln_1.weight.fill_(1)
        block.ln_1.bias.zero_()
        transformer.wpe.weight.zero_()
    return model


def test_attention_with_a_known_answer(averaging):
    trace = averaging.trace("鬼は外、福")
    n = len(trace.token_ids)
    inputs = averaging.embed(trace.token_ids).double().numpy()
    normed = (inputs - inputs.mean(axis=1, keepdims=True)) / np.sqrt(inputs.var(axis=1, keepdims=True) + 1e-5)
    targets = list(range(1, n))
    result = lmviz.attribute(trace, "value_zeroing", targets=targets)
    for row, target in enumerate(targets):
        output = inputs[target - 1] + normed[:target].sum(axis=0) / 2 / target
        turned = np.zeros(n)
        for token in range(target):
            without = output - normed[token] / 2 / target
            turned[token] = 1 - output @ without / np.sqrt(output @ output * (without @ without))
        assert np.abs(result.scores[row] - turned / turned.sum()).max() < 1e-5


def test_a_token_whose_values_are_zero_has_score_zero(averaging):
    trace = averaging.trace("鬼は外、福")
    with torch.no_grad():
        # Its norm's output is its distance from its own mean, which is zero.
        averaging.network.transformer.wte.weight[int(trace.token_ids[2])] = 0.7
    result = lmviz.attribute(trace, "value_zeroing", targets=[3, 4])
    assert (result.scores[:, 2] == 0).all() and (np.delete(result.scores, 2, axis=1)[:, :2] > 0).all()


def test_where_no_value_turns_the_output_a_position_draws_on_itself(averaging):
    with torch.no_grad():
        averaging.network.transformer.h[0].attn.c_attn.weight.zero_()
    result = lmviz.attribute(averaging.trace("鬼は外、福"), "value_zeroing", targets=[1, 3])
    assert np.array_equal(result.scores[:, :3], [[1, 0, 0], [0, 0, 1]])


def test_rounding_turns_nothing(lm):
    for text in ("節分に豆", "節分に鬼を追い払う"):
        distances = value_distances(lm, lm.embed(lm.trace(text).token_ids)).numpy()
        visible = np.tri(distances.shape[1], dtype=bool)
        assert (distances[:, ~visible] == 0).all() and (distances[:, visible] > 0).all()


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family(make_model, family):
    keeps_its_promises(lmviz.load(make_model(family), device="cpu"), "value_zeroing")


@pytest.mark.parametrize("family", ["gpt2", "gpt_neox", "gemma2"])
def test_bfloat16(make_model, family):
    near_in_bfloat16(make_model(family, initializer_range=0.1), "value_zeroing", 0.05)


def test_small_batches_give_the_same_scores(lm, monkeypatch):
    trace = lm.trace("節分に豆をまくのは、")
    whole = lmviz.attribute(trace, "value_zeroing")
    monkeypatch.setattr("lmviz.analyses.attribution.value_zeroing.rows_at_once", lambda model, length: 2)
    assert np.allclose(lmviz.attribute(trace, "value_zeroing").scores, whole.scores, atol=1e-5)


def test_a_block_runs_once_a_token_and_twice_more(lm):
    trace, rows = lm.trace("節分に豆をまくのは、"), []
    n = len(trace.token_ids) - 1
    arguments = ask(trace, [n], "log_probability", None, "zero", None, 0.01, 0)
    block = lm.network.transformer.h[3]
    hook = block.register_forward_pre_hook(lambda module, inputs: rows.append(inputs[0].shape[:2]))
    try:
        value_zeroing(arguments)
    finally:
        hook.remove()
    assert {length for _, length in rows} == {n} and sum(batch for batch, _ in rows) == n + 2
