"""Figure 5: watched words over the layers: pictures at first, live charts with readings once pointed at."""

from __future__ import annotations

from typing import Any

from lmviz.figures import rendering
from lmviz.figures.charts.watched_words import watched_words as chart
from lmviz.figures.description import watched_words_alternative as spoken
from lmviz.figures.html import fragment as f
from lmviz.figures.messages import Language, message
from lmviz.figures.scales import colours
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
    """Log-probabilities, and ranks where some word is a single token. The position is the result's own."""
    result = results
    charts: dict[str, Any] = {"log_probability": chart(result, language)}
    if (result.ranks > 0).any():
        charts["rank"] = chart(result, language, quantity="rank")
    options = [(name, message(f"watched_words.{name}", language)) for name in charts]
    switch = f.switch(message("watched_words.show", language), options, "log_probability", "quantity") \
        if len(charts) > 1 else ""
    pictures = "".join(
        f'<div class="chart" data-chart="{name}"{"" if name == "log_probability" else " hidden"}>'
        f"{rendering.inline_svg(drawn, label=spoken(result, language, name), identifier=f'{figure_id}-{name}')}</div>"
        for name, drawn in charts.items()
    )
    fixed = f.escape(message("watched_words.fixed", language))
    body = f'<div class="tools">{switch}<p class="place end">{f.place(result, result.position, language)}' \
           f" · {fixed}</p></div>{pictures}"
    data = None
    if interactive:
        data = {
            **f.base(result, language, "watched_words", result.position), "given": False,
            "charts": {name: drawn.to_dict() for name, drawn in charts.items()},
            "colours": {value: name for name, value in colours().items()},
        }
    return f.fragment("watched_words", figure_id, body, data)
