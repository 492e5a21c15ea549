"""What every attribution method is given, and what it gives back."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from lmviz.analyses.attribution.activations import SavedDerivatives
from lmviz.analyses.attribution.memory import in_batches, rows_at_once, summed
from lmviz.analyses.attribution.objectives import OBJECTIVES, log_probability
from lmviz.analyses.attribution.targets import Target

if TYPE_CHECKING:
    from lmviz.language_model import LanguageModel

_MOST_SHARING = 64
"""Targets of a group at most."""

_ROWS_OF_LOGITS = 64
"""Rows of logits that are unembedded together: one alone waits for the matrix to come from memory."""


@dataclass(frozen=True)
class Scores:
    """What a method gives back. Entries from the target on are ignored.

    Attributes:
        scores: ``[target, position]``.
        norms: ``[target, position]``; None for a method that has none.
        completeness_errors: ``[target]``; None for a method that promises no completeness.
        n_steps: steps or samples that each target took, ``[target]`` or one number for all; 0 where there are none.
        is_adaptive: whether steps were taken until the completeness error was under the tolerance.
    """

    scores: np.ndarray
    norms: np.ndarray | None = None
    completeness_errors: np.ndarray | None = None
    n_steps: np.ndarray | int = 0
    is_adaptive: bool = False


@dataclass(frozen=True, eq=False)
class Arguments:
    """The question, in the form in which methods answer it.

    A method varies `embeddings` and looks at `values`, or asks for `gradients`; both take rows of embeddings
    ``[row, position, width]``, of which target ``i`` sees the first ``targets[i].position``. It need not cut off what
    stands after a target: the model is causal, so later positions change nothing and have gradient 0. One pass through
    the model serves all targets of one token.

    Attributes:
        model: the model.
        token_ids: int64 ``[position]``, the whole text.
        embeddings: float32 ``[position, width]``: token embeddings before positions are added, up to the last target.
        baselines: float32 ``[set, position, width]``: what stands for "absent"; one, or a sampled set over which
            methods take the mean.
        targets: what is explained.
        objective: what of the prediction is explained, see `OBJECTIVES`.
        n_steps: steps of an integral, or samples; None to take as many as the method needs.
        tolerance: completeness error at which steps are no longer doubled.
        seed: for methods that sample, by NumPy's PCG64.
        kept: what methods with the same targets share; see `own_gradients`, `own_values`.
    """

    model: LanguageModel
    token_ids: np.ndarray
    embeddings: Tensor
    baselines: Tensor
    targets: tuple[Target, ...]
    objective: str
    n_steps: int | None
    tolerance: float
    seed: int
    kept: dict[str, Any] = dataclasses.field(default_factory=dict, repr=False)

    def replace(self, **changes: object) -> Arguments:
        """The same question with some parts changed."""
        return dataclasses.replace(self, **{"kept": {}, **changes})

    @property
    def all_targets(self) -> np.ndarray:
        """int64 ``[target]``: indices of the targets."""
        return np.arange(len(self.targets))

    @property
    def positions(self) -> np.ndarray:
        """int64 ``[target]``: where each target begins."""
        return np.array([target.position for target in self.targets], dtype=np.int64)

    def values(self, inputs: Tensor, indices: np.ndarray | None = None, ends: np.ndarray | None = None) -> Tensor:
        """What is explained, float32 ``[row, target]``, without gradients.

        Args:
            inputs: ``[row, position, width]``.
            indices: of the targets asked for; all by default.
            ends: int64 ``[row, target]``: how many of a row's positions stand before a target, at least 1, where that
                is not the target's own position; what follows them in the row is padding.
        """
        indices = self.all_targets if indices is None else np.asarray(indices)
        if ends is None:
            ends = np.broadcast_to(self.positions[indices], (len(inputs), len(indices)))
        values = torch.zeros(len(inputs), len(indices), device=inputs.device)

        def run(rows: slice) -> None:
            with torch.no_grad():
                values[rows] = self._values(inputs[rows, : int(ends.max())], indices, ends[rows])

        in_batches(run, len(inputs), rows_at_once(self.model, int(ends.max()), len(indices)))
        return values

    def gradients(
        self,
        make: Callable[[slice], Tensor],
        n_rows: int,
        weigh: Callable[[slice, Tensor], Tensor],
        indices: np.ndarray | None = None,
    ) -> Iterator[tuple[int, Tensor]]:
        """Weighed sums over rows of gradients: pairs of a target's index and float64 ``[position, width]``.

        Args:
            make: rows ``[row, position, width]`` of embeddings for a slice of them, long enough for the last target.
            n_rows: how many there are.
            weigh: the rows of a slice and their gradients ``[row, position, width]`` to their weighed sum
                ``[position, width]``; positions run up to the target, or to the last of those that share its pass.
            indices: of the targets asked for; all by default. They come in any order, each once.
        """
        for group in self.groups(self.all_targets if indices is None else np.asarray(indices)):
            length = int(self.positions[group].max())

            def parts(rows: slice, group: np.ndarray = group, length: int = length) -> Iterator[Tensor]:
                inputs = make(rows)[:, :length].detach().requires_grad_()
                return (weigh(rows, gradient).double() for gradient in self._gradients(inputs, group))

            yield from zip(group.tolist(), summed(parts, n_rows, rows_at_once(self.model, length)), strict=True)

    def own_gradients(self) -> list[Tensor]:
        """Gradients float32 ``[position, width]`` at the text itself, by target; methods that need them share them."""

        def compute() -> list[Tensor]:
            own: list[Tensor] = [torch.empty(0)] * len(self.targets)
            for index, gradient in self.gradients(lambda rows: self.embeddings[None], 1, lambda rows, each: each[0]):
                own[index] = gradient[: self.targets[index].position].float()
            return own

        return self._shared("gradients", compute)

    def own_values(self) -> np.ndarray:
        """What is explained, for the text itself: float64 ``[target]``."""
        return self._shared("values", lambda: self.values(self.embeddings[None])[0].double().cpu().numpy())

    @cached_property
    def absent_values(self) -> np.ndarray:
        """What is explained, for the baseline: float64 ``[target]``, the mean over a set."""
        return self.values(self.baselines).double().mean(dim=0).cpu().numpy()

    def _shared(self, name: str, compute: Callable[[], Any]) -> Any:
        """What is the same for all methods that are asked about these targets of this text."""
        question = (self.targets, self.objective)
        if self.kept.get("question") != question:
            self.kept.clear()
            self.kept["question"] = question
        if name not in self.kept:
            self.kept[name] = compute()
        return self.kept[name]

    def value_of(self, hidden: Tensor, index: int) -> Tensor:
        """The objective ``[row]`` of a target of one token; hidden ``[row, position, width]``; differentiable."""
        logits = self.model.unembed(hidden[:, self.targets[index].position - 1])
        return self._of_logits(logits[:, None], np.array([index]))[:, 0]

    def value_of_span(self, inputs: Tensor, index: int, ends: np.ndarray | None = None) -> Tensor:
        """The objective ``[row]`` of any target, for rows ``[row, position, width]`` before it; differentiable.

        ``ends`` int64 ``[row]`` says how many positions of a row stand before the target; all that the target has.
        """
        target = self.targets[index]
        ends = np.full(len(inputs), target.position) if ends is None else ends
        value = self._log_probability_of(inputs, target.token_ids, ends)
        if self.objective == "contrast":
            return value - self._log_probability_of(inputs, target.foil_ids, ends)
        return value.exp() if self.objective == "probability" else value

    def _log_probability_of(self, inputs: Tensor, token_ids: tuple[int, ...], ends: np.ndarray) -> Tensor:
        """Chain rule over the tokens, each read after those before it, ``[row]``."""
        rows = torch.arange(len(inputs), device=inputs.device)[:, None]
        places = torch.tensor(ends[:, None] + np.arange(len(token_ids)), device=inputs.device)
        if len(token_ids) > 1:
            held = self.model.embed(token_ids[:-1]).detach().to(inputs.dtype)
            inputs = torch.nn.functional.pad(inputs, (0, 0, 0, len(held)))
            inputs = inputs.index_put((rows, places[:, :-1]), held.expand(len(inputs), -1, -1))
        hidden = self.model.hidden_from_embeddings(inputs.to(self.model.dtype))[rows, places - 1]
        ids = torch.tensor(token_ids, device=inputs.device).expand(len(inputs), -1)
        return log_probability(self.model.unembed(hidden), ids).sum(dim=1)

    def _values(self, inputs: Tensor, indices: np.ndarray, ends: np.ndarray) -> Tensor:
        single = np.array([self.targets[index].is_single for index in indices])
        values = torch.zeros(len(inputs), len(indices), device=inputs.device)
        if single.any():
            values[:, torch.from_numpy(single)] = self._single_values(inputs, indices[single], ends[:, single])
        for column in np.flatnonzero(~single):
            own = ends[:, column]
            values[:, column] = self.value_of_span(inputs[:, : int(own.max())], int(indices[column]), own)
        return values

    def _single_values(self, inputs: Tensor, indices: np.ndarray, ends: np.ndarray) -> Tensor:
        hidden = self.model.hidden_from_embeddings(inputs.to(self.model.dtype))
        rows = torch.arange(len(inputs), device=inputs.device)[:, None]
        before = torch.tensor(ends - 1, device=inputs.device)
        return self._of_logits(self.model.unembed(hidden[rows, before]), indices)

    def _of_logits(self, logits: Tensor, indices: np.ndarray) -> Tensor:
        """The objective ``[row, target]`` of targets of one token, from logits ``[row, target, vocabulary]``."""
        targets = [self.targets[index] for index in indices]
        own = torch.tensor([target.token_ids[0] for target in targets], device=logits.device).expand(logits.shape[:2])
        foil = None
        if self.objective == "contrast":
            foil = torch.tensor([target.foil_ids[0] for target in targets], device=logits.device).expand_as(own)
        return OBJECTIVES[self.objective](logits, own, foil)

    def _gradients(self, inputs: Tensor, group: np.ndarray) -> Iterator[Tensor]:
        """Gradients ``[row, position, width]`` at each target of a group, after one forward pass."""
        with torch.enable_grad(), SavedDerivatives():
            if not self.targets[group[0]].is_single:
                yield torch.autograd.grad(self.value_of_span(inputs, int(group[0])).sum(), inputs)[0]
                return
            hidden = self.model.hidden_from_embeddings(inputs.to(self.model.dtype))
        at_once = max(1, _ROWS_OF_LOGITS // len(inputs))
        for start in range(0, len(group), at_once):
            some = group[start : start + at_once]
            before = torch.tensor(self.positions[some] - 1, device=inputs.device)
            rows = hidden.detach()[:, before].requires_grad_()
            with torch.enable_grad():
                values = self._of_logits(self.model.unembed(rows), some)
            at_rows = torch.autograd.grad(values.sum(), rows)[0]
            for column, index in enumerate(some):
                at_hidden = torch.zeros_like(hidden)
                at_hidden[:, before[column]] = at_rows[:, column]
                yield torch.autograd.grad(hidden, inputs, at_hidden, retain_graph=bool(index != group[-1]))[0]

    def groups(self, indices: np.ndarray) -> Iterator[np.ndarray]:
        """Targets that share forward passes: of one token, with nearly as much text before them; others stand alone.

        A backward pass covers all of the rows, so that a target far from the end would pay for what stands after it.
        """
        single = np.array([self.targets[index].is_single for index in indices], dtype=bool)
        left = indices[single]
        left = left[np.argsort(-self.positions[left], kind="stable")]
        while len(left):
            length = int(self.positions[left[0]])
            n_sharing = min(int((4 * self.positions[left] >= 3 * length).sum()), _MOST_SHARING)
            yield left[:n_sharing]
            left = left[n_sharing:]
        for index in indices[~single]:
            yield np.array([index])
