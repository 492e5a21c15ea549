"""Which factor of one model responds as a factor of another does, although the two cut a text in different places."""

from __future__ import annotations

from os.path import commonprefix

import numpy as np

from lmviz.comparison.correlation import pearson
from lmviz.passages import counted
from lmviz.results import ModelFactors


def nearest_factors(factors: ModelFactors, other: ModelFactors) -> np.ndarray:
    """Pearson's correlation of the responses of two models' factors, over the characters of one reference text.

    A character has the response of the token whose span holds it, the mean where several do (tokens of one
    character). It counts where both models have a token for it and every such token has a response: not at the start
    of a passage, not where a tokenizer dropped it.

    Args:
        factors: of one model.
        other: of another, or of the same, over the same passages.

    Returns:
        float64 ``[factor, other factor]``; NaN for a factor that responds the same everywhere.

    Raises:
        ValueError: no factors of a model; reference texts that differ or are divided into other passages; no character
            that counts.
    """
    _check_same_text(factors, other)
    mine, theirs = _by_character(factors), _by_character(other)
    if not (np.isfinite(mine[0]) & np.isfinite(theirs[0])).any():
        raise ValueError("no character of the reference text has a response of both models; take longer passages")
    return pearson(mine, theirs)


def _check_same_text(factors: ModelFactors, other: ModelFactors) -> None:
    for each in (factors, other):
        if not isinstance(each, ModelFactors):
            raise ValueError(f"factors are those of lmviz.model_factors, not a {type(each).__name__}")
    ours, others = factors.tokens.text, other.tokens.text
    if ours != others:
        at = len(commonprefix([ours, others]))
        raise ValueError(
            f"factors are compared over one reference text, and those of {factors.model} and {other.model} differ from "
            f"character {at} on ({ours[at : at + 10]!r} and {others[at : at + 10]!r}); fit both to the same text"
        )
    if not np.array_equal(_passage_begins(factors), _passage_begins(other)):
        raise ValueError(
            f"{factors.model} and {other.model} read the same reference text in different passages; fit both to the "
            "same list of texts"
        )


def _passage_begins(factors: ModelFactors) -> np.ndarray:
    """int64 ``[passage]``: the character where each begins."""
    lengths = np.array([len(text) for text in factors.tokens.texts])
    return (np.cumsum(lengths) - lengths)[factors.starts]


def _by_character(factors: ModelFactors) -> np.ndarray:
    """float64 ``[factor, character]``; NaN where a character does not count."""
    tokens = factors.tokens
    begin, end = tokens.spans.T
    token = np.repeat(np.arange(len(tokens)), end - begin)
    character = np.arange(len(token)) - np.repeat(np.cumsum(end - begin) - end, end - begin)
    n = len(tokens.text)
    n_tokens = np.bincount(character, minlength=n)
    is_counted = counted(factors.starts, len(tokens), tokens.n_start)
    n_counted = np.bincount(character, weights=is_counted[token], minlength=n)
    held = np.where(is_counted, factors.responses, 0.0)
    sums = np.stack([np.bincount(character, weights=row[token], minlength=n) for row in held])
    return np.where((n_counted == n_tokens) & (n_tokens > 0), sums / np.maximum(n_tokens, 1), np.nan)
