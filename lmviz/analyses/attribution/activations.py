"""Activations whose derivative is worked out once, in the forward pass, for the many backward passes that follow it.

PyTorch's own GELU keeps its input and works the derivative out in every backward pass, which for a target each is a
fifth of all that integrated gradients do on a CPU.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

_DERIVATIVES: dict[Callable[..., Tensor], Callable[..., Tensor]] = {
    torch._C._nn.gelu: torch.ops.aten.gelu_backward,
    torch.nn.functional.silu: torch.ops.aten.silu_backward,
}


class _Saved(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, inputs: Tensor, function: Callable[..., Tensor], settings: dict[str, Any]) -> Tensor:
        ctx.save_for_backward(_DERIVATIVES[function](torch.ones_like(inputs), inputs, **settings))
        return function(inputs, **settings)

    @staticmethod
    def backward(ctx: Any, gradients: Tensor) -> tuple[Tensor, None, None]:
        (derivative,) = ctx.saved_tensors
        return gradients * derivative, None, None


class SavedDerivatives(TorchFunctionMode):
    """Within it, GELU and SiLU keep their derivative instead of their input: as much memory, one product a pass."""

    def __torch_function__(self, func: Any, types: Any, args: tuple = (), kwargs: dict[str, Any] | None = None) -> Any:
        kwargs = kwargs or {}
        if func in _DERIVATIVES and args[0].requires_grad:
            settings = {name: value for name, value in kwargs.items() if name == "approximate"}
            return _Saved.apply(args[0], func, settings)
        return func(*args, **kwargs)
