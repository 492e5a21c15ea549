"""What a page about several figures opens with: the titles that tell most, most first.

A title's score is the weight of its claim times 1 plus its effect (`effects`). So an event along the layers that just
passes its threshold gives way to a plain fact that is as large as such facts get, and a claim of twice the weight comes
first however small it is. Scores are of one figure's results alone: no other text moves them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from lmviz.figures import labels
from lmviz.figures.effects import effect
from lmviz.figures.messages import Language, message, quoted, table
from lmviz.results import Result

_WEIGHTS = {
    "watched_words.title": {"overtakes": 6, "changes": 6, "takes": 5, "ahead": 4, "rises": 4, "leads": 2},
    "attribution.title": {
        "contrast.up": 5, "contrast.down": 5, "up": 4, "down": 5, "contrast.magnitude": 3, "magnitude": 3,
    },
    "rankings.title": {"jump": 5, "rise": 4, "falls": 3, "narrows": 2, "late": 2, "early": 2, "settled": 1},
    "layer_predictions.title": {"arrives": 4, "returns": 5, "late": 4, "always": 2},
    "characters.title": {"jump": 3, "settles": 1, "always": 1, "late": 1},
    "tokens.title": {"surprise": 3, "confident": 2},
    "predictions.title": {"certain": 2, "contest": 2, "first": 1},
    "factor_responses.title": {"leads": 2, "both": 2},
    "neuron_factors.title": {"focused": 1},
}
"""An event along the layers, or what decided a prediction, tells more than where something stands; a title that claims
nothing tells nothing."""

_AT_ONE_PLACE = frozenset({"predictions", "layer_predictions", "watched_words"})
"""Kinds whose titles speak of one place in the text without saying which: on the figure, the figure does."""

_BLANK = re.compile(r"\{\w+\}")


@dataclass(frozen=True)
class Finding:
    """What a figure has to tell away from itself: its title, with the place it is about, and how much it tells."""

    sentence: str
    score: float


def finding(kind: str, result: Any, title: str, language: Language, *, position: int | None = None,
            layer: int | None = None) -> Finding:
    """A figure's title as a finding; one that claims nothing has the score 0.

    Args:
        result: the one that the title speaks of.
        position, layer: as for the figure.
    """
    weight, claim = _claim(kind, title, language)
    if not weight:
        return Finding(title, 0.0)
    at = labels.default_position(result.tokens) if position is None else position
    score = weight * (1 + effect(kind, claim, result, position=at, layer=layer))
    if kind not in _AT_ONE_PLACE:
        return Finding(title, score)
    at = getattr(result, "position", at)
    before = quoted(_before(result, at), language)
    return Finding(message("finding.after", language, context=before, title=title), score)


def _before(result: Result, position: int, least: int = 6) -> str:
    """The last tokens before ``position``, as few as have ``least`` characters, from behind a full stop or comma."""
    texts = result.tokens.texts[:position]
    first = len(texts)
    while first and len("".join(texts[first:]).strip()) < least:
        first -= 1
    shown = labels.visible("".join(texts[first:]).strip().lstrip("。、，．"))
    return ("…" if "".join(texts[:first]).strip() else "") + shown


def most_telling(scores: Sequence[float], most: int = 3) -> list[int]:
    """Indices of the highest scores above 0, the highest first; of equals the first."""
    order = sorted(range(len(scores)), key=lambda i: -scores[i])
    return [i for i in order if scores[i] > 0][:most]


def _claim(kind: str, title: str, language: Language) -> tuple[int, str]:
    """The weight of a title's claim, from 0 (it claims nothing) to 6, and the claim's name in the table of messages."""
    return next(((weight, key) for pattern, weight, key in _patterns(kind, language) if pattern.fullmatch(title)),
                (0, ""))


@cache
def _patterns(kind: str, language: Language) -> list[tuple[re.Pattern[str], int, str]]:
    """All titles of a kind with their weights, those first of which more is fixed: others may match the same."""
    start = f"{kind}.title"
    weights = _WEIGHTS.get(start, {})
    titles = {key.removeprefix(f"{start}."): text[language] for key, text in table().items()
              if key.startswith(f"{start}.")}
    order = sorted(titles, key=lambda key: -len(_BLANK.sub("", titles[key])))
    return [(_pattern(titles[key]), weights.get(key, 0), key) for key in order]


def _pattern(template: str) -> re.Pattern[str]:
    """Matches what the template makes, whatever is filled in."""
    return re.compile(".+".join(map(re.escape, _BLANK.split(template))), re.DOTALL)
