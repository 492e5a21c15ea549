"""Figures that compare: the numbers they carry, what titles claim, names, hostile text, and what they refuse."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from typing import Any

import fake_comparisons
import numpy as np
import pytest
from bs4 import BeautifulSoup

import lmviz.figures as figures
from lmviz.comparison import shared_spans
from lmviz.figures import describe, html, scales
from lmviz.figures.comparison_words import KINDS
from lmviz.tokens import TokenTable

NAMES = fake_comparisons.NAMES
FOUND = fake_comparisons.results()


def title(kind: str, results: Any, **options: Any) -> str:
    return describe(kind, results, "ja", names=NAMES, **options).title


def rows(chart: Any, field: str) -> list[dict[str, Any]]:
    """The rows of a chart that have ``field``."""
    spec = chart.to_dict()
    tables = [*spec.get("datasets", {}).values()]

    def walk(part: Any) -> None:
        if isinstance(part, dict):
            if "values" in part.get("data", {}):
                tables.append(part["data"]["values"])
            for each in part.values():
                walk(each)
        elif isinstance(part, list):
            for each in part:
                walk(each)

    walk(spec)
    return next(table for table in tables if table and field in table[0])


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_chart_in_both_schemes(kind: str) -> None:
    chart = getattr(figures, kind)(FOUND[kind], "ja", names=NAMES)
    svg = figures.svg(chart)
    text = "".join(ElementTree.fromstring(svg).itertext())
    assert not re.search(r"[▁Ġ\ufffd]|<0x|NaN|undefined|null", text)
    if kind.startswith("compare_"):
        assert all(name in text for name in NAMES.values())
    dark = figures.svg(chart, "dark")
    assert not set(re.findall(r"#[0-9a-f]{6}", dark)) & (
        set(scales.colours("light").values()) - set(scales.colours("dark").values()))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["ja", "en"])
def test_fragments_stand_without_scripts_and_their_words_are_complete(kind: str, language: Any) -> None:
    soup = BeautifulSoup(getattr(html, kind)(FOUND[kind], language, figure_id="abc", names=NAMES), "html.parser")
    assert [s["data-lmviz"] for s in soup.find_all("script")] == [kind]
    for script in soup.find_all("script"):
        script.decompose()
    assert not re.search(r"[▁Ġ\ufffd]|<0x|\{\w+\}|nan", soup.get_text() + " ".join(
        tag["aria-label"] for tag in soup.select("[aria-label]")))
    if kind.startswith("compare_"):
        assert all(name in soup.get_text() for name in NAMES.values())
    words = describe(kind, FOUND[kind], language, names=NAMES)
    for part in (words.title, words.caption, words.alternative, words.convention):
        assert part.endswith("。" if language == "ja" else ".") and "{" not in part
    still = getattr(html, kind)(FOUND[kind], language, figure_id="abc", names=NAMES, interactive=False)
    assert "<script" not in still


def test_bars_are_the_surprisal_of_spans_and_totals_are_their_sums() -> None:
    given = FOUND["compare_surprisal"]
    tables = [each.tokens for each in given.values()]
    shared = shared_spans(tables)
    drawn = rows(figures.compare_surprisal(given, "ja"), "bits")
    soup = BeautifulSoup(html.compare_surprisal(given, "ja", figure_id="a"), "html.parser")
    written = [[td.get_text() for td in row.find_all("td")] for row in soup.select(".lm-models tbody tr")]
    for index, (name, each) in enumerate(given.items()):
        bits = [
            -sum(float(each.log_probabilities[p]) for p in own) / np.log(2)
            for own, counted in zip(shared.positions[index], shared.counted, strict=True) if counted
        ]
        assert [row["bits"] for row in drawn if row["model"] == name] == pytest.approx(bits, abs=1e-3)
        characters = sum(len(text) for text, counted in zip(shared.texts, shared.counted, strict=True) if counted)
        assert written[index] == [f"{sum(bits) / characters:.2f}ビット", f"{sum(bits):.1f}ビット"]
    heights = {i["style"] for i in soup.select(".spans i.c0")}
    assert len(heights) > 10
    assert sum("uncounted" in button["class"] for button in soup.select(".spans button")) == \
        int((~shared.counted).sum()) >= 1


def test_ranks_and_depths_are_those_of_the_token_at_the_boundary() -> None:
    given = FOUND["compare_ranks"]
    shared = shared_spans([each.tokens for each in given.values()])
    span = next(i for i, text in enumerate(shared.texts) if text == "追い払う")
    drawn = rows(figures.compare_ranks(given, "ja"), "rank")
    depths = rows(figures.compare_settled(FOUND["compare_settled"], "ja"), "depth")
    for index, (name, each) in enumerate(given.items()):
        first = shared.positions[index][span][0]
        assert each.tokens.texts[first] == ("追い払う", "追い")[index]
        assert [row["rank"] for row in drawn if (row["span"], row["model"]) == (span, name)] == \
            each.ranks[:, first].tolist()
        found = [row["depth"] for row in depths if (row["span"], row["model"]) == (span, name)]
        assert found == pytest.approx([each.settled[first] / (each.ranks.shape[0] - 1)], abs=1e-4)


def test_what_is_not_counted_says_why() -> None:
    soup = BeautifulSoup(html.compare_surprisal(FOUND["compare_surprisal"], "ja", figure_id="a", names=NAMES),
                         "html.parser")
    assert "バイト単位のGPT-2では未知語" in soup.select_one(".spans .unknown")["aria-label"]
    bare = {name: replace(each, tokens=TokenTable(
        each.tokens.token_ids, tuple("節分は豆"), (b"",) * 4, ("text",) * 4, np.arange(4), 0, 4,
        np.array([[0, 1], [1, 2], [2, 2 + index], [3, 4]])))
        for index, (name, each) in enumerate(FOUND["compare_surprisal"].items())}
    soup = BeautifulSoup(html.compare_surprisal(bare, "ja", figure_id="a", names=NAMES), "html.parser")
    said = [button["aria-label"] for button in soup.select(".spans button")]
    assert "手がかりがない" in said[0]
    assert said[2] == "「は」：数えない：小さなGPT-2は、ここの文字を読み捨てる"


def test_titles_of_surprisal() -> None:
    given = FOUND["compare_surprisal"]
    assert title("compare_surprisal", given).startswith("小さなGPT-2のほうが")
    first = given["mini"]
    assert "ほとんど変わらない" in title("compare_surprisal", {"mini": first, "bytes": first})
    assert "比べられない" in title("compare_surprisal", {
        "mini": first, "bytes": replace(first, tokens=fake_comparisons.prompt("は"))})


def test_titles_of_ranks_and_depths() -> None:
    one, two = FOUND["compare_ranks"].values()
    always = replace(one, ranks=np.where(one.ranks > 0, 1, 0))
    never = replace(two, ranks=np.where(two.ranks > 0, 2, 0))
    said = title("compare_ranks", {"mini": always, "bytes": never})
    places = int(shared_spans([one.tokens, two.tokens]).counted.sum())
    assert said == f"次のトークンを1位に挙げるのは、{places}か所のうち小さなGPT-2が{places}か所、" \
                   "バイト単位のGPT-2は0か所。"
    assert "ほとんど変わらない" in title("compare_ranks", {"mini": one, "bytes": one})
    early, late = (replace(each, settled=np.full_like(each.settled, layer)) for each, layer in ((one, 1), (two, 3)))
    assert "小さなGPT-2の予測は、バイト単位のGPT-2より浅い" in title("compare_settled", {"mini": early, "bytes": late})
    assert "はっきりした差はない" in title("compare_settled", {"mini": early, "bytes": early})


def test_titles_of_watched_words() -> None:
    one, two = FOUND["compare_watched_words"].values()
    differing = title("compare_watched_words", {"mini": one, "bytes": two})
    assert "小さなGPT-2では「豆」、バイト単位のGPT-2では「鬼」" in differing
    same = title("compare_watched_words", {"mini": one, "bytes": one})
    assert same == "最後の層では、どのモデルでも「豆」が先頭に立つ。"
    even = replace(two, log_probabilities=np.full_like(two.log_probabilities, -3))
    assert "はっきりした先頭の語はない" in title("compare_watched_words", {"mini": one, "bytes": even})
    with pytest.raises(ValueError, match="watch different words"):
        title("compare_watched_words", {"mini": one, "bytes": replace(two, words=("豆", "福", "鬼"))})


def test_titles_of_attribution() -> None:
    one, two = FOUND["compare_attribution"].values()
    scores = [np.zeros_like(each.scores) for each in (one, two)]
    for each, result in zip(scores, (one, two), strict=True):
        each[:, result.tokens.texts.index("季節")] = 1.0
    same = {"mini": replace(one, scores=scores[0]), "bytes": replace(two, scores=scores[1])}
    assert "どのモデルも「季節」をもっとも重く見る" in title("compare_attribution", same)
    other = np.zeros_like(two.scores)
    other[:, two.tokens.texts.index("生じる")] = -1.0
    assert "小さなGPT-2では「季節」、バイト単位のGPT-2では「生じる」" in title(
        "compare_attribution", {**same, "bytes": replace(two, scores=other)})
    assert "抜きん出た" in title("compare_attribution", {**same, "bytes": replace(two, scores=np.zeros_like(other))})
    nothing = {**same, "bytes": replace(two, target_positions=two.target_positions * 0 + 1)}
    assert "対象がなく" in title("compare_attribution", nothing)
    assert "対象がなく" in html.compare_attribution(nothing, "ja", figure_id="a")
    figures.svg(figures.compare_attribution(nothing, "ja"))


def test_titles_of_two_texts() -> None:
    pair = FOUND["pair_divergence"][""]
    layer = int(re.search(r"第(\d+)層で分かれる（「買っ」で最大0.5", title("pair_divergence", pair))[1])
    bits = pair.divergences[:, 1]
    assert (bits[:layer] <= bits.max() / 2).all() and bits[layer] > bits.max() / 2
    assert "分かれない" in title("pair_divergence", fake_comparisons.prompt_pair(0.02))
    first = pair.divergences * (np.arange(len(pair.places)) == 0)
    assert "違いの直後だけ" in title("pair_divergence", replace(pair, divergences=first))
    assert "はじめの層から" in title("pair_divergence", replace(pair, divergences=np.full_like(pair.divergences, 0.4)))
    one, two = FOUND["pair_predictions"].values()
    differs = describe("pair_predictions", {"0": one, "1": two}, "ja").title
    assert re.search(r"「は」の文では「\S+」、「が」の文では「\S+」。", differs)
    same = describe("pair_predictions", {"0": one, "1": replace(one, tokens=two.tokens)}, "ja").title
    assert "どちらの文でも" in same
    flat = replace(two, log_probabilities=two.log_probabilities * 0 - 4)
    assert "抜きん出た候補のない" in describe("pair_predictions", {"0": one, "1": flat}, "ja").title


def test_bars_of_two_texts_share_a_scale() -> None:
    lens = FOUND["pair_predictions"]
    soup = BeautifulSoup(html.pair_predictions(lens, "ja", figure_id="a", position=4, layer=5), "html.parser")
    widths = [[float(li["style"][4:]) for li in bars.find_all("li")] for bars in soup.select(".bars")]
    shares = [np.exp(each.log_probabilities[5, 4].astype(float)) for each in lens.values()]
    limit = next(end for end in (0.1, 0.2, 0.5, 1.0) if np.max(shares) <= end)
    assert np.allclose(widths, np.array(shares) / limit, atol=1e-3)


def test_figures_of_one_comparison_share_what_the_reader_chooses() -> None:
    def scope(kind: str, results: Any) -> str:
        fragment = getattr(html, kind)(results, "ja", figure_id="a")
        return json.loads(BeautifulSoup(fragment, "html.parser").find("script").string)["scope"]

    assert len({scope(kind, FOUND[kind]) for kind in KINDS if kind.startswith("compare_")}) == 1
    assert len({scope(kind, FOUND[kind]) for kind in KINDS if kind.startswith("pair_")}) == 1
    with_a_third = scope("compare_surprisal", fake_comparisons.three())
    assert with_a_third != scope("compare_surprisal", FOUND["compare_surprisal"])


def test_a_pair_shows_itself_in_a_notebook() -> None:
    shown = fake_comparisons.prompt_pair()._repr_html_()
    assert "<script" not in shown and "二つの文の予測は" in shown and ".lmviz-pair_divergence" in shown


def test_three_models_stand_beside_each_other() -> None:
    given = fake_comparisons.three()
    soup = BeautifulSoup(html.compare_surprisal(given, "ja", figure_id="a"), "html.parser")
    assert [row.find("th").get_text() for row in soup.select(".lm-models tbody tr")] == ["mini", "bytes", "third"]
    assert len(soup.select(".spans button:not(.uncounted)")[0].select("i")) == 3
    figures.svg(figures.compare_surprisal(given, "en"))


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_text_and_names_stay_text(kind: str) -> None:
    def poisoned(table: TokenTable) -> TokenTable:
        texts = list(table.texts)
        texts[4] = "</script><img src=x onerror=alert(1)>"
        return replace(table, texts=tuple(texts), spans=None)

    given = {}
    for key, each in FOUND[kind].items():
        tables = {name: poisoned(getattr(each, name)) for name in ("tokens", "other_tokens") if hasattr(each, name)}
        each = replace(each, **tables)
        if hasattr(each, "words"):
            each = replace(each, words=("<u>", *each.words[1:]))
        if hasattr(each, "labels") and each.labels.texts:
            texts = tuple("</script><u>" + text for text in each.labels.texts)
            each = replace(each, labels=replace(each.labels, texts=texts))
        given[key] = each
    fragment = getattr(html, kind)(given, "ja", figure_id='a"b', names={key: "<u>&" for key in given})
    soup = BeautifulSoup(fragment, "html.parser")
    assert not soup.find_all(["img", "u"])
    script = re.search(r"<script[^>]*>(.*?)</script>", fragment, re.DOTALL)
    assert script is None or not set("<>&\u2028") & set(script[1])
    if kind == "pair_divergence":
        assert "<img" not in figures.svg(figures.pair_divergence(given, "ja"))


@pytest.mark.parametrize("call, said", [
    (lambda: figures.compare_surprisal({"mini": FOUND["compare_surprisal"]["mini"]}), "compares two results or more"),
    (lambda: figures.compare_ranks(FOUND["compare_surprisal"]), "name to LensMeasures; given: TokenProbabilities"),
    (lambda: figures.compare_settled(FOUND["compare_ranks"]["mini"]), "given: LensMeasures"),
    (lambda: figures.compare_surprisal(FOUND["compare_surprisal"], "fr"), "language is one of ja, en"),
    (lambda: figures.pair_divergence(FOUND["pair_predictions"]), "draws one PromptPair"),
    (lambda: describe("pair_predictions", {**FOUND["pair_predictions"], "2": FOUND["pair_predictions"]["0"]}, "ja"),
     "compares two texts, not 3"),
])
def test_what_cannot_be_compared_is_said(call: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        call()


def test_a_long_text_under_two_models_stays_small() -> None:
    n, layers = 200, 24
    table = TokenTable(np.arange(n), tuple("鬼" * n), ("鬼".encode(),) * n, ("text",) * n, np.arange(n), 0, 40)
    rng = np.random.default_rng(0)
    one = replace(FOUND["compare_ranks"]["mini"], tokens=table, ranks=rng.integers(1, 32_000, (layers, n)),
                  settled=rng.integers(0, layers, n))
    assert len(html.compare_ranks({"a": one, "b": one}, "ja", figure_id="a").encode()) < 400_000
    assert len(html.compare_settled({"a": one, "b": one}, "ja", figure_id="a").encode()) < 150_000
