"""DeepLIFT's rules one by one: against numbers worked out by hand, gradients, and Captum where it has the same."""

from __future__ import annotations

from math import e, log, tanh

import captum.attr
import pytest
import torch
from torch.nn import functional as F

from lmviz.analyses.attribution.deep_lift.passes import compare

INVERSE = 1 / log(2) + 1 / log(1.5)


def multipliers(function, text, baseline):
    """DeepLIFT's multipliers, after a check that the function's value at the text and the difference are right."""
    text = torch.as_tensor(text, dtype=torch.float32).requires_grad_()
    baseline = torch.as_tensor(baseline, dtype=torch.float32)
    value, absent = compare(function, text, baseline)
    with torch.no_grad():
        assert torch.equal(value, function(text)) and torch.equal(absent, function(baseline))
    found = torch.autograd.grad(value.sum(), text)[0]
    total = (found * (text - baseline)).sum().item()
    assert total == pytest.approx((value - absent).sum().item(), rel=1e-5, abs=1e-5)
    return found


@pytest.mark.parametrize(
    ("function", "text", "baseline", "expected"),
    [
        (lambda x: x.square(), 3, 1, 4),
        (lambda x: x**3, 2, 1, 7),
        (torch.exp, log(2), 0, 1 / log(2)),
        (F.relu, -1, 1, 0.5),
        (F.relu, 3, -1, 0.75),
        (torch.tanh, 1, -1, tanh(1)),
        (torch.tanh, 0, 0, 1),
        (torch.rsqrt, 4, 1, -1 / 6),
        (lambda x: 6 / x, 3, 1, -2),
        (F.silu, 1, 0, 1 / (1 + 1 / e)),
        (lambda x: 3 * x - x / 4 + 5, 2, 1, 2.75),
    ],
)
def test_functions_of_one_number(function, text, baseline, expected):
    assert multipliers(function, [float(text)], [float(baseline)]).item() == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("function", "text", "baseline", "expected"),
    [
        # Differences 2 and 3; the other factor halfway is 3.5 and 2.
        (lambda x: x[0] * x[1], (3, 5), (1, 2), (3.5, 2)),
        (lambda x: x[:1] @ x[1:], (3, 5), (1, 2), (3.5, 2)),
        # The quotient goes from 1 to 3, halfway 2; the denominator is 1.5 halfway.
        (lambda x: x[0] / x[1], (6, 2), (1, 1), (2 / 3, -4 / 3)),
        # From 1/2 to 3/4 and from 1/2 to 1/4, for a difference of log(3).
        (lambda x: F.softmax(x, dim=0)[0], (log(3), 0), (0, 0), (0.25 / log(3), -0.25 / log(3))),
        (lambda x: F.softmax(x, dim=-1)[1], (log(3), 0), (0, 0), (-0.25 / log(3), 0.25 / log(3))),
        # From log(2) to log(4); the logarithmic means are in the proportion 1/log(1.5) : 1/log(2).
        (lambda x: torch.logsumexp(x, dim=0), (log(3), 0), (0, 0), (1 / log(1.5) / INVERSE, 1 / log(2) / INVERSE)),
        (lambda x: x.log_softmax(0)[0], (log(3), 0), (0, 0), (1 / log(2) / INVERSE, -1 / log(2) / INVERSE)),
        # Deviations (1, -1) of size 1 from deviations (-2, 2) of size 2: no part goes through the size.
        (lambda x: F.layer_norm(x, (2,), eps=0.0)[0], (3, 1), (0, 4), (1 / 3, -1 / 3)),
        # Root mean squares 5 and 1: the first goes from 1 to 1.4, halfway 1.2, over 3 halfway.
        (lambda x: F.rms_norm(x, (2,), eps=1e-12)[0], (7, 1), (1, 1), (1 / 15, -1 / 15)),
        (lambda x: (x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True)))[0], (7, 1), (1, 1), (1 / 15, -1 / 15)),
        (lambda x: (x / x.square().mean().sqrt())[0], (7, 1), (1, 1), (1 / 15, -1 / 15)),
    ],
)
def test_functions_of_several_numbers(function, text, baseline, expected):
    found = multipliers(function, [float(each) for each in text], [float(each) for each in baseline])
    assert found.tolist() == pytest.approx(expected, rel=1e-5)


def test_a_norm_s_weight_and_bias_come_after_it():
    weight, bias = torch.tensor([3.0, -2.0]), torch.tensor([5.0, 7.0])
    of_layer = multipliers(lambda x: F.layer_norm(x, (2,), weight, bias, 0.0)[0], [3.0, 1.0], [0.0, 4.0])
    assert of_layer.tolist() == pytest.approx([1, -1])
    of_root = multipliers(lambda x: F.rms_norm(x, (2,), weight, 1e-12)[0], [7.0, 1.0], [1.0, 1.0])
    assert of_root.tolist() == pytest.approx([1 / 5, -1 / 5])


@pytest.mark.parametrize("masking", ["none", "causal", "boolean", "added"])
def test_attention_in_one_call_is_attention_written_out(masking):
    torch.manual_seed(0)
    text, baseline = torch.randn(2, 3, 2, 4, 5, 6).unbind(0)
    allowed = torch.ones(5, 5, dtype=torch.bool).tril()
    added = torch.zeros(5, 5).masked_fill(~allowed, torch.finfo(torch.float32).min)
    settings = {
        "none": {}, "causal": {"is_causal": True}, "boolean": {"attn_mask": allowed}, "added": {"attn_mask": added},
    }[masking]

    def written_out(x):
        scores = x[0] @ x[1].transpose(-2, -1) * 6**-0.5
        return F.softmax(scores if masking == "none" else scores + added, dim=-1) @ x[2]

    def at_one_place(function):
        return lambda x: function(x)[:, :, 2]

    expected = text_multipliers(at_one_place(written_out), text, baseline)
    found = text_multipliers(at_one_place(lambda x: F.scaled_dot_product_attention(*x, **settings)), text, baseline)
    assert torch.allclose(found, expected, rtol=1e-4, atol=1e-6)
    assert (found[1:, :, :, 3:] == 0).all() == (masking != "none")


def text_multipliers(function, text, baseline):
    text = text.clone().requires_grad_()
    value, absent = compare(function, text, baseline)
    found = torch.autograd.grad(value.sum(), text)[0]
    assert (found * (text - baseline)).sum().item() == pytest.approx((value - absent).sum().item(), rel=1e-4)
    return found


def test_attention_with_fewer_keys_than_queries():
    torch.manual_seed(0)
    text, baseline = torch.randn(2, 1, 8, 5, 6).unbind(0)

    def heads(x):
        return x[:, :4], x[:, 4:6], x[:, 6:]

    def repeated(x):
        query, key, value = heads(x)
        key, value = (each.repeat_interleave(2, dim=1) for each in (key, value))
        return F.scaled_dot_product_attention(query, key, value, is_causal=True, scale=0.3)

    def shared(x):
        return F.scaled_dot_product_attention(*heads(x), is_causal=True, scale=0.3, enable_gqa=True)

    expected, found = (text_multipliers(function, text, baseline) for function in (repeated, shared))
    assert torch.allclose(found, expected, rtol=1e-4, atol=1e-6)


def test_a_gelu_in_several_steps_has_the_multiplier_of_the_whole():
    from transformers.activations import ACT2FN

    torch.manual_seed(0)
    text, baseline = 2 * torch.randn(2, 50)
    for name in ("gelu", "gelu_new", "gelu_fast", "gelu_pytorch_tanh", "quick_gelu", "silu", "relu2"):
        activation = ACT2FN[name]
        expected = (activation(text.double()) - activation(baseline.double())) / (text - baseline)
        found = multipliers(activation, text, baseline)
        assert torch.allclose(found.double(), expected, rtol=1e-3, atol=1e-4), name


@pytest.mark.parametrize("apart", [1e-6, 1e-3])
def test_where_text_and_baseline_nearly_meet_multipliers_are_gradients(apart):
    torch.manual_seed(0)
    text = torch.randn(6, 8)
    weight = torch.randn(8, 8)

    def function(x):
        normal = F.layer_norm(x, (8,)) @ weight
        gated = F.silu(normal) * torch.tanh(x @ weight / 4)
        attended = F.scaled_dot_product_attention(normal[None], gated[None], normal[None], is_causal=True)[0]
        return F.log_softmax(attended * torch.rsqrt(attended.square().mean(-1, keepdim=True) + 1e-6), dim=-1)[:, 0]

    baseline = text + apart * torch.randn(6, 8)
    halfway = ((text + baseline) / 2).requires_grad_()
    expected = torch.autograd.grad(function(halfway).sum(), halfway)[0]
    found = torch.autograd.grad(compare(function, text.requires_grad_(), baseline)[0].sum(), text)[0]
    assert (found - expected).abs().max() < 1e-4 * expected.abs().max()


def test_on_a_linear_path_multipliers_are_the_gradient():
    torch.manual_seed(0)
    block = torch.nn.Sequential(torch.nn.Linear(6, 9), torch.nn.Dropout(), torch.nn.Linear(9, 6)).eval()
    block.requires_grad_(False)
    weights = torch.randn(4, 4).tril().softmax(-1)

    def function(x):
        mixed = x + (weights @ block(x).view(4, 2, 3).transpose(0, 1).reshape(2, 4, 3)).transpose(0, 1).reshape(4, 6)
        return torch.cat([mixed[:, 3:], -mixed[:, :3]], dim=-1).masked_fill(weights[:, :1] < 0.2, 0.0).sum(dim=0)

    text, baseline = torch.randn(2, 4, 6).unbind(0)
    text.requires_grad_()
    gradient = torch.autograd.grad(function(text).sum(), text)[0]
    assert torch.equal(text_multipliers(function, text.detach(), baseline), gradient)


@pytest.mark.filterwarnings("ignore:Input Tensor", "ignore:Setting forward")
def test_a_network_that_captum_s_rules_cover_has_captum_s_multipliers():
    torch.manual_seed(0)
    layers = []
    for activation in (torch.nn.ReLU(), torch.nn.Tanh(), torch.nn.Softplus(), torch.nn.ELU(), torch.nn.Sigmoid()):
        layers += [torch.nn.Linear(7, 7), activation]
    network = torch.nn.Sequential(*layers, torch.nn.Linear(7, 3)).double().requires_grad_(False)
    text, baselines = torch.randn(1, 7, dtype=torch.float64), torch.randn(4, 7, dtype=torch.float64)
    rows = text.repeat(4, 1).requires_grad_()
    value, _ = compare(lambda x: network(x)[:, 1], rows, baselines)
    found = torch.autograd.grad(value.sum(), rows)[0] * (text - baselines)
    by_captum = captum.attr.DeepLift(network)
    expected = torch.cat([by_captum.attribute(text.clone(), each[None], target=1) for each in baselines])
    assert torch.allclose(found, expected.detach(), rtol=1e-9, atol=1e-12)
    of_set = captum.attr.DeepLiftShap(network).attribute(text.clone(), baselines, target=1)
    assert torch.allclose(found.mean(dim=0, keepdim=True), of_set.detach(), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (lambda x: x.sort().values, "sort"),
        (lambda x: torch.where(x > 0, x, 0.0), "gt"),
        (lambda x: x.detach() + x, "detach"),
        (lambda x: x.data + x, "data"),
        (lambda x: x * x.sum().item(), "item"),
        (lambda x: x * x.long(), "long"),
        (lambda x: x * x.to(torch.int64), "to"),
        (lambda x: (x + 0).add_(x * x), "add_"),
        (lambda x: F.relu(x + 0, inplace=True), "relu"),
        (lambda x: torch.mul(x, other=x), "mul"),
        (lambda x: torch.div(x, 2.0, rounding_mode="floor"), "div"),
        (lambda x: torch.div(2.0, x, rounding_mode="floor"), "div"),
        (lambda x: torch.einsum("i,i,i->", x, x, x), "einsum"),
        (lambda x: torch.cumprod(x, 0), "cumprod"),
    ],
)
def test_what_has_no_rule_is_refused_by_name(function, name):
    text = torch.tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(ValueError, match=f"no rule for {name} "):
        compare(function, text, torch.zeros(2))
