"""Figure 6: point at a token, and the tokens it drew on light up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from lmviz.figures import labels, notation, scales, titles
from lmviz.figures.description import method_name
from lmviz.figures.html import fragment as f
from lmviz.figures.html.strip import strip
from lmviz.figures.messages import Language, message
from lmviz.results import Attribution

TOP = 8


def attribution(
    results: Mapping[str, Attribution] | Attribution,
    language: Language,
    *,
    figure_id: str,
    position: int | None = None,
    layer: int | None = None,
    interactive: bool = True,
) -> str:
    """The text, coloured by its contributions to the token at ``position`` under the first method."""
    methods = dict(results) if isinstance(results, Mapping) else {results.method: results}
    first, result = next(iter(methods.items()))
    row = titles.target_row(result, labels.default_position(result.tokens) if position is None else position)
    target = int(result.target_positions[row])
    scores = scaled(result, row)
    targets = set(result.target_positions.tolist())

    def dress(at: int) -> tuple[str, str]:
        can = " can" if at in targets else ""
        if at == target:
            return "target" + can, ""
        return (("after" if at > target else shade(scores[at], result.signed)) + can), ""

    switch = f.switch(
        message("term.methods", language), [(m, method_name(m, language)) for m in methods], first, "method"
    ) if len(methods) > 1 else ""
    body = (
        f'<div class="tools">{switch}</div><div class="columns"><div>'
        f"{strip(result.tokens, language, dress, chosen=target)}"
        f'<div class="legend-line">{_legend(language, True, result.signed)}{_legend(language, False, result.signed)}'
        f'</div></div><section class="card" aria-live="polite">{_card(result, language, row, scores)}</section></div>'
    )
    data = {**_data(methods, language, position), "drawn": target} if interactive else None
    return f.fragment("attribution", figure_id, body, data)


def scaled(result: Attribution, row: int) -> np.ndarray:
    """Scores of one target, largest absolute score 1."""
    scores = np.asarray(result.scores[row], dtype=float)
    return scores / (np.abs(scores).max(initial=0) or 1)


def shade(score: float, signed: bool) -> str:
    """Class names of a score: its step, and the sign as a line as well."""
    step = scales.attribution_step(score)
    if step == 0:
        return "s0"
    if not signed:
        return f"m{abs(step)}"
    return f"o{step} plus" if step > 0 else f"n{-step} minus"


def _data(methods: Mapping[str, Attribution], language: Language, position: int | None) -> dict[str, Any]:
    result = next(iter(methods.values()))
    return {
        **f.base(result, language, "attribution", position),
        "methods": {
            name: {
                "signed": item.signed,
                "targets": item.target_positions.tolist(),
                "scores": [
                    np.rint(1000 * scaled(item, row)[:at]).astype(int).tolist()
                    for row, at in enumerate(item.target_positions.tolist())
                ],
                "errors": [notation.share(float(e)) if np.isfinite(e) else None for e in item.completeness_errors],
                "titles": [titles.attribution(item, language, at) for at in item.target_positions.tolist()],
            }
            for name, item in methods.items()
        },
    }


def _legend(language: Language, signed: bool, shown: bool) -> str:
    if signed:
        steps = [f"n{i}" for i in range(5, 0, -1)] + ["s0"] + [f"o{i}" for i in range(1, 6)]
        ends = {0: "−1", 5: "0", 10: "+1"}
        before, after = message("attribution.negative", language), message("attribution.positive", language)
    else:
        steps, ends = ["s0"] + [f"m{i}" for i in range(1, 6)], {0: "0", 5: "1"}
        before, after = "", message("attribution.magnitude", language)
    items = "".join(f'<li><i class="{step}"></i>{ends.get(i, "")}</li>' for i, step in enumerate(steps))
    kind = "signed" if signed else "magnitude"
    return (
        f'<div class="legend" data-legend="{kind}"{"" if signed == shown else " hidden"}>'
        f"<span>{f.escape(before)}</span><ol>{items}</ol><span>{f.escape(after)}</span></div>"
    )


def _card(result: Attribution, language: Language, row: int, scores: np.ndarray) -> str:
    """The list of the largest contributions; ``static/attribution.js`` writes the same for other targets."""
    target = int(result.target_positions[row])
    order = [int(p) for p in np.argsort(-np.abs(scores[:target]), kind="stable")[:TOP] if scores[p]]
    rows = "".join(
        f'<li class="{"down" if scores[p] < 0 else ""}" style="--v:{abs(scores[p]):.3f}"><span class="name">'
        f'{f.escape(labels.of_position(result.tokens, p, language))}</span><span class="bar"></span>'
        f'<span class="value">{notation.signed(scores[p]) if result.signed else f"{scores[p]:.2f}"}</span></li>'
        for p in order
    )
    title = message("attribution.browser.target", language, position=target,
                    target=labels.of_position(result.tokens, target, language))
    error = result.completeness_errors[row]
    note = message("attribution.browser.completeness", language, error=notation.share(float(error))) \
        if np.isfinite(error) else ""
    return (
        f'<p class="instead">{f.escape(title)}</p>'
        f'<ol class="bars shares{"" if result.signed else " magnitudes"}">{rows}</ol>'
        f'<p class="soft number">{f.escape(note)}</p>'
    )
