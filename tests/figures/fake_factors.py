"""Plausible factors of a model over eight passages, what they do, and which labels are proposed, from a fixed seed.

Factor 1 responds to numbers, 2 to katakana, 3 to brackets, 4 to sentence ends, 5 to particles, 6 to nothing in
particular. Factors 1, 2 and 4 have a proposed label, 3 scores too little, 5 and 6 fail the test. `coarse` is a second
model that cuts the same passages otherwise.
"""

from __future__ import annotations

import re

import numpy as np
from fake_text import hash_of

from lmviz.results import FactorEffects, FactorLabels, FactorResponses, ModelFactors
from lmviz.tokens import TokenTable, VocabularyLabels

PASSAGES = (
    "昭和 39 年 、 東京 で オリンピック が 開か れ た 。 開会 式 に は 94 の 国 が 参加 し た 。",
    "「 節分 は 二 月 三 日 だ 」 と 祖母 は 言っ た 。 豆 を まき 、 鰯 の 頭 を 飾る 。",
    "リニア モーター カー は 、 1962 年 に 研究 が 始まっ た 。 磁気 で 浮上 し て 走る 。",
    "「 <script>alert(1)</script> 」 と 書い た メモ が 、 パソコン の 横 に あっ た 。",
    "猫 が ソファー で 眠っ て いる 。 窓 の 外 で は 雪 が 降り 続け て い た 。",
    "パリ の 美術館 に は 、 2023 年 に 890 万 人 が 訪れ た と いう 。",
    "春 に なる と 、 桜 が 咲く 。 人 々 は 弁当 を 持っ て 公園 へ 出かける 。",
    "先生 は 黒板 に 「 3.14 」 と 書い た 。 生徒 たち は ノート を 開い た 。",
)
"""Tokens with a space between them; 鰯 takes three."""

COARSE = {"オリンピック": ("オリン", "ピック"), "始まっ": ("始", "まっ"), "1962": ("19", "62"), "東京": ("東", "京")}
"""Tokens that the second model cuts further."""

RULES = ("number", "katakana", "bracket", "sentence_end", "particle")
N_LAYERS, NEURONS = 8, 12
_PATTERNS = (r"[0-9.]+", r"[ァ-ヶー]+", r"[「」]", r"[。]", r"[がのをにはでとへ]")
_LAYERS = (1, 3, 2, 6, 7, 4)
"""Where each factor's loadings are largest."""


def tokens(*, coarse: bool = False, n_start: int = 0) -> tuple[TokenTable, np.ndarray]:
    """The table of all passages, and where each begins."""
    texts: list[str] = []
    kinds: list[str] = []
    raw: list[bytes] = []
    groups: list[int] = []
    starts = []
    for passage in PASSAGES:
        starts.append(len(texts))
        pieces = [("", "special")] * n_start
        for word in passage.split():
            parts = COARSE.get(word, (word,)) if coarse else (word,)
            pieces += [(part, "text") for part in parts]
        for piece, kind in pieces:
            group = groups[-1] + 1 if groups else 0
            in_bytes = [bytes([byte]) for byte in piece.encode()] if piece == "鰯" else [piece.encode()]
            texts += [piece] + [""] * (len(in_bytes) - 1)
            kinds += ["bytes" if piece == "鰯" else kind] * len(in_bytes)
            raw += in_bytes
            groups += [group] * len(in_bytes)
    ids = np.array([100 + hash_of(text or str(one)) % 900 for text, one in zip(texts, raw, strict=True)])
    table = TokenTable(ids, tuple(texts), tuple(raw), tuple(kinds), np.array(groups), n_start, len(texts))
    return table, np.array(starts, dtype=np.int64)


def model_factors(n_components: int = 6, *, coarse: bool = False, gated: bool = False, n_start: int = 0,
                  model: str = "fake-model") -> ModelFactors:
    rng = np.random.default_rng(11 + n_components + coarse)
    table, starts = tokens(coarse=coarse, n_start=n_start)
    responses = rng.gamma(0.3, 0.25, (n_components, len(table)))
    for factor, pattern in enumerate(_PATTERNS[:n_components]):
        hit = [bool(re.fullmatch(pattern, text)) for text in table.texts]
        responses[factor, hit] += 4 * rng.uniform(0.7, 1.2, sum(hit))
    for offset in range(max(n_start, 1)):
        responses[:, starts + offset] = np.nan
    responses *= np.sqrt(0.8 ** np.arange(n_components) / np.nansum(responses**2, axis=1))[:, None] * 10
    energy = np.nansum(responses**2, axis=1)
    width = NEURONS * (2 if gated else 1)
    peaks = np.array([_LAYERS[factor % len(_LAYERS)] for factor in range(n_components)])
    near = np.exp(-np.abs(np.arange(N_LAYERS)[None, :] - peaks[:, None]) / 1.3)
    loadings = rng.gamma(0.4, 1, (n_components, N_LAYERS, width)) * near[:, :, None]
    loadings = loadings.reshape(n_components, -1)
    loadings /= np.linalg.norm(loadings, axis=1, keepdims=True)
    steady = np.linspace(0.97, 0.42, n_components)
    counts = np.array(sorted({max(1, n_components // 4), max(1, n_components // 2), n_components, 2 * n_components}))
    return ModelFactors(
        table, model, starts, responses.astype(np.float32), loadings.astype(np.float32),
        rng.gamma(2, 0.2, loadings.shape[1]).astype(np.float32), np.arange(N_LAYERS), NEURONS, gated,
        (energy / energy.sum()).astype(np.float32), 0.44, 4_096, 0.0 if gated else 0.21,
        counts, (0.62 * (1 - 0.86**counts) + 0.04).astype(np.float32),
        (1 - 0.78 * 0.95 ** np.arange(1, 2 * n_components + 9)).astype(np.float32),
        np.clip(steady[:, None] + rng.normal(0, 0.03, (n_components, 3)), 0, 1).astype(np.float32),
        np.clip(steady[:, None] - 0.08 + rng.normal(0, 0.04, (n_components, 2)), 0, 1).astype(np.float32), 87, True,
    )


def factor_effects(factors: ModelFactors | None = None) -> FactorEffects:
    factors = model_factors() if factors is None else factors
    rng = np.random.default_rng(23)
    n, table = len(factors.responses), factors.tokens
    words = ("年", "月", "1", "2", "東京", "<b>太字</b>", "。", "、", "」", "と", "ー", "が", "いる", "た", "の", "人")
    labels = VocabularyLabels(np.arange(500, 500 + len(words) + 1), (*words, "E9 B0"),
                              ("text",) * len(words) + ("bytes",))
    picked = np.stack([rng.permutation(labels.token_ids) for _ in range(n)])
    logits = np.sort(rng.gamma(2, 0.4, (n, 10)).astype(np.float32), axis=1)[:, ::-1]
    size = np.array([0.31, 0.12, 0.06, 0.2, 0.012, 0.004, *[0.02] * max(0, n - 6)])[:n]
    controls = np.array([0.03, 0.02, 0.02, 0.05, 0.015, 0.006, *[0.02] * max(0, n - 6)])[:n, None]
    strongest = np.argsort(-np.nan_to_num(factors.responses), axis=1, kind="stable")[:, :4]
    passage = np.searchsorted(factors.starts, strongest[:, :1], side="right") - 1
    others = (passage + np.arange(3)) % len(factors.starts)
    before = rng.uniform(0.2, 0.9, (n, 4))
    return FactorEffects(
        table, factors.model, factors.starts, picked[:, :6], logits[:, :6], picked[:, -6:], -logits[:, :6], labels,
        others, size.astype(np.float32),
        np.abs(controls * rng.uniform(0.6, 1.2, (n, 8))).astype(np.float32),
        np.clip(size * 1.4, 0, 1).astype(np.float32),
        np.clip(controls * rng.uniform(0.5, 1.5, (n, 8)), 0, 1).astype(np.float32), strongest,
        np.stack([picked[:, :4], picked[:, 4:8]], axis=-1),
        np.stack([before, before * rng.uniform(0.05, 0.8, (n, 4))], axis=-1).astype(np.float32),
    )


def factor_labels(factors: ModelFactors | None = None) -> FactorLabels:
    factors = model_factors() if factors is None else factors
    rng = np.random.default_rng(31)
    n = len(factors.responses)
    scores = rng.uniform(0.38, 0.62, (n, len(RULES), 2))
    chosen = np.argmax(scores[:, :, 0], axis=1)
    best = ((0, 0.98, 0.97), (1, 0.95, 0.93), (2, 0.71, 0.64), (3, 0.99, 0.99), (4, 0.66, 0.58))
    p_values = rng.uniform(0.05, 0.9, n)
    for factor, (rule, first, second) in enumerate(best[:n]):
        scores[factor, rule], chosen[factor] = (first, second), rule
        p_values[factor] = 0.0002 if factor != 4 else 0.03
    if n > 5:
        scores[5], chosen[5], p_values[5] = np.nan, -1, np.nan
    adjusted = np.minimum(1, p_values * n)
    second = np.array([scores[f, c, 1] if c >= 0 else np.nan for f, c in enumerate(chosen)])
    with np.errstate(invalid="ignore"):
        proposed = (adjusted < 0.01) & (second >= 0.75)
    strong_shares = np.clip(2 * scores - 1, 0, 1).astype(np.float32)
    strong_shares[proposed, chosen[proposed]] = 0.9
    return FactorLabels(
        factors.tokens, factors.model, factors.starts, RULES,
        np.array([[9, 6], [7, 6], [8, 8], [9, 8], [30, 28]]), scores.astype(np.float32), strong_shares, chosen,
        p_values, adjusted, proposed, 0.75, 0.5, 5_000,
    )


def factor_responses(factors: ModelFactors | None = None) -> FactorResponses:
    """Of the second passage, read again as a text of its own."""
    factors = model_factors() if factors is None else factors
    first, end = int(factors.starts[1]), int(factors.starts[2])
    table = factors.tokens
    texts = table.texts[first:end]
    own = TokenTable(table.token_ids[first:end], texts, table.raw_bytes[first:end], table.kinds[first:end],
                     table.groups[first:end] - table.groups[first], table.n_start, 12)
    activations = factors.responses[:, first:end].copy()
    energy = np.nansum(activations**2, axis=1)
    return FactorResponses(
        own, factors.model, activations, (energy / energy.sum()).astype(np.float32),
        np.nanpercentile(factors.responses, 99, axis=1).astype(np.float32), 0.38,
    )


def results() -> dict[str, object]:
    """What the figure of a model's factors is drawn from."""
    factors = model_factors()
    return {"": factors, "effects": factor_effects(factors), "labels": factor_labels(factors)}
