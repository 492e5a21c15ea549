"""Figure 6: point at a token, and the tokens it drew on light up; under it, how far the method can be trusted here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from lmviz.figures import labels, notation, scales
from lmviz.figures.html import attribution_card, receipt_panel, units
from lmviz.figures.html import fragment as f
from lmviz.figures.html.attribution_card import scaled
from lmviz.figures.html.method_switch import method_switch
from lmviz.figures.html.strip import strip
from lmviz.figures.messages import Language, group, headed, message
from lmviz.figures.targets import foil_name, target_name, target_row, target_span
from lmviz.figures.titles import Thresholds
from lmviz.figures.unit_sums import targets_add_up
from lmviz.results import Attribution, AttributionReceipt


def attribution(
    results: Mapping[str, Attribution | AttributionReceipt] | Attribution,
    language: Language,
    *,
    figure_id: str,
    position: int | None = None,
    layer: int | None = None,
    interactive: bool = True,
) -> str:
    """The text, coloured by its contributions to the target at ``position`` under the first method.

    Args:
        results: attributions by method; an `AttributionReceipt` among them, named ``"receipt"``, is drawn below.

    Raises:
        ValueError: for a receipt of other targets than the first method's.
    """
    given = dict(results) if isinstance(results, Mapping) else {results.method: results}
    methods = {name: item for name, item in given.items() if isinstance(item, Attribution)}
    receipt = next((item for item in given.values() if isinstance(item, AttributionReceipt)), None)
    first, result = next(iter(methods.items()))
    if receipt is not None and not np.array_equal(receipt.target_positions, result.target_positions):
        raise ValueError(
            f"the receipt is of targets at {receipt.target_positions.tolist()}, the attributions are of targets at "
            f"{result.target_positions.tolist()}; make the receipt from these attributions"
        )
    shown = labels.default_position(result.tokens) if position is None else position
    row = target_row(result, shown)
    span = target_span(result, row)
    scores = scaled(result, row)
    framable = {p for each in range(len(result.target_positions)) for p in target_span(result, each)}

    def dress(at: int) -> tuple[str, str]:
        can = " can" if at in framable else ""
        if at in span:
            return f"target{' joined' if at > span.start else ''}{' joins' if at + 1 < span.stop else ''}{can}", ""
        return ("after" if at >= span.stop else shade(scores[at], result.signed)) + can, ""

    contrast = any(result.foil_ids)
    panel = "" if receipt is None else receipt_panel.panel(receipt, first, span.start, language)
    switches = method_switch(methods, first, language)
    if interactive:
        switches += units.unit_switch(result.tokens, language)
    body = (
        f'<div class="tools">{switches}</div><div class="columns"><div>'
        f"{strip(result.tokens, language, dress, chosen=shown if shown in span else span.start)}"
        f'<div class="legend-line">{legend(language, True, result.signed, contrast)}'
        f'{legend(language, False, result.signed, contrast)}</div><p class="unit-note soft" hidden></p></div>'
        f'<section class="card" aria-live="polite">{attribution_card.card(result, language, row)}</section></div>'
        f"{panel}"
    )
    data = _data(methods, receipt, language, position, span.start) if interactive else None
    return f.fragment("attribution", figure_id, body, data)


def shade(score: float, signed: bool) -> str:
    """Class names of a score: its step, and the sign as a line as well."""
    step = scales.attribution_step(score)
    if step == 0:
        return "s0"
    if not signed:
        return f"m{abs(step)}"
    return f"o{step} plus" if step > 0 else f"n{-step} minus"


def _data(methods: Mapping[str, Attribution], receipt: AttributionReceipt | None, language: Language,
          position: int | None, drawn: int) -> dict[str, Any]:
    result = next(iter(methods.values()))
    rows = range(len(result.target_positions))
    starts = result.target_positions.tolist()
    foils = [foil_name(result, row, language) for row in rows]
    data = {
        **f.base(result, language, "attribution", position),
        "drawn": drawn,
        "spans": [list(pair) for pair in zip(starts, result.target_lengths.tolist(), strict=True)],
        "names": [target_name(result, row, language) for row in rows],
        "foils": foils if any(foils) else None,
        "titles": group("attribution.title", language),
        "quantity": headed(message(f"attribution.quantity.{result.target}", language)),
        "unit": message(f"attribution.unit.{result.target}", language),
        "units": units.data(result.tokens, language),
        "per_unit": notation.hundredths(1.0, result.target),
        "adds": _adding(result),
        "thresholds": [Thresholds.SHARE, Thresholds.SHARE_RATIO],
        "methods": {name: attribution_card.data(item, [_row(item, start) for start in starts], language)
                    for name, item in methods.items()},
    }
    return data if receipt is None else {**data, "receipt": receipt_panel.data(receipt, language)}


def _adding(result: Attribution) -> str:
    """Whether targets are summed by unit: ``"yes"``, or the message that says why they are not."""
    if targets_add_up(result):
        return "yes"
    return "overlapping" if result.target == "log_probability" else "sources_only"


def _row(result: Attribution, start: int) -> int | None:
    found = np.flatnonzero(result.target_positions == start)
    return int(found[0]) if found.size else None


def legend(language: Language, signed: bool, shown: bool, contrast: bool) -> str:
    """Steps of scores, or of magnitudes; hidden unless ``signed`` is what is ``shown``."""
    if signed:
        steps = [f"n{i}" for i in range(5, 0, -1)] + ["s0"] + [f"o{i}" for i in range(1, 6)]
        ends = {0: "−1", 5: "0", 10: "+1"}
        of = "_contrast" if contrast else ""
        before, after = message(f"attribution.negative{of}", language), message(f"attribution.positive{of}", language)
    else:
        steps, ends = ["s0"] + [f"m{i}" for i in range(1, 6)], {0: "0", 5: "1"}
        before, after = "", message("attribution.magnitude", language)
    items = "".join(f'<li><i class="{step}"></i>{ends.get(i, "")}</li>' for i, step in enumerate(steps))
    kind = "signed" if signed else "magnitude"
    return (
        f'<div class="legend" data-legend="{kind}"{"" if signed == shown else " hidden"}>'
        f"<span>{f.escape(before)}</span><ol>{items}</ol><span>{f.escape(after)}</span></div>"
    )
