"""How a difference between text and baseline passes through one function: DeepLIFT's rules, with those it lacks.

A rule is given what goes into a function, for the text (``x``) and for the baseline (``x0``), and returns something
linear in ``x`` that differs between the two as the function does: ``rule(x) - rule(x0) = f(x) - f(x0)``, exactly. Its
gradient with respect to ``x`` is the multiplier; its own value means nothing, and `at` puts the true one in its place.

- A function of single numbers: the rescale rule of Shrikumar, Greenside & Kundaje 2017 (arXiv:1704.02685),
  ``(f(x) - f(x0)) / (x - x0)``, or the derivative where the two meet. A GELU written out in powers and a tanh comes to
  the same, because of a single number no other multiplier is exact.
- A product: ``d(ab) = (b + b0) / 2 * da + (a + a0) / 2 * db``, the Shapley values of its two factors.
- A quotient ``c = a / b`` is the product ``a = c b`` solved for ``dc``. A norm's division is done like this. To
  multiply by the reciprocal would be as exact, but a baseline of zeros has a reciprocal near ``eps ** -0.5``, and half
  of that in every norm makes multipliers that grow from layer to layer beyond what floating point can cancel.
- Softmax: with ``L`` the logarithmic mean of ``y`` and ``y0``, ``dy = L (dx - dz)``, where ``z`` is the log-sum-exp;
  that ``dy`` sums to zero gives ``dz = sum(L dx) / sum(L)``. Where text and baseline agree it is softmax's gradient.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

_MEETING = 1e-8
"""Differences below it are none; in float64, in which the quotients are taken, larger ones still have eight digits."""


class _At(torch.autograd.Function):
    @staticmethod
    def forward(context, value, carrier):
        return value

    @staticmethod
    def backward(context, gradient):
        return None, gradient


def at(value: Tensor, carrier: Tensor) -> Tensor:
    """The value, with the gradient of the carrier, which has the same shape."""
    return _At.apply(value, carrier)


def rescale(function: Callable[[Tensor], Tensor], x: Tensor, x0: Tensor) -> Tensor:
    """Of a function that is applied to each number by itself."""
    with torch.no_grad():
        # Activations are float32 at best: rounded there, a small quotient would be noise.
        upper, lower = x.double(), x0.double()
        away = upper - lower
        multipliers = (function(upper.clone()) - function(lower.clone())) / away
        meeting = away.abs() < _MEETING
        if meeting.any():
            multipliers = torch.where(meeting, _derivatives(function, (upper + lower) / 2), multipliers)
    return multipliers.to(x.dtype) * x


def product(function: Callable[[Tensor, Tensor], Tensor], a: Tensor, b: Tensor, a0: Tensor, b0: Tensor) -> Tensor:
    """Of a function that is linear in each of its two arguments: its gradient halfway between."""
    return function(at(_halfway(a, a0), a), at(_halfway(b, b0), b))


def quotient(a: Tensor, b: Tensor, a0: Tensor, b0: Tensor) -> Tensor:
    """Of ``a / b``."""
    with torch.no_grad():
        quotients = _halfway(a / b, a0 / b0)
    return (a - quotients * b) / _halfway(b, b0)


def softmax(x: Tensor, x0: Tensor, dim: int) -> Tensor:
    means = _means_of_softmax(x, x0, dim)
    return means * (x - _log_sum(means, x, dim))


def log_softmax(x: Tensor, x0: Tensor, dim: int) -> Tensor:
    return x - _log_sum(_means_of_softmax(x, x0, dim), x, dim)


def logsumexp(x: Tensor, x0: Tensor, dim: int | tuple[int, ...], keepdim: bool = False) -> Tensor:
    return _log_sum(_means_of_softmax(x, x0, dim), x, dim, keepdim)


def normalize(x: Tensor, x0: Tensor, dim: int | tuple[int, ...], eps: float) -> Tensor:
    """Of ``x`` over its root mean square."""
    with torch.no_grad():
        roots = (x.square().mean(dim, keepdim=True) + eps).sqrt()
        roots0 = (x0.square().mean(dim, keepdim=True) + eps).sqrt()
        total = x + x0
    root = at(roots, (total * x).mean(dim, keepdim=True) / (roots + roots0))
    return quotient(x, root, x0, roots0)


def square_root(x: Tensor, x0: Tensor) -> Tensor:
    with torch.no_grad():
        total = x.sqrt() + x0.sqrt()
    return x / total


def attention(
    query: Tensor, key: Tensor, value: Tensor, query0: Tensor, key0: Tensor, value0: Tensor, mask: Tensor | None,
    scale: float,
) -> Tensor:
    """Of scaled dot-product attention, ``[..., position, width of the head]``.

    Args:
        mask: of ``[query, key]``: booleans, true where there is attention, or what is added to the scores.
    """
    across, across0 = key.transpose(-2, -1), key0.transpose(-2, -1)
    with torch.no_grad():
        scores0 = _masked(query0 @ across0 * scale, mask)
        weights0 = scores0.softmax(dim=-1)
        products = query @ across
    scores = _masked(at(products, product(torch.matmul, query, across, query0, across0)) * scale, mask)
    with torch.no_grad():
        weights = scores.softmax(dim=-1)
    return product(torch.matmul, at(weights, softmax(scores, scores0, -1)), value, weights0, value0)


def _masked(scores: Tensor, mask: Tensor | None) -> Tensor:
    if mask is None:
        return scores
    return scores.masked_fill(~mask, -torch.inf) if mask.dtype == torch.bool else scores + mask


def _halfway(x: Tensor, x0: Tensor) -> Tensor:
    return (x.detach() + x0) / 2


def _derivatives(function: Callable[[Tensor], Tensor], points: Tensor) -> Tensor:
    with torch.enable_grad():
        points = points.detach().requires_grad_()
        return torch.autograd.grad(function(points.clone()).sum(), points)[0]


def _log_sum(means: Tensor, x: Tensor, dim: int | tuple[int, ...], keepdim: bool = True) -> Tensor:
    return ((means / means.sum(dim, keepdim=True)) * x).sum(dim, keepdim=keepdim)


def _means_of_softmax(x: Tensor, x0: Tensor, dim: int | tuple[int, ...]) -> Tensor:
    """Logarithmic means ``(y - y0) / (log y - log y0)`` of the probabilities of text and baseline; 0 where masked."""
    with torch.no_grad():
        upper, lower = x.double(), x0.double()
        upper = upper - upper.logsumexp(dim, keepdim=True)
        lower = lower - lower.logsumexp(dim, keepdim=True)
        apart = (upper - lower).abs()
        larger = torch.maximum(upper, lower).exp()
        means = torch.where(apart < _MEETING, larger, larger * -torch.expm1(-apart) / apart)
        return torch.where(larger == 0, 0.0, means).to(x.dtype)
