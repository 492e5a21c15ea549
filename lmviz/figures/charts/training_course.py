"""How a text comes to be predicted through a training: ranks above, surprisal below, over the logarithm of the step."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import altair as alt
import numpy as np

from lmviz.comparison import TrainingCourse
from lmviz.comparison import training_course as course_of
from lmviz.figures import labels
from lmviz.figures.charts import style
from lmviz.figures.charts.line_ends import shortened
from lmviz.figures.charts.watched_words import DASHES
from lmviz.figures.followed import TARGETS, followed
from lmviz.figures.messages import Language, message
from lmviz.figures.notation import rank
from lmviz.figures.scales import FACTOR_HUES, colour
from lmviz.figures.training_measures import moved_most
from lmviz.results import LensMeasures

WIDTH, HEIGHT, LOW = 460, 250, 110
_ROW = 17
"""Between the names at the ends of lines, in pixels."""


def training_course(results: Mapping[str, Any], language: Language = "ja") -> Any:
    """Two panels over one scale of steps. The rows of the chart hold the ranks of all tokens."""
    of = followed(results, LensMeasures, "training_course", language)
    course = course_of(dict(zip(of.steps, of.results, strict=True)))
    shown = moved_most(course, of.beside.get(TARGETS))
    upper, lower = (
        alt.X("training_step:Q", title=title, scale=_along(of.steps),
              axis=alt.Axis(values=list(of.steps), format=",", grid=False, tickSize=4, labelOverlap=True))
        for title in (None, message("training.steps", language))
    )
    upper = alt.layer(*_spread(course, upper, language), *_lines(course, shown, upper, language)).properties(
        width=WIDTH, height=HEIGHT)
    lower = _surprisal(course, lower, language).properties(width=WIDTH, height=LOW)
    return style.styled(alt.vconcat(upper, lower, spacing=18))


def _along(steps: tuple[int, ...]) -> alt.Scale:
    """The logarithm of the step, with a little room before the first; of step 0, that of the step and one more."""
    if steps[0] == 0:
        return alt.Scale(type="symlog", constant=1, domain=[-0.3, steps[-1]], nice=False, zero=False)
    first = steps[0] * (steps[0] / steps[-1]) ** 0.05
    return alt.Scale(type="log", domain=[first, steps[-1]], nice=False, zero=False)


def _down(course: TrainingCourse) -> alt.Scale:
    return alt.Scale(type="log", domain=[1, _worst(course)], reverse=True, nice=False)


def _worst(course: TrainingCourse) -> int:
    return max(10, int(course.ranks.max()))


def _spread(course: TrainingCourse, along: alt.X, language: Language) -> list[alt.Chart]:
    """The median over the text's tokens, and the middle half of them."""
    rows = [{"training_step": step, "low": low, "median": middle, "high": high, "spoken": rank(round(middle))}
            for step, (low, middle, high) in zip(course.steps, course.quartiles.tolist(), strict=True)]
    base = alt.Chart(style.rows(rows)).encode(x=along)
    down = alt.Y("median:Q", title=message("training_course.rank_axis", language), scale=_down(course),
                 axis=alt.Axis(values=[10**i for i in range(int(math.log10(_worst(course))) + 1)], format=",",
                               domain=False, ticks=False))
    tooltip = [alt.Tooltip("training_step:Q", title=message("training.steps", language), format=","),
               alt.Tooltip("spoken:N", title=message("training_course.median", language))]
    return [
        base.mark_area(color=colour("band"), opacity=1).encode(y=alt.Y("low:Q", scale=_down(course)), y2="high:Q"),
        base.mark_line(strokeWidth=4, color=colour("ink")).encode(y=down),
        base.mark_point(filled=True, size=70, opacity=1, color=colour("ink")).encode(y=down, tooltip=tooltip),
    ]


def _lines(course: TrainingCourse, shown: list[int], along: alt.X, language: Language) -> list[alt.Chart]:
    """A line a followed token, and its name beside its end."""
    names = labels.of_positions(course.tokens, language)
    rows = [
        {"training_step": step, "position": p, "token": names[p], "rank": int(course.ranks[i, p]),
         "bits_per_character": round(float(course.bits_per_character[i]), 4), "followed": p in shown}
        for p in course.predicted.tolist() for i, step in enumerate(course.steps)
    ]
    hues = alt.Scale(domain=shown, range=[colour(f"f{i % FACTOR_HUES}") for i in range(len(shown))])
    dashes = alt.Scale(domain=shown, range=[DASHES[i % len(DASHES)] for i in range(len(shown))])
    shade = alt.Color("position:O", legend=None, scale=hues)
    base = alt.Chart(style.rows(rows)).transform_filter("datum.followed").encode(
        x=along, y=alt.Y("rank:Q", scale=_down(course)), color=shade)
    named = alt.Chart(style.rows(_ends(course, shown, names))).encode(
        y=alt.Y("level:Q", scale=_down(course)), color=shade)
    return [
        base.mark_line(strokeWidth=1.6).encode(strokeDash=alt.StrokeDash("position:O", legend=None, scale=dashes)),
        base.mark_point(filled=True, size=34, opacity=1).encode(tooltip=[
            alt.Tooltip("training_step:Q", title=message("training.steps", language), format=","),
            alt.Tooltip("token:N", title=message("term.token", language)),
            alt.Tooltip("rank:Q", title=message("term.rank", language), format=",")]),
        named.mark_text(align="left", baseline="middle", fontSize=12.5).encode(
            x=alt.value(WIDTH + 22), text="name:N", color=alt.value(colour("ink"))),
        named.mark_rule(strokeWidth=2).encode(x=alt.value(WIDTH + 10), x2=alt.value(WIDTH + 19)),
    ]


def _ends(course: TrainingCourse, shown: list[int], names: list[str]) -> list[dict[str, Any]]:
    """Names with the height at which each stands: that of its line's end, or as near as the others let it."""
    worst = math.log(_worst(course))
    order = sorted(shown, key=lambda p: (int(course.ranks[-1, p]), p))
    heights: list[float] = []
    for p in order:
        own = HEIGHT * math.log(int(course.ranks[-1, p])) / worst
        heights.append(max(own, heights[-1] + _ROW) if heights else max(own, 4))
    heights = [min(height, HEIGHT - 4 - _ROW * below)
               for height, below in zip(heights, range(len(heights) - 1, -1, -1), strict=True)]
    return [{"position": p, "name": shortened(names[p], 8), "level": math.exp(worst * height / HEIGHT)}
            for p, height in zip(order, heights, strict=True)]


def _surprisal(course: TrainingCourse, along: alt.X, language: Language) -> alt.LayerChart:
    bits = np.nan_to_num(course.bits_per_character)
    rows = [{"training_step": step, "bits": round(float(value), 4)}
            for step, value in zip(course.steps, bits.tolist(), strict=True)]
    base = alt.Chart(style.rows(rows)).encode(x=along, y=alt.Y(
        "bits:Q", title=message("training_course.bits_axis", language),
        scale=alt.Scale(domain=[0, 1.12 * float(bits.max() or 1)], nice=False),
        axis=alt.Axis(tickCount=4, domain=False, ticks=False)))
    return alt.layer(
        base.mark_line(strokeWidth=3, color=colour("u5")),
        base.mark_point(filled=True, size=60, opacity=1, color=colour("u5")).encode(tooltip=[
            alt.Tooltip("training_step:Q", title=message("training.steps", language), format=","),
            alt.Tooltip("bits:Q", title=message("training_course.bits_axis", language), format=".2f")]),
        base.mark_text(dy=-11, fontSize=12).encode(text=alt.Text("bits:Q", format=".2f")),
    )
