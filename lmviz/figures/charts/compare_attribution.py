"""Attributions of one target under several models: the same text once a model, in one unit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt

from lmviz.figures import labels
from lmviz.figures.charts import strip, style, text
from lmviz.figures.compare_words import attributed, share_step, signed_share, target_units
from lmviz.figures.messages import Language, message
from lmviz.figures.scales import colour
from lmviz.results import Attribution
from lmviz.units import Unit


def compare_attribution(
    results: Mapping[str, Attribution], language: Language = "ja", *, names: Mapping[str, str] | None = None,
    target: int = 0, unit: Unit = "word",
) -> Any:
    """Shares of each model's contributions to the ``target``-th target that all models explain."""
    of, shared = attributed(results, language, names, unit)
    shares = shared.shares()[0]
    framed = target_units(shared, target)
    strips = []
    for model, name in enumerate(of.names):
        placed = _lines(shared.texts)
        for row in placed:
            at = row["position"]
            before = len(shared.targets) > 0 and at < framed.start
            share = float(shares[model, target, at]) if before else 0.0
            row["score"] = signed_share(share) if before else "–"
            row["step"] = share_step(share) + 5
            row |= {other: round(float(shares[i, target, at]), 4) for i, other in enumerate(of.names) if before}
        tooltip: list[Any] = [alt.Tooltip("text:N", title=message("term.token", language)),
                              alt.Tooltip("score:N", title=message("term.score", language))]
        strips.append(strip.strip(placed, style.SIGNED, style.SIGNED_LIGHT_INK, tooltip, framed=framed).properties(
            title=alt.TitleParams(name, fontSize=13, color=colour("ink-soft"), anchor="start")))
    return style.styled(alt.vconcat(*strips).resolve_scale(color="independent"))


def _lines(texts: tuple[str, ...]) -> list[dict[str, Any]]:
    placed, x, line = [], 0.0, 0
    for position, each in enumerate(texts):
        shown = labels.visible(each)
        width = text.units(shown) + 0.35
        if x and x + width > text.LINE_UNITS:
            x, line = 0.0, line + 1
        placed.append({"position": position, "text": shown, "x": round(x, 3), "x2": round(x + width - 0.1, 3),
                       "line": line, "mid": round(x + (width - 0.1) / 2, 3), "continuation": False})
        x += width
        if each.endswith("\n"):
            x, line = 0.0, line + 1
    return placed
