"""Title, caption, alternative text and convention of the figure of characters."""

from __future__ import annotations

import numpy as np

from lmviz.figures import character_columns as of
from lmviz.figures import labels, notation
from lmviz.figures.messages import Language, message
from lmviz.figures.titles import Thresholds, layer_name, leap
from lmviz.results import CharacterLens


def title(result: CharacterLens, language: Language) -> str:
    """Names the character that leaps to the top, or else says from which layer on most first choices stay."""
    found = of.columns(result, language)
    return _leap(result, found, language) or _settling(result, found, language) or \
        message("characters.title.plain", language)


def _leap(result: CharacterLens, found: list[of.Column], language: Language) -> str | None:
    ranks = of.ranks(result, found)
    where = np.flatnonzero(ranks[-1] > 0)
    ranks = ranks[:, where]
    leapt = leap(ranks)
    if leapt is None:
        return None
    at, column = leapt
    return message(
        "characters.title.jump", language, character=of.name(found[where[column]], language),
        layer=layer_name(at, language), before=notation.rank(ranks[at - 1, column]),
        after=notation.rank(ranks[at, column]),
    )


def _settling(result: CharacterLens, found: list[of.Column], language: Language) -> str | None:
    """Counts only columns of which the last layer is sure enough that its first choice says something."""
    n_layers = len(result.candidates)
    readings = [[of.reading(result, layer, column) for layer in range(n_layers)] for column in found]
    readings = [each for each in readings if each[-1][0] != of.NOTHING]
    decided = [[best for best, _ in each] for each in readings if each[-1][1] >= np.log(Thresholds.UNDECIDED)]
    if not decided or len(decided) < Thresholds.CONFIDENT * len(readings):
        return None
    settled = [1 + max((layer for layer, best in enumerate(each) if best != each[-1]), default=-1) for each in decided]
    half = int(np.sort(settled)[(len(settled) - 1) // 2])
    key = "always" if half == 0 else "late" if half == n_layers - 1 else "settles"
    return message(f"characters.title.{key}", language, layer=layer_name(half, language))


def caption(language: Language) -> str:
    """How to read the grid and its card."""
    return message("characters.caption", language)


def alternative(result: CharacterLens, language: Language) -> str:
    """The grid in words."""
    found = of.columns(result, language)
    final = of.ranks(result, found)[-1]
    last = len(result.candidates) - 1
    met = sum(of.is_met(result, of.reading(result, last, column)[0], column) for column in found)
    return message(
        "characters.alternative", language, columns=len(found), layers=last + 1, predicted=int((final > 0).sum()),
        first=met, ten=int(((final > 0) & (final <= Thresholds.TOP)).sum()),
        text=labels.visible(result.tokens.text),
    )


def convention(result: CharacterLens, language: Language) -> str:
    """How the numbers are defined, with what this very text adds to it."""
    parts = [message("characters.convention", language)]
    if any(result.pending):
        parts.append(message("characters.convention_inside", language))
    if not result.final_norm:
        parts.append(message("characters.convention_raw", language))
    return ("" if language == "ja" else " ").join(parts)
