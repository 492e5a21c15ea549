"""What every attribution method is given, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from lmviz.analyses.attribution.objectives import Objective

if TYPE_CHECKING:
    from lmviz.language_model import LanguageModel


@dataclass(frozen=True)
class Scores:
    """What a method gives back. Entries from the target on are ignored.

    Attributes:
        scores: ``[target, position]``.
        norms: ``[target, position]``; None for a method that has none.
        completeness_errors: ``[target]``; None for a method that promises no completeness.
        n_steps: the most steps any target took; 0 for a method without an integral.
    """

    scores: np.ndarray
    norms: np.ndarray | None = None
    completeness_errors: np.ndarray | None = None
    n_steps: int = 0


@dataclass(frozen=True)
class Arguments:
    """The question, in the form in which methods answer it.

    A method varies `embeddings` and looks at `value` or `values`. It need not cut off what stands after a target: the
    model is causal, so later positions change nothing and have gradient 0.

    Attributes:
        model: the model.
        token_ids: int64 ``[position]``, up to and including the last target.
        embeddings: float32 ``[position, width]``: token embeddings before positions are added, up to the last target.
        baseline: float32 ``[position, width]``: what stands for "absent".
        targets: positions whose tokens are explained.
        objective: what of the prediction is explained.
        n_steps: steps of an integral; None to take as many as it needs.
        seed: for methods that sample.
        tokens_at_once: tokens that may pass through the model together, with what a backward pass needs kept.
    """

    model: LanguageModel
    token_ids: Tensor
    embeddings: Tensor
    baseline: Tensor
    targets: np.ndarray
    objective: Objective
    n_steps: int | None
    seed: int
    tokens_at_once: int

    def value(self, inputs: Tensor, targets: Tensor) -> Tensor:
        """The objective at one target a row: ``[row]`` for inputs ``[row, position, width]`` and targets ``[row]``."""
        hidden = self.model.hidden_from_embeddings(inputs.to(self.model.dtype))
        rows = hidden[torch.arange(len(inputs), device=hidden.device), targets - 1]
        return self.objective(self.model.unembed(rows), self.token_ids[targets])

    def value_at(self, target: int) -> Callable[[Tensor], Tensor]:
        """`value` with the same target in every row."""
        return lambda inputs: self.value(inputs, torch.full((len(inputs),), target, device=inputs.device))

    def values(self, inputs: Tensor) -> Tensor:
        """The objective at all targets: ``[row, target]`` for inputs ``[row, position, width]``. One forward pass."""
        targets = torch.tensor(self.targets, device=inputs.device)
        hidden = self.model.hidden_from_embeddings(inputs.to(self.model.dtype))[:, targets - 1]
        logits = self.model.unembed(hidden.flatten(0, 1))
        return self.objective(logits, self.token_ids[targets].repeat(len(inputs))).view(len(inputs), -1)

    def batches(self) -> Iterator[tuple[np.ndarray, Tensor, Tensor]]:
        """Targets in groups that fit: their indices, their positions ``[row]``, and inputs ``[row, position, width]``.

        Neighbouring targets go together, with the text up to the last of them.
        """
        order = np.argsort(self.targets, kind="stable")
        while len(order):
            n_rows = max(1, self.tokens_at_once // int(self.targets[order[0]]))
            while n_rows > 1 and n_rows * int(self.targets[order[:n_rows]].max()) > self.tokens_at_once:
                n_rows -= 1
            group, order = order[:n_rows], order[n_rows:]
            length = int(self.targets[group].max())
            inputs = self.embeddings[:length].expand(len(group), -1, -1).clone().requires_grad_()
            yield group, torch.tensor(self.targets[group], device=inputs.device), inputs
