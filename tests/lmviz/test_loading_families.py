"""Every family: what a trace records equals what transformers computes when it is asked in another way."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import transformers
from float64_reference import FINAL_NORMS, family_lens, family_norm

import lmviz

TEXT = "節分は、Celeste と🍣の「鬼」。"
DOWN_PROJECTIONS = {
    "gpt2": "transformer.h.{}.mlp.c_proj", "gpt_neox": "gpt_neox.layers.{}.mlp.dense_4h_to_h",
    **dict.fromkeys(("llama", "mistral", "qwen2", "gemma", "gemma2"), "model.layers.{}.mlp.down_proj"),
}
TOLERANCE = {"float32": 2e-5, "bfloat16": 2e-2}


@pytest.fixture(scope="module", params=[(f, d) for f in FINAL_NORMS for d in TOLERANCE], ids="-".join)
def case(request, make_model):
    family, dtype = request.param
    directory = make_model(family)
    trace = lmviz.load(directory, device="cpu", dtype=dtype).trace(TEXT, continuation="豆をまく")
    network = transformers.AutoModelForCausalLM.from_pretrained(directory, dtype=getattr(torch, dtype)).eval()
    feed_forward = []
    for layer in range(3):
        module = network.get_submodule(DOWN_PROJECTIONS[family].format(layer))
        module.register_forward_hook(lambda module, inputs, output: feed_forward.append(inputs[0].float().numpy()))
    with torch.no_grad():
        output = network(torch.tensor(trace.token_ids)[None], output_hidden_states=True)
    return family, dtype, trace, network, output, feed_forward


def close(found, expected, dtype):
    expected = np.asarray(expected, dtype=np.float64)
    np.testing.assert_allclose(found, expected, rtol=0, atol=TOLERANCE[dtype] * np.abs(expected).max())


def test_recordings_equal_transformers_own(case):
    family, dtype, trace, network, output, feed_forward = case
    states = [state[0].float().numpy() for state in output.hidden_states]
    close(trace.logits, output.logits[0].float().numpy(), dtype)
    close(trace.hidden_states[:-1], np.stack(states[1:-1]), dtype)
    close(trace.feed_forward, np.concatenate([f.reshape(1, len(trace.tokens), -1) for f in feed_forward]), dtype)
    assert trace.logits.dtype == trace.hidden_states.dtype == trace.feed_forward.dtype == np.float32
    if family != "gpt2":  # its first state has positions added
        close(trace.embeddings, states[0], dtype)


def test_last_hidden_state_stands_before_the_final_norm(case):
    family, dtype, trace, network, output, _ = case
    close(family_norm(family, network, trace.hidden_states[-1]), output.hidden_states[-1][0].float().numpy(), dtype)


def test_lens_computed_by_hand(case):
    family, dtype, trace, network, _, _ = case
    hidden = trace.hidden_states[1]
    for norm in (True, False):
        found = trace.model.unembed(torch.tensor(hidden), final_norm=norm).numpy()
        assert found.dtype == np.float32
        close(found, family_lens(family, network, hidden, norm=norm), "float32")


def test_embeddings_lead_to_the_same_hidden_states(case):
    _, dtype, trace, _, _, _ = case
    model = trace.model
    embeddings = model.embed(trace.token_ids)[None].requires_grad_()
    hidden = model.hidden_from_embeddings(embeddings)
    close(hidden[0].detach().float().numpy(), trace.hidden_states[-1], dtype)
    if dtype == "bfloat16":
        return  # a difference quotient would be all rounding
    logit = model.unembed(hidden[0, -1])[7]
    (gradient,) = torch.autograd.grad(logit, embeddings)
    step = 2e-3 * torch.randn(embeddings.shape, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        ahead, behind = (model.unembed(model.hidden_from_embeddings(embeddings + s * step)[0, -1])[7] for s in (1, -1))
    assert float((gradient * step).sum()) == pytest.approx(float(ahead - behind) / 2, rel=1e-2, abs=1e-4)
