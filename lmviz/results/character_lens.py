"""Which character each layer expects next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from lmviz.results.base import Result

OutcomeKind = Literal["character", "bytes", "no_character", "unknown"]


@dataclass(frozen=True)
class CharacterLens(Result):
    """The lens's distribution over tokens, read as one over what is written next (see `lmviz.analyses.character_lens`).

    An *outcome* is a character; the bytes that tokens holding part of a character share; "no character" (special
    tokens); or "any other" (``<unk>``). At every position and layer the outcomes' probabilities sum to 1.

    Attributes:
        outcomes: ``[outcome]``, those that the result mentions: the character, the bytes in hexadecimal, or empty.
        outcome_kinds: ``[outcome]``: ``"character"``, ``"bytes"``, ``"no_character"`` or ``"unknown"``.
        candidates: int64 ``[layer, position, k]``, outcomes, most probable first; -1 where there is none.
        candidate_log_probabilities: float32 ``[layer, position, k]``, nats; NaN where there is none.
        following: int64 ``[position]``, the outcome that the token at the position brings; -1 at position 0, and where
            a token breaks off the character that stands unfinished before it.
        log_probabilities: float32 ``[layer, position]``, nats, of ``following``; NaN where there is none.
        ranks: int64 ``[layer, position]``: 1 + the number of outcomes with a strictly greater probability; 0 where
            there is none.
        n_outcomes: int64 ``[position]``, outcomes that were possible there: fewer inside a character; 0 at position 0.
        completions: float32 ``[layer, position]``: inside a character, the probability that the layer gave to its
            completions, of which everything else here is conditional; 1 elsewhere, NaN at position 0.
        pending: ``[position]``, bytes of the character that stands unfinished before the position, in hexadecimal.
        characters: ``[character]``, int64 ``[character, 2]``: first and last position + 1 of the tokens that wrote each
            character of the text whose first byte begins a token; a character of several tokens spans them all.
        character_log_probabilities: float32 ``[layer, character]``, nats: the sum over those tokens of
            ``log_probabilities``; NaN for one that begins at position 0.
        final_norm: as in `LayerPredictions`.
    """

    kind = "character_lens"
    schema_version = 1

    outcomes: tuple[str, ...]
    outcome_kinds: tuple[OutcomeKind, ...]
    candidates: np.ndarray
    candidate_log_probabilities: np.ndarray
    following: np.ndarray
    log_probabilities: np.ndarray
    ranks: np.ndarray
    n_outcomes: np.ndarray
    completions: np.ndarray
    pending: tuple[str, ...]
    characters: np.ndarray
    character_log_probabilities: np.ndarray
    final_norm: bool
