"""Titles, captions, alternative texts and conventions of figure 4, a measure at a time."""

from __future__ import annotations

import numpy as np

from lmviz.figures import notation
from lmviz.figures.measures import measures, values
from lmviz.figures.messages import Language, message
from lmviz.figures.titles import Thresholds, layer_name, leap, name, worst_after
from lmviz.results import LensMeasures, Rankings


def title(result: Rankings, language: Language, measure: str = "rank") -> str:
    """What is to be seen in this text in ``measure``; one that claims nothing where the data pass no threshold."""
    claim = {"rank": _rank, "surprisal": _surprisal, "entropy": _entropy, "divergence": _divergence}[measure]
    plain = "plain" if measure == "rank" else f"plain_{measure}"
    return claim(result, language) or message(f"rankings.title.{plain}", language)


def caption(result: Rankings, language: Language) -> str:
    """How to read the grid."""
    return message("rankings.caption_measures" if isinstance(result, LensMeasures) else "rankings.caption", language)


def alternative(result: Rankings, language: Language, measure: str = "rank") -> str:
    """The grid of one measure in words."""
    shape = {"tokens": len(result.tokens), "layers": result.ranks.shape[0]}
    if measure == "rank":
        final = result.ranks[-1][result.ranks[-1] > 0]
        return message("rankings.alternative", language, **shape, first=int((final == 1).sum()),
                       ten=int((final <= 10).sum()))
    found = values(result, measure)[:, _predicted(result)]
    medians = [notation.bits(float(np.median(row))) if row.size else "–" for row in (found[0], found[-1])]
    if measure == "divergence":
        count, late = _settling(result)
        return message("rankings.alternative_divergence", language, **shape, first=medians[0], count=count, late=late)
    return message("rankings.alternative_bits", language, **shape, first=medians[0], last=medians[1],
                   measure=message(f"rankings.measure.{measure}", language))


def convention(result: Rankings, language: Language) -> str:
    """How every measure that the result has is defined."""
    said = [message("rankings.convention" if result.final_norm else "rankings.convention_raw", language,
                    vocabulary=notation.rank(result.vocabulary_size))]
    said += [message(f"rankings.convention_{measure}", language) for measure in measures(result)[1:]]
    if isinstance(result, LensMeasures):
        said.append(message("rankings.convention_settled", language))
    return ("" if language == "ja" else " ").join(said)


def _predicted(result: Rankings) -> np.ndarray:
    return np.flatnonzero(result.ranks[-1] > 0)


def _settling(result: LensMeasures) -> tuple[int, int]:
    """How many predictions there are, and how many settle only at the last layer."""
    settled = result.settled[result.settled >= 0]
    return settled.size, int((settled == result.ranks.shape[0] - 1).sum())


def _late(result: LensMeasures, language: Language) -> str:
    count, late = _settling(result)
    if result.ranks.shape[0] > 1 and count and late / count >= Thresholds.SETTLED_SHARE:
        return message("rankings.title.late", language, count=count, late=late)
    return ""


def _rank(result: Rankings, language: Language) -> str:
    """The steepest rise to the top between two layers, or else that most predictions settle late, or a climb."""
    where = _predicted(result)
    ranks = result.ranks[:, where].astype(float)
    if ranks.size and ranks.max() <= Thresholds.JUMP_END:
        return message("rankings.title.settled", language)
    if ranks.size == 0 or ranks.shape[0] < 2:
        return ""
    leapt = leap(ranks)
    if leapt:
        at, column = leapt
        return message("rankings.title.jump", language, token=name(result, int(where[column]), language),
                       layer=layer_name(at, language), before=notation.rank(ranks[at - 1, column]),
                       after=notation.rank(ranks[at, column]))
    late = _late(result, language) if isinstance(result, LensMeasures) else ""
    climb = np.where(ranks[-1] <= Thresholds.JUMP_END, ranks[0] / ranks[-1], 0)
    column = int(np.argmax(climb))
    if not late and climb[column] >= Thresholds.RISE:
        return message("rankings.title.rise", language, token=name(result, int(where[column]), language),
                       before=notation.rank(ranks[0, column]), after=notation.rank(ranks[-1, column]))
    return late


def _surprisal(result: LensMeasures, language: Language) -> str:
    """The largest fall between two layers that is not taken back."""
    where = _predicted(result)
    bits = values(result, "surprisal")[:, where]
    if bits.size == 0 or bits.shape[0] < 2:
        return ""
    fall = bits[:-1] - worst_after(bits)[1:]
    at, column = np.unravel_index(int(np.argmax(fall)), fall.shape)
    if fall[at, column] < Thresholds.FALL:
        return ""
    return message("rankings.title.falls", language, token=name(result, int(where[column]), language),
                   layer=layer_name(at + 1, language), before=notation.bits(bits[at, column]),
                   after=notation.bits(bits[at + 1, column]))


def _entropy(result: LensMeasures, language: Language) -> str:
    """The layer at which the choice narrows most, in the mean over the text."""
    bits = values(result, "entropy")[:, _predicted(result)]
    if bits.size == 0 or bits.shape[0] < 2:
        return ""
    means = bits.mean(axis=1)
    at = int(np.argmax(means[:-1] - means[1:]))
    if means[at] - means[at + 1] < Thresholds.NARROWING:
        return ""
    return message("rankings.title.narrows", language, layer=layer_name(at + 1, language),
                   before=notation.bits(means[at]), after=notation.bits(means[at + 1]))


def _divergence(result: LensMeasures, language: Language) -> str:
    """Whether most predictions settle only at the last layer, or most in the first half."""
    late = _late(result, language)
    settled, half = result.settled[result.settled >= 0], (result.ranks.shape[0] - 1) // 2
    early = int((settled <= half).sum())
    if not late and settled.size and early / settled.size >= Thresholds.SETTLED_SHARE:
        return message("rankings.title.early", language, count=settled.size, early=early,
                       layer=layer_name(half, language))
    return late
