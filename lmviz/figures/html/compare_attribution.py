"""Attributions of several models: the same text once a model, in one unit, for one target."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from lmviz.comparison import SharedAttribution, shared_spans
from lmviz.figures import compare_words as words
from lmviz.figures import labels
from lmviz.figures.compared import Compared
from lmviz.figures.html import fragment as f
from lmviz.figures.html.attribution import shade
from lmviz.figures.html.spans import base, hue
from lmviz.figures.messages import Language, group, message
from lmviz.results import Attribution
from lmviz.units import Unit, boundaries

USUAL: Unit = "word"


def compare_attribution(
    results: Mapping[str, Attribution],
    language: Language,
    *,
    figure_id: str,
    position: int | None = None,
    layer: int | None = None,
    interactive: bool = True,
    names: Mapping[str, str] | None = None,
) -> str:
    """Strips one above the other; ``position`` counts shared spans and chooses the target that holds it."""
    of, shared = words.attributed(results, language, names, USUAL)
    if not len(shared.targets):
        nothing = message("compare_attribution.title.nothing", language)
        return f.fragment("compare_attribution", figure_id, f'<p class="soft">{f.escape(nothing)}</p>', None)
    spans = shared_spans(of.tables).spans
    held = [row for row, (begin, end) in enumerate(shared.targets.tolist())
            if position is not None and 0 <= position < len(spans) and begin <= spans[position, 0] < end]
    target = held[0] if held else 0
    units = {USUAL: shared, **{unit: words.attributed(results, language, names, unit)[1]
                               for unit in _offered(shared) if unit != USUAL}}
    options = [(unit, message("compare_attribution.shared_unit" if unit == "token" else f"unit.name.{unit}", language))
               for unit in _offered(shared)]
    heading = message("compare_attribution.browser.heading", language,
                      target=words.target_text(of, shared, target, language))
    strips = "".join(_strip(of, shared, model, target, language) for model in range(len(of.names)))
    body = (
        f'<div class="tools units">{f.switch(message("unit.switch", language), options, USUAL, "unit")}</div>'
        f'<p class="heading">{f.escape(heading)}</p>{strips}<div class="legend-line">{_legend(language)}</div>'
        f'<p class="readout" aria-live="polite"></p>'
    )
    data = None
    if interactive:
        first = int(np.searchsorted(spans[:, 0], shared.targets[target, 0]))
        data = {
            **base(of, "compare_attribution", language, first, position), "drawn": target, "usual": USUAL,
            "names": list(of.names), "spans": spans.tolist(), "targets": shared.targets.tolist(),
            "targetNames": [words.target_text(of, shared, row, language) for row in range(len(shared.targets))],
            "words": group("compare_attribution.browser", language), "full": words.FULL,
            "units": {unit: _data(of, each, language) for unit, each in units.items()},
        }
    return f.fragment("compare_attribution", figure_id, body, data)


def _offered(shared: SharedAttribution) -> list[Unit]:
    text = "".join(shared.texts)
    same = np.array_equal(boundaries(text, "grapheme"), boundaries(text, "character"))
    return ["token", "character", *([] if same else ["grapheme"]), "word", "bunsetsu", "sentence"]


def _data(of: Compared, shared: SharedAttribution, language: Language) -> dict[str, Any]:
    shares, outside = shared.shares()
    rows = range(len(shared.targets))
    return {
        "texts": [labels.visible(text) for text in shared.texts],
        "lengths": [len(text) for text in shared.texts],
        "shares": np.rint(1000 * shares).astype(int).tolist(),
        "outside": np.rint(1000 * outside).astype(int).tolist(),
        "titles": [words.attribution_title(of, shared, row, language) for row in rows],
    }


def _strip(of: Compared, shared: SharedAttribution, model: int, target: int, language: Language) -> str:
    shares, outside = shared.shares()
    framed = words.target_units(shared, target)
    buttons = []
    for unit, text in enumerate(shared.texts):
        if unit in framed:
            drawn = "target" + (" joined" if unit > framed.start else "") + (" joins" if unit + 1 < framed.stop else "")
        else:
            drawn = "after" if unit >= framed.stop else shade(
                float(np.rint(1000 * shares[model, target, unit]) / 1000 / words.FULL), True)
        buttons.append(f'<button type="button" class="token {drawn}" data-unit="{unit}" tabindex="-1">'
                       f"{f.escape(labels.visible(text))}</button>")
    name = f.escape(message("compare_attribution.strip", language, model=of.names[model]))
    left = message("compare_attribution.browser.outside", language,
                   share=words.signed_share(np.rint(1000 * outside[model, target]) / 1000))
    return (
        f'<div class="model-strip"><p class="model-name"><i class="swatch {hue(model)}"></i>'
        f'{f.escape(of.names[model])} <span class="soft outside">{f.escape(left)}</span></p>'
        f'<div class="strip" role="group" aria-label="{name}">{"".join(buttons)}</div></div>'
    )


def _legend(language: Language) -> str:
    steps = [f"n{i}" for i in range(5, 0, -1)] + ["s0"] + [f"o{i}" for i in range(1, 6)]
    ends = {0: f"−{words.FULL:.0%}", 5: "0", 10: f"+{words.FULL:.0%}"}
    items = "".join(f'<li><i class="{step}"></i>{ends.get(i, "")}</li>' for i, step in enumerate(steps))
    before, after = (message(f"attribution.{side}", language) for side in ("negative", "positive"))
    return f'<div class="legend"><span>{f.escape(before)}</span><ol>{items}</ol><span>{f.escape(after)}</span></div>'
