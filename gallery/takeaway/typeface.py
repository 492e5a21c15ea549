"""The face that exported figures are set in, IPAexGothic, from the package ``matplotlib-fontja``.

It comes with the gallery's requirements, so that a figure is the same on every machine, one without Japanese fonts too.
Its licence (IPA Font License) lets documents embed its glyphs; the font itself is neither changed nor handed on.
"""

from __future__ import annotations

import importlib.util
import unicodedata
from functools import cache
from pathlib import Path

from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.ttLib import TTFont

FAMILY = "IPAexGothic"
GETA = "〓"
"""What Japanese printers have always put where a sort is missing."""
_PACKAGE = "matplotlib_fontja"
_BLANK = ("Cc", "Zl", "Zp")
_UNSEEN = ("Cf", "Me", "Mn")


def directory() -> Path:
    """Where the font lies. The package itself, which needs matplotlib, is not imported."""
    found = importlib.util.find_spec(_PACKAGE)
    if found is None:
        raise ModuleNotFoundError(f"No module named {_PACKAGE!r}", name="matplotlib-fontja")
    return Path(found.submodule_search_locations[0]) / "fonts"


@cache
def register() -> None:
    """Makes the face known to the engine that lays charts out and writes PDF."""
    import vl_convert

    vl_convert.register_font_directory(str(directory()))


def setting(text: str) -> str:
    """``text`` as it is set: composed, marks that the face lacks left out, other characters that it lacks as `GETA`."""
    set_ = []
    for character in unicodedata.normalize("NFC", text):
        category = unicodedata.category(character)
        if category in _BLANK:
            set_.append(" ")
        elif ord(character) in _cmap():
            set_.append(character)
        elif category not in _UNSEEN:
            set_.append(GETA)
    return "".join(set_)


def lacking(text: str) -> list[str]:
    """The characters of ``text`` that come out as `GETA`, each once."""
    return [character for character in dict.fromkeys(unicodedata.normalize("NFC", text))
            if setting(character) == GETA != character]


@cache
def units_per_em() -> int:
    return _font()["head"].unitsPerEm


def advance(character: str) -> int:
    """Width of a character of `setting`, in units of the face."""
    return _font()["hmtx"][_cmap()[ord(character)]][0]


@cache
def outline(character: str) -> str:
    """A character of `setting` as SVG path data in units of the face, y upwards; empty for a space."""
    glyphs = _font().getGlyphSet()
    pen = SVGPathPen(glyphs)
    glyphs[_cmap()[ord(character)]].draw(pen)
    return pen.getCommands()


@cache
def _font() -> TTFont:
    return TTFont(directory() / "ipaexg.ttf", lazy=True)


@cache
def _cmap() -> dict[int, str]:
    return _font().getBestCmap()
