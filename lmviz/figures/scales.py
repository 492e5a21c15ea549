"""The scales that every figure shares: steps of probability, of rank and of attribution, and their colours.

Colours live in one place, the variables at the top of ``static/figures.css``; charts read them from there. A scale is
cut into named steps, so that a legend can name what a colour means, and so that one SVG serves light and dark.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Literal

from lmviz.figures.notation import probability

Scheme = Literal["light", "dark"]

PROBABILITY_EDGES = (0.01, 0.03, 0.1, 0.2, 0.4, 0.6, 0.8)
"""Lower ends of probability steps 1 to 7; step 0 lies below the first."""

RANK_EDGES = (2, 4, 11, 31, 101, 301, 1001, 3001, 10001)
"""First ranks of rank steps 1 to 9, half a decade apart; step 0 is rank 1."""

SURPRISAL_EDGES = (1, 2, 4, 8, 12, 16, 32)
"""Lower ends of surprisal steps 1 to 7 in bits, fixed, so that figures compare: of a token, which rarely goes beyond
20 bits, and of a larger unit, which does."""

ENTROPY_EDGES = (1, 2, 4, 6, 8, 11, 15)
"""Lower ends of entropy steps 1 to 7 in bits; 15 bits are 32,768 entries all as probable as each other."""

DIVERGENCE_EDGES = (0.1, 0.3, 1, 2, 4, 8, 12)
"""Lower ends of steps 1 to 7 of KL(final ‖ layer) in bits: finer near 0, where a layer says what the last one says."""

ATTRIBUTION_STEPS = 5
"""Steps on each side of the neutral, for scores divided by the largest absolute score of their target."""

AGREEMENT_EDGES = (0.1, 0.3, 0.5, 0.7, 0.9)
"""Lower ends of agreement steps 1 to 5, in Kendall's tau; step 0 is no agreement, or the reverse."""

FACTOR_HUES = 8
"""Hues for factors and watched words; a ninth factor has the hue of the first and is told apart by its number."""

FONT = "'Noto Sans CJK JP', 'Noto Sans JP', 'Hiragino Sans', 'Yu Gothic', Meiryo, sans-serif"


def probability_step(log_probability: float) -> int:
    """Step 0 to 7 of a log-probability in nats."""
    return bisect_right(PROBABILITY_EDGES, probability(log_probability))


def rank_step(rank: int) -> int:
    """Step 0 (rank 1) to 9 (beyond 10,000)."""
    return bisect_right(RANK_EDGES, int(rank))


def step(value: float, edges: Sequence[float]) -> int:
    """The step of ``value`` on a scale cut at the lower ends ``edges``: 0 below the first."""
    return bisect_right(edges, value)


def attribution_step(score: float) -> int:
    """Step -5 to 5 of a score between -1 and 1; 0 is the neutral."""
    return int(math.copysign(min(ATTRIBUTION_STEPS, math.floor(abs(float(score)) * ATTRIBUTION_STEPS + 0.5)), score))


def agreement_step(tau: float) -> int:
    """Step 0 to 5 of a rank correlation."""
    return bisect_right(AGREEMENT_EDGES, tau)


@cache
def colours(scheme: Scheme = "light") -> dict[str, str]:
    """Colours by variable name without its prefix: ``{"ink": "#1b1f27", "p0": …}``."""
    css = files("lmviz.figures").joinpath("static/figures.css").read_text(encoding="utf-8")
    block = re.search(rf"/\* palette: {scheme} \*/[^{{]*{{([^}}]*)}}", css)
    if block is None:
        raise ValueError(f"static/figures.css has no block marked 'palette: {scheme}'")
    return dict(re.findall(r"--lm-([\w-]+):\s*(#[0-9a-f]{6})\b", block[1]))


def colour(name: str) -> str:
    """The light colour called ``name``; `recoloured` and `with_variables` turn it into other schemes."""
    return colours("light")[name]


def recoloured(text: str, scheme: Scheme) -> str:
    """A specification or SVG written in light colours, in the colours of ``scheme``."""
    if scheme == "light":
        return text
    other = colours(scheme)
    by_hex = {value: other[name] for name, value in colours("light").items()}
    return re.sub(r"#[0-9a-f]{6}\b", lambda found: by_hex.get(found[0], found[0]), text)


def with_variables(svg: str) -> str:
    """An SVG written in light colours with each colour as a CSS variable, so that the page's scheme decides."""
    by_hex = {value: name for name, value in colours("light").items()}

    def variable(found: re.Match[str]) -> str:
        name = by_hex.get(found[2])
        return found[0] if name is None else f'{found[1]}="var(--lm-{name},{found[2]})"'

    return re.sub(r'\b(fill|stroke)="(#[0-9a-f]{6})"', variable, svg)
