"""The text as a row of buttons, a button a token; shared by the figures whose picture is the text."""

from __future__ import annotations

from collections.abc import Callable

from lmviz.figures import labels
from lmviz.figures.html.fragment import escape
from lmviz.figures.messages import Language, message
from lmviz.tokens import TokenTable


def strip(
    tokens: TokenTable,
    language: Language,
    dress: Callable[[int], tuple[str, str]],
    *,
    chosen: int | None = None,
    extra: Callable[[int], str] = lambda position: "",
) -> str:
    """Prompt and continuation as runs of tokens.

    Args:
        dress: class names and style attribute's content of a token, by position.
        chosen: the position shown as kept.
        extra: HTML that follows a token's text inside its button.
    """
    runs = []
    bounds = ((0, tokens.n_prompt, "prompt"), (tokens.n_prompt, len(tokens), "continuation"))
    for first, end, kind in bounds:
        if first == end:
            continue
        label = escape(message(f"term.{kind}", language))
        runs.append(f'<span class="run {kind}"><span class="run-label">{label}</span>'
                    f"{_run(tokens, language, range(first, end), dress, chosen, extra)}</span>")
    name = escape(message("tokens.strip", language))
    return f'<div class="strip" role="group" aria-label="{name}">{"".join(runs)}</div>'


def _run(
    tokens: TokenTable,
    language: Language,
    positions: range,
    dress: Callable[[int], tuple[str, str]],
    chosen: int | None,
    extra: Callable[[int], str],
) -> str:
    parts, open_group = [], None
    for position in positions:
        group = int(tokens.groups[position])
        shared = int((tokens.groups == group).sum()) > 1
        if open_group is not None and open_group != group:
            parts.append("</span>")
            open_group = None
        if shared and open_group is None:
            parts.append('<span class="character">')
            open_group = group
        classes, style = dress(position)
        text = labels.chip(tokens, position, language)
        word = " word" if labels.is_word(tokens, position) else ""
        after = extra(position)
        named = None if after else labels.spoken(tokens, position, language)
        spoken = f' aria-label="{escape(named)}"' if named else ""
        stop = 0 if position == chosen else -1
        styled = f' style="{escape(style)}"' if style else ""
        parts.append(
            f'<button type="button" class="token {classes}{word}" data-p="{position}" '
            f'aria-pressed="{str(position == chosen).lower()}" tabindex="{stop}"{styled}{spoken}>'
            f"{escape(text)}{after}</button>"
        )
        if tokens.texts[position].endswith("\n"):
            parts.append("<br>")
    if open_group is not None:
        parts.append("</span>")
    return "".join(parts)
