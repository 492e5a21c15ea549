"""Plausible results of every kind, from a fixed seed: a short Japanese text under a model of eight layers."""

from __future__ import annotations

import numpy as np
from fake_attributions import attributions
from fake_characters import character_lens
from fake_factor_responses import factor_responses
from fake_text import tokens

from lmviz.results import (
    LayerPredictions,
    LensMeasures,
    NeuronFactors,
    Rankings,
    TokenProbabilities,
    WatchedWords,
)
from lmviz.tokens import TokenTable, VocabularyLabels

VOCABULARY_SIZE = 16_000
WORDS = (
    "節分 は 、 季節 の 変わり 目 に 生じる 鬼 を 追い払う ため の 行事 で ある 。 豆 を まき 、 福 を 呼び込む 。 "
    "立春 の 前日 と し て 知ら れ 年 月 日 神社 寺 東京 春 夏 秋 冬 家 人 儀式 祭り 日本 古く から 行わ れる "
    "意味 た い う が 」 「 こと"
).split()


def labels(table: TokenTable) -> VocabularyLabels:
    entries: dict[int, tuple[str, str]] = {2: ("</s>", "special"), 5: ("E9 B0", "bytes"), 0: ("<unk>", "unknown")}
    for i, word in enumerate(WORDS):
        entries[2000 + i] = (word, "text")
    for token_id, text, kind in zip(table.token_ids, table.texts, table.kinds, strict=True):
        if kind == "text" and text:
            entries.setdefault(int(token_id), (text, "text"))
    order = sorted(entries)
    return VocabularyLabels(np.array(order), tuple(entries[i][0] for i in order), tuple(entries[i][1] for i in order))


def layer_predictions(n_layers: int = 8, k: int = 10, seed: int = 1) -> LayerPredictions:
    rng = np.random.default_rng(seed)
    table = tokens()
    names = labels(table)
    n = len(table)
    ids = np.full((n_layers, n + 1, k), -1)
    logs = np.full((n_layers, n + 1, k), np.nan, np.float32)
    for position in range(1, n + 1):
        actual = int(table.token_ids[position]) if position < n else 2001
        for layer in range(n_layers):
            others = rng.choice(names.token_ids[names.token_ids != actual], k, replace=False)
            place = max(0, int(rng.normal((n_layers - 2 - layer) * 1.6, 1.2)))
            row = list(others)
            if place < k and actual in names.token_ids:
                row[place] = actual
            sharp = 0.4 + 2.4 * layer / n_layers * rng.uniform(0.4, 1.2)
            weights = np.exp(-sharp * np.arange(k)) * (0.25 + 0.7 * layer / n_layers)
            shares = weights / weights.sum() * rng.uniform(0.25, 0.96)
            ids[layer, position], logs[layer, position] = row, np.log(np.sort(shares)[::-1])
    return LayerPredictions(
        table, "fake-model", ids[:, :n], logs[:, :n], ids[:, n], logs[:, n], True, names
    )


def token_probabilities(seed: int = 2) -> TokenProbabilities:
    lens = layer_predictions(seed=seed)
    table = lens.tokens
    rng = np.random.default_rng(seed)
    ids, logs = lens.token_ids[-1], lens.log_probabilities[-1]
    own = np.full(len(table), np.nan, np.float32)
    ranks = np.zeros(len(table), np.int64)
    for position in range(1, len(table)):
        found = np.flatnonzero(ids[position] == table.token_ids[position])
        if found.size:
            own[position], ranks[position] = logs[position, found[0]], found[0] + 1
        else:
            own[position], ranks[position] = logs[position, -1] - rng.uniform(0.5, 6), int(rng.integers(11, 4000))
    return TokenProbabilities(table, "fake-model", own, ranks, ids, logs, lens.labels)


def rankings(n_layers: int = 8, seed: int = 3, table: TokenTable | None = None) -> Rankings:
    rng = np.random.default_rng(seed)
    table = tokens() if table is None else table
    depth = np.arange(n_layers)[:, None] / (n_layers - 1)
    hard = rng.uniform(1.5, 4.1, len(table))[None, :]
    late = rng.uniform(0.6, 2.2, len(table))[None, :]
    ranks = np.floor(10 ** np.clip(hard * (1 - depth**late) + rng.normal(0, 0.18, (n_layers, len(table))), 0, 4.2))
    ranks = ranks.astype(np.int64).clip(1)
    ranks[-1, table.n_prompt:] = 1
    ranks[:, 0] = 0
    return Rankings(table, "fake-model", ranks, VOCABULARY_SIZE, True)


def lens_measures(n_layers: int = 8, seed: int = 3, table: TokenTable | None = None) -> LensMeasures:
    """Measures that go with `rankings`: a rank of many digits is a surprise, and layers near the last agree with it."""
    ranked = rankings(n_layers, seed, table)
    rng = np.random.default_rng(seed + 100)
    depth = np.arange(n_layers)[:, None] / (n_layers - 1)
    logs = -np.log(ranked.ranks.clip(1)) - rng.gamma(1.5, 0.5, ranked.ranks.shape)
    entropies = np.clip(9.2 - 6.5 * depth + rng.normal(0, 0.7, logs.shape), 0.02, np.log(VOCABULARY_SIZE))
    divergences = np.maximum(0, 7.5 * (1 - depth) ** 1.4 + rng.normal(0, 0.4, logs.shape)) * (depth < 1)
    settled = np.minimum(n_layers - 1, rng.binomial(n_layers - 1, 0.78, logs.shape[1]))
    for values in (logs, entropies, divergences):
        values[:, 0] = np.nan
    settled[0] = -1
    return LensMeasures(
        ranked.tokens, ranked.model, ranked.ranks, ranked.vocabulary_size, ranked.final_norm,
        logs.astype(np.float32), entropies.astype(np.float32), divergences.astype(np.float32), settled,
    )


def watched_words(n_layers: int = 8, position: int = 27) -> WatchedWords:
    depth = np.linspace(0, 1, n_layers)
    logs = np.stack([-9 + 7.8 * depth**2.5, -6 + 2.6 * depth, -8 + 2.5 * np.sin(depth * 3), -14 + 6 * depth])
    ranks = np.maximum(1, np.exp(-logs - 0.8)).astype(np.int64)
    ranks[3] = 0
    return WatchedWords(
        tokens(), "fake-model", ("豆", "鬼", "福", "恵方巻"), ((2018,), (2009,), (2022,), (31, 32, 33)),
        (("豆",), ("鬼",), ("福",), ("恵", "方", "巻")), position, logs.astype(np.float32), ranks, VOCABULARY_SIZE,
        True,
    )


def neuron_factors(
    n_components: int = 6, seed: int = 5, gated: bool = False, table: TokenTable | None = None
) -> NeuronFactors:
    rng = np.random.default_rng(seed + n_components)
    table = tokens() if table is None else table
    n = len(table)
    activations = rng.gamma(0.35, 0.6, (n_components, n)).astype(np.float32)
    for factor in range(n_components):
        activations[factor, rng.choice(np.arange(1, n), 3, replace=False)] += 3.2 - 0.25 * factor
    activations[:, 0] = np.nan
    energy = np.sqrt(np.nansum(activations**2, axis=1))
    order = np.argsort(-energy)
    activations, energy = activations[order], energy[order]
    loadings = np.abs(rng.normal(size=(n_components, 64))).astype(np.float32)
    loadings /= np.linalg.norm(loadings, axis=1, keepdims=True)
    return NeuronFactors(
        table, "fake-model", activations, loadings, np.ones(64, dtype=np.float32), np.arange(8), 4 if gated else 8,
        gated, (energy**2 / (energy**2).sum()).astype(np.float32), 0.41 + 0.03 * n_components,
        0.52 + 0.02 * n_components, (1 - 0.6 * 0.93 ** np.arange(1, 33)).astype(np.float32),
        0.0 if gated else 0.22, 140, True, None,
    )


def all_factors() -> dict[str, NeuronFactors]:
    return {str(n): neuron_factors(n) for n in (4, 6, 8)}


def results() -> dict[str, object]:
    """One result (or dict of results) a figure kind, as pages pass them."""
    lens = layer_predictions()
    return {
        "tokens": token_probabilities(), "predictions": lens, "layer_predictions": lens, "rankings": lens_measures(),
        "characters": character_lens(), "watched_words": watched_words(), "attribution": attributions(),
        "neuron_factors": all_factors(), "factor_responses": factor_responses(),
    }
