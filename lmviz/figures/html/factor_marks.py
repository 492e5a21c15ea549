"""Small marks that passports and the table of factors share: a scale with dots and ticks, layers as cells, bars."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from lmviz.figures.html.fragment import escape


def scale(marks: Iterable[tuple[str, Iterable[float]]], low: float, high: float, label: str) -> str:
    """Marks along a line from ``low`` to ``high``; ``label`` says the same in words.

    Args:
        marks: pairs of a class (``tick``, ``dot``, ``ring``) and values, the later drawn over the earlier.
    """
    width = (high - low) or 1.0
    points = "".join(
        f'<i class="{name}" style="--x:{100 * min(1.0, max(0.0, (value - low) / width)):.1f}%"></i>'
        for name, values in marks for value in values if np.isfinite(value)
    )
    return f'<span class="scale-line" role="img" aria-label="{escape(label)}">{points}</span>'


def layer_cells(shares: Sequence[tuple[int, float]], largest: float, label: str) -> str:
    """A cell a layer, the first at the left, stronger for a larger share; ``largest`` has the full colour."""
    cells = "".join(f'<i style="--a:{share / (largest or 1.0):.2f}"></i>' for _, share in shares)
    return f'<span class="layer-cells" role="img" aria-label="{escape(label)}">{cells}</span>'


def bar(share: float, written: str, down: bool = False) -> str:
    """A bar of ``share`` of its space, and its number."""
    return f'<span class="bar{" down" if down else ""}" style="--v:{min(1.0, max(0.0, share)):.3f}"></span>' \
           f'<span class="value">{escape(written)}</span>'
