"""Which attribution method to trust under one model: means and intervals beside the random band."""

from __future__ import annotations

from typing import Any

import altair as alt

from lmviz.figures import notation
from lmviz.figures.attribution_words import method_name
from lmviz.figures.charts import style, text
from lmviz.figures.charts.accepts import accepts
from lmviz.figures.messages import Language, message
from lmviz.figures.scales import colour
from lmviz.results import MethodTrust


@accepts(MethodTrust)
def method_trust(trust: MethodTrust, language: Language = "ja") -> alt.LayerChart:
    """A row a method, in the order of the result: mean advantage, its 95 % interval, the random band shaded.

    The chosen method has a diamond, and ◆ before its name; the share of texts above their band stands at the right.
    """
    values = table(trust, language)
    names = [value["label"] for value in values]
    y = alt.Y("label:N", sort=names, title=None, scale=alt.Scale(domain=names, padding=0),
              axis=alt.Axis(ticks=False, domain=False, labelLimit=260, labelColor=colour("ink"), labelPadding=10,
                            minExtent=round(12.5 * max(map(text.units, names))) + 10))
    title = message("method_trust.advantage", language)
    x = alt.X("advantage:Q", title=title,
              axis=alt.Axis(tickCount=6, domain=False, ticks=False))
    base = alt.Chart().encode(y=y)
    band = base.transform_filter("isValid(datum.random_low)").mark_bar(height=alt.RelativeBandSize(1)).encode(
        x=alt.X("random_low:Q", title=title), x2=alt.X2("random_high:Q"), color=alt.ColorValue(colour("band")))
    zero = alt.Chart(style.rows([{"zero": 0}])).mark_rule(color=colour("ink-faint"), strokeDash=[3, 3]).encode(
        x=alt.X("zero:Q"))
    intervals = base.transform_filter("isValid(datum.low)").mark_rule(strokeWidth=2, color=colour("ink-soft")).encode(
        x=alt.X("low:Q", title=title), x2=alt.X2("high:Q"))
    scored = base.transform_filter("isValid(datum.advantage)")
    dots = scored.mark_point(filled=True, opacity=1, color=colour("ink")).encode(
        x=x, shape=alt.condition("datum.chosen", alt.value("diamond"), alt.value("circle")),
        size=alt.condition("datum.chosen", alt.value(170), alt.value(60)),
        tooltip=[alt.Tooltip("method:N", title=message("term.methods", language)),
                 alt.Tooltip("advantage:Q", format="+.2f", title=title),
                 alt.Tooltip("interval:N", title=message("method_trust.interval", language)),
                 alt.Tooltip("above:N", title=message("method_trust.above", language))],
    )
    written = base.mark_text(align="left", dx=12, fontSize=11.5, color=colour("ink-soft")).encode(
        x=alt.XValue(WIDTH), text=alt.Text("above:N"))
    head = alt.Chart(style.rows([{"text": message("method_trust.above", language)}])).mark_text(
        align="left", dx=12, fontSize=11.5, color=colour("ink-soft")).encode(
        x=alt.XValue(WIDTH), y=alt.YValue(-12), text=alt.Text("text:N"))
    return style.styled(
        alt.layer(band, zero, intervals, dots, written, head, data=style.rows(values)).properties(
            width=WIDTH, height=alt.Step(28))
    )


WIDTH = 380


def table(trust: MethodTrust, language: Language) -> list[dict[str, Any]]:
    """One row a method; ``low`` and ``high`` are null where a single text leaves no interval."""
    rows = []
    for i, name in enumerate(trust.methods):
        low, high = map(_number, trust.intervals[i])
        random_low, random_high = map(_number, trust.bands[i])
        shown, chosen = method_name(name, language), name == trust.chosen
        rows.append({
            "method": shown, "label": f"◆ {shown}" if chosen else shown, "chosen": chosen,
            "advantage": _number(trust.advantages[i]), "low": low, "high": high,
            "random_low": random_low, "random_high": random_high,
            "interval": "–" if low is None else f"{notation.deviations(low)} – {notation.deviations(high)}",
            "share_above": _number(trust.shares_above[i]), "n_texts": int(trust.n_texts[i]),
            "above": "–" if not trust.n_texts[i] else message(
                "method_trust.texts", language, count=int(trust.n_texts[i]),
                share=notation.share(float(trust.shares_above[i]))),
        })
    return rows


def _number(value: float) -> float | None:
    return None if value != value else round(float(value), 4)
