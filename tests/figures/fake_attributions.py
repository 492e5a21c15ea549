"""Plausible attributions, a receipt and a table of trust: methods that hear the same signal through different noise."""

from __future__ import annotations

import numpy as np
from fake_text import tokens

from lmviz.results import Attribution, AttributionReceipt, MethodTrust
from lmviz.results.attribution_receipt import ERASURES, FRACTIONS
from lmviz.tokens import TokenTable

NOISE = {
    "integrated_gradients": 0.25, "input_x_gradient": 0.9, "saliency": 0.8, "feature_ablation": 0.35,
    "attention_rollout": 2.2, "gradient_shap": 0.4, "sequential_integrated_gradients": 0.2, "deep_lift": 0.5,
    "deep_lift_shap": 0.45, "shapley_value_sampling": 0.15, "kernel_shap": 0.5, "lime": 0.8, "value_zeroing": 1.4,
}
"""Every method, in the order of the gallery, with the noise that it adds."""

MAGNITUDES = ("saliency", "attention_rollout", "value_zeroing")
STEPS = {"integrated_gradients": 64, "sequential_integrated_gradients": 50, "gradient_shap": 200,
         "shapley_value_sampling": 25, "kernel_shap": 500, "lime": 500}
COMPLETE = ("integrated_gradients", "gradient_shap", "sequential_integrated_gradients", "deep_lift", "deep_lift_shap",
            "shapley_value_sampling", "kernel_shap")
SPANS = ((6, 2), (13, 3), (20, 1), (27, 1), (31, 3))
"""Whole words as targets: 変わり目, a character of three tokens, and single tokens."""


def signal(table: TokenTable, target: int) -> np.ndarray:
    """What each token before ``target`` is worth to it, in nats."""
    rng = np.random.default_rng(100 + target)
    near = np.exp(-(target - 1 - np.arange(target)) / 6)
    return rng.normal(0.1, 0.35, target) * (near + 0.12) + (rng.random(target) > 0.9) * 1.6


def attribution(
    method: str = "integrated_gradients", *, table: TokenTable | None = None, spans: tuple[tuple[int, int], ...] = (),
    foils: tuple[str, ...] = (), baseline: str = "zero", target: str = "log_probability",
) -> Attribution:
    """One method's scores; targets are the continuation's tokens, or ``spans`` of first position and length."""
    table = tokens() if table is None else table
    spans = spans or tuple((p, 1) for p in range(table.n_prompt, len(table)))
    rng = np.random.default_rng(4 + len(method))
    scores = np.zeros((len(spans), len(table)), np.float32)
    for row, (first, _) in enumerate(spans):
        worth = signal(table, first)
        noise = rng.normal(0, NOISE[method] * np.abs(worth).mean(), first)
        scores[row, :first] = worth * max(0.0, 1 - NOISE[method] / 2) + noise
    signed, n = method not in MAGNITUDES, len(spans)
    if not signed:
        scores = np.abs(scores)
    norms = np.abs(scores) * 1.4
    if method == "feature_ablation":
        norms[scores != 0] = np.nan
    errors = np.abs(rng.normal(0.003, 0.003, n)) if method in COMPLETE else np.full(n, np.nan)
    asked = method == "integrated_gradients"
    if asked and n > 3:
        errors[2] = 0.034
    values = -rng.gamma(1.2, 1.1, n)
    if foils:
        target = "contrast"
    return Attribution(
        table, "fake-model", method, target, baseline if signed else "none", signed,
        np.array([first for first, _ in spans]), np.array([length for _, length in spans]),
        tuple((7,) for _ in spans) if foils else tuple(() for _ in spans), foils or ("",) * n, values,
        values - scores.sum(1) if signed else np.full(n, np.nan), scores, norms, errors,
        np.full(n, STEPS.get(method, 0)), np.array(0.01 if asked else np.nan), 0,
    )


def attributions(**options: object) -> dict[str, Attribution | AttributionReceipt]:
    """All thirteen methods and the receipt of them, as an entry's figure has them."""
    found = {method: attribution(method, **options) for method in NOISE}
    return {**found, "receipt": receipt(found)}


def receipt(found: dict[str, Attribution], n_orders: int = 100) -> AttributionReceipt:
    """Erasing tokens costs what they are worth, the more the harsher the erasure, and less and less."""
    rng = np.random.default_rng(9)
    first = next(iter(found.values()))
    n_targets, fractions = len(first.target_positions), np.array(FRACTIONS)
    kept = np.full((2, len(found), n_targets, 3, 5), np.nan, np.float32)
    random = np.full((n_orders, n_targets, 3, 5), np.nan, np.float32)
    for row, at in enumerate(first.target_positions.tolist()):
        worth, counts = signal(first.tokens, at), np.maximum(1, np.rint(fractions * at)).astype(int)
        total = max(1.0, 1.6 * np.abs(worth).sum())

        def drops(order: np.ndarray, worth=worth, counts=counts, total=total) -> np.ndarray:
            lost = np.concatenate([[0], worth[order].cumsum()])[counts]
            curve = total * np.tanh(lost / total)
            return np.stack([scale * curve + rng.normal(0, 0.1, 5) for scale in (0.7, 1.0, 1.4)])

        for index, each in enumerate(found.values()):
            order = np.argsort(-each.scores[row, :at], kind="stable")
            kept[0, index, row], kept[1, index, row] = drops(order), drops(order[::-1])[:, ::-1]
        for index in range(n_orders):
            random[index, row] = drops(rng.permutation(at))
    noise = np.array([NOISE[name] for name in found])
    return AttributionReceipt(
        first.tokens, "fake-model", first.target, tuple(each.baseline for each in found.values()), tuple(found),
        np.array([each.signed for each in found.values()]), first.target_positions, first.target_lengths, fractions,
        ERASURES, kept[0], kept[1], random,
        np.clip(0.15 + 0.3 * noise[:, None, None] + rng.normal(0, 0.05, (len(found), n_targets, 3)), 0, None),
        np.where(noise[:, None] < 1, 0.05 + 0.2 * noise[:, None], np.nan) * np.ones(n_targets),
        np.stack([each.completeness_errors for each in found.values()]), agreement(list(found)), 0,
    )


def agreement(methods: list[str]) -> np.ndarray:
    """The less noise, the more two methods agree; one with much of it slightly disagrees with all."""
    noise = np.array([NOISE[name] for name in methods])
    shared = np.where(np.maximum.outer(noise, noise) > 2, -0.08, 1 / (1 + 0.9 * np.add.outer(noise, noise)))
    np.fill_diagonal(shared, 1)
    return shared.astype(np.float32)


def trust() -> MethodTrust:
    """Thirteen methods on fourteen texts, the most trusted first; one of them seen in a single text."""
    rng = np.random.default_rng(12)
    order = sorted(NOISE, key=NOISE.__getitem__)
    means = np.array([2.4 - 1.5 * NOISE[name] for name in order])
    widths = rng.uniform(0.3, 0.7, len(order))
    intervals = np.stack([means - widths, means + widths], axis=1)
    intervals[-1] = np.nan
    bands = np.stack([-rng.uniform(0.4, 0.6, len(order)), rng.uniform(0.4, 0.6, len(order))], axis=1)
    return MethodTrust(
        "fake-model", tuple(order), means, intervals, bands, np.clip(0.5 + means / 5, 0, 1),
        np.array([14] * (len(order) - 1) + [1]), 0.2 + 0.3 * rng.random(len(order)), np.full(len(order), 0.004),
        np.full(len(order), np.nan), agreement(order), order[0],
    )
