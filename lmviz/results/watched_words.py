"""How strongly each layer expects given words at one position."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lmviz.results.base import Result


@dataclass(frozen=True)
class WatchedWords(Result):
    """Words as forced continuations after the text before ``position``.

    Attributes:
        words: as given, ``[word]``.
        word_token_ids: ``[word]`` of tuples: the tokens used (no prefix space).
        word_token_texts: ``[word]`` of tuples of readable labels of those tokens.
        position: the position at which the words are put to the test (``len(tokens)`` for the one after the last).
        log_probabilities: float32 ``[word, layer]``, nats: the sum over the word's tokens, each read at that layer,
            given the tokens before it.
        ranks: int64 ``[word, layer]``: exact rank of a word of one token; 0 for a word of several.
        vocabulary_size: number of entries ranked.
        final_norm: as in `LayerPredictions`.
    """

    kind = "watched_words"
    schema_version = 1

    words: tuple[str, ...]
    word_token_ids: tuple[tuple[int, ...], ...]
    word_token_texts: tuple[tuple[str, ...], ...]
    position: int
    log_probabilities: np.ndarray
    ranks: np.ndarray
    vocabulary_size: int
    final_norm: bool
