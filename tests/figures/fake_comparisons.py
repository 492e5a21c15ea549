"""Plausible comparisons: two models that cut one text differently, and one model under prompts that differ by は/が."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from fake_text import hash_of, tokens

from lmviz.comparison import shared_places
from lmviz.results import Attribution, LayerPredictions, LensMeasures, PromptPair, TokenProbabilities, WatchedWords
from lmviz.tokens import TokenTable, VocabularyLabels

NAMES = {"mini": "小さなGPT-2", "bytes": "バイト単位のGPT-2"}


def coarse() -> TokenTable:
    """The text of `fake_text.tokens`, cut otherwise: a start token, longer and shorter pieces, an unknown word."""
    pieces = (
        "節分|は、|季節|の|変わり|目に|生じる|邪|気|を\n|鰯|の| Tokyo|頭で|追い|払う|ための|行事|である|。|"
        "豆|を|ま|き、|福|を|"
        "呼び|込む|。|立|春|の|前日|として|知られて|いる|。"
    ).split("|")
    texts = ("", *pieces)
    kinds = ["special"] + ["unknown" if piece == "鰯" else "text" for piece in pieces]
    ids = np.array([1] + [100 + hash_of(piece) % 800 for piece in pieces])
    return TokenTable(ids, texts, tuple(t.encode() for t in texts), tuple(kinds), np.arange(len(texts)), 1, 15)


def probabilities(table: TokenTable, model: str, seed: int, ease: float) -> TokenProbabilities:
    rng = np.random.default_rng(seed)
    n = len(table)
    logs = -rng.gamma(1.1, ease * np.array([max(1, len(text)) for text in table.texts]) ** 0.7).astype(np.float32)
    logs[0] = np.nan
    nothing = VocabularyLabels(np.zeros(0, np.int64), (), ())
    ranks = np.where(np.arange(n) > 0, np.maximum(1, np.exp(-np.nan_to_num(logs) - 1)), 0).astype(np.int64)
    return TokenProbabilities(table, model, logs, ranks, np.full((n, 1), -1), np.full((n, 1), np.nan, np.float32),
                              nothing)


def measures(table: TokenTable, model: str, seed: int, n_layers: int, vocabulary: int) -> LensMeasures:
    rng = np.random.default_rng(seed)
    n, depth = len(table), np.linspace(0, 1, n_layers)[:, None]
    ranks = np.floor(10 ** np.clip(rng.uniform(1.5, 4, n) * (1 - depth ** rng.uniform(0.5, 2.5, n))
                                   + rng.normal(0, 0.25, (n_layers, n)), 0, 4)).astype(np.int64)
    ranks[:, 0] = 0
    settled = np.minimum(n_layers - 1, rng.binomial(n_layers - 1, 0.7 if n_layers > 5 else 0.85, n))
    settled[0] = -1
    logs = -np.log1p(ranks).astype(np.float32)
    logs[:, 0] = np.nan
    return LensMeasures(table, model, ranks, vocabulary, True, logs, -logs, -logs, settled)


def watched_words(table: TokenTable, model: str, n_layers: int, shift: float) -> WatchedWords:
    depth = np.linspace(0, 1, n_layers)
    logs = np.stack([-9 + (7.8 - shift) * depth**2.5, -6 + (2.6 + shift) * depth, -8 + 2.5 * np.sin(depth * 3)])
    return WatchedWords(table, model, ("豆", "鬼", "恵方巻"), ((1,), (2,), (3, 4)), (("豆",), ("鬼",), ("恵", "方巻")),
                        22, logs.astype(np.float32), np.ones(logs.shape, np.int64), 16_000, True)


def attribution(table: TokenTable, model: str, seed: int) -> Attribution:
    rng = np.random.default_rng(seed)
    targets = np.arange(table.n_prompt + 3, len(table) - 2)
    scores = np.zeros((len(targets), len(table)), np.float32)
    for row, target in enumerate(targets.tolist()):
        scores[row, :target] = rng.normal(0.1, 0.4, target) * np.exp(-(target - np.arange(target)) / 9)
        scores[row, 4] += 2.2
    n, nothing = len(targets), np.full(len(targets), np.nan)
    return Attribution(table, model, "integrated_gradients", "log_probability", "zero", True, targets,
                       np.ones(n, np.int64), ((),) * n, ("",) * n, nothing, nothing, scores, np.abs(scores), nothing,
                       np.full(n, 64), np.array(0.01), 0)


def prompt(particle: str, n_continued: int = 0) -> TokenTable:
    pieces = ["", *f"彼 {particle} 昨日 買っ た 本 を".split(), *"読み 、 机 に 置い た 。".split()[:n_continued]]
    ids = np.array([hash_of(piece) % 900 for piece in pieces])
    kinds = ("special", *["text"] * (len(pieces) - 1))
    return TokenTable(ids, tuple(pieces), tuple(t.encode() for t in pieces), kinds,
                      np.arange(len(pieces)), 1, 8)


def lens(table: TokenTable, seed: int, n_layers: int = 8, k: int = 8) -> LayerPredictions:
    words = "読み 読ん 持っ 置い 手 本 昨日 買っ た を 、 。 友人 彼女 と 書い 売っ 見せ 渡し 返し".split()
    rng = np.random.default_rng(seed)
    n = len(table) + 1
    ids = np.stack([[rng.permutation(len(words))[:k] for _ in range(n)] for _ in range(n_layers)])
    steep = np.linspace(0.3, 1.1, n_layers)[:, None, None]
    shares = np.sort(rng.dirichlet(np.ones(k) / steep.max(), (n_layers, n)), -1)[..., ::-1] * (0.2 + 0.7 * steep / 1.1)
    logs = np.log(shares + 1e-6).astype(np.float32)
    ids[:, 0], logs[:, 0] = -1, np.nan
    names = VocabularyLabels(np.arange(len(words)), tuple(words), ("text",) * len(words))
    return LayerPredictions(table, "mini", ids[:, :-1], logs[:, :-1], ids[:, -1], logs[:, -1], True, names)


def prompt_pair(scale: float = 1.0) -> PromptPair:
    one, two = prompt("は", 3), prompt("が", 3)
    places = shared_places(one, two)
    rng = np.random.default_rng(7)
    bits = scale * np.clip(np.linspace(0, 0.75, 8)[:, None] ** 2 * np.linspace(1, 0.3, len(places))
                           + rng.uniform(0, 0.03, (8, len(places))), 0, 1)
    return PromptPair(one, "mini", two, 2, places, (bits * np.log(2)).astype(np.float32), bits.astype(np.float32), True)


def results() -> dict[str, dict[str, object]]:
    """Results by figure kind, as pages pass them."""
    one, two = tokens(), coarse()
    return {
        "compare_surprisal": {"mini": probabilities(one, "mini", 1, 1.5), "bytes": probabilities(two, "bytes", 2, 2.1)},
        "compare_ranks": {"mini": measures(one, "mini", 3, 8, 16_000), "bytes": measures(two, "bytes", 4, 4, 32_000)},
        "compare_settled": {"mini": measures(one, "mini", 3, 8, 16_000), "bytes": measures(two, "bytes", 4, 4, 32_000)},
        "compare_watched_words": {"mini": watched_words(one, "mini", 8, 0), "bytes": watched_words(two, "bytes", 4, 4)},
        "compare_attribution": {"mini": attribution(one, "mini", 5), "bytes": attribution(two, "bytes", 6)},
        "pair_predictions": {"0": lens(prompt("は", 3), 8), "1": lens(prompt("が", 3), 9)},
        "pair_divergence": {"": prompt_pair()},
    }


def three() -> dict[str, TokenProbabilities]:
    """A third model beside the two."""
    found = results()["compare_surprisal"]
    return {**found, "third": replace(probabilities(coarse(), "third", 9, 1.2))}
