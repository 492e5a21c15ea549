"""How a text comes to be predicted through a training: the chart, a sentence from the data, and the numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lmviz.comparison import TrainingCourse
from lmviz.comparison import training_course as course_of
from lmviz.figures import charts, labels, notation, rendering, training_words
from lmviz.figures.followed import followed, step_name
from lmviz.figures.html import fragment as f
from lmviz.figures.messages import Language, message
from lmviz.figures.scales import colours
from lmviz.figures.training_measures import newly_first, particles
from lmviz.results import LensMeasures


def training_course(
    results: Mapping[str, Any],
    language: Language,
    *,
    figure_id: str,
    position: int | None = None,
    layer: int | None = None,
    interactive: bool = True,
) -> str:
    """The chart, live once pointed at, and a table whose rows choose the checkpoint for all figures of the page."""
    of = followed(results, LensMeasures, "training_course", language)
    course = course_of(dict(zip(of.steps, of.results, strict=True)))
    chart = charts.training_course(results, language)
    label = training_words.training_course(results, language)[2]
    story = training_words.story(course, language)
    said = f'<p class="story">{f.escape(story)}</p>' if story else ""
    body = (
        f'{said}<div class="chart" data-chart="course">'
        f"{rendering.inline_svg(chart, label=label, identifier=figure_id)}</div>{_table(course, language)}"
    )
    data = None
    if interactive:
        data = {
            **of.data(language, position, labels.default_position(of.tokens)), "charts": {"course": chart.to_dict()},
            "colours": {value: name for name, value in colours().items()},
        }
    return f.fragment("training_course", figure_id, body, data)


def _table(course: TrainingCourse, language: Language) -> str:
    found, all_of = particles(course.tokens), len(course.predicted)
    keys = ["training.steps", "training_course.bits_axis", "training_course.median", "training_course.first"]
    keys += ["training_course.particles"] if found.size else []
    heads = "".join(f'<th scope="col">{f.escape(message(key, language))}</th>'
                    for key in [*keys, "training_course.new"])
    rows = []
    for i, step in enumerate(course.steps):
        cells = [notation.amount(float(course.bits_per_character[i])),
                 notation.rank(round(float(course.quartiles[i, 1]))) if all_of else "–",
                 message("training_course.of", language, count=int(course.n_first[i]), all=all_of)]
        if found.size:
            first = int((course.ranks[i, found] == 1).sum())
            cells.append(message("training_course.of", language, count=first, all=found.size))
        cells.append(training_words.token_names(course, newly_first(course, i)[0], language) or "–")
        written = "".join(f"<td>{f.escape(cell)}</td>" for cell in cells)
        rows.append(f'<tr data-step="{step}"><th scope="row">{f.escape(step_name(step, language))}</th>{written}</tr>')
    name = f.escape(message("training_course.table", language))
    return (f'<div class="scroll" tabindex="0" role="region" aria-label="{name}"><table class="lm-course"><thead><tr>'
            f'{heads}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>')
