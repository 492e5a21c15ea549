"""How much each number of factors explains of a model's activations, beside the most that any could."""

from __future__ import annotations

import numpy as np

from lmviz.figures import notation
from lmviz.figures.html import fragment as f
from lmviz.figures.messages import Language, message
from lmviz.results import ModelFactors

WIDTH, HEIGHT = 330, 120
LEFT, RIGHT, ABOVE, BELOW = 38, 14, 10, 20


def components_curve(factors: ModelFactors, language: Language) -> str:
    """A dot a number of factors, the chosen one large and named; a dashed line for the ceiling."""
    chosen = len(factors.responses)
    counts, shares = factors.curve_components.tolist(), factors.curve.astype(float).tolist()
    last = max(counts[-1], chosen, 2)
    ceilings = factors.ceilings[:last].astype(float)

    def at(count: float, share: float) -> str:
        x = LEFT + (WIDTH - LEFT - RIGHT) * (count - 1) / (last - 1)
        return f"{x:.1f} {ABOVE + HEIGHT * (1 - max(0.0, share)):.1f}"

    def line(points: list[str]) -> str:
        return "M" + "L".join(points)

    own = [at(count, share) for count, share in zip(counts, shares, strict=True)]
    dots = "".join(f'<path class="own{" on" if count == chosen else ""}" d="M{point}h0"/>'
                   for count, point in zip(counts, own, strict=True))
    numbers = "".join(f'<text x="{point.split()[0]}" y="{ABOVE + HEIGHT + 15}" text-anchor="middle"'
                      f'{_on(count == chosen)}>{count}</text>'
                      for count, point in zip(counts, own, strict=True) if _has_room(count, counts, chosen, last))
    name = ""
    if chosen in counts:
        share = shares[counts.index(chosen)]
        x, y = at(chosen, share).split()
        text = message("model_factors.curve_chosen", language, count=chosen, explained=notation.share(share))
        name = f'<text class="on" x="{x}" y="{float(y) + 22:.1f}" text-anchor="middle">{f.escape(text)}</text>'
    grid = "".join(f"M{LEFT} {ABOVE + HEIGHT * (1 - part):g}H{WIDTH - RIGHT}" for part in (0, 0.5, 1))
    ticks = "".join(f'<text x="{LEFT - 6}" y="{ABOVE + HEIGHT * (1 - part) + 4:g}" text-anchor="end">{100 * part:g}%'
                    "</text>" for part in (0, 0.5, 1))
    keys = "".join(f'<span class="{key}">{f.escape(message(f"model_factors.curve_{key}", language))}</span>'
                   for key in ("own", "ceiling"))
    ceiling = line([at(rank, share) for rank, share in enumerate(ceilings, 1)])
    return (
        f'<figure class="components"><figcaption>{f.escape(message("model_factors.curve_head", language))}</figcaption>'
        f'<svg viewBox="0 0 {WIDTH} {ABOVE + HEIGHT + BELOW}" role="img" '
        f'aria-label="{f.escape(_in_words(factors, language))}"><path class="axis" d="{grid}"/>{ticks}'
        f'<path class="ceiling" d="{ceiling}"/><path class="line" d="{line(own)}"/>{dots}{numbers}{name}</svg>'
        f'<p class="soft keys">{keys}</p></figure>'
    )


def _on(chosen: bool) -> str:
    return ' class="on"' if chosen else ""


def _has_room(count: int, counts: list[int], chosen: int, last: int) -> bool:
    """Whether the number below a dot would not touch that of the next, or is the chosen one."""
    later = [other for other in counts if other > count]
    return count == chosen or not later or (min(later) - count) / last > 0.045


def _in_words(factors: ModelFactors, language: Language) -> str:
    def point(count: int, share: float) -> str:
        ceiling = notation.share(float(factors.ceilings[count - 1])) if count <= len(factors.ceilings) else "–"
        return message("model_factors.curve_point", language, count=count, explained=notation.share(share),
                       ceiling=ceiling)

    points = [point(count, share) for count, share in
              zip(factors.curve_components.tolist(), np.asarray(factors.curve, dtype=float).tolist(), strict=True)]
    return message("model_factors.curve", language, list=message("list.separator", language).join(points))
