"""The frame of a fragment: its element, its data island, and the parts that several figures share."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from html import escape as _escape
from typing import Any

import numpy as np

from lmviz.figures import labels
from lmviz.figures.description import context
from lmviz.figures.messages import Language, group, message
from lmviz.figures.scales import PROBABILITY_EDGES, RANK_EDGES
from lmviz.results import Result


def escape(text: object) -> str:
    """``text`` for element content and quoted attributes."""
    return _escape(str(text), quote=True)


_ISLAND = re.compile(r'(<script type="application/json" data-lmviz="\w+")>([^<]*)(</script>)')
_SMALL = 8192
"""Characters of data that are not worth a request of their own."""


def fragment(kind: str, figure_id: str, body: str, data: dict[str, Any] | None) -> str:
    """The element of a figure; ``data`` is None where no script will run, as in notebooks."""
    island = "" if data is None else (
        f'<script type="application/json" data-lmviz="{kind}">{island_json(data)}</script>'
    )
    return f'<div class="lmviz lmviz-{kind}" data-kind="{kind}" data-view="{escape(figure_id)}">{body}{island}</div>'


def apart(html: str, address: str) -> tuple[str, str | None]:
    """A fragment without its data, and the data, for a page that opens sooner without them.

    `static/later.js` fetches them from ``address`` once the figure comes near the window. What the page has to know of
    each figure before stays. Data of a few kilobytes stay too, and None is given for them.
    """
    island = _ISLAND.search(html)
    if island is None or len(island[2]) < _SMALL:
        return html, None
    data = json.loads(island[2])
    kept = island_json({name: data[name] for name in ("scope", "position", "given") if name in data})
    begin, end = island.span()
    return f'{html[:begin]}{island[1]} data-from="{escape(address)}">{kept}{island[3]}{html[end:]}', island[2]


def island_json(data: Any) -> str:
    """Compact JSON that cannot end its script element or read as markup."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def base(result: Result, language: Language, kind: str, position: int | None) -> dict[str, Any]:
    """What every island says: which text it is of, the text's tokens, and the words its module fills in.

    ``scope`` is the same for all figures of one text under one model: they share what the reader has chosen.
    """
    tokens = result.tokens
    digest = hashlib.sha256(np.ascontiguousarray(tokens.token_ids, dtype="<i8").tobytes() + result.model.encode())
    return {
        "scope": digest.hexdigest()[:12],
        "language": language,
        "position": labels.default_position(tokens) if position is None else position,
        "given": position is not None,
        "prompt": tokens.n_prompt,
        "start": tokens.n_start,
        "tokens": labels.of_positions(tokens, language),
        "words": group(f"{kind}.browser", language),
    }


def place(result: Result, position: int, language: Language) -> str:
    """The line that says which position a figure shows; `static/format.js` writes the same."""
    text = message("predictions.browser.place", language, context="\0", position=position)
    return escape(text).replace("\0", f"<b>{escape(context(result, position, language, 12).lstrip('…'))}</b>")


def contexts(result: Result, language: Language) -> list[str]:
    """What stands before each position, and before the one after the last."""
    return [context(result, p, language, 12).lstrip("…") for p in range(len(result.tokens) + 1)]


def switch(name: str, options: Iterable[tuple[str, str]], chosen: str, key: str) -> str:
    """Buttons of which one is pressed. Hidden until its module is there to answer."""
    buttons = "".join(
        f'<button type="button" data-{key}="{escape(value)}" aria-pressed="{str(value == chosen).lower()}">'
        f"{escape(text)}</button>"
        for value, text in options
    )
    return f'<div class="switch" role="group" aria-label="{escape(name)}" hidden><span>{escape(name)}</span>' \
           f"<div>{buttons}</div></div>"


def probability_legend(language: Language) -> str:
    """Steps of probability with their lower ends."""
    edges = ["0", *(f"{100 * edge:g}" for edge in PROBABILITY_EDGES)]
    steps = "".join(f'<li><i class="p{i}"></i><span>{edge}</span></li>' for i, edge in enumerate(edges))
    name = message("term.probability", language)
    return f'<div class="legend edges"><span>{escape(name)}</span><ol>{steps}</ol><span>%</span></div>'


def rank_legend(language: Language) -> str:
    """Steps of rank with their upper ends; what nothing predicts is hatched."""
    last = _short(RANK_EDGES[-1] - 1, language)
    ends = ["1", *(_short(edge - 1, language) for edge in RANK_EDGES[1:]), f"{last}{'超' if language == 'ja' else '+'}"]
    steps = "".join(f'<li><i class="r{i}"></i>{end}</li>' for i, end in enumerate(ends))
    return (
        f'<div class="legend"><span>{escape(message("rankings.legend", language))}</span><ol>{steps}</ol>'
        f'<span class="key"><i class="none"></i>{escape(message("term.no_prediction", language))}</span></div>'
    )


def _short(number: int, language: Language) -> str:
    sign, size = ("万", 10_000) if language == "ja" else ("k", 1000)
    return f"{number // size}{sign}" if number >= size else str(number)


def log_probability_code(value: float) -> int | None:
    """A log-probability as thousandths of a nat below 0, the unit of the islands; None where there is none."""
    return None if not np.isfinite(value) else max(0, round(-1000 * float(value)))


def candidate_code(ids: np.ndarray, logs: np.ndarray, rows: dict[int, int]) -> list[int]:
    """Candidates as a flat list: label index and log-probability code in turn, each code less the one before."""
    flat, before = [], 0
    for token_id, log in zip(ids.tolist(), logs.tolist(), strict=True):
        if token_id < 0:
            continue
        code = log_probability_code(log)
        code = 99_000 if code is None else code
        flat += [rows[token_id], max(0, code - before)]
        before = max(before, code)
    return flat
