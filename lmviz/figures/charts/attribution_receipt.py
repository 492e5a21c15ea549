"""The receipt of an attribution: what erasing does to the prediction, beside random orders."""

from __future__ import annotations

from typing import Any

import altair as alt

from lmviz.figures.attribution_words import method_name
from lmviz.figures.charts import style
from lmviz.figures.charts.accepts import accepts
from lmviz.figures.messages import Language, headed, message
from lmviz.figures.receipt_words import erasure_name, measure_name
from lmviz.figures.scales import FACTOR_HUES, colour
from lmviz.figures.standing import MEASURES, band, drops
from lmviz.figures.targets import target_name, target_row
from lmviz.results import AttributionReceipt

_DASHES = ([1, 0], [5, 2])


@accepts(AttributionReceipt)
def attribution_receipt(
    receipt: AttributionReceipt, language: Language = "ja", *, position: int | None = None, method: str | None = None
) -> alt.FacetChart:
    """Drops over the share erased or kept: measures down, erasures across, the random band (5-95 %) behind.

    Args:
        position: of the target; by default the first.
        method: drawn strongly, the others faintly; by default each method has a line of its own hue and dash.
    """
    row = target_row(receipt, -1 if position is None else position)
    values = table(receipt, language, row)
    names = [method_name(name, language) for name in receipt.methods]
    chosen = None if method is None else method_name(method, language)
    title = message("attribution_receipt.drop", language, unit=message(f"attribution.unit.{receipt.target}", language))
    base = alt.Chart().encode(
        x=alt.X("fraction:Q", title=f"{message('attribution_receipt.erased_share', language)} / "
                                    f"{message('attribution_receipt.kept_share', language)}",
                scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%", values=[0, 0.5, 1], grid=False, ticks=False)),
    )
    drop = alt.Y("drop:Q", title=title,
                 axis=alt.Axis(tickCount=4, domain=False, ticks=False))
    area = base.mark_area(color=colour("band"), interpolate="linear").encode(
        y=alt.Y("min(random_low):Q", title=title), y2=alt.Y2("max(random_high):Q")
    )
    middle = base.mark_line(color=colour("ink-faint"), strokeWidth=1.2, strokeDash=[3, 3]).encode(
        y=alt.Y("mean(random_median):Q"))
    lines = base.mark_line(point=alt.OverlayMarkDef(size=18, filled=True)).encode(
        y=drop, detail=alt.Detail("method:N"),
        tooltip=[alt.Tooltip("method:N", title=message("term.methods", language)),
                 alt.Tooltip("fraction:Q", format="%", title=message("attribution_receipt.share", language)),
                 alt.Tooltip("drop:Q", format=".2f", title=title)],
    )
    if chosen is None:
        drawn = [lines.encode(**_hues(names))]
    else:
        drawn = [
            lines.transform_filter(alt.datum.method != chosen).encode(
                color=alt.ColorValue(colour("line")), strokeWidth=alt.StrokeWidthValue(1)),
            lines.transform_filter(alt.datum.method == chosen).encode(
                color=alt.ColorValue(colour("ink")), strokeWidth=alt.StrokeWidthValue(2.4)),
        ]
    return style.styled(
        alt.layer(area, middle, *drawn, data=style.rows(values)).properties(width=150, height=110).facet(
            row=alt.Row("measure:N", title=None, sort=[headed(measure_name(each, language)) for each in MEASURES],
                        header=alt.Header(labelAngle=0, labelAlign="left", labelOrient="left", labelFontWeight="bold")),
            column=alt.Column("erasure:N", title=None,
                              sort=[headed(erasure_name(each, language)) for each in receipt.erasures]),
            spacing={"row": 18, "column": 22},
        )
    )


def table(receipt: AttributionReceipt, language: Language, row: int) -> list[dict[str, Any]]:
    """One row a method, erasure, measure and share: the drop, and the random band's edges and median beside it."""
    scale = 100 if receipt.target == "probability" else 1
    edges, curves, target = band(receipt, row), drops(receipt), target_name(receipt, row, language)
    return [
        {
            "method": method_name(method, language), "target": target,
            "erasure": headed(erasure_name(erasure, language)), "measure": headed(measure_name(measure, language)),
            "fraction": round(float(fraction), 4), "drop": _number(curves[m, index, row, e, f] * scale),
            **{f"random_{name}": _number(edges[m, e, f, quantile] * scale)
               for quantile, name in enumerate(("low", "median", "high"))},
        }
        for index, method in enumerate(receipt.methods) for m, measure in enumerate(MEASURES)
        for e, erasure in enumerate(receipt.erasures) for f, fraction in enumerate(receipt.fractions)
    ]


def _number(value: float) -> float | None:
    return None if value != value else round(float(value), 4)


def _hues(names: list[str]) -> dict[str, Any]:
    hues = [colour(f"f{i % FACTOR_HUES}") for i in range(len(names))]
    dashes = [_DASHES[i // FACTOR_HUES % len(_DASHES)] for i in range(len(names))]
    return {
        "color": alt.Color("method:N", sort=names, scale=alt.Scale(domain=names, range=hues),
                           legend=alt.Legend(title=None, orient="right", symbolType="stroke")),
        "strokeDash": alt.StrokeDash("method:N", sort=names, scale=alt.Scale(domain=names, range=dashes),
                                     legend=alt.Legend(title=None)),
    }
