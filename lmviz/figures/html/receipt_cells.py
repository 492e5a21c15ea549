"""The cells of a receipt: a small plot, its scale, and the area under the curve with where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from lmviz.figures import notation
from lmviz.figures.attribution_words import method_name
from lmviz.figures.html import fragment as f
from lmviz.figures.html import receipt_curves as curves
from lmviz.figures.messages import Language, headed, message
from lmviz.figures.receipt_words import erasure_name, measure_name
from lmviz.figures.standing import MEASURES, Standing
from lmviz.results import AttributionReceipt

SIDES = {1: "better", 0: "inside", -1: "worse"}


@dataclass(frozen=True)
class Chosen:
    """What a panel shows: one method at one target of a receipt."""

    receipt: AttributionReceipt
    found: Standing
    row: int
    method: str
    language: Language

    @cached_property
    def measured(self) -> bool:
        return self.method in self.receipt.methods and bool(self.found.measured[self.row])

    @cached_property
    def index(self) -> int:
        return self.receipt.methods.index(self.method)

    @cached_property
    def plots(self) -> curves.Plots:
        return curves.plots(self.receipt, self.row)

    def judged(self, erasure: int) -> bool:
        return not self.measured or bool(self.receipt.judged[self.index, erasure])

    def infidelity(self, erasure: int) -> str:
        return notation.amount(self.receipt.infidelity[self.index, self.row, erasure]) if self.measured else "–"


def plot(chosen: Chosen, measure: int, erasure: int) -> str:
    """The method's line over the random band; empty where nothing was measured."""
    xs = curves.across(chosen.receipt)
    paths, grid, ticks, label = dict.fromkeys(("band", "median", "line", "dots"), ""), "", "", ""
    if chosen.measured:
        low, median, high = chosen.plots.band[measure, erasure].tolist()
        own = chosen.plots.curves[measure, chosen.index, erasure].tolist()
        paths = {"band": curves.region(xs, low, high), "median": curves.line(xs, median),
                 "line": curves.line(xs, own), "dots": curves.dots(xs, own)}
        grid = "".join(f"M0 {y}h{curves.SIZE}" for _, y in chosen.plots.ticks)
        ticks = "".join(f'<span style="--y:{y / curves.SIZE:.3f}">{text}</span>' for text, y in chosen.plots.ticks)
        label = _in_words(chosen, measure, erasure)
    drawn = "".join(f'<path class="{kind}" d="{path}"/>' for kind, path in paths.items())
    return (
        f'<div class="plot" data-plot="{measure}-{erasure}" role="img" aria-label="{f.escape(label)}">'
        f'<svg viewBox="0 0 {curves.SIZE} {curves.SIZE}" preserveAspectRatio="none" aria-hidden="true">'
        f'<path class="grid" d="{grid}"/>{drawn}<path class="guide" d=""/></svg>'
        f'<div class="ticks" aria-hidden="true">{ticks}</div></div>'
    )


def scale(chosen: Chosen, measure: int) -> str:
    """What runs across: the first and the last share, and of what."""
    first, *_, last = curves.percentages(chosen.receipt)
    name = message(f"attribution_receipt.{('erased', 'kept')[measure]}_share", chosen.language)
    return f'<p class="scale" aria-hidden="true"><span>{first}</span><span>{f.escape(name)}</span>' \
           f"<span>{last}</span></p>"


def area(chosen: Chosen, measure: int, erasure: int) -> str:
    """The area under the curve, on which side of the random band it lies, and how many random orders it beats."""
    receipt, found, language = chosen.receipt, chosen.found, chosen.language
    number, side, beaten = "–", "inside", 0
    if chosen.measured:
        at = measure, chosen.index, chosen.row, erasure
        number, beaten = notation.amount(float(found.areas[at]), receipt.target), int(found.beaten[at])
        side = SIDES[int(found.sides[at])] if chosen.judged(erasure) else "unjudged"
    said = message("attribution_receipt.browser.beaten", language, beaten=beaten, orders=len(receipt.random_drops))
    return (
        f'<p class="area"><span class="unit">{f.escape(message("attribution_receipt.browser.area", language))}</span> '
        f'<b>{number}</b><span class="unit nats"> '
        f'{f.escape(message(f"attribution.unit.{receipt.target}", language))}</span> '
        f'<span class="side {side}">{f.escape(message(f"attribution_receipt.browser.{side}", language))}</span>'
        f"<small>{f.escape(said)}</small></p>"
    )


def _in_words(chosen: Chosen, measure: int, erasure: int) -> str:
    """A curve's points, read off the plot as ``static/receipt.js`` reads them."""
    receipt, language = chosen.receipt, chosen.language
    heights = chosen.plots.curves[measure, chosen.index, erasure].tolist()
    points = message("attribution_receipt.browser.separator", language).join(
        message("attribution_receipt.browser.point", language, share=share, drop=chosen.plots.read(height))
        for share, height in zip(curves.percentages(receipt), heights, strict=True))
    return message(
        "attribution_receipt.browser.curve", language, list=points, method=method_name(chosen.method, language),
        measure=headed(measure_name(MEASURES[measure], language)),
        erasure=erasure_name(receipt.erasures[erasure], language),
    )
