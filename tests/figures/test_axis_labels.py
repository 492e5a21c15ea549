"""Labels of axes that stand for texts: any text is drawn, and none is taken for a part of the expression it is in."""

from __future__ import annotations

from xml.etree import ElementTree

import altair as alt
import pytest

from lmviz.figures.charts import style
from lmviz.figures.rendering import svg


@pytest.mark.parametrize("text", [
    "toString", "constructor", "__proto__", "hasOwnProperty", "datum.value", "width", "data('source')", "'", '"', "\\",
    "豆", " ",
])
def test_a_label_is_drawn_whatever_it_says(text):
    axis = alt.Axis(labelExpr=style.looked_up({"0": text, "1": "鬼"}))
    chart = alt.Chart(style.rows([{"at": i, "height": 1} for i in range(2)])).mark_bar().encode(
        x=alt.X("at:O", axis=axis), y="height:Q",
    )
    drawn = [element.text for element in ElementTree.fromstring(svg(chart)).iter() if element.tag.endswith("}text")]
    assert drawn[:2] == [text, "鬼"] if text.strip() else "鬼" in drawn
