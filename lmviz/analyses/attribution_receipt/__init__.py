"""The receipt of attributions: how far each method's scores can be trusted, on this text.

    methods = {name: lmviz.attribute(trace, name) for name in ("integrated_gradients", "saliency")}
    receipt = lmviz.attribution_receipt(trace, methods)
    receipt.comprehensiveness.mean(axis=-1)    # what erasing the named tokens costs: [method, target, erasure]
    receipt.random_drops.mean(axis=-1)         # the same for random orders: [order, target, erasure]
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from lmviz.analyses.attribution.question import ask_again
from lmviz.analyses.attribution_receipt.agreement import agreement
from lmviz.analyses.attribution_receipt.curves import curves, shared_values
from lmviz.analyses.attribution_receipt.erasures import ErasableText
from lmviz.analyses.attribution_receipt.infidelity import infidelity
from lmviz.analyses.attribution_receipt.orders import random_orders
from lmviz.analyses.attribution_receipt.same_question import same_question
from lmviz.analyses.attribution_receipt.sensitivity import sensitivity as sensitivities
from lmviz.results import Attribution, AttributionReceipt
from lmviz.results.attribution_receipt import ERASURES, FRACTIONS
from lmviz.validation import switch, traced, whole_number

if TYPE_CHECKING:
    from lmviz.trace import Trace

__all__ = ["attribution_receipt"]

LEAST_TOKENS = 3
"""Tokens that can be erased before a target that is scored."""


def attribution_receipt(
    trace: Trace, attributions: Mapping[str, Attribution], *, n_orders: int = 100, sensitivity: bool = False,
    seed: int = 0,
) -> AttributionReceipt:
    """Erases what the methods name, and what random orders name, and compares what the prediction loses.

    Costs ``15 * n_orders`` passes through the model for all targets of one token together (for each target of several
    tokens once more) and at most 30 a method and target.

    Args:
        trace: the text that was attributed.
        attributions: by name, results of `lmviz.attribute` that answer the same question: targets, what of them is
            explained, foils. Baselines and steps may differ.
        n_orders: random orders, an even number: each comes with its reverse.
        sensitivity: whether each method is also run again for slightly changed embeddings, five times for at most
            three of the targets.
        seed: of the random orders, of the tokens sampled to stand for erased ones, of the changes of the embeddings.

    Returns:
        see `lmviz.results.AttributionReceipt`, which defines every measure.

    Raises:
        ValueError: no attributions, or such that answer different questions or speak of another text or model.
    """
    traced(trace)
    found = same_question(trace, attributions)
    n_orders = whole_number("n_orders", n_orders, 2)
    if n_orders % 2:
        raise ValueError(f"n_orders is an even number, since each order comes with its reverse, not {n_orders}")
    is_asked, seed = switch("sensitivity", sensitivity), whole_number("seed", seed)
    any_of_them = found[0]
    signed = np.array([each.signed for each in found])
    scores = np.stack([each.scores for each in found]).astype(np.float64)
    text = ErasableText(trace, ask_again(trace, any_of_them), seed)
    shape = (len(text.n_tokens), len(ERASURES))
    named, rest = np.full((2, len(found), *shape, len(FRACTIONS)), np.nan, dtype=np.float32)
    random_drops = np.full((n_orders, *shape, len(FRACTIONS)), np.nan, dtype=np.float32)
    infidelities = np.full((len(found), *shape), np.nan, dtype=np.float32)
    sensitive = np.full((len(found), len(text.n_tokens)), np.nan, dtype=np.float32)
    scored = np.flatnonzero(text.n_tokens >= LEAST_TOKENS)
    by_target = {index: scores[:, index, trace.n_start :][:, : text.n_tokens[index]] for index in scored}
    if is_asked and len(scored):
        sensitive[:, scored] = sensitivities(trace, found, seed)[:, scored]
    if len(scored):
        orders = random_orders(n_orders, int(text.n_tokens.max()), seed)
        single = scored[text.is_single[scored]]
        shared = dict(zip(single, np.moveaxis(shared_values(text, orders, single), 1, 0), strict=True))
        for index in scored:
            drops = curves(text, index, by_target[index], orders, shared.get(index))
            named[:, index], rest[:, index] = drops.comprehensiveness, drops.sufficiency
            random_drops[:, index] = drops.random_drops
            infidelities[:, index] = infidelity(drops.random_sets, drops.random_drops, by_target[index])
    return AttributionReceipt(
        tokens=trace.tokens,
        model=trace.model.name,
        target=any_of_them.target,
        baselines=tuple(each.baseline for each in found),
        methods=tuple(attributions),
        signed=signed,
        target_positions=any_of_them.target_positions,
        target_lengths=any_of_them.target_lengths,
        fractions=np.array(FRACTIONS),
        erasures=ERASURES,
        comprehensiveness=named,
        sufficiency=rest,
        random_drops=random_drops,
        infidelity=infidelities,
        sensitivity=sensitive,
        completeness_errors=np.stack([each.completeness_errors for each in found]),
        agreement=agreement(list(by_target.values()), signed).astype(np.float32),
        seed=seed,
    )
