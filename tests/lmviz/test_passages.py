"""Several texts as one table: nothing is lost between them, and each is read by itself."""

from __future__ import annotations

import numpy as np
import pytest

from lmviz.passages import forward_passes, read_passages
from lmviz.units import rung

TEXTS = ["鬼は外、福は内。", "㍿の歴史。", "昭和26年9月1日", "𠮷野家"]


def test_passages_are_the_texts_one_after_another(lm):
    passages = read_passages(lm, TEXTS)
    assert passages.tokens.text == "".join(TEXTS)
    for index, text in enumerate(TEXTS):
        alone = lm.tokenizer.table(text, (), lm.start_ids)
        at = passages.positions(index)
        assert passages.tokens.token_ids[at.start : at.stop].tolist() == alone.token_ids.tolist()
        assert passages.tokens.texts[at.start : at.stop] == alone.texts
        before = len("".join(TEXTS[:index]))
        assert (passages.tokens.spans[at.start : at.stop] - before).tolist() == alone.spans.tolist()
        assert not passages.counted[at.start] and passages.counted[at.start + 1 : at.stop].all()
    assert "".join(rung(passages.tokens, "character").texts) == "".join(TEXTS)


def test_each_is_read_by_itself(lm):
    passages = read_passages(lm, TEXTS)
    for index, (at, record) in enumerate(forward_passes(lm, passages)):
        trace = lm.trace(TEXTS[index])
        assert len(at) == len(trace.tokens)
        for layer in range(lm.n_layers):
            np.testing.assert_array_equal(record.feed_forward[layer].numpy(), trace.feed_forward[layer])
            np.testing.assert_array_equal(record.hidden_states[layer].numpy(), trace.hidden_states[layer])


@pytest.mark.parametrize(("texts", "said"), [
    ([], "at least one text"), ("鬼は外", "list"), (["鬼", ""], "passage 1"), (["鬼" * 3000], "divide it"),
])
def test_what_cannot_be_read_is_named(lm, texts, said):
    with pytest.raises(ValueError, match=said):
        read_passages(lm, texts)
