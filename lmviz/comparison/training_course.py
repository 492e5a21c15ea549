"""One text under the checkpoints of one model: how well each predicts it, step by step.

All checkpoints of a training share a tokenizer, so the text has the same tokens under each, and numbers of tokens may
be laid side by side as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from lmviz.comparison.shared_spans import shared_spans
from lmviz.results import LensMeasures, Result
from lmviz.tokens import TokenTable


@dataclass(frozen=True)
class TrainingCourse:
    """What the last layer of each checkpoint says of the text.

    Attributes:
        steps: ``[step]``, ascending: after how many steps of training each checkpoint was kept.
        tokens: of the text, the same under all.
        ranks: int64 ``[step, position]``, of the token that stands there; 0 at position 0.
        bits_per_character: float64 ``[step]``: surprisal over the characters that are predicted; NaN where none is.
    """

    steps: tuple[int, ...]
    tokens: TokenTable
    ranks: np.ndarray
    bits_per_character: np.ndarray

    @property
    def predicted(self) -> np.ndarray:
        """int64 ``[n]``: the positions that something stands before."""
        return np.flatnonzero(self.ranks[0] > 0)

    @property
    def n_first(self) -> np.ndarray:
        """int64 ``[step]``: at how many positions the actual token is ranked first."""
        return (self.ranks == 1).sum(axis=1)

    @property
    def quartiles(self) -> np.ndarray:
        """float64 ``[step, 3]``: a quarter, a half and three quarters of the predicted positions rank no lower."""
        ranks = self.ranks[:, self.predicted]
        return np.quantile(ranks, [0.25, 0.5, 0.75], axis=1).T if ranks.size else np.full((len(ranks), 3), np.nan)


def steps_of(results: Mapping[int | str, Result]) -> dict[int, Result]:
    """Results by step, the earliest first.

    Raises:
        ValueError: for fewer than two, a key that is no number, or texts that are not the same token by token.
    """
    try:
        found = {int(step): results[step] for step in sorted(results, key=int)}
    except (TypeError, ValueError):
        raise ValueError(f"results of a training have the step as their key; given: {', '.join(map(str, results))}"
                         ) from None
    if len(found) < 2:
        raise ValueError(f"a training is followed over two checkpoints or more; {len(found)} given")
    first, *others = found.values()
    for other in others:
        if not np.array_equal(other.tokens.token_ids, first.tokens.token_ids):
            raise ValueError("the checkpoints do not read the same tokens; give them one tokenizer and one text")
    return found


def training_course(results: Mapping[int | str, LensMeasures]) -> TrainingCourse:
    """How well the text is predicted, from the lens's measures by step. Raises ``ValueError`` as `steps_of` does."""
    found = steps_of(results)
    tokens = next(iter(found.values())).tokens
    spans = shared_spans([tokens, tokens])
    return TrainingCourse(
        tuple(found), tokens, np.stack([each.ranks[-1] for each in found.values()]),
        np.array([spans.bits_per_character(0, each.log_probabilities[-1]) for each in found.values()]),
    )
