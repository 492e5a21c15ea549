"""The network's two passes, on the baseline and on the text, watched function by function.

The first keeps what goes into every function that is not linear; the second has each of them answer with its rule. Both
are ordinary passes with ordinary values; only the gradients of the second are multipliers instead.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from transformers.activations import ACT2CLS

from lmviz.analyses.attribution.deep_lift import rules
from lmviz.analyses.attribution.deep_lift.functions import LINEAR, Rule, name_of, no_rule, rule_of, states_a_fact

_ACTIVATIONS = tuple(
    kind for kind in (each[0] if isinstance(each, tuple) else each for each in ACT2CLS.values())
    if kind.__module__ == "transformers.activations"
)
"""Activations composed of several functions, which count as one; torch's own are one already."""


def compare(
    network: torch.nn.Module, function: Callable[[Tensor], Tensor], text: Tensor, baseline: Tensor
) -> tuple[Tensor, Tensor]:
    """A part of the network at the text and at the baseline.

    The gradients of the first, with respect to ``text`` or what that came from, are DeepLIFT's multipliers. Both can be
    handed to the next part. The network is as it was afterwards.

    Raises:
        ValueError: the part computes something that DeepLIFT has no rule for.
    """
    kept: deque[tuple[str, list[Tensor]]] = deque()
    with torch.enable_grad():
        with _ReferencePass(network, kept):
            absent = function(baseline.detach().requires_grad_())
        with _MultiplierPass(network, kept):
            present = function(text)
    return present, absent.detach()


class _Pass(TorchFunctionMode, ABC):
    """Hands every function that is not linear in what depends on the input to `answer`.

    What depends on the input is what requires a gradient: the network's parameters do not.
    """

    def __init__(self, network: torch.nn.Module, kept: deque[tuple[str, list[Tensor]]]):
        super().__init__()
        self.kept = kept
        self._activations = [module for module in network.modules() if isinstance(module, _ACTIVATIONS)]
        self._hooks: list[torch.utils.hooks.RemovableHandle] = []
        self._is_inside = False

    @abstractmethod
    def answer(self, name: str, value: Tensor, rule: Rule, inputs: Sequence[Tensor]) -> Tensor:
        """The value of a call of ``name``, with the gradient that it is to have."""

    def __enter__(self):
        for module in self._activations:
            self._hooks += [module.register_forward_pre_hook(self._begin), module.register_forward_hook(self._end)]
        return super().__enter__()

    def __exit__(self, *error):
        for hook in self._hooks:
            hook.remove()
        return super().__exit__(*error)

    def __torch_function__(self, function, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        if self._is_inside or not torch.is_grad_enabled() or states_a_fact(function):
            return function(*args, **kwargs)
        varying = [place for place, each in enumerate(args) if _varies(each)]
        by_name = [key for key, each in kwargs.items() if _varies(each)]
        if not varying and not by_name:
            return function(*args, **kwargs)
        if by_name or not all(isinstance(args[place], Tensor) for place in varying):
            if (name := name_of(function)) in LINEAR:
                return function(*args, **kwargs)
            raise no_rule(name, len(varying) + len(by_name))
        rule = rule_of(function, args, kwargs, varying)
        if rule is None:
            return function(*args, **kwargs)
        with torch.no_grad():
            value = function(*args, **kwargs)
        return self.answer(name_of(function), value, rule, [args[place] for place in varying])

    def _begin(self, module, inputs):
        self._is_inside = True

    def _end(self, module, inputs, output):
        # The hook runs with the mode on: what the rule computes is not to be watched in its turn.
        if torch.is_grad_enabled() and _varies(inputs[0]):
            output = self.answer(
                type(module).__name__, output.detach(),
                lambda x, x0: rules.rescale(module.forward, *x, *x0), inputs[:1],
            )
        self._is_inside = False
        return output


class _ReferencePass(_Pass):
    def answer(self, name, value, rule, inputs):
        self.kept.append((name, [each.detach() for each in inputs]))
        return rules.at(value, inputs[0])


class _MultiplierPass(_Pass):
    def __init__(self, network, kept):
        super().__init__(network, kept)
        self._roots: dict[int, tuple[Tensor, Tensor]] = {}

    def answer(self, name, value, rule, inputs):
        kept_name, references = self.kept.popleft() if self.kept else ("nothing", [])
        if kept_name != name or [each.shape for each in references] != [each.shape for each in inputs]:
            raise ValueError(
                f"this network computes {name} for the text where it computes {kept_name} for the baseline, so DeepLIFT "
                "cannot compare the two; choose a method that need not, such as integrated_gradients"
            )
        root = self._roots.get(id(inputs[-1]))
        if name == "mul" and root is not None:
            # A norm: what it multiplies by is the reciprocal of a root.
            return rules.at(value, rules.quotient(inputs[0], root[1], references[0], references[1].reciprocal()))
        result = rules.at(value, rule(inputs, references))
        if name == "rsqrt":
            # Kept with the result, so that no other tensor can have the result's id.
            self._roots[id(result)] = (result, rules.at(value.reciprocal(), rules.square_root(*inputs, *references)))
        return result


def _varies(value: object) -> bool:
    if isinstance(value, (list, tuple)):
        return any(_varies(each) for each in value)
    return isinstance(value, Tensor) and value.requires_grad
