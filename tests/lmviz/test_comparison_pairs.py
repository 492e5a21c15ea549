"""Which places of two prompts can be compared, and from which layer on two texts part."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lmviz.comparison import parting, shared_beginning, shared_places
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
    assert shared_places(table("来た来た"), table("来た")).tolist() == [[4, 2]], "what is shared once is counted once"


@given(*[st.tuples(st.text("豆鬼は", max_size=4), st.text("豆鬼", max_size=3))] * 2)
@settings(max_examples=40, deadline=None)
def test_what_lies_between_the_difference_and_a_place_is_the_same(first, second) -> None:
    one, two = table(*first, start=1), table(*second, start=1)
    if one.text == two.text:
        return
    before, places = shared_beginning(one, two), shared_places(one, two)
    assert one.text[: before - 1] == two.text[: before - 1]
    begins = places[0]
    for place in places:
        assert one.text[begins[0] - 1 : place[0] - 1] == two.text[begins[1] - 1 : place[1] - 1]
    last = places[-1]
    assert one.text[last[0] - 1 :][:1] != two.text[last[1] - 1 :][:1] or not one.text[last[0] - 1 :]


def pair(bits: list[list[float]]) -> PromptPair:
    one, two = table("彼は来た"), table("彼が来た")
    values = np.array(bits, np.float32) * np.log(2)
    return PromptPair(one, "m", two, 1, shared_places(one, two)[: values.shape[1]], values, values, True)


def test_texts_part_at_the_first_layer_past_half_of_the_greatest_divergence() -> None:
    found = parting(pair([[0.9, 0.1, 0.0], [0.2, 0.4, 0.2], [0.1, 0.5, 0.1], [0.1, 0.8, 0.7]]))
    assert (found.place, found.layer) == (1, 2), "right after the difference, all models differ from the first layer on"
    assert abs(found.bits - 0.8) < 1e-6
    assert parting(pair([[0.9, 0.01], [0.04, 0.02]])) is None
    assert parting(pair([[0.1], [0.3]])).layer == 1
    assert parting(pair([[0.0, np.nan, 0.1], [0.3, np.nan, 0.4]])).place == 2
