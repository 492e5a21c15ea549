"""Makes ``advances.ttf``: how wide each character is in Noto Sans CJK JP, which figures name first; nothing else.

The engine that draws charts lays every text out to know its width. With a whole Japanese font that takes most of its
time, and where none is installed the width is left to chance; with this one charts are drawn several times as fast,
and the same on every machine. Its glyphs are boxes of the right width: nothing is ever shown in it.

    python lmviz/figures/advances/make.py /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc

Needs fontTools. Gaps of up to 256 unassigned characters between equally wide ones are as wide as these.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection, TTFont
from fontTools.ttLib.tables._c_m_a_p import CmapSubtable

FAMILY = "lmviz advances"
MEASURED = "Noto Sans CJK JP"
GAP = 256


def advances(font: TTFont) -> dict[int, int]:
    """Width of each character, by code point, in thousandths of the font's size."""
    widths = font["hmtx"].metrics
    found = {code: widths[glyph][0] for code, glyph in sorted(font.getBestCmap().items())}
    codes = list(found)
    for before, after in zip(codes, codes[1:], strict=False):
        if after - before <= GAP and found[before] == found[after]:
            found |= dict.fromkeys(range(before + 1, after), found[before])
    return found


def font_of(widths: dict[int, int]) -> TTFont:
    """A font of one box a width; characters of equal width share it (``cmap`` of format 13)."""
    names = {width: f"w{width}" for width in sorted(set(widths.values()))}
    glyphs = {".notdef": 1000, **{name: width for width, name in names.items()}}
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(list(glyphs))
    builder.setupCharacterMap({})
    builder.setupGlyf({name: _box(width) for name, width in glyphs.items()})
    builder.setupHorizontalMetrics({name: (width, 0) for name, width in glyphs.items()})
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    builder.setupNameTable({"familyName": FAMILY, "styleName": "Regular", "fullName": FAMILY,
                            "psName": FAMILY.replace(" ", "-")})
    builder.setupOS2(sTypoAscender=880, sTypoDescender=-120, usWinAscent=880, usWinDescent=120)
    builder.setupPost(keepGlyphNames=False)
    table = CmapSubtable.newSubtable(13)
    table.platformID, table.platEncID, table.language, table.reserved = 3, 10, 0, 0
    table.cmap = {code: names[width] for code, width in sorted(widths.items())}
    builder.font["cmap"].tables = [table]
    builder.font["head"].created = builder.font["head"].modified = 0
    builder.font.recalcTimestamp = False
    return builder.font


def _box(width: int):
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    for corner in ((0, 700), (width, 700), (width, 0)):
        pen.lineTo(corner)
    pen.closePath()
    return pen.glyph()


if __name__ == "__main__":
    measured = next(font for font in TTCollection(sys.argv[1]).fonts if font["name"].getDebugName(1) == MEASURED)
    font_of(advances(measured)).save(Path(__file__).with_name("advances.ttf"))
