"""Which of torch's functions goes by which rule.

A function that is in no list is refused: taken for linear, it would take its part of the difference away unseen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from lmviz.analyses.attribution.deep_lift import rules

Rule = Callable[[Sequence[Tensor], Sequence[Tensor]], Tensor]
"""From what goes into a function, for the text and for the baseline, to what carries the difference; see `rules`."""

_LINEAR = frozenset(
    "add radd sub subtract rsub neg negative positive sum mean cumsum diff clone contiguous to type type_as float "
    "double half bfloat16 view view_as reshape reshape_as flatten unflatten transpose swapaxes permute movedim t "
    "expand expand_as squeeze unsqueeze narrow select index_select gather take_along_dim getitem split "
    "split_with_sizes chunk unbind cat concat stack hstack roll flip repeat repeat_interleave tile pad tril triu "
    "masked_fill where index_put dropout".split()
)
"""Of all that varies together, up to a constant; dropout because networks are in evaluation mode here."""
_BILINEAR = frozenset(
    "mul multiply rmul matmul rmatmul bmm mm mv dot addmm addmv baddbmm linear bilinear einsum tensordot".split()
)
_NUMERATOR_FIRST = frozenset("div divide truediv true_divide".split())
_ELEMENTWISE = frozenset(
    "exp exp2 expm1 log log2 log10 log1p sqrt rsqrt reciprocal rtruediv rdiv pow rpow square abs sin cos tanh sigmoid "
    "erf relu relu6 leaky_relu elu selu celu gelu silu mish softplus logsigmoid hardtanh hardswish hardsigmoid clamp "
    "clip".split()
)
_FACTS = frozenset(
    "size dim ndimension numel nelement len stride storage_offset element_size is_contiguous is_floating_point "
    "is_complex get_device zeros_like ones_like full_like empty_like new_zeros new_ones new_full new_empty".split()
)


def name_of(function: Callable) -> str:
    """``mul`` for ``torch.mul`` and ``Tensor.mul`` and the operator; ``shape`` for what reads the attribute."""
    name = function.__self__.__name__ if function.__name__ == "__get__" else function.__name__
    return name[2:-2] if name.startswith("__") and name.endswith("__") else name


def states_a_fact(function: Callable) -> bool:
    """Whether the function looks at a tensor's shape, type or place only."""
    if function.__name__ == "__get__":
        return name_of(function) != "data"
    return name_of(function) in _FACTS


def varies(value: object) -> bool:
    """Whether a tensor, or one of a list, depends on the text: it requires a gradient, as no parameter does."""
    if isinstance(value, (list, tuple)):
        return any(varies(each) for each in value)
    return isinstance(value, Tensor) and value.requires_grad


def is_linear(function: Callable, args: tuple, kwargs: dict[str, Any]) -> bool:
    """Whether a call is linear, up to a constant, in all that varies among its arguments."""
    name = name_of(function)
    varying = [varies(each) for each in (*args, *kwargs.values())]
    if name in _NUMERATOR_FIRST:
        return varying[0] and sum(varying) == 1 and not kwargs.get("rounding_mode")
    return name in _LINEAR or (name in _BILINEAR and sum(varying) == 1)


def rule_of(function: Callable, args: tuple, kwargs: dict[str, Any]) -> tuple[Rule, list[Tensor]]:
    """The rule by which a call goes that is not linear, and what of its arguments varies.

    Raises:
        ValueError: there is no such rule.
    """
    name = name_of(function)
    places = [place for place, each in enumerate(args) if varies(each)]
    inputs = [args[place] for place in places]

    def call(*changed: Tensor) -> Tensor:
        now = dict(zip(places, changed, strict=True))
        return function(*(now.get(place, each) for place, each in enumerate(args)), **kwargs)

    if not any(key in ("inplace", "rounding_mode") and each or varies(each) for key, each in kwargs.items()):
        if name in _BILINEAR and len(places) == 2:
            return lambda x, x0: rules.product(call, *x, *x0), inputs
        if name in _NUMERATOR_FIRST and len(places) == 2:
            return lambda x, x0: rules.quotient(*x, *x0), inputs
        if (name in _ELEMENTWISE or name in _NUMERATOR_FIRST) and len(places) == 1:
            return lambda x, x0: rules.rescale(call, *x, *x0), inputs
        if name in _OF_ROWS and places == list(range(_OF_ROWS[name][1])):
            return lambda x, x0: _OF_ROWS[name][0](x, x0, *args[len(places) :], **kwargs), inputs
    raise no_rule(function)


def no_rule(function: Callable) -> ValueError:
    return ValueError(
        f"DeepLIFT has no rule for {name_of(function)} as this network calls it; choose a method that needs none, such "
        "as integrated_gradients"
    )


def _softmax(inputs, references, dim, _stacklevel=3, dtype=None):
    return rules.softmax(inputs[0].to(dtype or inputs[0].dtype), references[0], dim)


def _log_softmax(inputs, references, dim, _stacklevel=3, dtype=None):
    return rules.log_softmax(inputs[0].to(dtype or inputs[0].dtype), references[0], dim)


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


def _attention(inputs, references, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None, enable_gqa=False):
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
