"""Which places of two prompts can be compared, and from which layer on two texts part."""

from __future__ import annotations

import numpy as np

from lmviz.comparison import parting, shared_places
from lmviz.results import PromptPair
from lmviz.tokens import TokenTable


def table(prompt: str, continuation: str = "", start: int = 0) -> TokenTable:
    texts = ("",) * start + tuple(prompt) + tuple(continuation)
    return TokenTable(np.array([0] * start + [ord(c) for c in prompt + continuation]), texts,
                      tuple(t.encode() for t in texts), ("special",) * start + ("text",) * (len(texts) - start),
                      np.arange(len(texts)), start, start + len(prompt))


def test_places_begin_after_the_difference_and_end_where_the_continuations_part() -> None:
    assert shared_places(table("彼は来た"), table("彼が来た")).tolist() == [[2, 2], [3, 3], [4, 4]]
    assert shared_places(table("花子は来た", "。朝"), table("彼が来た", "。夜")).tolist() == \
        [[3, 2], [4, 3], [5, 4], [6, 5]]
    assert shared_places(table("来た鬼", "だ"), table("来た豆", "だ")).tolist() == [[3, 3], [4, 4]]
    assert shared_places(table("は", start=1), table("は", start=1))[0].tolist() == [1, 1], "never the start token"


def pair(bits: list[list[float]]) -> PromptPair:
    one, two = table("彼は来た"), table("彼が来た")
    values = np.array(bits, np.float32) * np.log(2)
    return PromptPair(one, "m", two, 1, shared_places(one, two)[: values.shape[1]], values, values, True)


def test_texts_part_at_the_first_layer_past_half_of_the_greatest_divergence() -> None:
    found = parting(pair([[0.0, 0.1], [0.2, 0.4], [0.1, 0.5], [0.1, 0.8]]))
    assert (found.place, found.layer) == (1, 2)
    assert abs(found.bits - 0.8) < 1e-6
    assert parting(pair([[0.0, 0.01], [0.04, 0.02]])) is None
    assert parting(pair([[0.0, np.nan], [0.3, np.nan]])).place == 0
