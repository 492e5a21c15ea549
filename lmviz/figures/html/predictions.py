"""Figure 2: one layer's candidates for one position: a picture at first, a live chart once a choice is made."""

from __future__ import annotations

from lmviz.figures import labels, rendering, titles
from lmviz.figures.charts.predictions import LIMITS
from lmviz.figures.charts.predictions import predictions as chart
from lmviz.figures.description import describe
from lmviz.figures.html import fragment as f
from lmviz.figures.html.layer_predictions import lens_data
from lmviz.figures.messages import Language, group, message
from lmviz.figures.scales import colours
from lmviz.results import LayerPredictions


def predictions(
    results: LayerPredictions,
    language: Language,
    *,
    figure_id: str,
    position: int | None = None,
    layer: int | None = None,
    interactive: bool = True,
) -> str:
    """Bars of the candidates of ``layer`` (by default the last) for ``position``, with a control for the layer."""
    result = results
    n_layers = result.token_ids.shape[0]
    shown = labels.default_position(result.tokens) if position is None else position
    at = n_layers - 1 if layer is None else layer
    words = describe("predictions", result, language, position=shown, layer=at)
    picture = chart(result, language, position=shown, layer=at).to_dict(validate=False)
    svg = rendering.inline_svg(picture, label=words.alternative, identifier=figure_id)
    name = f.escape(message("predictions.browser.layer", language))
    stepper = (
        f'<div class="stepper" hidden><label><span class="soft">{name}</span><input type="range" min="0" '
        f'max="{n_layers - 1}" step="1" value="{at}"></label><output>{at}</output></div>'
    )
    body = (
        f'<div class="tools">{stepper}<p class="place end">{f.place(result, shown, language)}</p></div>'
        f'<div class="chart">{svg}</div>'
    )
    data = None
    if interactive:
        limits = titles.Thresholds
        data = {
            **f.base(result, language, "predictions", position), **lens_data(result, language), "layer": at,
            "axis": LIMITS,
            "chart": picture, "colours": {value: name for name, value in colours().items()},
            "titles": group("predictions.title", language), "layerName": message("term.layer", language),
            "limits": {"certain": limits.CERTAIN, "undecided": limits.UNDECIDED, "contest": limits.CONTEST},
        }
    return f.fragment("predictions", figure_id, body, data)
