"""Watched words under several models: a panel a word, and a table of the last layer."""

from __future__ import annotations

from collections.abc import Mapping

from lmviz.figures import labels, notation, rendering
from lmviz.figures.charts import style
from lmviz.figures.charts.compare_watched_words import panel
from lmviz.figures.compare_words import watched
from lmviz.figures.compared import Compared, listed, scope
from lmviz.figures.html import fragment as f
from lmviz.figures.html.spans import hue
from lmviz.figures.lead_words import places
from lmviz.figures.messages import Language, message, quoted
from lmviz.figures.scales import colours
from lmviz.results import WatchedWords


def compare_watched_words(
    results: Mapping[str, WatchedWords],
    language: Language,
    *,
    figure_id: str,
    position: int | None = None,
    layer: int | None = None,
    interactive: bool = True,
    names: Mapping[str, str] | None = None,
) -> str:
    """Panels that wrap, live once pointed at; the position is the results' own."""
    of = watched(results, language, names)
    words = of.results[0].words
    charts = {str(word): style.styled(panel(of, word, language)).to_dict(validate=False) for word in range(len(words))}
    pictures = "".join(
        f'<div class="chart" data-chart="{word}">'
        f"{rendering.inline_svg(drawn, label=_spoken(of, int(word), language), identifier=f'{figure_id}-{word}')}</div>"
        for word, drawn in charts.items()
    )
    body = f'{_table(of, language)}<div class="panels">{pictures}</div>'
    data = None
    if interactive:
        data = {
            "scope": scope(of.tables, [each.model for each in of.results]), "language": language,
            "position": of.results[0].position, "given": False,
            "charts": charts, "colours": {value: name for name, value in colours().items()},
        }
    return f.fragment("compare_watched_words", figure_id, body, data)


def _spoken(of: Compared, word: int, language: Language) -> str:
    values = [notation.percent(float(each.log_probabilities[word, -1])) for each in of.results]
    name = quoted(labels.visible(of.results[0].words[word]), language)
    return message("compare.span_value", language, span=name, list=listed(of.names, values, language))


def _table(of: Compared, language: Language) -> str:
    heads = "".join(f'<th scope="col">{f.escape(labels.visible(word))}</th>' for word in of.results[0].words)
    rows = []
    for model, (name, each) in enumerate(zip(of.names, of.results, strict=True)):
        cells = "".join(
            f'<td><{"b" if place == 1 else "span"}>'
            f'{f.escape(message("compare_watched_words.place", language, place=int(place)))}'
            f'</{"b" if place == 1 else "span"}> '
            f'<span class="soft">{f.escape(notation.percent(float(log)))}</span></td>'
            for place, log in zip(places(each)[:, -1], each.log_probabilities[:, -1], strict=True)
        )
        rows.append(f'<tr><th scope="row"><i class="swatch {hue(model)}"></i>{f.escape(name)}</th>{cells}</tr>')
    corner = f.escape(message("compare.model", language))
    return (f'<div class="scroll" tabindex="0" role="region" aria-label="{corner}"><table class="lm-models"><thead><tr>'
            f'<th scope="col">{corner}</th>{heads}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>')
