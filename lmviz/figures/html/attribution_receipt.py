"""A receipt by itself, as notebooks show it: the panel of its first method, and all methods beside it."""

from __future__ import annotations

from lmviz.figures import labels
from lmviz.figures.html import fragment as f
from lmviz.figures.html.receipt_panel import panel
from lmviz.figures.messages import Language
from lmviz.results import AttributionReceipt


def attribution_receipt(
    results: AttributionReceipt,
    language: Language,
    *,
    figure_id: str,
    position: int | None = None,
    layer: int | None = None,
    interactive: bool = False,
) -> str:
    """The receipt at the target of ``position``; no script follows it, as one does in the figure of an attribution."""
    position = labels.default_position(results.tokens) if position is None else position
    body = panel(results, results.methods[0], position, language, unfolded=True)
    return f.fragment("attribution_receipt", figure_id, body, None)
