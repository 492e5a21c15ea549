"""The words of the figures that compare models on watched words and on attributions.

Each function gives title, caption, alternative and convention, in this order.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from lmviz.comparison import SharedAttribution, shared_attribution
from lmviz.figures import labels, lead_words, notation, scales
from lmviz.figures.attribution_words import method_name
from lmviz.figures.compared import Compared, compared, listed
from lmviz.figures.messages import Language, message, quoted
from lmviz.figures.titles import Thresholds
from lmviz.results import Attribution, WatchedWords
from lmviz.units import Unit

Words = tuple[str, str, str, str]

FULL = 0.4
"""Share of a model's contributions from which colour is strongest."""


def watched(results: Mapping[str, Any], language: Language, names: Mapping[str, str] | None) -> Compared:
    """Watched words of several models. Raises ``ValueError`` where the models watch different words."""
    of = compared(results, WatchedWords, "compare_watched_words", names, language)
    for each in of.results:
        if each.words != of.results[0].words:
            raise ValueError(f"the models watch different words, {', '.join(of.results[0].words)} and "
                             f"{', '.join(each.words)}; watch the same in all")
    return of


def compare_watched_words(results: Mapping[str, Any], language: Language, names: Mapping[str, str] | None) -> Words:
    """The title says whether the same word leads in every model."""
    of = watched(results, language, names)
    words = [quoted(labels.visible(word), language) for word in of.results[0].words]
    leaders = []
    for each in of.results:
        first, margin = lead_words.leaders(each)
        leaders.append(int(first[-1]) if len(words) > 1 and margin[-1] >= Thresholds.LEAD else None)
    title = _claim("compare_watched_words", leaders, lambda word: words[word], "word", of, language)
    separator = message("list.separator", language)
    spoken = [
        separator.join(message("compare_watched_words.value", language, word=words[w],
                               probability=notation.percent(float(each.log_probabilities[w, -1])))
                       for w in np.argsort(lead_words.places(each)[:, -1], kind="stable"))
        for each in of.results
    ]
    return (title, message("compare_watched_words.caption", language),
            message("compare_watched_words.alternative", language,
                    list=listed(of.names, spoken, language, separator="compare.lists")),
            message("compare_watched_words.convention", language))


def attributed(
    results: Mapping[str, Any], language: Language, names: Mapping[str, str] | None, unit: Unit = "word"
) -> tuple[Compared, SharedAttribution]:
    """Attributions of several models in one unit."""
    of = compared(results, Attribution, "compare_attribution", names, language)
    return of, shared_attribution(of.results, unit)


def target_text(of: Compared, shared: SharedAttribution, target: int, language: Language) -> str:
    """A target's characters in quotation marks."""
    begin, end = shared.targets[target].tolist()
    return quoted(labels.visible("".join(shared.texts)[begin:end]), language)


def leading_sources(shared: SharedAttribution, target: int) -> list[int | None]:
    """The unit that stands out in each model, by the thresholds of the attribution figure; None for none."""
    found: list[int | None] = []
    for row in np.abs(shared.shares()[0][:, target]):
        order = np.argsort(-row, kind="stable")
        second = row[order[1]] if len(order) > 1 else 0.0
        stands_out = len(order) > 0 and row[order[0]] >= max(Thresholds.SHARE, Thresholds.SHARE_RATIO * second)
        found.append(int(order[0]) if stands_out else None)
    return found


def attribution_title(of: Compared, shared: SharedAttribution, target: int, language: Language) -> str:
    """Whether the models give the most weight to the same part of the text."""
    return _claim("compare_attribution", leading_sources(shared, target),
                  lambda unit: quoted(labels.visible(shared.texts[unit]), language), "source", of, language,
                  target=target_text(of, shared, target, language))


def compare_attribution(results: Mapping[str, Any], language: Language, names: Mapping[str, str] | None,
                        target: int = 0) -> Words:
    """The title says whether the models give the most weight to the same word."""
    of, shared = attributed(results, language, names)
    first = of.results[0]
    caption = message("compare_attribution.caption", language)
    convention = message("compare_attribution.convention", language, method=method_name(first.method, language),
                         quantity=message(f"attribution.quantity.{first.target}", language))
    if not len(shared.targets):
        nothing = message("compare_attribution.title.nothing", language)
        return nothing, caption, nothing, convention
    shares = shared.shares()[0][:, target]
    spoken = [
        message("list.separator", language).join(
            message("list.item", language, token=quoted(labels.visible(shared.texts[u]), language),
                    value=signed_share(row[u]))
            for u in np.argsort(-np.abs(row), kind="stable")[:4] if row[u])
        for row in shares
    ]
    return (attribution_title(of, shared, target, language), caption,
            message("compare_attribution.alternative", language,
                    list=listed(of.names, spoken, language, separator="compare.lists"),
                    target=target_text(of, shared, target, language)), convention)


def signed_share(value: float) -> str:
    """A share of all contributions with its sign: ``+31%``, ``−8%``."""
    # From thousandths, as the page's data hold them, and with halves rounded up, as the browser does.
    whole = (abs(round(1000 * float(value))) + 5) // 10
    return f"{'−' if value < 0 and whole else '+'}{whole}%"


def share_step(share: float) -> int:
    """Step -5 to 5 of a share; the strongest from `FULL` on."""
    return scales.attribution_step(share / FULL)


def target_units(shared: SharedAttribution, target: int) -> range:
    """The units that a target's characters lie in."""
    if not len(shared.targets):
        return range(0)
    begin, end = shared.targets[target].tolist()
    ends = np.cumsum([len(each) for each in shared.texts])
    return range(int(np.searchsorted(ends, begin, side="right")), int(np.searchsorted(ends, end, side="left")) + 1)


def _claim(kind: str, leaders: list[int | None], name: Any, key: str, of: Compared, language: Language,
           **values: str) -> str:
    if None in leaders:
        return message(f"{kind}.title.plain", language, **values)
    if len(set(leaders)) == 1:
        return message(f"{kind}.title.same", language, **{key: name(leaders[0])}, **values)
    return message(f"{kind}.title.differ", language, **values,
                   list=listed(of.names, [name(leader) for leader in leaders], language, "model_at"))
