"""Which of torch's functions goes by which rule. What is in no list is refused, lest the shares silently miss a part."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from lmviz.analyses.attribution.deep_lift import rules

Rule = Callable[[Sequence[Tensor], Sequence[Tensor]], Tensor]
"""From what goes into a function, for the text and for the baseline, to what carries the difference; see `rules`."""

LINEAR = frozenset(
    "add radd sub subtract rsub neg negative positive clone contiguous view view_as reshape reshape_as flatten "
    "unflatten transpose swapaxes permute movedim t expand expand_as squeeze unsqueeze narrow select index_select gather "
    "take_along_dim getitem split split_with_sizes chunk unbind cat concat stack hstack roll flip repeat "
    "repeat_interleave tile pad sum mean cumsum diff tril triu masked_fill index_put dropout to type type_as float double "
    "half bfloat16 where".split()
)
_BILINEAR = frozenset(
    "mul multiply rmul matmul rmatmul bmm mm mv dot addmm addmv baddbmm linear bilinear einsum tensordot".split()
)
_QUOTIENTS = frozenset("div divide truediv true_divide rtruediv rdiv".split())
_ELEMENTWISE = frozenset(
    "exp exp2 expm1 log log2 log10 log1p sqrt rsqrt reciprocal pow rpow square abs sin cos tanh sigmoid erf relu relu6 "
    "leaky_relu elu selu celu gelu silu mish softplus logsigmoid hardtanh hardswish hardsigmoid clamp clip".split()
)
_FACTS = frozenset(
    "size dim ndimension numel nelement len stride storage_offset is_contiguous is_floating_point is_complex get_device "
    "element_size is_inference has_names".split()
)


def name_of(function: Callable) -> str:
    """``mul`` for ``torch.mul`` and ``Tensor.mul`` and the operator."""
    name = function.__name__
    return name[2:-2] if name.startswith("__") and name.endswith("__") else name


def states_a_fact(function: Callable) -> bool:
    """Whether the function says something about a tensor that does not depend on what is in it, such as its shape."""
    if function.__name__ == "__get__":
        return function.__self__.__name__ != "data"
    return name_of(function) in _FACTS


def rule_of(function: Callable, args: tuple, kwargs: dict[str, Any], varying: Sequence[int]) -> Rule | None:
    """The rule by which a call goes; None where it is linear in what varies.

    Args:
        varying: which of ``args`` depend on the text.

    Raises:
        ValueError: there is none.
    """
    name, n_varying = name_of(function), len(varying)

    def call(*inputs: Tensor) -> Tensor:
        changed = list(args)
        for place, each in zip(varying, inputs, strict=True):
            changed[place] = each
        return function(*changed, **kwargs)

    if n_varying == 2 and name in _BILINEAR:
        return lambda inputs, references: rules.product(call, *inputs, *references)
    if n_varying == 2 and name in _QUOTIENTS:
        return lambda inputs, references: rules.quotient(*inputs, *references)
    if n_varying == 1 and (name in _BILINEAR or (name in _QUOTIENTS and name[0] != "r" and varying[0] == 0)):
        return None
    if n_varying == 1 and (name in _ELEMENTWISE or name in _QUOTIENTS) and not kwargs.get("inplace"):
        return lambda inputs, references: rules.rescale(call, *inputs, *references)
    if name in _OF_ROWS and list(varying) == list(range(_OF_ROWS[name][1])):
        return lambda inputs, references: _OF_ROWS[name][0](inputs, references, *args[n_varying:], **kwargs)
    if name in LINEAR:
        return None
    raise no_rule(name, n_varying)


def no_rule(name: str, n_varying: int) -> ValueError:
    many = "" if n_varying == 1 else f" of {n_varying} things that depend on the text"
    return ValueError(
        f"DeepLIFT has no rule for {name}{many}, which this network computes; choose a method that needs none, such as "
        "integrated_gradients"
    )


def _softmax(inputs, references, dim, _stacklevel=3, dtype=None):
    return rules.softmax(inputs[0].to(dtype), references[0].to(dtype), dim)


def _log_softmax(inputs, references, dim, _stacklevel=3, dtype=None):
    return rules.log_softmax(inputs[0].to(dtype), references[0].to(dtype), dim)


def _logsumexp(inputs, references, dim, keepdim=False):
    return rules.logsumexp(inputs[0], references[0], dim, keepdim)


def _layer_norm(inputs, references, normalized_shape, weight=None, bias=None, eps=1e-5, cudnn_enable=True):
    dim = tuple(range(-len(normalized_shape), 0))
    x, x0 = (each - each.mean(dim, keepdim=True) for each in (inputs[0], references[0]))
    normal = rules.normalize(x, x0, dim, eps)
    return normal if weight is None else normal * weight


def _rms_norm(inputs, references, normalized_shape, weight=None, eps=None):
    dim = tuple(range(-len(normalized_shape), 0))
    eps = torch.finfo(inputs[0].dtype).eps if eps is None else eps
    normal = rules.normalize(inputs[0], references[0], dim, eps)
    return normal if weight is None else normal * weight


def _attention(
    inputs, references, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None, enable_gqa=False
):
    query, key, value, query0, key0, value0 = *inputs, *references
    if enable_gqa:
        n_sharing = query.shape[-3] // key.shape[-3]
        key, value, key0, value0 = (each.repeat_interleave(n_sharing, -3) for each in (key, value, key0, value0))
    if is_causal:
        attn_mask = torch.ones(query.shape[-2], key.shape[-2], dtype=torch.bool, device=query.device).tril()
    scale = query.shape[-1] ** -0.5 if scale is None else scale
    return rules.attention(query, key, value, query0, key0, value0, attn_mask, scale)


_OF_ROWS: dict[str, tuple[Callable[..., Tensor], int]] = {
    "softmax": (_softmax, 1),
    "log_softmax": (_log_softmax, 1),
    "logsumexp": (_logsumexp, 1),
    "layer_norm": (_layer_norm, 1),
    "rms_norm": (_rms_norm, 1),
    "scaled_dot_product_attention": (_attention, 3),
}
"""By name: what makes the rule's arguments of the call's, and how many of these vary."""
