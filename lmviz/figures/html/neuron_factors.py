"""Figure 7: which factor of the feed-forward activations responds to which token."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from lmviz.figures import notation, titles
from lmviz.figures.html import fragment as f
from lmviz.figures.html.factor_curve import factor_curve
from lmviz.figures.html.strip import strip
from lmviz.figures.messages import Language, message
from lmviz.figures.scales import FACTOR_HUES
from lmviz.results import NeuronFactors


def neuron_factors(
    results: Mapping[str, NeuronFactors] | NeuronFactors,
    language: Language,
    *,
    figure_id: str,
    position: int | None = None,
    layer: int | None = None,
    interactive: bool = True,
) -> str:
    """The text in the hues of its strongest factors, and a row of activations a factor."""
    by_count = dict(results) if isinstance(results, Mapping) else {str(results.activations.shape[0]): results}
    first, result = next(iter(by_count.items()))
    values = scaled(result)
    strongest = values.argmax(0)

    def dress(at: int) -> tuple[str, str]:
        if not values[:, at].any():
            return "", ""
        factor = int(strongest[at])
        return f"f{factor % FACTOR_HUES}", f"--a:{values[factor, at]:.2f}"

    def number(at: int) -> str:
        return f"<sub>{int(strongest[at]) + 1}</sub>" if values[:, at].max() >= 0.5 else ""

    switch = f.switch(
        message("term.components", language), [(count, count) for count in sorted(by_count, key=int)], first, "count"
    ) if len(by_count) > 1 else ""
    panels = "".join(
        f'<div data-panel="{f.escape(count)}"{"" if count == first else " hidden"}>{_rows(item, language)}</div>'
        for count, item in by_count.items()
    )
    body = (
        f'<div class="tools">{switch}{factor_curve(by_count, first, language)}'
        f'<p class="soft end" data-explained>{_explained(result, language)}</p></div>'
        f"{strip(result.tokens, language, dress, extra=number)}"
        f'{panels}<p class="readout" aria-live="polite"></p>'
    )
    data = None
    if interactive:
        data = {
            **f.base(result, language, "neuron_factors", position),
            "shown": first,
            "counts": {
                count: {
                    "values": np.rint(100 * scaled(item)).astype(int).tolist(),
                    "explained": _explained(item, language),
                    "title": titles.neuron_factors(item, language),
                }
                for count, item in by_count.items()
            },
        }
    return f.fragment("neuron_factors", figure_id, body, data)


def scaled(result: NeuronFactors) -> np.ndarray:
    """Activations ``[factor, position]``, each factor's largest 1; 0 where a position was left out."""
    values = np.nan_to_num(np.asarray(result.activations, dtype=float), nan=0.0)
    largest = values.max(axis=1, keepdims=True, initial=0)
    return np.divide(values, largest, out=np.zeros_like(values), where=largest > 0)


def _explained(result: NeuronFactors, language: Language) -> str:
    return f.escape(message(
        "neuron_factors.explained", language, explained=notation.share(result.explained),
        raw=notation.share(result.explained_raw),
    ))


def _negative_side(result: NeuronFactors, factor: int, language: Language) -> str:
    """Of a gated block's factor: how much of it are neurons' negative parts."""
    if not result.gated:
        return ""
    share = float(np.square(result.loadings[factor, result.places()[2] < 0]).sum())
    text = message("neuron_factors.negative_side", language, share=notation.share(share))
    return f'<span class="side-share">{f.escape(text)}</span>'


def _rows(result: NeuronFactors, language: Language) -> str:
    values, n_prompt = scaled(result), result.tokens.n_prompt
    rows = []
    for factor, row in enumerate(values):
        name = message("term.factor_n", language, number=factor + 1)
        energy = notation.share(float(result.energy_shares[factor]))
        spoken = message("neuron_factors.alternative_one", language, factor=name,
                         list=titles.strongest_names(result, factor, language) or "–")
        path = "".join(f"M{p + 0.1:g} 1v{-v:.2f}h.8v{v:.2f}z" for p, v in enumerate(row) if v >= 0.005)
        rows.append(
            f'<li class="f{factor % FACTOR_HUES}" data-factor="{factor}"><button type="button" aria-pressed="false">'
            f'<span>{f.escape(name)}</span><span class="soft number" title="'
            f'{f.escape(message("neuron_factors.share", language, share=energy))}">{energy}</span></button>'
            f'<svg viewBox="0 0 {len(row)} 1" preserveAspectRatio="none" role="img" aria-label="{f.escape(spoken)}">'
            f'<rect class="at" width="0" height="1"/><path d="{path}"/>'
            f'<line x1="0" x2="{len(row)}" y1="1" y2="1"/>'
            f'<line class="split" x1="{n_prompt}" x2="{n_prompt}" y1="0" y2="1"/></svg>'
            f'<span class="peaks">{f.escape(titles.strongest_names(result, factor, language))}'
            f"{_negative_side(result, factor, language)}</span></li>"
        )
    return f'<ul class="factors">{"".join(rows)}</ul>'
