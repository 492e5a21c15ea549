"""The reconstruction curve: how much each number of factors explains, beside the most that any could."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from lmviz.figures import notation
from lmviz.figures.html import fragment as f
from lmviz.figures.messages import Language, message
from lmviz.results import NeuronFactors

WIDTH, HEIGHT = 170, 64
"""Of the plot, in pixels; shares from 0 to 1 take its height."""

LEFT, BELOW = 34, 14
"""Room for the labels of the shares and of the numbers."""

_KEYS = {
    "own": "neuron_factors.curve_own", "raw": "neuron_factors.curve_raw", "ceiling": "neuron_factors.curve_ceiling",
}


def factor_curve(by_count: Mapping[str, NeuronFactors], shown: str, language: Language) -> str:
    """A dot a number of factors for the normalized activations, a ring for the raw, a line for the ceiling."""
    ordered = sorted(by_count.values(), key=lambda result: result.activations.shape[0])
    counts = [result.activations.shape[0] for result in ordered]
    ceilings = np.asarray(ordered[0].ceilings, dtype=float)[: counts[-1] + 1]
    last = max(len(ceilings), counts[-1], 2)

    def across(count: int) -> str:
        return f"{LEFT + 4 + (WIDTH - LEFT - 8) * (count - 1) / (last - 1):.1f}"

    def at(count: int, share: float) -> str:
        return f"{across(count)} {HEIGHT * (1 - max(share, 0.0)):.1f}"

    path = "M" + "L".join(at(rank, float(share)) for rank, share in enumerate(ceilings, 1))
    marks = "".join(
        f'<g data-mark="{count}" class="{"on" if str(count) == shown else ""}">'
        f'<title>{f.escape(_point(result, language))}</title>'
        f'<path class="raw" d="M{at(count, result.explained_raw)}h0"/><path class="inside" d="M'
        f'{at(count, result.explained_raw)}h0"/><path class="own" d="M{at(count, result.explained)}h0"/>'
        f'<text x="{across(count)}" y="{HEIGHT + 11}" text-anchor="middle">{count}</text></g>'
        for count, result in zip(counts, ordered, strict=True)
    )
    points = message("list.separator", language).join(_point(result, language) for result in ordered)
    spoken = message("neuron_factors.curve", language, list=points)
    keys = "".join(
        f'<span class="{name}">{f.escape(message(key, language))}</span>' for name, key in _KEYS.items()
    )
    return (
        f'<div class="reconstruction"><svg viewBox="0 -6 {WIDTH} {HEIGHT + BELOW + 6}" role="img" '
        f'aria-label="{f.escape(spoken)}"><path class="axis" d="M{LEFT} 0H{WIDTH}M{LEFT} {HEIGHT}H{WIDTH}"/>'
        f'<text x="{LEFT - 5}" y="4" text-anchor="end">100%</text>'
        f'<text x="{LEFT - 5}" y="{HEIGHT + 4}" text-anchor="end">0%</text>'
        f'<path class="ceiling" d="{path}"/>{marks}</svg>'
        f'<p class="soft">{keys}</p></div>'
    )


def _point(result: NeuronFactors, language: Language) -> str:
    count = result.activations.shape[0]
    known = count <= len(result.ceilings)
    return message(
        "neuron_factors.curve_point", language, count=count, explained=notation.share(result.explained),
        raw=notation.share(result.explained_raw),
        ceiling=notation.share(float(result.ceilings[count - 1])) if known else "–",
    )
