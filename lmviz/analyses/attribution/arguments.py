"""What every attribution method is given, and what it gives back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from lmviz.analyses.attribution.objectives import Objective

if TYPE_CHECKING:
    from captum.attr._utils.attribution import GradientAttribution

    from lmviz.language_model import LanguageModel

_MOST_SHARING = 32
"""Targets of a group at most: the gradients of all are held at once."""


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

    A method varies `embeddings` and looks at `values`, or is one of Captum's gradient methods, which `sharing` applies.
    It need not cut off what stands after a target: the model is causal, so later positions change nothing and have
    gradient 0.

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

    def values(self, inputs: Tensor) -> Tensor:
        """The objective at all targets: ``[row, target]`` for inputs ``[row, position, width]``. One forward pass."""
        targets = torch.tensor(self.targets, device=inputs.device)
        hidden = self.model.hidden_from_embeddings(inputs.to(self.model.dtype))[:, targets - 1]
        logits = self.model.unembed(hidden.flatten(0, 1))
        return self.objective(logits, self.token_ids[targets].repeat(len(inputs))).view(len(inputs), -1)

    def groups(self, indices: np.ndarray | None = None) -> Iterator[tuple[np.ndarray, Tensor]]:
        """Targets in groups that share forward passes: their indices, and inputs ``[target, position, width]``.

        Every row of the inputs is the text up to the last target of the group. A backward pass covers all of it, so
        that only targets with nearly as much before them belong together.
        """
        left = np.arange(len(self.targets)) if indices is None else indices
        left = left[np.argsort(-self.targets[left], kind="stable")]
        while len(left):
            length = int(self.targets[left[0]])
            n_rows = min(int((4 * self.targets[left] >= 3 * length).sum()), _MOST_SHARING)
            group, left = left[:n_rows], left[n_rows:]
            yield group, self.embeddings[:length].repeat(n_rows, 1, 1).requires_grad_()

    def sharing(self, method: type[GradientAttribution], group: np.ndarray) -> Any:
        """A method of Captum's for the inputs of a group: rows that differ only in their target share a forward pass.

        Captum would run the whole model once a target, on what is the same input.
        """
        attribution = method(self.values)
        attribution.gradient_func = lambda forward_fn, inputs, *_, **__: (self._gradients(inputs[0], group),)
        return attribution

    def _gradients(self, inputs: Tensor, group: np.ndarray) -> Tensor:
        """``[step * target, position, width]`` of the objective at each target, for such inputs, targets innermost."""
        distinct = inputs[:: len(group)].detach().requires_grad_()
        gradients = []
        with torch.enable_grad():
            hidden = self.model.hidden_from_embeddings(distinct.to(self.model.dtype))
            for target in self.targets[group].tolist():
                logits = self.model.unembed(hidden[:, target - 1])
                value = self.objective(logits, self.token_ids[target].expand(len(distinct)))
                gradients += torch.autograd.grad(value.sum(), distinct, retain_graph=True)
        return torch.stack(gradients, dim=1).flatten(0, 1)
