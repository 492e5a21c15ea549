"""The 3-gram model against a case worked by hand and a slow implementation with dictionaries."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np
import pytest

from gallery.models.evaluation.kneser_ney import TrigramModel

END = 0


def test_a_text_of_four_words_worked_by_hand():
    # Documents "1 2" and "1 3"; so few counts that D is 0.5, 1 and 1.5. Different tokens before 0, 1, 2, 3: 2, 1, 1, 1.
    model = TrigramModel(np.array([END, 1, 2, END, 1, 3, END]), END, 4)
    unigrams = [1 / 5 + 1 / 8, 0.5 / 5 + 1 / 8, 0.5 / 5 + 1 / 8, 0.5 / 5 + 1 / 8]
    after_1 = [0.5 * 0.325, 0.5 * 0.225, 0.25 + 0.5 * 0.225, 0.25 + 0.5 * 0.225]
    assert model.probabilities(np.array([], int)) == pytest.approx(unigrams)
    assert model.probabilities(np.array([3, 1])) == pytest.approx(after_1)
    # An end token has nothing before it: its bigram counts as often as it stands there, twice.
    after_end = [0.5 * 0.325, 0.5 + 0.5 * 0.225, 0.5 * 0.225, 0.5 * 0.225]
    assert model.probabilities(np.array([2, END])) == pytest.approx(after_end)
    assert model.probabilities(np.array([END, 1])) == pytest.approx([0.08125, 0.05625, 0.43125, 0.43125])
    log_probabilities, ranks = model.read(np.array([END, 1, 2, 1]))
    assert np.exp(log_probabilities) == pytest.approx([0.6125, 0.43125, 0.5 * 0.5 * 0.225])
    assert ranks.tolist() == [1, 1, 2]  # 2 and 3 are equally probable; after 2, all but the end


@pytest.fixture(scope="module")
def documents() -> list[list[int]]:
    """Texts of 500 words as frequent as words are, one word often after another."""
    random = np.random.default_rng(5)
    words = np.minimum(random.pareto(1.0, 12_000) * 4 + 1, 499).astype(int)
    words[1::2] = (words[::2] * 7 + words[1::2] % 3) % 499 + 1
    return [part.tolist() for part in np.array_split(words, 300)]


class _Slow:
    """Modified Kneser-Ney with dictionaries, term by term."""

    def __init__(self, documents: list[list[int]], vocabulary: int):
        self.vocabulary = vocabulary
        counts, before = [Counter(), Counter(), Counter()], [defaultdict(set), defaultdict(set)]
        for document in documents:
            text = (END, *document, END)
            for n in (1, 2, 3):
                for i in range(len(text) - n + 1):
                    ngram = text[i : i + n]
                    counts[n - 1][ngram] += 1
                    if i and n < 3:
                        before[n - 1][ngram].add(text[i - 1])
        self.counts = [
            {ngram: len(found) for ngram, found in before[0].items()},
            {ngram: len(before[1][ngram]) if ngram[0] != END else count for ngram, count in counts[1].items()},
            dict(counts[2]),
        ]
        self.discounts = []
        for each in self.counts:
            n1, n2, n3, n4 = (sum(count == wanted for count in each.values()) for wanted in (1, 2, 3, 4))
            y = n1 / (n1 + 2 * n2)
            self.discounts.append([0, 1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3])
        self.followers = [defaultdict(list) for _ in self.counts]
        for order, each in enumerate(self.counts):
            for ngram, count in each.items():
                self.followers[order][ngram[:-1]].append(count)

    def probability(self, word: int, history: tuple[int, ...]) -> float:
        order = len(history)
        lower = self.probability(word, history[1:]) if order else 1 / self.vocabulary
        following = self.followers[order].get(history)
        if not following:
            return lower
        discounts, total = self.discounts[order], sum(following)
        own = self.counts[order].get((*history, word), 0)
        left = sum(discounts[1] for c in following if c == 1) + sum(discounts[2] for c in following if c == 2)
        left += sum(discounts[3] for c in following if c >= 3)
        return (own - discounts[min(own, 3)]) / total + left / total * lower


def test_probabilities_are_those_of_a_slow_implementation_and_sum_to_1(documents):
    stream = np.array([END, *(word for document in documents for word in [*document, END])], dtype=np.int32)
    model, slow = TrigramModel(stream, END, 500), _Slow(documents, 500)
    assert model.n_tokens == 12_300
    assert model.discounts == pytest.approx(np.array(slow.discounts))
    assert not np.isclose(model.discounts[:, 1:], [0.5, 1, 1.5]).all(axis=1).any()
    unseen = next(word for word in range(1, 500) if (word,) not in slow.counts[0])
    seen = [tuple(document[3:5]) for document in documents[:9]]
    for history in ((), (END,), (unseen,), (1,), (1, 2), (END, 1), (2, unseen), *seen):
        found = model.probabilities(np.array(history, dtype=int))
        assert found == pytest.approx([slow.probability(word, history) for word in range(500)], rel=1e-9)
        assert found.sum() == pytest.approx(1, abs=1e-12) and found.min() > 0


def test_no_history_reaches_over_an_end_token(documents):
    model = TrigramModel(np.array([END, *documents[0], END, *documents[1], END]), END, 500)
    ids = np.array([END, *documents[2][:5]])
    log_probabilities, ranks = model.read(np.concatenate([[7], ids]))
    own_log_probabilities, own_ranks = model.read(ids)
    assert np.array_equal(log_probabilities[1:], own_log_probabilities) and np.array_equal(ranks[1:], own_ranks)


def test_a_vocabulary_whose_trigrams_do_not_fit_is_refused():
    with pytest.raises(ValueError, match="at most 2097151 entries, not 2097152"):
        TrigramModel(np.array([0, 1, 0]), 0, 1 << 21)
