"""What is linear in a model's modules, found by calling them, so that no family's names or layouts are needed."""

from __future__ import annotations

from dataclasses import dataclass

import torch

_LOUD = 1e3
"""Size of the probes, beside which a norm's epsilon is nothing."""


def without_bias(module: torch.nn.Module, x: torch.Tensor) -> torch.Tensor:
    """What ``module`` makes of ``x [..., in]`` beyond what it makes of zeros, ``[..., out]``."""
    return module(x) - module(torch.zeros_like(x[..., :1, :]))


@dataclass(frozen=True)
class LinearNorm:
    """A norm without its scale: ``x -> gain * x``, for LayerNorm with the mean of ``x`` taken off first.

    Attributes:
        gain: ``[width]``: the weight of LayerNorm and RMSNorm, 1 + the weight where the family has it so.
        centres: whether the mean over the width is taken off.
    """

    gain: torch.Tensor
    centres: bool

    @classmethod
    def of(cls, norm: torch.nn.Module, width: int, device: torch.device) -> LinearNorm:
        """Of a LayerNorm, an RMSNorm or a kind of them, in float32."""
        probe = torch.ones(width, device=device)
        probe[::2] = -1
        probe = _LOUD * (probe - probe.mean())
        gain = (norm(probe) - norm(-probe)) / 2 * probe.square().mean().sqrt() / probe
        level = torch.ones(width, device=device)
        left = (norm(level) - norm(-level)) / 2
        return cls(gain, bool(left.abs().max() < 1e-2 * gain.abs().max()))

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        return self.gain * (x - x.mean(dim=-1, keepdim=True) if self.centres else x)
