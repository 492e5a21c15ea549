"""The receipt under an attribution: curves beside random orders, in numbers, and in one plain sentence.

The markup stands for good; ``static/receipt.js`` fills in other targets and methods.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from lmviz.figures import notation, receipt_words
from lmviz.figures.html import fragment as f
from lmviz.figures.html import method_tables, receipt_curves
from lmviz.figures.html.receipt_cells import Chosen, area, plot, scale
from lmviz.figures.messages import Language, group, headed, message
from lmviz.figures.receipt_words import erasure_name, measure_name
from lmviz.figures.standing import MEASURES, standing
from lmviz.figures.targets import target_row
from lmviz.results import AttributionReceipt


def panel(
    receipt: AttributionReceipt, method: str, position: int, language: Language, *, unfolded: bool = False
) -> str:
    """The receipt of one method at the target of ``position``; ``unfolded`` opens the tables that compare methods."""
    row, found = target_row(receipt, position), standing(receipt)
    chosen = Chosen(receipt, found, row, method, language)
    said = receipt_words.verdict(receipt, found, method, row, language)
    name, subtitle = (message(f"attribution_receipt.{key}", language) for key in ("name", "subtitle"))
    return (
        f'<div class="receipt" role="group" aria-label="{f.escape(name)}"><p class="receipt-name">'
        f'<b>{f.escape(name)}</b> <span class="soft">{f.escape(subtitle)}</span></p>'
        f'<p class="verdict">{f.escape(said)}</p><div data-measured{"" if chosen.measured else " hidden"}>'
        f"{_keys(receipt, language)}{_table(chosen)}"
        f'{_others(chosen)}<p class="readout" aria-live="polite"></p></div>'
        f"{method_tables.comparison(receipt, found, method, row, language, unfolded)}"
        f"{method_tables.agreement(receipt, method, language, unfolded)}</div>"
    )


def data(receipt: AttributionReceipt, language: Language) -> dict[str, Any]:
    """What the module needs, by method and target; None for targets that were not measured.

    Curves are heights in thousandths of a plot, areas hundredths of the unit, sides a sign a test.
    """
    found = standing(receipt)
    measured = [row if known else None for row, known in enumerate(found.measured.tolist())]
    drawn = [None if row is None else receipt_curves.plots(receipt, row) for row in measured]
    methods = range(len(receipt.methods))

    def each(of: Any) -> list[list[Any]]:
        return [[None if row is None else of(index, row) for row in measured] for index in methods]

    return {
        "words": group("attribution_receipt.browser", language),
        "verdicts": group("attribution_receipt.verdict", language),
        "measures": [measure_name(measure, language) for measure in MEASURES],
        "erasures": [erasure_name(erasure, language) for erasure in receipt.erasures],
        "unit": message(f"attribution.unit.{receipt.target}", language),
        "orders": len(receipt.random_drops),
        "fractions": receipt_curves.percentages(receipt),
        "across": receipt_curves.across(receipt),
        "methods": receipt.methods,
        "judged": receipt.judged.astype(int).tolist(),
        "plots": [None if plots is None else {
            "low": plots.low, "high": plots.high, "ticks": plots.ticks, "band": plots.band.tolist(),
        } for plots in drawn],
        "curves": [[None if plots is None else plots.curves[:, index].tolist() for plots in drawn]
                   for index in methods],
        "areas": each(lambda index, row: [
            notation.hundredths(value, receipt.target) for value in found.areas[:, index, row].ravel().tolist()]),
        "beaten": each(lambda index, row: found.beaten[:, index, row].ravel().tolist()),
        "sides": each(lambda index, row: "".join("-0+"[side + 1] for side in found.sides[:, index, row].ravel())),
        "infidelity": each(lambda index, row: [
            notation.hundredths(value) for value in receipt.infidelity[index, row].tolist()]),
        "sensitivity": each(lambda index, row: notation.hundredths(float(receipt.sensitivity[index, row]))),
        "errors": each(lambda index, row: _error(receipt, index, row)),
    }


def _keys(receipt: AttributionReceipt, language: Language) -> str:
    keys = (("line", "line_key"), ("median", "median_key"), ("band", "band_key"))
    items = "".join(
        f'<span class="key"><i class="{kind}"></i>'
        f'{f.escape(message(f"attribution_receipt.{key}", language, orders=len(receipt.random_drops)))}</span>'
        for kind, key in keys
    )
    return f'<div class="legend keys">{items}</div>'


def _table(chosen: Chosen) -> str:
    receipt, language = chosen.receipt, chosen.language
    erasures = range(len(receipt.erasures))
    own = f.escape(message("attribution_receipt.browser.own", language))
    heads = "".join(
        f'<th scope="col">{f.escape(headed(erasure_name(receipt.erasures[e], language)))}'
        f'<small data-own{" hidden" if chosen.judged(e) else ""}>{own}</small></th>'
        for e in erasures
    )
    curves = "".join(
        f'<tr>{_head(measure, language)}'
        + "".join(f'<td>{plot(chosen, m, e)}{scale(chosen, m)}{area(chosen, m, e)}</td>' for e in erasures)
        + "</tr>"
        for m, measure in enumerate(MEASURES)
    )
    infidelity = "".join(f'<td><b data-infidelity="{e}">{chosen.infidelity(e)}</b></td>' for e in erasures)
    return (
        f'<table class="curves"><thead><tr><td></td>{heads}</tr></thead><tbody>{curves}'
        f'<tr>{_head("infidelity", language)}{infidelity}</tr></tbody></table>'
    )


def _head(measure: str, language: Language) -> str:
    means = message(f"attribution_receipt.{measure}_means", language)
    return f'<th scope="row"><b>{f.escape(headed(measure_name(measure, language)))}</b> ' \
           f"<span>{f.escape(means)}</span></th>"


def _others(chosen: Chosen) -> str:
    """Sensitivity and completeness error, where there are any."""
    receipt, language, values = chosen.receipt, chosen.language, {"sensitivity": None, "error": None}
    if chosen.measured:
        sensitivity = float(receipt.sensitivity[chosen.index, chosen.row])
        values = {"sensitivity": notation.amount(sensitivity) if np.isfinite(sensitivity) else None,
                  "error": _error(receipt, chosen.index, chosen.row)}
    names = {"sensitivity": headed(measure_name("sensitivity", language)),
             "error": message("attribution.browser.completeness", language)}
    return "".join(
        f'<p class="also" data-other="{key}"{" hidden" if value is None else ""}>{f.escape(names[key])} '
        f'<b>{f.escape(value or "")}</b> '
        f'<span>{f.escape(message(f"attribution_receipt.{key}_means", language))}</span></p>'
        for key, value in values.items()
    )


def _error(receipt: AttributionReceipt, index: int, row: int) -> str | None:
    error = float(receipt.completeness_errors[index, row])
    return notation.error(error) if np.isfinite(error) else None
