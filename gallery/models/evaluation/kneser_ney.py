"""A smoothed 3-gram model over token ids, to hold neural models against: interpolated modified Kneser-Ney.

Chen & Goodman 1998: from each count c of an n-gram a discount D(c) is taken, of which there are three an
order (for 1, 2, and 3 or more), and what is taken from a context goes to the next lower order,

    p(w | u v) = (c(u v w) - D(c(u v w))) / c(u v ·) + sum of D / c(u v ·) · p(w | v),

down to the uniform distribution over the vocabulary. Counts of lower orders are numbers of different tokens that stand
before an n-gram. Where nothing does, because it begins with the end token before a document, its own count stands
(as in Heafield et al. 2013).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# Where so little text is there that Chen & Goodman's estimates do not exist (as in KenLM's --discount_fallback).
_FALLBACK = (0.0, 0.5, 1.0, 1.5)


@dataclass(frozen=True)
class _Order:
    """N-grams of one length: ``keys`` int64 ``[n-gram]``, sorted, context · vocabulary + last token; their counts."""

    keys: np.ndarray
    counts: np.ndarray
    discounts: np.ndarray
    vocabulary: int

    def interpolate(self, context: int, lower: np.ndarray) -> np.ndarray:
        """Probabilities ``[vocabulary]`` after a context, given those of the next lower order."""
        begin, end = np.searchsorted(self.keys, (context * self.vocabulary, (context + 1) * self.vocabulary))
        if begin == end:
            return lower
        counts = self.counts[begin:end]
        discounts = self.discounts[np.minimum(counts, 3)]
        total = counts.sum()
        probabilities = lower * (discounts.sum() / total)
        probabilities[self.keys[begin:end] - context * self.vocabulary] += (counts - discounts) / total
        return probabilities


class TrigramModel:
    """A 3-gram model.

    Args:
        stream: ids int ``[token]``: the end token, then documents, each followed by the end token. No n-gram reaches
            from one document into the next.
        end: id of the end token. It is predicted as every other entry.
        vocabulary: number of entries.

    Attributes:
        n_tokens: tokens that were counted, the ends of documents among them.
        discounts: float64 ``[order, 4]``: D(0) = 0, D(1), D(2) and D(3 or more), of unigrams, bigrams, trigrams.

    Raises:
        ValueError: a vocabulary of more than 2,097,151 entries, whose trigrams do not fit into 63 bits; an empty text.
    """

    def __init__(self, stream: np.ndarray, end: int, vocabulary: int):
        if vocabulary >= 1 << 21:
            raise ValueError(f"trigrams are counted over at most {(1 << 21) - 1} entries, not {vocabulary}")
        if len(stream) < 3:
            raise ValueError("there is no text to count trigrams in")
        self.n_tokens = len(stream) - 1
        self._end, self._vocabulary = end, vocabulary
        trigrams, counts = _count_trigrams(stream, end, vocabulary)
        following, n_before = np.unique(trigrams % vocabulary**2, return_counts=True)
        opening = np.bincount(stream[1:][stream[:-1] == end], minlength=vocabulary)
        first = np.flatnonzero(opening)
        bigrams = np.concatenate([following, end * vocabulary + first])
        order = np.argsort(bigrams)
        n_bigrams = np.concatenate([n_before, opening[first]])[order]
        self._trigrams = self._order(trigrams, counts)
        self._bigrams = self._order(bigrams[order], n_bigrams)
        unigrams = self._order(*np.unique(bigrams % vocabulary, return_counts=True))
        self._unigrams = unigrams.interpolate(0, np.full(vocabulary, 1 / vocabulary))
        self.discounts = np.stack([each.discounts for each in (unigrams, self._bigrams, self._trigrams)])

    def _order(self, keys: np.ndarray, counts: np.ndarray) -> _Order:
        return _Order(keys, counts.astype(np.int32), _discounts(counts), self._vocabulary)

    def probabilities(self, history: np.ndarray) -> np.ndarray:
        """Probabilities float64 ``[vocabulary]`` of the next token after ids ``[token]``, of which the last two count.

        What stands before an end token does not count.
        """
        last = [int(i) for i in history[-2:]]
        if len(last) == 2 and last[1] == self._end:
            last = last[1:]
        found = self._unigrams
        if last:
            found = self._bigrams.interpolate(last[-1], found)
        if len(last) == 2:
            found = self._trigrams.interpolate(last[0] * self._vocabulary + last[1], found)
        return found

    def read(self, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Log-probabilities in nats and ranks ``[token]`` of all ids ``[1 + token]`` but the first.

        A rank is 1 + the number of entries that are strictly more probable.
        """
        log_probabilities, ranks = np.zeros(len(ids) - 1), np.zeros(len(ids) - 1, dtype=np.int64)
        for i in range(1, len(ids)):
            found = self.probabilities(ids[max(0, i - 2) : i])
            own = found[ids[i]]
            log_probabilities[i - 1] = np.log(own)
            ranks[i - 1] = 1 + np.count_nonzero(found > own)
        return log_probabilities, ranks


def _count_trigrams(stream: np.ndarray, end: int, vocabulary: int) -> tuple[np.ndarray, np.ndarray]:
    """Keys of the trigrams of a stream, sorted, and how often each occurs; none has the end token in its middle."""
    keys = stream[:-2].astype(np.int64)
    keys *= vocabulary
    keys += stream[1:-1]
    keys *= vocabulary
    keys += stream[2:]
    return np.unique(keys[stream[1:-1] != end], return_counts=True)


def _discounts(counts: np.ndarray) -> np.ndarray:
    """D(0) = 0, D(1), D(2), D(3 or more) of an order, from how many n-grams occur once, twice, three and four times."""
    n = [0, *(int(np.count_nonzero(counts == count)) for count in (1, 2, 3, 4))]
    if all(n[1:]):
        share = n[1] / (n[1] + 2 * n[2])
        found = [0.0, *(count - (count + 1) * share * n[count + 1] / n[count] for count in (1, 2, 3))]
        if all(0 <= found[count] <= count for count in (1, 2, 3)):
            return np.array(found)
    return np.array(_FALLBACK)
