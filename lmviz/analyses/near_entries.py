"""How many entries lie so near to one that a small error of the logits can put them before or after it.

A rank is exact for the logits at hand; those of another machine differ in their last digits. By as many places as
entries are near, the rank may then differ.

    error = 4 * np.nanmax(abs(here.log_probabilities - there.log_probabilities))
    abs(here.ranks - there.ranks)[layer, position] <= NearEntries(trace, error).tokens(layer, position)
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from lmviz.analyses.character_lens.grouping import by_character
from lmviz.analyses.character_lens.writing import written
from lmviz.analyses.lens import lens_logits

if TYPE_CHECKING:
    from torch import Tensor

    from lmviz.trace import Trace


class NearEntries:
    """Counts of entries near to another by the logit lens, in the distributions that predict a trace's positions.

    Args:
        error: how far apart two logits may be, in nats.
        final_norm: as in `lmviz.layer_predictions`.
    """

    def __init__(self, trace: Trace, error: float, final_norm: bool = True):
        self._trace, self._error, self._final_norm = trace, error, final_norm
        self._logits = lru_cache(maxsize=1)(self._at)

    def tokens(self, layer: int, position: int, token_id: int | None = None) -> int:
        """Other entries near to a token, by default the one that stands at the position (1 or later)."""
        own = int(self._trace.token_ids[position]) if token_id is None else token_id
        logits = self._logits(position)[layer]
        return self._near(logits.cpu().numpy(), own)

    def strongest(self, layer: int, position: int) -> int:
        """Other entries near to the strongest."""
        logits = self._logits(position)[layer].cpu().numpy()
        return self._near(logits, int(logits.argmax()))

    def outcomes(self, layer: int, position: int) -> int:
        """Other outcomes near, by log-probability, to the one that the token at the position brings.

        See `lmviz.character_lens` for outcomes.
        """
        model, text = self._trace.model, written(self._trace.tokens)
        grouping = by_character(model.tokenizer, model.vocabulary_size).after(text.pending[position])
        masses = grouping.log_masses(self._logits(position)[layer][None])[0]
        return self._near(masses, grouping.outcomes.index(text.outcomes[position]))

    def _near(self, values: np.ndarray, own: int) -> int:
        return int((np.abs(values - values[own]) <= self._error).sum()) - 1

    def _at(self, position: int) -> Tensor:
        hidden = self._trace.hidden_states[:, position - 1 : position]
        return lens_logits(self._trace.model, hidden, self._final_norm)[:, 0]
