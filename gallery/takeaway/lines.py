"""Sheets that a figure stands on, slides and pictures for links: text in lines of a given width, and the figure."""

from __future__ import annotations

import re
from html import escape

from gallery.takeaway import typeface
from lmviz.units import boundaries

LEADING = 1.45
"""Distance of two lines, in sizes of the font."""
LARGEST = 2.5
"""How far a small figure is enlarged."""
_CUT = "…"
_LATIN = re.compile(r"[!-~][!-~]")
"""Two characters between which a line does not break, whatever 文節 they are of."""


def width_of(text: str, size: float) -> float:
    """Width in px of a line in a font of ``size`` px."""
    return sum(map(typeface.advance, typeface.setting(text))) * size / typeface.units_per_em()


def broken(text: str, width: float, size: float, most: int | None = None) -> list[str]:
    """``text`` in lines no wider than ``width`` px; what does not fit in ``most`` lines ends in an ellipsis.

    Lines break between 文節 and at spaces, inside of these only where one is wider than a line.
    """
    lines = [""]
    for phrase in _phrases(text):
        if lines[-1] and width_of(lines[-1] + phrase.rstrip(), size) > width:
            lines.append("")
        lines[-1] += phrase
        while (fits := _fitting(lines[-1].rstrip(), width, size)) < len(lines[-1].rstrip()):
            lines[-1:] = [lines[-1][:fits], lines[-1][fits:]]
    lines = [line.strip() for line in lines]
    if most is not None and len(lines) > most:
        last = lines[most - 1] + lines[most]
        lines[most - 1:] = [last[:_fitting(last, width - width_of(_CUT, size), size)] + _CUT]
    return lines


def written(lines: list[str], x: float, y: float, size: float, ink: str) -> str:
    """SVG of lines, the baseline of the first at ``y`` px."""
    return "".join(
        f'<text transform="translate({x:.6g},{y + i * size * LEADING:.6g})" font-size="{size}px" fill="{ink}">'
        f"{escape(line)}</text>" for i, line in enumerate(lines)
    )


def placed(svg: str, width: float, height: float, room: tuple[float, float, float, float]) -> tuple[str, float]:
    """A figure of ``width`` by ``height`` px in the middle of ``room``, as large as that lets it be; and its scale.

    Args:
        room: left, top, right and bottom in px.
    """
    left, top, right, bottom = room
    scale = min(LARGEST, (right - left) / width, (bottom - top) / height)
    x, y = (left + right - width * scale) / 2, (top + bottom - height * scale) / 2
    inner = re.search(r"<svg\b[^>]*>(.*)</svg>", svg, re.DOTALL)[1]
    return f'<g transform="translate({x:.6g},{y:.6g}) scale({scale:.6g})">{inner}</g>', scale


def _phrases(text: str) -> list[str]:
    text = " ".join(text.split())
    ends = {end for end in boundaries(text, "bunsetsu") if not _LATIN.fullmatch(text[end - 1:end + 1])}
    ends |= {found.end() for found in re.finditer(" ", text)} | {len(text)}
    marks = [0, *sorted(ends)]
    return [text[begin:end] for begin, end in zip(marks, marks[1:], strict=False)]


def _fitting(text: str, width: float, size: float) -> int:
    """How many characters of ``text`` fit, one at least."""
    reach = 0.0
    for n, character in enumerate(text):
        reach += width_of(character, size)
        if reach > width and n:
            return n
    return len(text)
