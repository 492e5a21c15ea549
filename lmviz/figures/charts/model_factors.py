"""Which layers a model's factors are made of: factors down, layers across, stronger for a larger share."""

from __future__ import annotations

import altair as alt

from lmviz.figures import notation
from lmviz.figures.charts import style, text
from lmviz.figures.charts.accepts import accepts
from lmviz.figures.factor_names import entry_name, factor_name
from lmviz.figures.factor_passports import Passports
from lmviz.figures.messages import Language, message
from lmviz.figures.scales import FACTOR_HUES, colour
from lmviz.results import ModelFactors

_TOKENS = 3


@accepts(ModelFactors)
def model_factors(result: ModelFactors, language: Language = "ja") -> alt.LayerChart:
    """A row a factor, named by its strongest tokens, in its hue; the share of its squared loadings in each layer."""
    passports = Passports(result)
    values, names = [], []
    for passport in passports:
        tokens = " ".join(entry_name(result.tokens, each.position, language) for each in passport.entries[:_TOKENS])
        names.append(f"{passport.factor + 1}  {tokens}")
        values += [
            {"row": names[-1], "factor": factor_name(passport.factor, language), "tokens": tokens,
             "energy_share": round(passport.energy_share, 5), "layer": layer, "share": round(share, 5),
             "written": notation.share(share), "hue": passport.factor % FACTOR_HUES}
            for layer, share in passport.layers
        ]
    extent = round(12.5 * max(map(text.units, names))) + 10
    base = alt.Chart(style.rows(values)).encode(
        x=alt.X("layer:O", title=message("term.layers", language),
                axis=alt.Axis(orient="top", labelAngle=0, ticks=False, domain=False)),
        y=alt.Y("row:N", title=None, sort=names, scale=alt.Scale(domain=names),
                axis=alt.Axis(ticks=False, domain=False, labelColor=colour("ink"), labelLimit=320, minExtent=extent)),
    )
    ground = base.mark_rect(color=colour("neutral"), stroke=colour("surface"), strokeWidth=1.5)
    cells = base.mark_rect(stroke=colour("surface"), strokeWidth=1.5).encode(
        color=alt.Color("hue:O", legend=None, scale=alt.Scale(
            domain=list(range(FACTOR_HUES)), range=[colour(f"f{hue}") for hue in range(FACTOR_HUES)])),
        opacity=alt.Opacity("share:Q", legend=None, scale=alt.Scale(domain=[0, 1], range=[0, 1])),
        tooltip=[alt.Tooltip("factor:N", title=message("term.factor", language)),
                 alt.Tooltip("tokens:N", title=message("term.token", language)),
                 alt.Tooltip("layer:O", title=message("term.layers", language)),
                 alt.Tooltip("written:N", title=message("model_factors.layer_weight", language))],
    )
    return style.styled(
        alt.layer(ground, cells).properties(width=alt.Step(max(14, min(40, 480 // len(result.layers)))),
                                            height=alt.Step(24))
    )
