"""The two passes, on the baseline and on the text, watched function by function.

The first keeps what goes into every function that is not linear; the second, which calls the same in the same order,
has each of them answer by its rule. Both are ordinary passes with ordinary values, and nothing of the network is
touched; only the gradients of the second are multipliers instead.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from lmviz.analyses.attribution.deep_lift import functions, rules


def compare(function: Callable[[Tensor], Tensor], text: Tensor, baseline: Tensor) -> tuple[Tensor, Tensor]:
    """A function of tensors, such as a network without trainable parameters or a part of one, at text and baseline.

    Args:
        text: requires a gradient, as does all that the function gets from it; nothing else does.

    Returns:
        What the function makes of the text and of the baseline, to be handed to the next part together. The gradients
        of the first are DeepLIFT's multipliers.

    Raises:
        ValueError: the function does something that DeepLIFT has no rule for.
    """
    kept: deque[list[Tensor]] = deque()
    with torch.enable_grad():
        with _ReferencePass(kept):
            absent = function(baseline.detach().requires_grad_())
        with _MultiplierPass(kept):
            present = function(text)
    return present, absent.detach()


class _Pass(TorchFunctionMode, ABC):
    def __init__(self, kept: deque[list[Tensor]]):
        super().__init__()
        self.kept = kept

    @abstractmethod
    def answer(self, name: str, value: Tensor, rule: functions.Rule, inputs: Sequence[Tensor]) -> Tensor:
        """The value of a call that is not linear, with the gradient that it is to have."""

    def __torch_function__(self, function, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        is_watched = torch.is_grad_enabled() and functions.varies((*args, *kwargs.values()))
        if not is_watched or functions.states_a_fact(function):
            return function(*args, **kwargs)
        if functions.is_linear(function, args, kwargs):
            result = function(*args, **kwargs)
            if functions.varies(args[:1]) and not functions.varies(result):
                raise functions.no_rule(function)
            return result
        rule, inputs = functions.rule_of(function, args, kwargs)
        with torch.no_grad():
            value = function(*args, **kwargs)
        return self.answer(functions.name_of(function), value, rule, inputs)


class _ReferencePass(_Pass):
    def answer(self, name, value, rule, inputs):
        self.kept.append([each.detach() for each in inputs])
        return rules.at(value, inputs[0])


class _MultiplierPass(_Pass):
    def __init__(self, kept):
        super().__init__(kept)
        self._roots: dict[int, tuple[Tensor, Tensor]] = {}

    def answer(self, name, value, rule, inputs):
        references = self.kept.popleft()
        root = self._roots.get(id(inputs[-1]))
        if name == "mul" and root is not None:
            # A norm: what it multiplies by is the reciprocal of a root.
            return rules.at(value, rules.quotient(inputs[0], root[1], references[0], references[1].reciprocal()))
        result = rules.at(value, rule(inputs, references))
        if name == "rsqrt":
            # Kept with the result, so that no other tensor can have the result's id.
            self._roots[id(result)] = (result, rules.at(value.reciprocal(), rules.square_root(*inputs, *references)))
        return result
