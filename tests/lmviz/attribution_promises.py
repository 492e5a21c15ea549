"""What every attribution method promises of its scores, whatever they say."""

from __future__ import annotations

import numpy as np
import torch

import lmviz

FAMILIES = ("gpt2", "gpt_neox", "llama", "qwen2", "gemma", "gemma2")


def keeps_its_promises(model: lmviz.LanguageModel, method: str, **settings) -> None:
    """Scores end at the target; neither what follows it nor other targets matter; a span is one; no traces left."""
    left_as_it_was = _state(model)
    text, more = "鬼は外、福は内。豆", "をまく"
    trace, longer = model.trace(text), model.trace(text, continuation=more)
    target = len(trace.token_ids) - 4
    assert np.array_equal(longer.token_ids[: target + 3], trace.token_ids[: target + 3])

    alone = lmviz.attribute(trace, method, targets=[target], **settings)
    assert np.isfinite(alone.scores).all() and (alone.scores[0, target:] == 0).all()
    assert np.count_nonzero(alone.scores[0]) > target // 2
    assert alone.scores.shape == alone.norms.shape == (1, len(trace.token_ids))
    among = lmviz.attribute(longer, method, targets=[target + 2, 2, target], **settings)
    _agree(among.scores[2, :target], alone.scores[0, :target])

    span = lmviz.attribute(longer, method, targets=[range(target, target + 2)], **settings)
    assert np.isfinite(span.scores).all() and (span.scores[0, target:] == 0).all()
    assert np.abs(span.scores[0, :target] - alone.scores[0, :target]).max() > 0
    contrast = lmviz.attribute(longer, method, targets=[target], target="contrast", foil="福", **settings)
    assert np.isfinite(contrast.scores).all()
    if not alone.signed:
        assert (alone.scores >= 0).all() and np.array_equal(alone.scores[0, :target], contrast.scores[0, :target])

    after = _state(model)
    assert left_as_it_was.keys() == after.keys()
    assert all(torch.equal(left_as_it_was[name], after[name]) if isinstance(after[name], torch.Tensor)
               else left_as_it_was[name] == after[name] for name in after)


def near_in_bfloat16(directory, method: str, tolerance: float, **settings) -> None:
    """The scores of weights in bfloat16 are float32, and near those of float32 weights."""
    models = (lmviz.load(directory, device="cpu", dtype=dtype) for dtype in ("float32", "bfloat16"))
    traces = (model.trace("節分に鬼を追い払う") for model in models)
    exact, rounded = (lmviz.attribute(trace, method, targets=[6], **settings) for trace in traces)
    assert rounded.scores.dtype == np.float32
    assert np.abs(rounded.scores - exact.scores).max() < tolerance * np.abs(exact.scores).max()


def _agree(one: np.ndarray, other: np.ndarray) -> None:
    assert np.abs(one - other).max() < 1e-3 * np.abs(other).max()


def _state(model: lmviz.LanguageModel) -> dict:
    network = model.network
    state = {name: parameter.detach().clone() for name, parameter in network.named_parameters()}
    state["attention"] = network.config._attn_implementation
    state["hooks"] = sum(
        len(module._forward_hooks) + len(module._forward_pre_hooks) for module in network.modules()
    )
    state["modes"] = (network.training, torch.is_grad_enabled())
    state["gradients"] = any(p.requires_grad or p.grad is not None for p in network.parameters())
    return state
