"""The guided tour: one entry's figures in turn for newcomers, each with the choices that show what is said of it.

What the tour says of figures in general stands in `messages.toml`; what they show here is written from the results.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from gallery.pages.drawings import Unreadable
from gallery.pages.edition import Edition
from gallery.pages.section import Section, drawn_with
from lmviz.figures import labels
from lmviz.figures.at_token import at_token, followed
from lmviz.figures.messages import quoted

log = logging.getLogger("gallery.pages")

KINDS = ("tokens", "predictions", "layer_predictions", "rankings", "watched_words", "attribution", "factor_responses")
"""The figures that the tour stops at, in page order, as far as the entry has them; where the model has no factors of
its own, those of the text stand in."""


@dataclass(frozen=True)
class Step:
    """A stop of the tour: a figure, what it shows here, and the query string under which the page shows that."""

    kind: str
    sentence: str
    query: str


@dataclass(frozen=True)
class Tour:
    """The stops of an entry's tour, and the token that is followed through them, in quotation marks."""

    token: str
    steps: tuple[Step, ...]


def tour(edition: Edition, shown: Sequence[Section]) -> Tour | None:
    """The tour of an entry whose figures are ``shown``; None where there is nothing to follow a token in."""
    drawn = {part.figure.kind: part for part in shown if part.drawing}
    if "tokens" not in drawn:
        return None
    named = drawn.get("layer_predictions", drawn["tokens"]).figure.position
    kinds = [kind for kind in KINDS if kind in drawn]
    if kinds[-1] != KINDS[-1] and "neuron_factors" in drawn:
        kinds.append("neuron_factors")
    try:
        _, text = edition.drawings.opening(drawn["tokens"].figure)
        position = followed(text, named)
        token = quoted(labels.of_position(text.tokens, position, edition.language), edition.language)
        return Tour(token, tuple(_steps(edition, [drawn[kind] for kind in kinds], position)))
    except Unreadable as error:
        log.warning("the guided tour: %s", error)
        return None


def _steps(edition: Edition, parts: Sequence[Section], position: int) -> Iterator[Step]:
    for part in parts:
        chosen = drawn_with(edition, part.subject, part.figure)
        name, result = edition.drawings.opening(part.figure, chosen["first"])
        seen = at_token(result, position, edition.language, kind=part.figure.kind, opened_as=name,
                        factor_names=edition.drawings.factor_names(chosen["labels"], edition.language))
        yield Step(part.figure.kind, seen.sentence, urlencode(seen.choices))
