"""Whatever is written and whatever is generated: nothing is lost, and what adds up adds up, on every rung."""

from __future__ import annotations

import numpy as np
from hostile_text import TEXTS
from hypothesis import given, settings
from hypothesis import strategies as st
from trained_tokenizers import SHIPPED, STYLES, trained

from lmviz.units import UNITS, align, rung

EXAMPLES = settings(max_examples=40, deadline=None)
STYLE = st.sampled_from((*STYLES, *SHIPPED))


def check_alignment(table):
    alignment = align(table)
    assert "".join(alignment.texts) == table.text
    with_text = np.flatnonzero(table.spans[:, 0] < table.spans[:, 1]).tolist()
    assert [position for group in alignment.tokens for position in group] == with_text
    begin = 0
    for text, positions in zip(alignment.texts, alignment.tokens, strict=True):
        end = begin + len(text)
        covered = {at for position in positions for at in range(*table.spans[position])}
        assert covered == (set(range(begin, end)) if positions else set())
        assert positions or len(text) == 1
        begin = end


def check_rung(table, unit, values, scores):
    laid, n = rung(table, unit), len(table)
    if unit == "byte":
        assert bytes.fromhex("".join(laid.texts)) == table.text.encode()
    else:
        assert "".join(laid.texts) == table.text
        assert "\ufffd" not in "".join(laid.texts) or "\ufffd" in table.text
    if unit not in ("byte", "token"):
        assert "".join(table.text[begin:end] for begin, end in laid.spans) == table.text
        assert laid.texts == tuple(table.text[begin:end] for begin, end in laid.spans)
    shares = laid.shares
    assert shares.shape == (len(laid), n)
    np.testing.assert_allclose(shares.sum(axis=0), 1, rtol=1e-12)
    belongs = shares > 0
    assert (laid.is_numbered == belongs.any(axis=1)).all()
    summed = laid.sum(values)
    assert (np.isnan(summed) == ~(belongs @ ~np.isnan(values))).all()
    np.testing.assert_allclose(np.nansum(summed), np.nansum(values))
    np.testing.assert_allclose(np.nansum(laid.sum(np.tril(scores, -1)), axis=1), np.tril(scores, -1).sum(axis=1))
    first, last = belongs.argmax(axis=0), len(laid) - 1 - belongs[::-1].argmax(axis=0)
    assert (last - first + 1 == belongs.sum(axis=0)).all() and (laid.blocks[first] == laid.blocks[last]).all()
    assert set(np.diff(laid.blocks).tolist()) <= {0, 1}
    assert (last > first)[laid.straddles].all()
    if unit == "token":
        return
    touching = (table.spans[:, 0] < laid.spans[:, 1:]) & (table.spans[:, 1] > laid.spans[:, :1])
    touching &= table.spans[:, 0] < table.spans[:, 1]
    own = laid.spans[:, 0] < laid.spans[:, 1]
    assert (belongs <= touching)[own].all()
    assert (belongs.any(axis=1) == touching.any(axis=1))[own].all()
    assert np.isnan(summed[own & ~touching.any(axis=1)]).all()


def check(table, seed=0):
    assert (np.diff(table.spans, axis=0) >= 0).all() and (table.spans >= 0).all()
    assert (table.spans <= len(table.text)).all()
    check_alignment(table)
    generator = np.random.default_rng(seed)
    values, scores = generator.normal(size=len(table)), generator.normal(size=(len(table), len(table)))
    values[0] = np.nan
    for unit in UNITS:
        check_rung(table, unit, values, scores)


@EXAMPLES
@given(style=STYLE, lower_case=st.booleans(), text=TEXTS)
def test_whatever_is_written(style, lower_case, text):
    tokenizer = trained(style, lower_case=lower_case)
    table = tokenizer.table(text)
    if len(table):  # SentencePiece makes no token of a text of nothing but spaces
        assert table.text == text
        check(table)


@EXAMPLES
@given(style=STYLE, prompt=TEXTS, continuation=TEXTS)
def test_a_continuation_that_is_read(style, prompt, continuation):
    table = trained(style).table(prompt, start=(0,), continuation=continuation)
    if 1 < table.n_prompt < len(table):
        assert table.text == prompt + continuation
        check(table)


@EXAMPLES
@given(style=STYLE, ids=st.lists(st.integers(0, 1600), min_size=1, max_size=12), text=TEXTS, cut=st.integers(1, 12))
def test_whatever_is_generated(style, ids, text, cut):
    tokenizer = trained(style)
    broken = tokenizer.encode_continuation(text)[:cut].tolist()
    table = tokenizer.table("節分は、", [*ids, *broken, *ids], start=(0,))
    assert "\ufffd" not in "".join(table.texts)
    check(table)


@EXAMPLES
@given(style=STYLE, text=TEXTS, data=st.data())
def test_attribution_of_targets_is_conserved(style, text, data):
    table = trained(style).table("節分は、" + text)
    n = len(table)
    begins = data.draw(st.lists(st.integers(1, n - 1), min_size=1, max_size=5, unique=True))
    targets = [range(begin, min(begin + data.draw(st.integers(1, 3)), n)) for begin in sorted(begins)]
    scores = np.random.default_rng(n).normal(size=(len(targets), n))
    for row, target in enumerate(targets):
        scores[row, target.start :] = np.nan
    for unit in UNITS:
        laid = rung(table, unit)
        units, summed = laid.attribution(scores, targets)
        np.testing.assert_allclose(summed.sum(), np.nansum(scores), atol=1e-12)
        np.testing.assert_allclose(summed.sum(axis=0), np.nansum(scores, axis=0) @ laid.shares.T, atol=1e-12)
        assert units.tolist() == sorted({u for t in targets for p in t for u in np.flatnonzero(laid.shares[:, p])})
