"""The picture that a link to a page is shown with elsewhere (Open Graph): what is to be seen, and the figure itself."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass

from gallery.takeaway.lines import LEADING, broken, placed, written
from gallery.takeaway.outlines import outlined
from lmviz.figures.scales import colour

WIDTH, HEIGHT = 1200, 630
"""Pixels, as Open Graph's readers have agreed on."""
_COLOURS = 32
"""Of a picture: a chart's own and what lies between them and the ground at edges."""
_MARGIN, _STRIPE = 56, 10
_ABOVE, _TITLE, _BELOW = 22, 40, 20
_LINES = 3


@dataclass(frozen=True)
class Preview:
    """What a picture shows, as plain text; ``svg`` is a drawing in light colours, or None.

    Attributes:
        above: what the figure is of.
        title: what is to be seen.
        below: whose figure it is.
    """

    above: str
    title: str
    below: str
    svg: str | None

    def as_png(self) -> bytes:
        """`WIDTH` by `HEIGHT` pixels in `_COLOURS` colours; the same picture gives the same bytes."""
        import vl_convert
        from PIL import Image

        with Image.open(io.BytesIO(vl_convert.svg_to_png(outlined(self.as_svg()), scale=1))) as drawn:
            few = drawn.convert("RGB").quantize(_COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        data = io.BytesIO()
        few.save(data, "PNG", compress_level=7)
        return data.getvalue()

    def as_svg(self) -> str:
        """The sheet with its text still text."""
        room = WIDTH - 2 * _MARGIN
        titles = broken(self.title, room, _TITLE, _LINES)
        y = _STRIPE + _MARGIN
        texts = written(broken(self.above, room, _ABOVE, 1), _MARGIN, y, _ABOVE, colour("ink-soft"))
        texts += written(titles, _MARGIN, y + 1.5 * _TITLE, _TITLE, colour("ink"))
        bottom = HEIGHT - 0.6 * _MARGIN
        texts += written(broken(self.below, room, _BELOW, 1), _MARGIN, bottom, _BELOW, colour("ink-soft"))
        top = y + (0.9 + len(titles) * LEADING) * _TITLE
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="{WIDTH}" '
            f'height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}"><rect width="{WIDTH}" height="{HEIGHT}" '
            f'fill="{colour("surface")}"/><rect width="{WIDTH}" height="{_STRIPE}" fill="{colour("r0")}"/>{texts}'
            f'{self._placed(top, bottom - 1.8 * _BELOW)}</svg>'
        )

    def _placed(self, top: float, bottom: float) -> str:
        """The figure as large as the room lets it be, in its middle."""
        if self.svg is None:
            return ""
        width, height = map(float, re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', self.svg).groups())
        return placed(self.svg, width, height, (_MARGIN, top, WIDTH - _MARGIN, bottom))[0]
