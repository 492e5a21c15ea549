"""Figure 5: watched words over the layers: pictures at first, live charts with readings once pointed at."""

from __future__ import annotations

from lmviz.figures import labels, notation, rendering
from lmviz.figures.charts.watched_words import DASHES, Quantity
from lmviz.figures.charts.watched_words import watched_words as chart
from lmviz.figures.description import watched_words_alternative as spoken
from lmviz.figures.html import fragment as f
from lmviz.figures.lead_words import places
from lmviz.figures.messages import Language, message
from lmviz.figures.scales import FACTOR_HUES, colours
from lmviz.results import WatchedWords


def watched_words(
    results: WatchedWords,
    language: Language,
    *,
    figure_id: str,
    position: int | None = None,
    layer: int | None = None,
    interactive: bool = True,
) -> str:
    """Log-probabilities, places among several words, and ranks where some word is a single token.

    The position is the result's own. A table beside the picture says which tokens each word was given as.
    """
    result = results
    quantities: list[Quantity] = ["log_probability"]
    if len(result.words) > 1:
        quantities.append("place")
    if (result.ranks > 0).any():
        quantities.append("rank")
    charts = {name: chart(result, language, quantity=name).to_dict(validate=False) for name in quantities}
    options = [(name, message(f"watched_words.{name}", language)) for name in charts]
    switch = f.switch(message("watched_words.show", language), options, "log_probability", "quantity") \
        if len(charts) > 1 else ""
    pictures = "".join(
        f'<div class="chart" data-chart="{name}"{"" if name == "log_probability" else " hidden"}>'
        f"{rendering.inline_svg(drawn, label=spoken(result, language, name), identifier=f'{figure_id}-{name}')}</div>"
        for name, drawn in charts.items()
    )
    fixed = f.escape(message("watched_words.fixed", language))
    body = (
        f'<div class="tools">{switch}<p class="place end">{f.place(result, result.position, language)} · {fixed}</p>'
        f'</div><div class="columns"><div>{pictures}</div>{_table(result, language)}</div>'
    )
    data = None
    if interactive:
        data = {
            **f.base(result, language, "watched_words", result.position), "given": False,
            "charts": charts, "colours": {value: name for name, value in colours().items()},
        }
    return f.fragment("watched_words", figure_id, body, data)


def _table(result: WatchedWords, language: Language) -> str:
    """The words at the last layer, strongest first, each with its tokens."""
    among, logs = places(result)[:, -1], result.log_probabilities[:, -1]
    shown = ["tokens", "log_probability", "rank"] if (result.ranks > 0).any() else ["tokens", "log_probability"]
    heads = "".join(f'<th scope="col">{f.escape(message(f"watched_words.{name}", language))}</th>'
                    for name in ("word", *shown))
    rows = ""
    for w in sorted(range(len(result.words)), key=lambda w: int(among[w])):
        tokens = " ".join(f"<span>{f.escape(labels.visible(text))}</span>" for text in result.word_token_texts[w])
        rank = notation.rank(result.ranks[w, -1]) if result.ranks[w, -1] else "–"
        cells = [f'<td class="of">{tokens}</td>', f'<td class="number">{notation.nats(float(logs[w]))}</td>']
        if "rank" in shown:
            cells.append(f'<td class="number">{rank}</td>')
        rows += f'<tr><th scope="row">{_line(w)}{f.escape(labels.visible(result.words[w]))}</th>{"".join(cells)}</tr>'
    caption = f.escape(message("watched_words.last", language))
    return f'<div class="words" tabindex="0" role="region" aria-label="{caption}"><table>' \
           f"<caption>{caption}</caption><thead><tr>{heads}</tr></thead>" \
           f"<tbody>{rows}</tbody></table></div>"


def _line(word: int) -> str:
    """How a word's line is drawn, in small."""
    dashes = "" if word % len(DASHES) == 0 else f' stroke-dasharray="{" ".join(map(str, DASHES[word % len(DASHES)]))}"'
    return f'<svg viewBox="0 0 26 8" aria-hidden="true"><path d="M0 4h26" ' \
           f'stroke="var(--lm-f{word % FACTOR_HUES})"{dashes}/></svg>'
