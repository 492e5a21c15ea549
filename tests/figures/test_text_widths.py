"""Texts are measured as wide as the font has them that figures name first."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from fontTools.ttLib import TTFont

import lmviz.figures as figures
from lmviz.figures import scales

INSTALLED = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")


def width(text: str, size: int = 100) -> float:
    """Of a chart that holds nothing but the text."""
    svg = figures.svg({
        "data": {"values": [{}]}, "width": 1, "height": 1, "padding": 0, "config": {"view": {"stroke": None}},
        "mark": {"type": "text", "text": text, "font": scales.FONT, "fontSize": size, "align": "left", "x": 0},
    })
    return float(re.search(r'width="(\d+)"', svg)[1])


def test_the_engine_measures_by_it() -> None:
    assert width("漢字かな") == 400
    assert width("ｶﾅ") == 100
    assert width("0") == pytest.approx(55.5, abs=1)
    assert width("layer 12", 1000) == pytest.approx(284 + 563 + 521 + 554 + 388 + 224 + 2 * 555, abs=1)


def test_it_has_the_widths_of_the_font() -> None:
    """By the font's own tables, of every character that it has."""
    if not INSTALLED.is_file():
        pytest.skip("Noto Sans CJK is not installed")
    measured = TTFont(INSTALLED, fontNumber=0, lazy=True)
    assert measured["name"].getDebugName(1) == "Noto Sans CJK JP"
    ours = TTFont(str(files("lmviz.figures") / "advances" / "advances.ttf"))
    codes = sorted(measured.getBestCmap())
    found = [ours["hmtx"][ours["cmap"].tables[0].cmap[code]][0] for code in codes]
    assert np.array_equal(found, [measured["hmtx"][measured.getBestCmap()[code]][0] for code in codes])
