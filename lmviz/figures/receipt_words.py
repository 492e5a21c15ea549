"""The words of a receipt: what it says of one method at one target, and no more than that."""

from __future__ import annotations

import numpy as np

from lmviz.figures import notation
from lmviz.figures.attribution_words import method_name
from lmviz.figures.messages import Language, message, table
from lmviz.figures.standing import MEASURES, Standing
from lmviz.figures.targets import target_name
from lmviz.results import AttributionReceipt


def erasure_name(erasure: str, language: Language) -> str:
    """What was done to an erased token."""
    key = f"attribution_receipt.erasure.{erasure}"
    return message(key, language) if key in table() else erasure


def measure_name(measure: str, language: Language) -> str:
    return message(f"attribution_receipt.measure.{measure}", language)


def verdict(receipt: AttributionReceipt, found: Standing, method: str, row: int, language: Language) -> str:
    """Whether a method leaves the random band at one target, and by which tests; `static/receipt.js` says the same."""
    values = {"method": method_name(method, language), "target": target_name(receipt, row, language)}
    if method not in receipt.methods:
        return message("attribution_receipt.verdict.absent", language, **values)
    if not found.measured[row]:
        return message("attribution_receipt.verdict.short", language, **values)
    index = receipt.methods.index(method)
    judged = receipt.judged[index]
    sides = np.where(judged, found.sides[:, index, row], 0)
    better, worse, tests = int((sides > 0).sum()), int((sides < 0).sum()), int(judged.sum()) * len(MEASURES)
    values |= {"tests": str(tests), "count": str(better), "better": _listed(receipt, sides > 0, language),
               "erasures": _erasures(receipt, judged, language), "worse": _listed(receipt, sides < 0, language)}
    if worse:
        variant = "mixed" if better else "worse"
    else:
        variant = "all" if better == tests else "some" if better > 1 else "one" if better else "inside"
    return message(f"attribution_receipt.verdict.{variant}", language, **values)


def convention(receipt: AttributionReceipt, language: Language) -> str:
    """How the receipt was made, in a sentence or two."""
    separator = message("list.separator", language)
    return message(
        "attribution_receipt.convention", language, orders=len(receipt.random_drops),
        fractions=separator.join(notation.share(float(f)) for f in receipt.fractions),
        quantity=message(f"attribution.quantity.{receipt.target}", language),
        erasures=separator.join(erasure_name(each, language) for each in receipt.erasures),
    )


def alternative(receipt: AttributionReceipt, found: Standing, method: str, row: int, language: Language) -> str:
    """The verdict and the areas in words."""
    said = verdict(receipt, found, method, row, language)
    if method not in receipt.methods or not found.measured[row]:
        return said
    index, unit = receipt.methods.index(method), message(f"attribution.unit.{receipt.target}", language)
    areas = message("list.separator", language).join(
        message("list.item", language, value=f"{notation.amount(found.areas[m, index, row, e], receipt.target)} {unit}",
                token=message("attribution_receipt.browser.listed", language, measure=measure_name(measure, language),
                              erasures=erasure_name(erasure, language)))
        for m, measure in enumerate(MEASURES) for e, erasure in enumerate(receipt.erasures)
    )
    return message("attribution_receipt.alternative", language, verdict=said, list=areas)


def _listed(receipt: AttributionReceipt, marked: np.ndarray, language: Language) -> str:
    """The marked tests, by measure: 包括性（平均の埋め込み、削除）、十分性（削除）."""
    return message("attribution_receipt.browser.separator", language).join(
        message("attribution_receipt.browser.listed", language, measure=measure_name(measure, language),
                erasures=_erasures(receipt, row, language))
        for measure, row in zip(MEASURES, marked, strict=True) if row.any()
    )


def _erasures(receipt: AttributionReceipt, marked: np.ndarray, language: Language) -> str:
    return message("attribution_receipt.browser.separator", language).join(
        erasure_name(erasure, language) for erasure, mark in zip(receipt.erasures, marked, strict=True) if mark)
