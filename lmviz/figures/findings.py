"""Which of several figures' titles tells most: what a page about them opens with."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from lmviz.figures.messages import Language, table

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

_BLANK = re.compile(r"\{\w+\}")


def weight(kind: str, title: str, language: Language) -> int:
    """How much a figure's title tells, from 0 (it claims nothing) to 6."""
    return next((weight for pattern, weight in _patterns(kind, language) if pattern.fullmatch(title)), 0)


def findings(titles: Sequence[tuple[str, str]], language: Language, most: int = 3) -> list[int]:
    """The titles that tell most.

    Args:
        titles: kind and title of each figure, in page order.
        most: how many at most.

    Returns:
        Their indices, the one that tells most first; of equals the first in page order. Titles that claim nothing are
        left out.
    """
    weights = [weight(kind, title, language) for kind, title in titles]
    order = sorted(range(len(titles)), key=lambda i: -weights[i])
    return [i for i in order if weights[i]][:most]


@cache
def _patterns(kind: str, language: Language) -> list[tuple[re.Pattern[str], int]]:
    """All titles of a kind with their weights, those first of which more is fixed: others may match the same."""
    start = f"{kind}.title"
    weights = _WEIGHTS.get(start, {})
    titles = {key.removeprefix(f"{start}."): message[language] for key, message in table().items()
              if key.startswith(f"{start}.")}
    order = sorted(titles, key=lambda key: -len(_BLANK.sub("", titles[key])))
    return [(_pattern(titles[key]), weights.get(key, 0)) for key in order]


def _pattern(template: str) -> re.Pattern[str]:
    """Matches what the template makes, whatever is filled in."""
    return re.compile(".+".join(map(re.escape, _BLANK.split(template))), re.DOTALL)
