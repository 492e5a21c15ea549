"""What "absent" means for a token: the embeddings that take the place of the text's own."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

BASELINES: dict[str, Callable[[Tensor], Tensor]] = {"zero": torch.zeros_like}
"""Embeddings ``[position, width]`` to those of the absent text, by name."""
