"""The common text of several models as a row of columns, a column a shared span, with marks of each model in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from lmviz.figures import labels
from lmviz.figures.compared import HUES, Compared, scope
from lmviz.figures.html import fragment as f
from lmviz.figures.messages import Language, message
from lmviz.figures.span_measures import Spans


def hue(model: int) -> str:
    """Class names of a model's colour; each second model is drawn as an outline."""
    return f"c{model % HUES}{' outlined' if model % 2 else ''}"


def columns(found: Spans, language: Language, marks: Callable[[int], str], chosen: int) -> str:
    """The spans as buttons, `marks` giving the inside of each plot; what is not counted is hatched."""
    parts = []
    for span, counted in enumerate(found.shared.counted.tolist()):
        shown = f.escape(labels.visible(found.shared.texts[span]))
        plot = marks(span) if counted else ""
        unknown = " unknown" if found.shared.unknown[:, span].any() else ""
        parts.append(
            f'<button type="button" class="token{"" if counted else " uncounted"}{unknown}" data-p="{span}" '
            f'aria-pressed="{str(span == chosen).lower()}" tabindex="{0 if span == chosen else -1}" '
            f'aria-label="{f.escape(found.readings[span])}"><span class="span-text">{shown}</span>'
            f'<span class="plot{"" if counted else " none"}">{plot}</span></button>'
        )
        if found.shared.texts[span].endswith("\n"):
            parts.append("<br>")
    name = f.escape(message("compare.spans", language))
    return f'<div class="strip spans" role="group" aria-label="{name}">{"".join(parts)}</div>'


def table(of: Compared, language: Language, heads: list[str], rows: Iterable[list[str]]) -> str:
    """A key to the models, with what is counted over the whole text beside each, ``rows``, under ``heads``."""
    above = "".join(f'<th scope="col">{f.escape(head)}</th>' if head else "<td></td>" for head in heads)
    body = "".join(
        f'<tr><th scope="row"><i class="swatch {hue(model)}"></i>{f.escape(of.names[model])}</th>'
        + "".join(f"<td>{f.escape(cell)}</td>" for cell in row) + "</tr>"
        for model, row in enumerate(rows)
    )
    return f'<table class="lm-models"><thead><tr><td></td>{above}</tr></thead><tbody>{body}</tbody></table>'


def key(language: Language) -> str:
    """What the hatching means."""
    return (f'<span class="legend"><span class="key"><i class="none"></i>'
            f'{f.escape(message("compare.not_counted", language))}</span></span>')


def figure(kind: str, of: Compared, found: Spans, language: Language, figure_id: str, *, above: str,
           marks: Callable[[int], str], position: int | None, interactive: bool, style: str = "") -> str:
    """A fragment: the key above, the columns, and a line that reads out the chosen one."""
    chosen = found.chosen(of, position)
    reading = found.readings[chosen] if len(found.shared) else ""
    styled = f' style="{f.escape(style)}"' if style else ""
    body = f'{above}<div class="plots"{styled}>{columns(found, language, marks, chosen)}</div>' \
           f'<p class="readout" aria-live="polite">{f.escape(reading)}</p>'
    return f.fragment(kind, figure_id, body, base(of, kind, language, chosen, position) if interactive else None)


def base(of: Compared, kind: str, language: Language, chosen: int, position: int | None) -> dict[str, Any]:
    """What every island of a comparison says; ``position`` counts shared spans."""
    return {
        "scope": scope(of.tables, [result.model for result in of.results]), "language": language, "position": chosen,
        "given": position is not None,
    }
