"""Which watched word leads at each layer, where the lead changes, and the title that says so.

A lead counts where it is clear: by `Thresholds.LEAD` or more over the next word. A change of the lead is from one clear
leader to the next; it takes place at the layer from which on the new one is ahead without a break until it is clear.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lmviz.figures import labels
from lmviz.figures.messages import Language, message, quoted
from lmviz.figures.titles import Thresholds, layer_name
from lmviz.results import WatchedWords


class LeadChange(NamedTuple):
    """At ``layer`` the word ``after`` takes the lead that ``before`` had last held clearly."""

    layer: int
    before: int
    after: int


def places(result: WatchedWords) -> np.ndarray:
    """The place of each word among the watched ones, int64 ``[word, layer]``: 1 is the most probable, ties share it."""
    logs = result.log_probabilities
    return 1 + (logs[None] > logs[:, None]).sum(axis=1)


def leaders(result: WatchedWords) -> tuple[np.ndarray, np.ndarray]:
    """The most probable word ``[layer]`` and its lead over the next in nats ``[layer]``, infinite over no other."""
    logs = np.asarray(result.log_probabilities, dtype=float)
    if len(logs) == 1:
        return np.zeros(logs.shape[1], dtype=int), np.full(logs.shape[1], np.inf)
    order = np.sort(logs, axis=0)
    return logs.argmax(axis=0), order[-1] - order[-2]


def lead_changes(result: WatchedWords) -> list[LeadChange]:
    """Every change of the lead, shallowest first."""
    first, margin = leaders(result)
    holder, changes = -1, []
    for layer in np.flatnonzero(margin >= Thresholds.LEAD).tolist():
        leader = int(first[layer])
        if holder >= 0 and leader != holder:
            since = layer
            while first[since - 1] == leader:
                since -= 1
            changes.append(LeadChange(since, holder, leader))
        holder = leader
    return changes


def title(result: WatchedWords, language: Language) -> str:
    """Who leads at the last layer and since when; one that claims nothing where no word is ever clearly ahead."""
    words = [quoted(labels.visible(word), language) for word in result.words]
    if len(words) == 1:
        return _of_one(result, words[0], language)
    first, margin = leaders(result)
    clear, final, changes = margin >= Thresholds.LEAD, int(first[-1]), lead_changes(result)
    if not clear[-1]:
        return message(f"watched_words.title.{'close' if clear.any() else 'plain'}", language)
    if clear.all() and (first == final).all():
        return message("watched_words.title.leads", language, token=words[final])
    if len(changes) > 1:
        return message("watched_words.title.changes", language, token=words[final], count=len(changes),
                       layer=layer_name(changes[-1].layer, language))
    if changes:
        layer, before, after = changes[0]
        claim = "overtakes" if first[layer - 1] == before else "takes"
        return message(f"watched_words.title.{claim}", language, token=words[after], other=words[before],
                       layer=layer_name(layer, language))
    since = int(np.flatnonzero(~(clear & (first == final)))[-1]) + 1
    return message("watched_words.title.ahead", language, token=words[final], layer=layer_name(since, language))


def _of_one(result: WatchedWords, word: str, language: Language) -> str:
    inside = (result.ranks[0] > 0) & (result.ranks[0] <= Thresholds.TOP)
    if inside[-1] and not inside[0]:
        entered = int(np.flatnonzero(~inside)[-1]) + 1
        return message("watched_words.title.rises", language, token=word, layer=layer_name(entered, language))
    return message("watched_words.title.plain_one", language, token=word)
