"""What a page opens with: titles that tell of something, the ones that tell most first."""

from __future__ import annotations

import re

import pytest

from lmviz.figures.findings import _WEIGHTS, findings, weight
from lmviz.figures.messages import message, table


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_title_that_claims_something_is_known_and_no_other(language):
    names = {name for text in table().values() for name in re.findall(r"\{(\w+)\}", text[language])}
    filled = dict.fromkeys(names, "「x」")
    for start, keys in _WEIGHTS.items():
        kind = start.removesuffix(".title")
        for key in (key.removeprefix(f"{start}.") for key in table() if key.startswith(f"{start}.")):
            title = message(f"{start}.{key}", language, **filled)
            claims = key not in ("nothing", "within", "contrast.within", "missed") and "plain" not in key
            claims &= (kind, key) not in {("watched_words", "close")}
            assert bool(weight(kind, title, language)) == claims == (key in keys), (kind, key)


def test_an_event_along_the_layers_comes_before_where_things_stand():
    titles = [
        ("tokens", "予想を大きく外れたトークンは見当たらない。"),
        ("predictions", "第7層の第一候補は「は」（25%）。"),
        ("rankings", "「豆」は第0層の6,175位から、最終層で1位まで上がる。"),
        ("watched_words", "「豆」が第5層で「鬼」を追い抜く。"),
        ("attribution", "「豆」の予測をもっとも強めたのは「は」（スコアの絶対値の47%）。"),
    ]
    assert findings(titles, "ja") == [3, 2, 4]
    assert findings(titles[:1], "ja") == []
