"""Batches: out of memory halves them and goes on; how many rows fit is measured on the model."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import lmviz
from lmviz.analyses.attribution import memory
from lmviz.analyses.attribution.memory import in_batches, rows_at_once

METHODS = {
    "integrated_gradients": {"n_steps": 12}, "feature_ablation": {}, "shapley_value_sampling": {"n_steps": 2},
    "kernel_shap": {"n_steps": 24}, "lime": {"n_steps": 24},
}


@pytest.fixture(scope="module")
def trace(lm):
    return lm.trace("節分に鬼を追い払うため", max_new_tokens=2)


def fits(lm, monkeypatch, most):
    """The model with memory for batches of ``most``; the list holds the sizes that were tried."""
    tried, run = [], lm.hidden_from_embeddings

    def limited(inputs):
        tried.append(len(inputs))
        if len(inputs) > most:
            raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB")
        return run(inputs)

    monkeypatch.setattr(lm, "hidden_from_embeddings", limited)
    return tried


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("target", [8, range(8, 10)])
def test_out_of_memory_halves_the_batch_and_gives_the_same_scores(lm, trace, method, target, monkeypatch):
    whole = lmviz.attribute(trace, method, targets=[target], **METHODS[method])
    tried = fits(lm, monkeypatch, 3)
    halved = lmviz.attribute(trace, method, targets=[target], **METHODS[method])
    assert max(tried) > 6
    assert np.abs(whole.scores - halved.scores).max() < 1e-4 * np.abs(whole.scores).max()
    assert np.allclose(whole.values, halved.values, atol=1e-5)


@pytest.mark.parametrize("method", METHODS)
def test_a_single_row_that_does_not_fit_is_an_error(lm, trace, method, monkeypatch):
    rows_at_once(lm, 8)
    fits(lm, monkeypatch, 0)
    with pytest.raises(RuntimeError, match="out of memory"):
        lmviz.attribute(trace, method, targets=[8], **METHODS[method])


def test_other_errors_are_not_taken_for_lack_of_memory(lm, trace, monkeypatch):
    rows_at_once(lm, 8)
    calls = []

    def broken(inputs):
        calls.append(len(inputs))
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    monkeypatch.setattr(lm, "hidden_from_embeddings", broken)
    with pytest.raises(RuntimeError, match="shapes cannot be multiplied"):
        lmviz.attribute(trace, "integrated_gradients", targets=[8])
    assert len(calls) == 1


@pytest.mark.parametrize(
    ("error", "n_fit", "sizes"),
    [(RuntimeError("out of memory"), 2, [16, 8, 4, 2, 2]), (MemoryError(), 5, [16, 8, 4, 4])],
)
def test_batches_cover_every_row_once_whatever_fits(error, n_fit, sizes):
    tried, covered = [], []

    def run(rows):
        tried.append(rows.stop - rows.start)
        if tried[-1] > n_fit:
            raise error
        covered.extend(range(rows.start, rows.stop))

    in_batches(run, 21, 16)
    assert covered == list(range(21))
    assert tried[: len(sizes)] == sizes


def kept_after_a_forward_pass(model, n_rows, length):
    """Bytes that by PyTorch's own count are still allocated when all is ready for a backward pass."""
    rows = torch.zeros(n_rows, length, model.width, requires_grad=True)
    with torch.profiler.profile(profile_memory=True, activities=[torch.profiler.ProfilerActivity.CPU]) as profile:
        loss = torch.logsumexp(model.unembed(model.hidden_from_embeddings(rows)[:, -1]), dim=-1).sum()
    assert loss.requires_grad
    return sum(event.self_cpu_memory_usage for event in profile.key_averages())


@pytest.mark.parametrize("family", ["gpt2", "llama"])
def test_bytes_of_a_row_are_what_pytorch_counts(make_model, family):
    model = lmviz.load(make_model(family), device="cpu")
    for length in (8, 32):
        counted = kept_after_a_forward_pass(model, 9, length) - kept_after_a_forward_pass(model, 1, length)
        assert 0.6 < memory._bytes_of_row(model, length) / (counted / 8) < 1.6


def test_weights_are_not_counted(lm, make_model):
    weights = sum(parameter.nbytes for parameter in lm.network.parameters())
    assert memory._bytes_of_row(lm, 2) < 0.1 * weights
    shape = {"vocab_size": 20_000, "tie_word_embeddings": False}
    wide = lmviz.load(make_model("llama", **shape), device="cpu", dtype="bfloat16")
    assert memory._bytes_of_row(wide, 2) < 20_000 * wide.width * 2


def test_longer_rows_are_fewer(lm, monkeypatch):
    sizes = [memory._bytes_of_row(lm, length) for length in (4, 16, 64)]
    assert sizes[0] < sizes[1] < sizes[2] and sizes[2] > 3 * sizes[1]
    rows = [rows_at_once(lm, length) for length in (4, 16, 64)]
    assert rows[0] > rows[1] > rows[2] >= 1
    budget = memory._budget(lm.device)
    assert all(number * size <= budget < (number + 1) * size for number, size in zip(rows, sizes, strict=True))
    monkeypatch.setattr(memory, "_MOST_ON_CPU", 1)
    assert rows_at_once(lm, 4) == 1
