"""A vocabulary by what its entries bring next, and the lens's probabilities summed accordingly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from lmviz.analyses.character_lens.writing import Outcome, outcome
from lmviz.loading.tokenizers import Tokenizer


@dataclass(frozen=True)
class Grouping:
    """The entries that count after some bytes, by outcome.

    Attributes:
        outcomes: ``[outcome]``, ascending.
        entries: int64 ``[entry]``, vocabulary entries, those of one outcome side by side.
        starts: int64 ``[outcome]``, where in ``entries`` the outcome's begin.
    """

    outcomes: tuple[Outcome, ...]
    entries: np.ndarray
    starts: np.ndarray

    def log_masses(self, logits: Tensor) -> np.ndarray:
        """Float64 ``[row, outcome]``: log of the sum of exp(logit) over each outcome's entries.

        Each sum is taken relative to its own greatest logit, in float32 and pairwise: an outcome that is improbable
        beyond the range of float32 keeps its place.

        Args:
            logits: float32 ``[row, vocabulary]``.
        """
        entries = torch.from_numpy(self.entries).to(logits.device)
        values = logits.index_select(1, entries).cpu().numpy()
        if not self.outcomes:
            return values.astype(np.float64)
        greatest = np.maximum.reduceat(values, self.starts, axis=1)
        lengths = np.diff(self.starts, append=len(self.entries))
        values -= np.repeat(greatest, lengths, axis=1)
        np.exp(values, out=values)
        return greatest + np.log(np.add.reduceat(values, self.starts, axis=1), dtype=np.float64)


class VocabularyByCharacter:
    """The groupings of one vocabulary, each made once.

    Args:
        tokenizer: whose entries these are.
        size: rows of the model's unembedding; those beyond the tokenizer's entries are special.
    """

    def __init__(self, tokenizer: Tokenizer, size: int):
        self._entries = [(i, tokenizer.kind(i), tokenizer.decode_bytes(i)) for i in range(size)]
        self._within = [entry for entry in self._entries if 0x80 <= entry[2][:1].ljust(1, b"\0")[0] < 0xC0]
        self._groupings: dict[bytes, Grouping] = {}

    def after(self, pending: bytes) -> Grouping:
        """The grouping where the text so far ends in the bytes ``pending`` of an unfinished character."""
        if pending not in self._groupings:
            members: dict[Outcome, list[int]] = {}
            for token_id, kind, raw in self._within if pending else self._entries:
                if brought := outcome(kind, raw, pending):
                    members.setdefault(brought, []).append(token_id)
            outcomes = tuple(sorted(members))
            lengths = [len(members[brought]) for brought in outcomes]
            self._groupings[pending] = Grouping(
                outcomes,
                np.array([token_id for brought in outcomes for token_id in members[brought]], dtype=np.int64),
                np.cumsum([0, *lengths[:-1]]) if lengths else np.zeros(0, dtype=np.int64),
            )
        return self._groupings[pending]


def by_character(tokenizer: Tokenizer, size: int) -> VocabularyByCharacter:
    """The vocabulary's groupings, kept with the tokenizer."""
    kept: dict[int, VocabularyByCharacter] = vars(tokenizer).setdefault("_vocabulary_by_character", {})
    if size not in kept:
        kept[size] = VocabularyByCharacter(tokenizer, size)
    return kept[size]
