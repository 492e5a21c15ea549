"""All methods beside each other: where each stands at the chosen target, and how far each two agree."""

from __future__ import annotations

from lmviz.figures import notation, scales
from lmviz.figures.attribution_words import method_name
from lmviz.figures.html import fragment as f
from lmviz.figures.messages import Language, headed, message
from lmviz.figures.receipt_words import erasure_name, measure_name
from lmviz.figures.standing import MEASURES, Standing
from lmviz.results import AttributionReceipt

SIGNS = {1: "▲", 0: "", -1: "▼"}


def comparison(receipt: AttributionReceipt, found: Standing, method: str, row: int, language: Language,
               unfolded: bool) -> str:
    """The share of random orders that each method beats, by measure and erasure; follows the target."""
    width = len(receipt.erasures)
    groups = "".join(f'<th scope="colgroup" colspan="{width}">{f.escape(headed(measure_name(measure, language)))}</th>'
                     for measure in MEASURES)
    heads = "".join(f'<th scope="col">{f.escape(erasure_name(erasure, language))}</th>' for erasure in receipt.erasures)
    rows = "".join(
        f'<tr{_chosen(name, method)} data-method="{f.escape(name)}">'
        f'<th scope="row">{f.escape(method_name(name, language))}</th>'
        + "".join(_standing(receipt, found, index, row, m, e) for m in range(len(MEASURES)) for e in range(width))
        + "</tr>"
        for index, name in enumerate(receipt.methods)
    )
    table = f'<table class="lm-grid"><thead><tr><td class="corner"></td>{groups}</tr><tr><td class="corner"></td>' \
            f"{heads * len(MEASURES)}</tr></thead><tbody>{rows}</tbody></table>"
    return _folded("compare", table, language, unfolded)


def agreement(receipt: AttributionReceipt, method: str, language: Language, unfolded: bool) -> str:
    """Kendall's tau between every two methods, tinted and in numbers; columns are numbered as the rows are."""
    numbers = range(1, len(receipt.methods) + 1)
    heads = "".join(f'<th scope="col" title="{f.escape(method_name(name, language))}">{number}</th>'
                    for number, name in zip(numbers, receipt.methods, strict=True))
    rows = "".join(
        f'<tr{_chosen(name, method)} data-method="{f.escape(name)}"><th scope="row" class="lm-numbered">'
        f'<span class="number">{number}</span> {f.escape(method_name(name, language))}</th>'
        + "".join('<td class="same"></td>' if i == j else
                  f'<td class="t{scales.agreement_step(float(tau))}">{notation.correlation(float(tau))}</td>'
                  for j, tau in enumerate(receipt.agreement[i].tolist()))
        + "</tr>"
        for i, (number, name) in enumerate(zip(numbers, receipt.methods, strict=True))
    )
    table = f'<table class="lm-grid"><thead><tr><td class="corner"></td>{heads}</tr></thead>' \
            f"<tbody>{rows}</tbody></table>"
    return _folded("agreement", table, language, unfolded)


def _standing(receipt: AttributionReceipt, found: Standing, index: int, row: int, m: int, e: int) -> str:
    if not found.measured[row]:
        return "<td>–</td>"
    n_orders = len(receipt.random_drops)
    share = (200 * int(found.beaten[m, index, row, e]) + n_orders) // (2 * n_orders)
    if not receipt.judged[index, e]:
        return f'<td class="unjudged" style="--v:{share}%">({share})</td>'
    side = int(found.sides[m, index, row, e])
    return f'<td class="{("worse", "inside", "better")[side + 1]}" style="--v:{share}%">{SIGNS[side]}{share}</td>'


def _chosen(name: str, method: str) -> str:
    return ' class="chosen"' if name == method else ""


def _folded(name: str, table: str, language: Language, unfolded: bool) -> str:
    title, means = (f.escape(message(f"attribution_receipt.{key}", language)) for key in (name, f"{name}_means"))
    return (
        f'<details class="lm-{name}"{" open" if unfolded else ""}><summary>{title}</summary><p class="soft">{means}</p>'
        f'<div class="scroll" tabindex="0" role="region" aria-label="{title}">{table}</div></details>'
    )
