"""Charts and fragments: the numbers they carry, their colours, their size, and what hostile text can do."""

from __future__ import annotations

import json
import math
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from typing import Any

import fakes
import numpy as np
import pytest
from bs4 import BeautifulSoup

import lmviz.figures as figures
from lmviz.figures import bundle, html, notation, notebook, rendering, scales
from lmviz.results import LayerPredictions
from lmviz.tokens import TokenTable

KINDS = (
    "tokens", "predictions", "layer_predictions", "rankings", "characters", "watched_words", "attribution",
    "neuron_factors", "factor_responses",
)


def one(result: Any) -> Any:
    return next(iter(result.values())) if isinstance(result, dict) else result


def island(fragment: str) -> dict[str, Any]:
    return json.loads(BeautifulSoup(fragment, "html.parser").find("script").string)


@pytest.mark.parametrize("value, written", [
    (0.62, "62%"), (0.0812, "8.1%"), (0.0996, "10%"), (0.00123, "0.12%"), (0.0000996, "0.010%"), (0.996, "99.6%"),
    (0.9999, ">99.9%"), (1.0, ">99.9%"), (1e-8, "<0.0001%"),
])
def test_percentages_have_two_significant_digits(value: float, written: str) -> None:
    assert notation.percent(math.log(value)) == written


def test_ranks_fit_their_cells() -> None:
    assert [notation.short_rank(r, "ja") for r in (1, 9_999, 10_000, 12_345, 99_499, 99_500, 151_936, 1_200_000)] == \
        ["1", "9999", "1.0万", "1.2万", "9.9万", "10万", "15万", "120万"]
    assert [notation.short_rank(r, "en") for r in (1, 999, 1_000, 9_949, 9_950, 12_345, 151_936, 1_200_000)] == \
        ["1", "999", "1.0k", "9.9k", "10k", "12k", "152k", "1.2M"]
    assert [scales.rank_step(r) for r in (1, 2, 3, 4, 10, 11, 10_000, 10_001)] == [0, 1, 1, 2, 2, 3, 8, 9]
    assert [scales.attribution_step(s) for s in (-1, -0.95, -0.05, 0, 0.1, 0.49, 1)] == [-5, -5, 0, 0, 1, 2, 5]


def luminance(colour: str) -> float:
    parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(a: str, b: str) -> float:
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_carry_text_and_keep_their_order(scheme: scales.Scheme) -> None:
    shade = scales.colours(scheme)
    assert set(shade) == set(scales.colours("light"))
    assert len(set(shade.values())) == len(shade)
    high = {"p5", "p6", "p7", "r0", "r1", "r2", "pos5", "neg5", "mag5", "tau4", "tau5",
            *(f"{family}{step}" for family in "ued" for step in (5, 6, 7)), "v7", "v8", "v9"}
    for name, value in shade.items():
        if re.fullmatch(r"(p|r|u|e|d|v|pos|neg|mag|tau)\d", name):
            assert contrast(value, shade["step-ink-high" if name in high else "step-ink-low"]) >= 4.5, name
        if re.fullmatch(r"f\d", name):
            assert contrast(value, shade["surface"]) >= 1.9, name
    assert min(contrast(shade["ink-soft"], shade[name]) for name in ("raised", "band")) >= 4.5
    for family, strongest_last in (("p", True), ("r", False), ("u", True), ("e", True), ("d", True),
                                   ("v", True)):
        steps = [contrast(shade[n], shade["surface"]) for n in sorted(shade) if re.fullmatch(rf"{family}\d", n)]
        assert steps == sorted(steps, reverse=not strongest_last)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_chart_that_renders_the_same_twice(kind: str, results: dict[str, Any]) -> None:
    chart = getattr(figures, kind)(one(results[kind]), "ja")
    svg = figures.svg(chart)
    rendering.drawn.cache_clear()
    assert svg == figures.svg(chart)
    assert "Noto Sans CJK JP" in svg
    text = "".join(ElementTree.fromstring(svg).itertext())
    assert not re.search(r"[▁Ġ\ufffd]|<0x|NaN|undefined|null", text)
    dark = figures.svg(chart, "dark")
    assert dark != svg
    assert not set(re.findall(r"#[0-9a-f]{6}", dark)) & (
        set(scales.colours("light").values()) - set(scales.colours("dark").values()))


def test_bars_are_the_probabilities(results: dict[str, Any]) -> None:
    lens: LayerPredictions = results["predictions"]
    data = figures.predictions(lens, "ja", position=27, layer=3).to_dict()
    rows = data["datasets"]["bars"] if "datasets" in data else data["data"]["values"]
    assert np.allclose([row["probability"] for row in rows], np.exp(lens.log_probabilities[3, 27]), atol=1e-6)
    after = figures.predictions(lens, "ja", position=len(lens.tokens))
    assert "次" not in figures.svg(after)


def test_each_picture_of_watched_words_speaks_of_its_own_quantity(results: dict[str, Any]) -> None:
    words = results["watched_words"]
    soup = BeautifulSoup(html.watched_words(words, "en", figure_id="abc"), "html.parser")
    logs, places, ranks = (picture["aria-label"] for picture in soup.select(".chart > svg"))
    best = int(np.argmin(np.where(words.ranks[:, -1] > 0, words.ranks[:, -1], words.vocabulary_size + 1)))
    assert logs.startswith("Log-probabilities") and "layer 6 (“鬼” to “豆”)" in logs
    assert places.startswith("Places") and "“豆” 1, “鬼” 2, “福” 3, “恵方巻” 4" in places
    assert ranks.startswith("Ranks") and f"“{words.words[best]}” {words.ranks[best, -1]:,}" in ranks


def test_a_rank_chart_of_words_without_ranks_is_refused() -> None:
    words = fakes.watched_words()
    with pytest.raises(ValueError, match="single token"):
        figures.watched_words(replace(words, ranks=np.zeros_like(words.ranks)), quantity="rank")


@pytest.mark.parametrize("kind", KINDS)
def test_fragments_stand_without_scripts(kind: str, results: dict[str, Any]) -> None:
    soup = BeautifulSoup(getattr(html, kind)(results[kind], "ja", figure_id="abc"), "html.parser")
    assert [s["data-lmviz"] for s in soup.find_all("script")] == [kind]
    for script in soup.find_all("script"):
        script.decompose()
    assert not [name for tag in soup.find_all(True) for name in tag.attrs if name.startswith("on")]
    text = soup.get_text()
    assert len(text) > 60
    assert not re.search(r"[▁Ġ\ufffd]|<0x", text)
    buttons = soup.select(".strip button")
    if buttons:
        assert "".join(b.get_text() for b in buttons).startswith("語頭節分")


def test_the_heatmap_holds_every_rank(results: dict[str, Any]) -> None:
    result = results["rankings"]
    soup = BeautifulSoup(html.rankings(result, "ja", figure_id="abc"), "html.parser")
    cells = [[td.get_text() for td in row.find_all("td")] for row in soup.select("tbody tr")]
    assert cells == [[notation.short_rank(r, "ja") if r else "" for r in row] for row in result.ranks.tolist()]
    assert all("none" in row.find("td")["class"] for row in soup.select("tbody tr"))


def test_islands_carry_the_numbers_back(results: dict[str, Any]) -> None:
    lens = results["layer_predictions"]
    data = island(html.layer_predictions(lens, "ja", figure_id="abc"))
    flat = data["candidates"][4][22]
    codes = np.cumsum(flat[1::2])
    assert np.allclose(-codes / 1000, lens.log_probabilities[4, 22], atol=6e-4 * len(codes))
    rows = [lens.labels.index(token_id) for token_id in lens.token_ids[4, 22].tolist()]
    assert flat[::2] == rows
    assert data["candidates"][0][0] == []
    scores = island(html.attribution(results["attribution"], "ja", figure_id="abc"))["methods"]["saliency"]["scores"]
    row = results["attribution"]["saliency"].scores[5, :25]
    assert np.allclose(np.array(scores[5]) / 1000, row / row.max(), atol=6e-4)


def hostile() -> TokenTable:
    table = fakes.tokens()
    texts = list(table.texts)
    texts[21], texts[22] = "</script><img src=x onerror=alert(1)>", '"\'><b>&\u2028'
    return replace(table, texts=tuple(texts))


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_text_stays_text(kind: str, results: dict[str, Any]) -> None:
    given = results[kind]

    def poisoned(result: Any) -> Any:
        result = replace(result, tokens=hostile(), model="<i>model</i>")
        if hasattr(result, "labels"):
            result = replace(result, labels=replace(
                result.labels, texts=tuple("</script><u>" + t for t in result.labels.texts)))
        return replace(result, words=("<u>", *result.words[1:])) if hasattr(result, "words") else result

    result = {k: poisoned(r) for k, r in given.items()} if isinstance(given, dict) else poisoned(given)
    fragment = getattr(html, kind)(result, "ja", figure_id='a"b', position=22)
    soup = BeautifulSoup(fragment, "html.parser")
    assert not soup.find_all(["img", "u", "i" if kind == "watched_words" else "marquee"])
    assert len(soup.find_all("script")) == 1
    script = re.search(r"<script[^>]*>(.*?)</script>", fragment, re.DOTALL)[1]
    assert not set("<>&\u2028") & set(script)
    json.loads(script)
    assert "<img" not in figures.svg(getattr(figures, kind)(one(result), "ja"))


def test_a_hundred_tokens_by_24_layers_stay_small() -> None:
    rng = np.random.default_rng(0)
    n, layers, k = 100, 24, 10
    table = TokenTable(np.arange(n), tuple("鬼" * n), tuple("鬼".encode() for _ in range(n)), ("text",) * n,
                       np.arange(n), 0, 40)
    ids = rng.integers(0, 4000, (layers, n, k))
    names = np.unique(ids)
    labels = replace(fakes.layer_predictions().labels, token_ids=names, texts=("追い払う",) * len(names),
                     kinds=("text",) * len(names))
    logs = -np.sort(rng.uniform(0, 12, (layers, n, k)), -1).astype(np.float32)
    lens = LayerPredictions(table, "m", ids, logs, ids[:, 0], logs[:, 0], True, labels)
    assert len(html.layer_predictions(lens, "ja", figure_id="a").encode()) < 500_000
    assert len(html.predictions(lens, "ja", figure_id="a").encode()) < 500_000
    ranks = replace(fakes.rankings(), tokens=table, ranks=rng.integers(1, 32_000, (layers, n)))
    assert len(html.rankings(ranks, "ja", figure_id="a").encode()) < 150_000
    assert len(figures.thumbnail(ranks, "ja")) < 40_000


def test_a_thumbnail_is_drawn_from_the_ranks(results: dict[str, Any]) -> None:
    svg = ElementTree.fromstring(figures.thumbnail(results, "ja"))
    drawn = sum(int(run) for path in svg if path.get("fill") for run in re.findall(r"h(\d+)v1", path.get("d")))
    assert drawn == int((results["rankings"].ranks > 0).sum())


def test_the_bundle_is_a_module() -> None:
    script = bundle.javascript()
    assert re.search(r"export\{[^}]*vegaEmbed", script)
    assert "cdn.jsdelivr" not in script.split("export{")[-1]


def test_results_show_themselves_in_a_notebook(results: dict[str, Any]) -> None:
    for kind in KINDS:
        shown = one(results[kind])._repr_html_()
        assert "<script" not in shown and "http://" not in shown.replace("http://www.w3.org", "")
        assert "lmviz" in shown
    assert notebook.show(results["rankings"], "en").count("<table") == 1
