"""Which characters of a text have which feature."""

from __future__ import annotations

import re
from itertools import accumulate

import numpy as np

from lmviz.analyses.factor_labels.patterns import PATTERNS
from lmviz.analyses.factor_labels.words import WORD_FEATURES, features_of_word
from lmviz.units import boundaries
from lmviz.units.sudachi import sudachi_words

BEGINNINGS = ("sentence_start", "word_start")
"""Features of the first character of a sentence or word."""

FEATURES = (*PATTERNS, *WORD_FEATURES, *BEGINNINGS)


def character_features(passages: list[str]) -> np.ndarray:
    """bool ``[feature, character]`` in the order of `FEATURES`, of the passages one after another.

    Each passage is looked at by itself, as written: no word, quotation or date goes on from one to the next.
    """
    begins = [0, *accumulate(map(len, passages))]
    found = np.zeros((len(FEATURES), begins[-1]), dtype=bool)
    rows = dict(zip(FEATURES, found, strict=True))
    for passage, begin in zip(passages, begins, strict=False):
        for name, pattern in PATTERNS.items():
            for match in re.finditer(pattern, passage):
                rows[name][begin + match.start() : begin + match.end()] = True
        before, sentence_start = None, 0
        for sentence_end in boundaries(passage, "sentence").tolist():
            rows["sentence_start"][begin + sentence_start] = True
            for word in sudachi_words(passage, sentence_start, sentence_end):
                at = slice(begin + word.end - len(word.surface), begin + word.end)
                rows["word_start"][at.start] = True
                for name in features_of_word(word, before):
                    rows[name][at] = True
                before = word
            sentence_start = sentence_end
    return found
