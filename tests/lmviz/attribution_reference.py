"""What is attributed, in float64 and by plain transformers over the whole text: nothing of lmviz takes part."""

from __future__ import annotations

import copy
from functools import cached_property

import torch


class Reference:
    """The objective at a target of a trace, as a function of embeddings ``[batch, position, width]``."""

    def __init__(self, trace, target: str = "log_probability"):
        self.trace, self.target = trace, target

    @cached_property
    def network(self):
        return copy.deepcopy(self.trace.model.network).double()

    @cached_property
    def embeddings(self) -> torch.Tensor:
        ids = torch.tensor(self.trace.token_ids)[None]
        return self.network.get_input_embeddings()(ids).detach()

    def value(self, embeddings: torch.Tensor, position: int) -> torch.Tensor:
        logits = self.network(inputs_embeds=embeddings).logits[:, position - 1].double()
        token = int(self.trace.token_ids[position])
        if self.target == "logit":
            return logits[:, token]
        log_probabilities = logits - logits.exp().sum(dim=-1, keepdim=True).log()
        return log_probabilities[:, token].exp() if self.target == "probability" else log_probabilities[:, token]

    def gradient(self, embeddings: torch.Tensor, position: int) -> torch.Tensor:
        """``[batch, position, width]``."""
        leaf = embeddings.detach().clone().requires_grad_()
        return torch.autograd.grad(self.value(leaf, position).sum(), leaf)[0]
