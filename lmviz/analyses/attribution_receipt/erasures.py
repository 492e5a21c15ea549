"""A text with tokens erased, as rows of embeddings: token ids are never turned into text and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from lmviz.analyses.attribution.arguments import Arguments
from lmviz.analyses.attribution.baselines import mean_embedding, sampled_tokens

if TYPE_CHECKING:
    from lmviz.trace import Trace


class ErasableText:
    """The text before the targets of a question, all of whose tokens but the start tokens can be erased.

    ``"mean"`` puts the vocabulary's mean embedding in a token's place, ``"sampled"`` a token that the model holds
    likely there (one text of them, fixed by the seed), ``"deletion"`` closes the gap, so that what follows moves up.

    Attributes:
        is_single: bool ``[target]``: targets of one token, which share passes through the model.
        n_tokens: int64 ``[target]``: how many tokens can be erased before each target.
        values: float64 ``[target]``: what is explained, for the text as it is.
    """

    def __init__(self, trace: Trace, arguments: Arguments, seed: int):
        self._arguments, self._n_start = arguments, trace.n_start
        length = len(arguments.embeddings)
        sampled = trace.model.embed(sampled_tokens(trace, length, 1, seed)[0]).detach().float()
        self._absent = {"mean": mean_embedding(trace.model).expand(length, -1), "sampled": sampled}
        self.is_single = np.array([target.is_single for target in arguments.targets])
        self.n_tokens = arguments.positions - trace.n_start
        self.values = arguments.own_values()

    def values_without(self, erased: np.ndarray, erasure: str, indices: np.ndarray) -> np.ndarray:
        """What is explained, float64 ``[row, target]``, without the tokens that are ``erased``, bool ``[row, token]``.

        Deletion may leave an earlier target nothing at all; what is given for it then is of no meaning.
        """
        whole = np.pad(erased, ((0, 0), (self._n_start, 0)))
        if erasure == "deletion":
            return self._values_of_rest(whole, indices)
        embeddings = self._arguments.embeddings
        where = torch.from_numpy(whole).to(embeddings.device)[:, :, None]
        length = whole.shape[1]
        inputs = torch.where(where, self._absent[erasure][:length], embeddings[:length])
        return _array(self._arguments.values(inputs, indices))

    def _values_of_rest(self, erased: np.ndarray, indices: np.ndarray) -> np.ndarray:
        """Rows of one length pass together, so that no row is longer than what is left of it."""
        embeddings = self._arguments.embeddings
        left_first = np.argsort(erased, axis=1, kind="stable")
        n_left = (~erased).sum(axis=1)
        ends = np.cumsum(~erased, axis=1)[:, self._arguments.positions[indices] - 1]
        values = np.empty(ends.shape)
        for length in np.unique(n_left):
            rows = n_left == length
            places = torch.from_numpy(left_first[rows, :length]).to(embeddings.device)
            values[rows] = _array(self._arguments.values(embeddings[places], indices, np.maximum(ends[rows], 1)))
        return values


def _array(values: Tensor) -> np.ndarray:
    return values.double().cpu().numpy()
