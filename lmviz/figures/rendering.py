"""Static pictures: SVG from charts without a browser, and small pictures for index cards."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from html import escape
from pathlib import Path
from typing import Any

from lmviz.figures import scales
from lmviz.figures.bundle import VEGA_LITE_VERSION
from lmviz.figures.messages import Language, message
from lmviz.figures.scales import FONT, Scheme
from lmviz.results import Rankings

_MEASURED = "lmviz advances"
"""The font that texts are measured in: it knows how wide each character is, so that no font of the machine is opened
and charts come out the same everywhere. ``advances/make.py`` makes it."""


@cache
def _register_fonts() -> None:
    import vl_convert

    vl_convert.register_font_directory(str(Path(__file__).parent / "advances"))


def svg(chart: Any, scheme: Scheme = "light") -> str:
    """A chart as SVG, the same bytes every time. Text stays text, in the gallery's fonts.

    Args:
        chart: an Altair chart of `lmviz.figures`, or its specification.
        scheme: ``"light"`` or ``"dark"``.
    """
    if scheme not in ("light", "dark"):
        raise ValueError(f"unknown scheme {scheme!r}; known: light, dark")
    specification = chart if isinstance(chart, dict) else chart.to_dict(validate=False)
    return drawn(scales.recoloured(json.dumps(specification, ensure_ascii=False), scheme))


@lru_cache(maxsize=8)  # a figure's page and its file show the same picture
def drawn(specification: str) -> str:
    """A Vega-Lite specification, JSON in the gallery's fonts, as SVG."""
    import vl_convert

    _register_fonts()
    # Its own reader of JSON takes some numbers for their neighbours.
    chart = json.loads(specification.replace(FONT, _MEASURED))
    picture = vl_convert.vegalite_to_svg(chart, vl_version=VEGA_LITE_VERSION)
    return picture.replace(f'font-family="{_MEASURED}"', f'font-family="{FONT}"')


def inline_svg(chart: Any, *, label: str, identifier: str) -> str:
    """A chart as SVG for a page: colours follow the page's scheme, ids are its own, and a label says what it shows."""
    text = scales.with_variables(svg(chart))
    text = re.sub(r'\b(id="|url\(#)clip', rf"\g<1>{identifier}-clip", text)
    return re.sub(
        r"<svg\b[^>]*?(viewBox=\"[^\"]+\")[^>]*>",
        lambda found: f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(label, quote=True)}" '
        f'width="{found[1].split()[2]}" {found[1]}>',
        text, count=1,
    )


def thumbnail(results: Rankings | Mapping[str, Any], language: Language) -> str:
    """A small SVG of the ranks, for an index card: tokens across, layers down, darker nearer to first.

    One path a step keeps a thousand cards light. ``results`` is a `Rankings`, or a mapping that holds one under
    ``"rankings"``.
    """
    result = results["rankings"] if isinstance(results, Mapping) else results
    n_layers, n_tokens = result.ranks.shape
    paths = []
    for step in range(len(scales.RANK_EDGES) + 1):
        runs = []
        for layer, row in enumerate(result.ranks.tolist()):
            steps = [scales.rank_step(rank) if rank else -1 for rank in row]
            start = 0
            while start < n_tokens:
                end = start
                while end < n_tokens and steps[end] == steps[start]:
                    end += 1
                if steps[start] == step:
                    runs.append(f"M{start} {layer}h{end - start}v1h{start - end}z")
                start = end
        if runs:
            shade = scales.colour(f"r{step}")
            paths.append(f'<path fill="var(--lm-r{step},{shade})" d="{"".join(runs)}"/>')
    label = escape(message("rankings.thumbnail", language, tokens=n_tokens, layers=n_layers), quote=True)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="lm-thumbnail" role="img" aria-label="{label}" '
        f'viewBox="0 0 {n_tokens} {n_layers}" preserveAspectRatio="none" shape-rendering="crispEdges">'
        f'{"".join(paths)}<path stroke="var(--lm-ink,{scales.colour("ink")})" vector-effect="non-scaling-stroke" '
        f'd="M{result.tokens.n_prompt} 0V{n_layers}"/></svg>'
    )
