"""The words of attributions: names and meanings of methods, titles by data, what was attributed and against what."""

from __future__ import annotations

import numpy as np

from lmviz.figures import labels, notation
from lmviz.figures.messages import Language, message, quoted, table
from lmviz.figures.targets import foil_name, subject, target_name, target_row
from lmviz.figures.titles import Thresholds, name
from lmviz.results import Attribution

INTEGRALS = ("integrated_gradients", "sequential_integrated_gradients")
"""Methods whose ``n_steps`` are steps of an integral; those of all others are samples."""


def method_name(method: str, language: Language) -> str:
    """Name of an attribution method; one without a message is named by its id, spaced."""
    key = f"attribution.method.{method}"
    return message(key, language) if key in table() else labels.visible(method.replace("_", " "))


def method_meaning(method: str, language: Language) -> str:
    """What a score of the method says, in a sentence; empty for a method without a message."""
    key = f"attribution.meaning.{method}"
    return message(key, language) if key in table() else ""


def baseline_name(baseline: str, language: Language) -> str:
    """What stood for an absent token."""
    key = f"attribution.baseline.{baseline}"
    return message(key, language) if key in table() else labels.visible(baseline)


def claim(result: Attribution, row: int) -> tuple[str, int, str]:
    """What a target's title may claim: its variant, the position it names (-1 for none) and that token's share."""
    source, part, ratio = largest(result, row)
    if part >= Thresholds.SHARE and ratio >= Thresholds.SHARE_RATIO:
        variant = "magnitude" if not result.signed else "up" if result.scores[row, source] > 0 else "down"
        return variant, source, notation.share(part)
    return "plain", -1, ""


def largest(result: Attribution, row: int) -> tuple[int, float, float]:
    """The position with the largest score, its share of the absolute scores, and its ratio to the second largest.

    -1, 0 and 0 where there is nothing to compare it with.
    """
    sizes = np.abs(np.asarray(result.scores[row, :result.target_positions[row]], dtype=float))
    if sizes.size < 2 or sizes.sum() == 0:
        return -1, 0.0, 0.0
    first, second = np.argsort(-sizes, kind="stable")[:2]
    ratio = sizes[first] / sizes[second] if sizes[second] else np.inf
    return int(first), float(sizes[first] / sizes.sum()), float(ratio)


def title(result: Attribution, language: Language, position: int) -> str:
    """Names the token with the largest share in one target, and whether it pushed up or down."""
    row = target_row(result, position)
    variant, source, share = claim(result, row)
    foil = foil_name(result, row, language)
    return message(f"attribution.title.{'contrast.' if foil else ''}{variant}", language, share=share, foil=foil,
                   target=target_name(result, row, language),
                   source=name(result, source, language) if source >= 0 else "")


def caption(result: Attribution, language: Language, *, with_receipt: bool) -> str:
    """How to read the figure, and the receipt where there is one."""
    parts = [message("attribution.caption_contrast" if any(result.foil_ids) else "attribution.caption", language)]
    if with_receipt:
        parts.append(message("attribution.caption_receipt", language))
    return sentences(parts, language)


def alternative(result: Attribution, language: Language, position: int) -> str:
    """The largest contributions in words."""
    row = target_row(result, position)
    scores = np.asarray(result.scores[row, :result.target_positions[row]], dtype=float)
    largest = np.abs(scores).max(initial=0) or 1
    written = message("list.separator", language).join(
        message("list.item", language, token=name(result, int(p), language), value=scaled(result, scores[p] / largest))
        for p in np.argsort(-np.abs(scores), kind="stable")[:5]
    )
    return message("attribution.alternative", language, target=subject(result, row, language),
                   method=method_name(result.method, language), list=written or "–")


def convention(result: Attribution, language: Language) -> str:
    """What was attributed, against which foil and baseline, in how many steps or samples."""
    details = "" if result.baseline == "none" else message(
        "attribution.baseline_is", language, baseline=baseline_name(result.baseline, language))
    if result.n_steps.any():
        key = "integrated_in" if result.method in INTEGRALS else "sampled_by"
        details += message(f"attribution.{key}", language, steps=_range(result.n_steps, language))
    quantity = message(f"attribution.quantity.{result.target}", language)
    foils = {labels.visible(text) for text, ids in zip(result.foil_texts, result.foil_ids, strict=True) if ids}
    if len(foils) == 1:
        quantity += message("attribution.foil_one", language, foil=quoted(foils.pop(), language))
    elif foils:
        quantity += message("attribution.foil_each", language)
    parts = [message("attribution.convention", language, method=method_name(result.method, language), details=details,
                     quantity=quantity)]
    if (result.target_lengths > 1).any():
        parts.append(message("attribution.convention_spans", language))
    return sentences(parts, language)


def scaled(result: Attribution, score: float) -> str:
    """A score as a share of its target's largest: with its sign where it has one."""
    return notation.signed(score) if result.signed else f"{score:.2f}"


def sentences(parts: list[str], language: Language) -> str:
    """Sentences in a row."""
    return (" " if language == "en" else "").join(parts)


def _range(steps: np.ndarray, language: Language) -> str:
    least, most = int(steps.min()), int(steps.max())
    return str(most) if least == most else message("attribution.range", language, least=least, most=most)
