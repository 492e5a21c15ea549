"""A chart, or a drawing that was kept, as a picture of a given width: SVG without fonts, PDF with its font, PNG."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from html import escape
from typing import Any, Literal

from gallery.takeaway import typeface
from gallery.takeaway.lines import LEADING, broken, placed, written
from gallery.takeaway.outlines import outlined, set_in_face, smallest
from gallery.takeaway.shades import in_grey
from lmviz.figures.bundle import VEGA_LITE_VERSION
from lmviz.figures.scales import FONT, colour

Width = Literal["own", "column", "paper", "slide"]
Colours = Literal["colour", "grey"]

MILLIMETRES = {"column": 80, "paper": 160}
"""Widths that a figure of a paper may take: of one of two columns, and of the text."""
SLIDE = (1280, 720)
"""A slide in px, 16 to 9."""
_PX_OF_MM, _PT_OF_PX = 96 / 25.4, 72 / 96
_MARGIN, _TITLE, _SOURCE = 56, 30, 15


@dataclass(frozen=True)
class Picture:
    """A figure on its sheet, its text still text.

    Attributes:
        svg: with ``width`` and ``height`` in px, 96 an inch.
        width, height: of it.
        smallest: size of the smallest text, in points as printed; None where there is none.
    """

    svg: str
    width: float
    height: float
    smallest: float | None

    def as_svg(self) -> str:
        """The picture with its text as outlines."""
        return outlined(self.svg)

    def as_pdf(self) -> bytes:
        """One page of the picture's size, the font's glyphs embedded, its text selectable."""
        import vl_convert

        typeface.register()
        # The engine takes a px for a point.
        return vl_convert.svg_to_pdf(_sized(set_in_face(self.svg), self.width * _PT_OF_PX, self.height * _PT_OF_PX))

    def as_png(self, scale: int) -> bytes:
        """The picture on white, ``scale`` pixels a px."""
        import vl_convert

        white = f'<rect width="100%" height="100%" fill="{colour("surface")}"/>'
        on_white = re.sub(r"(<svg\b[^>]*>)", lambda found: found[1] + white, outlined(self.svg), count=1)
        return vl_convert.svg_to_png(on_white, scale=scale)


def drawn(spec: dict[str, Any]) -> str:
    """A Vega-Lite chart as SVG, laid out in the face that it is then set in."""
    import vl_convert

    typeface.register()
    text = json.dumps(spec, ensure_ascii=False).replace(json.dumps(FONT, ensure_ascii=False)[1:-1], typeface.FAMILY)
    return vl_convert.vegalite_to_svg(json.loads(text), vl_version=VEGA_LITE_VERSION)


def picture(svg: str, width: Width, colours: Colours, *, title: str, source: str, alternative: str) -> Picture:
    """A drawing, made in light colours, on a sheet.

    Args:
        svg: as `drawn` or the site makes it, its ``viewBox`` at the origin.
        width: ``"own"``; ``"column"`` or ``"paper"``: no wider than `MILLIMETRES`; or ``"slide"``: a whole slide with
            the title above and the source below.
        title, source: plain text; shown on a slide only.
        alternative: what the picture shows, for those who do not see it.
    """
    own_width, own_height = map(float, re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg).groups())
    if colours == "grey":
        svg = in_grey(svg)
    described = f"<title>{escape(title)}</title><desc>{escape(alternative)}</desc>"
    svg = re.sub(r"(<svg\b[^>]*>)", lambda found: found[1] + described, svg, count=1)
    if width == "slide":
        return _slide(svg, own_width, own_height, title, source, described)
    scale = 1.0 if width == "own" else min(1.0, MILLIMETRES[width] * _PX_OF_MM / own_width)
    sheet = _sized(svg, own_width * scale, own_height * scale)
    return Picture(sheet, own_width * scale, own_height * scale, _points(svg, scale))


def _points(svg: str, scale: float) -> float | None:
    size = smallest(svg)
    return None if size is None else size * scale * _PT_OF_PX


def _sized(svg: str, width: float, height: float) -> str:
    head = re.search(r"<svg\b[^>]*>", svg)[0]
    bare = re.sub(r' (?:width|height)="[^"]*"', "", head)
    return svg.replace(head, f'{bare[:-1]} width="{width:.6g}" height="{height:.6g}">', 1)


def _slide(svg: str, own_width: float, own_height: float, title: str, source: str, described: str) -> Picture:
    width, height = SLIDE
    heads = broken(title, width - 2 * _MARGIN, _TITLE)
    sources = broken(source, width - 2 * _MARGIN, _SOURCE)
    top = _MARGIN + len(heads) * _TITLE * LEADING
    bottom = height - _MARGIN / 2 - len(sources) * _SOURCE * LEADING
    figure, scale = placed(svg.replace(described, "", 1), own_width, own_height,
                           (_MARGIN, top, width - _MARGIN, bottom - _MARGIN / 2))
    texts = written(heads, _MARGIN, _MARGIN + 0.6 * _TITLE, _TITLE, colour("ink"))
    texts += written(sources, _MARGIN, bottom + _SOURCE * LEADING, _SOURCE, colour("ink-soft"))
    sheet = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="{width}" '
        f'height="{height}" viewBox="0 0 {width} {height}">{described}'
        f'<rect width="{width}" height="{height}" fill="{colour("surface")}"/>{texts}'
        f"{figure}</svg>"
    )
    return Picture(sheet, width, height, _points(svg, scale))
