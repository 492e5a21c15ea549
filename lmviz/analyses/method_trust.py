"""Which attribution method to trust on one model: its receipts, gathered over the texts. Needs NumPy and SciPy only.

    trust = lmviz.method_trust({"setsubun": receipt, "celeste": other_receipt})
    trust.methods[0], trust.advantages[0], trust.intervals[0], trust.bands[0]
    trust.chosen                               # "" where no method leaves the random band
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.special import ndtr, stdtrit

from lmviz.results import AttributionReceipt, MethodTrust

LEVEL = 0.95
"""Of the intervals and of the random bands."""

N_RESAMPLES = 10_000
FEWEST = 5
"""Texts that are resampled."""
_EDGES = np.array([(1 - LEVEL) / 2, (1 + LEVEL) / 2])


def method_trust(receipts: Mapping[str, AttributionReceipt]) -> MethodTrust:
    """Sums up the receipts of one model's texts, by text's id.

    Raises:
        ValueError: no receipts, or receipts of several models.
    """
    model = _model(receipts)
    texts = [_judge(receipt) for receipt in receipts.values()]
    names = list(dict.fromkeys(name for receipt in receipts.values() for name in receipt.methods))
    rows = {name: _row(name, texts) for name in names}
    methods = sorted(names, key=lambda name: -np.nan_to_num(rows[name].advantage, nan=-np.inf))
    ordered = [rows[name] for name in methods]
    found = MethodTrust(
        model=model,
        methods=tuple(methods),
        advantages=np.array([row.advantage for row in ordered]),
        intervals=np.stack([row.interval for row in ordered]),
        bands=np.stack([row.band for row in ordered]),
        shares_above=np.array([row.share_above for row in ordered]),
        n_texts=np.array([row.n_texts for row in ordered], dtype=np.int64),
        infidelities=_medians(receipts, methods, lambda receipt, row: receipt.infidelity[row][:, receipt.judged[row]]),
        completeness_errors=_medians(receipts, methods, lambda receipt, row: receipt.completeness_errors[row]),
        sensitivities=_medians(receipts, methods, lambda receipt, row: receipt.sensitivity[row]),
        agreement=_agreement(receipts, methods),
        chosen="",
    )
    above = [name for name, is_above in zip(methods, found.is_above, strict=True) if is_above]
    return replace(found, chosen=above[0] if above else "")


def _model(receipts: Any) -> str:
    if not isinstance(receipts, Mapping):
        raise ValueError(
            f"receipts is a mapping from texts' ids to results of lmviz.attribution_receipt, not {receipts!r}"
        )
    if not receipts:
        raise ValueError("receipts is empty; give at least one result of lmviz.attribution_receipt")
    for text, receipt in receipts.items():
        if not isinstance(receipt, AttributionReceipt):
            raise ValueError(f"{text} is a {type(receipt).__name__}, not a result of lmviz.attribution_receipt")
    models = sorted({receipt.model for receipt in receipts.values()})
    if len(models) > 1:
        raise ValueError(f"receipts are of several models ({', '.join(models)}); gather those of one model")
    return models[0]


@dataclass(frozen=True)
class _Judged:
    """One text: by method its advantage, and those of the random orders under the same erasures, ``[order]``."""

    advantages: dict[str, float]
    random: dict[str, np.ndarray]


def _judge(receipt: AttributionReceipt) -> _Judged:
    """Methods and random orders in one measure; a text without a target that could be scored judges none."""
    scored = ~np.isnan(receipt.random_drops).any(axis=(0, 2, 3))
    judged = _Judged({}, {})
    if not scored.any():
        return judged
    named, rest = _areas(receipt.comprehensiveness, scored), _areas(receipt.sufficiency, scored)
    random_named, random_rest = _areas(receipt.random_drops, scored), _areas(receipt.random_sufficiency, scored)
    # An order's sufficiency is its reverse's comprehensiveness: both have the same mean and deviation.
    middle, deviation = random_named.mean(axis=0), random_named.std(axis=0, ddof=1)
    deviation = np.where(deviation > 1e-6 * np.abs(random_named).max(axis=0), deviation, np.nan)

    def advantages(named: np.ndarray, rest: np.ndarray) -> np.ndarray:
        return ((named - middle) + (middle - rest)) / (2 * deviation)

    own, random = advantages(named, rest), advantages(random_named, random_rest)
    for row, method in enumerate(receipt.methods):
        columns = receipt.judged[row] & ~np.isnan(deviation)
        if columns.any() and not np.isnan(own[row, columns]).any():
            judged.advantages[method] = float(own[row, columns].mean())
            judged.random[method] = random[:, columns].mean(axis=1)
    return judged


def _areas(drops: np.ndarray, scored: np.ndarray) -> np.ndarray:
    """``[..., erasure]``: mean over fractions and targets of drops ``[..., target, erasure, fraction]``."""
    return drops[:, scored].astype(np.float64).mean(axis=(1, 3))


@dataclass(frozen=True)
class _Row:
    advantage: float
    interval: np.ndarray
    band: np.ndarray
    share_above: float
    n_texts: int


def _row(method: str, texts: Iterable[_Judged]) -> _Row:
    judging = [text for text in texts if method in text.advantages]
    nothing = np.full(2, np.nan)
    if not judging:
        return _Row(np.nan, nothing, nothing, np.nan, 0)
    advantages = np.array([text.advantages[method] for text in judging])
    random = [text.random[method] for text in judging]
    above = [advantage > np.quantile(orders, _EDGES[1]) for advantage, orders in zip(advantages, random, strict=True)]
    return _Row(
        advantage=float(advantages.mean()),
        interval=_interval(advantages) if len(judging) > 1 else nothing,
        band=np.quantile(_random_means(random), _EDGES),
        share_above=float(np.mean(above)),
        n_texts=len(judging),
    )


def _random_means(random: list[np.ndarray]) -> np.ndarray:
    """Means over the texts of random orders' advantages, each text's order drawn by itself.

    Orders of different texts do not belong together, and those of one seed and length take the same positions first.
    """
    if len(random) == 1:
        return random[0]
    generator = np.random.Generator(np.random.PCG64(0))
    return np.mean([orders[generator.integers(len(orders), size=N_RESAMPLES)] for orders in random], axis=0)


def _interval(values: np.ndarray) -> np.ndarray:
    """Bootstrap interval of the mean: percentiles, moved outwards as a t interval is wider than a normal one.

    Plain percentiles cover too little with few texts (Hesterberg 2015, arXiv:1411.5279: expanded percentile interval),
    and resampling a handful can go no further than its extremes: below `FEWEST` it is a t interval.
    """
    n = len(values)
    if n < FEWEST:
        return values.mean() + stdtrit(n - 1, _EDGES) * values.std(ddof=1) / np.sqrt(n)
    generator = np.random.Generator(np.random.PCG64(0))
    means = values[generator.integers(n, size=(N_RESAMPLES, n))].mean(axis=1)
    return np.quantile(means, ndtr(np.sqrt(n / (n - 1)) * stdtrit(n - 1, _EDGES)))


def _medians(receipts: Mapping[str, AttributionReceipt], methods: list[str], values_of: Any) -> np.ndarray:
    medians = np.full(len(methods), np.nan)
    for place, method in enumerate(methods):
        found = [
            np.ravel(values_of(receipt, receipt.methods.index(method)))
            for receipt in receipts.values() if method in receipt.methods
        ]
        values = np.concatenate(found).astype(np.float64)
        if (is_there := ~np.isnan(values)).any():
            medians[place] = np.median(values[is_there])
    return medians


def _agreement(receipts: Mapping[str, AttributionReceipt], methods: list[str]) -> np.ndarray:
    total, n_texts = np.zeros((2, len(methods), len(methods)))
    for receipt in receipts.values():
        places = np.array([methods.index(method) for method in receipt.methods])
        is_there = ~np.isnan(receipt.agreement)
        total[np.ix_(places, places)] += np.where(is_there, receipt.agreement, 0)
        n_texts[np.ix_(places, places)] += is_there
    return np.divide(total, n_texts, out=np.full_like(total, np.nan), where=n_texts > 0)
