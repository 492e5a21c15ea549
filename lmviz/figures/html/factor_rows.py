"""A row a factor: its button, its response along the text, where it is strongest; shared by the figures of factors."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from lmviz.figures.factor_names import factor_name
from lmviz.figures.factor_strengths import STRONG, leading, strengths
from lmviz.figures.html.fragment import escape
from lmviz.figures.html.strip import strip
from lmviz.figures.messages import Language, message
from lmviz.figures.scales import FACTOR_HUES
from lmviz.results import FactorResponses, NeuronFactors
from lmviz.tokens import TokenTable

SHADES = (0.25, 0.5, 0.75, 1)
"""Strengths that the legend shows."""

PAIR = '<section class="factor-pair" aria-live="polite" hidden></section>'
"""Where the comparison of two factors is written. It stands below the rows, which stay where they are as it comes."""


@dataclass(frozen=True)
class FactorRow:
    """What one row says.

    Attributes:
        values: heights of the bars ``[position]``, 1 the whole row.
        energy: its share of the energy, written.
        spoken: the bars in words.
        peaks: the tokens at which it is strongest.
        label: what it was proposed to be called, or empty.
        link: address of the factor's page, or empty.
        note: a further remark, or empty.
        mark: height of a line across the row, or None.
    """

    factor: int
    values: np.ndarray
    energy: str
    spoken: str
    peaks: str
    label: str = ""
    link: str = ""
    note: str = ""
    mark: float | None = None


def hue(factor: int) -> str:
    """The classes that colour a factor: eight hues, and stripes for the factors that come round to them again."""
    return f"f{factor % FACTOR_HUES}{' again' if factor // FACTOR_HUES % 2 else ''}"


def factor_strip(tokens: TokenTable, found: np.ndarray, language: Language) -> str:
    """The text in the hue of each token's strongest factor, with its number where it is strong.

    ``found`` are strengths ``[factor, position]``; ``static/factor_text.js`` dresses tokens in the same way.
    """
    first = leading(found)

    def dress(at: int) -> tuple[str, str]:
        factor = int(first[at])
        return (hue(factor), f"--a:{min(found[factor, at], 1):.2f}") if factor >= 0 else ("", "")

    def number(at: int) -> str:
        factor = int(first[at])
        return f"<sub>{factor + 1}</sub>" if factor >= 0 and found[factor, at] >= STRONG else ""

    return strip(tokens, language, dress, extra=number)


def thousandths(result: NeuronFactors | FactorResponses) -> list[list[int | None]]:
    """Strengths ``[factor][position]`` as the islands hold them; None where a position was left out."""
    counted, found = np.isfinite(result.activations), np.rint(1000 * strengths(result)).astype(int)
    return np.where(counted, found.astype(object), None).tolist()


def strength_legend(text: str) -> str:
    """Shades of a factor's colour, of which the last is a strength of 1."""
    steps = "".join(f'<li><i class="shade" style="--a:{shade}"></i><span>{shade:g}</span></li>' for shade in SHADES)
    return f'<div class="legend"><span>{escape(text)}</span><ol>{steps}</ol></div>'


def factor_rows(rows: Iterable[FactorRow], tokens: TokenTable, language: Language) -> str:
    """The list of rows."""
    return f'<ul class="factors">{"".join(_row(row, tokens, language) for row in rows)}</ul>'


def _row(row: FactorRow, tokens: TokenTable, language: Language) -> str:
    name = factor_name(row.factor, language)
    share = escape(message("neuron_factors.share", language, share=row.energy))
    label = f'<span class="proposed">{escape(row.label)}</span>' if row.label else ""
    evidence = escape(message("factor_responses.evidence_of", language, factor=name))
    link = f'<a href="{escape(row.link)}" aria-label="{evidence}">' \
           f'{escape(message("factor_responses.evidence", language))}</a>' if row.link else ""
    against = escape(message("neuron_factors.compare_with", language, factor=name))
    note = f'<span class="side-share">{escape(row.note)}</span>' if row.note else ""
    return (
        f'<li class="{hue(row.factor)}" data-factor="{row.factor}"><button type="button" class="isolate" '
        f'aria-pressed="false"><span>{escape(name)}{label}</span><span class="soft number" title="{share}">{row.energy}'
        f"</span></button>{_curve(row, tokens.n_prompt)}"
        f'<span class="more">{link}<button type="button" class="quiet compare" aria-pressed="false" '
        f'aria-label="{against}" hidden>{escape(message("neuron_factors.compare", language))}</button></span>'
        f'<span class="peaks">{escape(row.peaks)}{note}</span></li>'
    )


def _curve(row: FactorRow, n_prompt: int) -> str:
    n = len(row.values)
    path = "".join(f"M{p + 0.5:g} 1v-{round(v, 2):g}" for p, v in enumerate(row.values) if v >= 0.005)
    mark = "" if row.mark is None else \
        f'<line class="typical" x1="0" x2="{n}" y1="{1 - row.mark:.3f}" y2="{1 - row.mark:.3f}"/>'
    return (
        f'<svg viewBox="0 0 {n} 1" preserveAspectRatio="none" role="img" aria-label="{escape(row.spoken)}">'
        f'<rect class="at" width="0" height="1"/><path d="{path}"/>{mark}'
        f'<line x1="0" x2="{n}" y1="1" y2="1"/>'
        f'<line class="split" x1="{n_prompt}" x2="{n_prompt}" y1="0" y2="1"/></svg>'
    )
