"""The rules that labels are proposed from, fixed beforehand: what is said of a token, in a word.

A rule named after a feature of characters says that a token holds a character with it; ``next_`` before the name says
that the next token of the passage begins with one. Some rules are of the token's place alone.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from lmviz.analyses.factor_labels.features import BEGINNINGS, FEATURES, character_features
from lmviz.tokens import TokenTable

FIRST_TOKENS = 5
"""How many tokens at its beginning count as the start of a passage."""

_PLACES = ("word_start", "inside_word", "next_word_start", "next_inside_word", "passage_start")
_HERE = tuple(feature for feature in FEATURES if feature != "word_start")
_NEXT = tuple(feature for feature in FEATURES if feature not in BEGINNINGS and feature != "quoted")

RULES = (*_HERE, *(f"next_{feature}" for feature in _NEXT), *_PLACES)


def indicators(tokens: TokenTable, starts: np.ndarray) -> np.ndarray:
    """bool ``[rule, position]`` in the order of `RULES`: where each holds.

    A token without characters (a start token, a prefix space) has no feature. What comes after the last token of a
    passage is not said. Of the tokens of one character, the first alone can begin a word.
    """
    features = character_features(_texts(tokens, starts))
    begin, end = tokens.spans.T
    has_text = begin < end
    n_with = np.cumsum(np.pad(features, ((0, 0), (1, 0))), axis=1, dtype=np.int32)
    here = n_with[:, end] > n_with[:, begin]
    at_first = np.zeros_like(here)
    at_first[:, has_text] = features[:, begin[has_text]]
    row = {feature: index for index, feature in enumerate(FEATURES)}
    begins_character = np.diff(tokens.groups, prepend=-1) > 0
    word_start = at_first[row["word_start"]] & begins_character
    inside_word = has_text & ~word_start
    offset = np.arange(len(tokens)) - np.repeat(starts, np.diff(starts, append=len(tokens)))
    is_early = (offset - tokens.n_start < FIRST_TOKENS) & has_text
    return np.concatenate([
        here[[row[feature] for feature in _HERE]],
        _of_next(at_first[[row[feature] for feature in _NEXT]], starts),
        [word_start, inside_word, *_of_next(np.stack([word_start, inside_word]), starts), is_early],
    ])


def _texts(tokens: TokenTable, starts: np.ndarray) -> list[str]:
    return ["".join(tokens.texts[begin:end]) for begin, end in pairwise([*starts.tolist(), len(tokens)])]


def _of_next(held: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """bool ``[rule, position]``: whether it holds of the next token of the passage."""
    shifted = np.pad(held[:, 1:], ((0, 0), (0, 1)))
    shifted[:, starts[1:] - 1] = False
    return shifted
