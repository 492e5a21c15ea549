"""Checks of a model as it is loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from lmviz.loading.errors import LoadError

if TYPE_CHECKING:
    from lmviz.language_model import LanguageModel


def finite_weights(network: torch.nn.Module, name: str) -> None:
    """Raises `LoadError` that names the first weight tensor with a NaN or an infinity."""
    for tensor_name, tensor in network.state_dict().items():
        if tensor.is_floating_point() and not torch.isfinite(tensor).all():
            what = "NaN" if torch.isnan(tensor).any() else "infinity"
            count = int((~torch.isfinite(tensor)).sum())
            raise LoadError(
                f"the weights of {name} are damaged: {count} of the {tensor.numel()} values of {tensor_name} are not "
                f"finite ({what}); fetch or train the model again"
            )


def run(model: LanguageModel) -> None:
    pass
