"""What is explained: one token, several in a row, or one continuation rather than another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lmviz.analyses.words import encode_word
from lmviz.validation import whole_numbers

if TYPE_CHECKING:
    from lmviz.trace import Trace


@dataclass(frozen=True)
class Target:
    """Tokens whose prediction is explained by what stands before them; they themselves are held as they are.

    Attributes:
        position: of the first of them, at least 1.
        token_ids: at least one.
        foil_ids: what they are contrasted with, in the same place; empty where nothing is.
    """

    position: int
    token_ids: tuple[int, ...]
    foil_ids: tuple[int, ...] = ()

    @property
    def is_single(self) -> bool:
        """Whether one row of logits answers for it."""
        return len(self.token_ids) == 1 and len(self.foil_ids) <= 1


def find_targets(trace: Trace, targets: Iterable[int | range] | None, foil: str | None, contrast: bool
                 ) -> tuple[Target, ...]:
    """The targets that `lmviz.attribute` is asked for. Raises ``ValueError`` for what is not in the text."""
    spans = _spans(trace, targets)
    return tuple(
        Target(
            span.start,
            tuple(int(token_id) for token_id in trace.token_ids[span.start : span.stop]),
            _foil(trace, span, foil) if contrast else (),
        )
        for span in spans
    )


def _spans(trace: Trace, targets: Iterable[int | range] | None) -> list[range]:
    n_positions = len(trace.token_ids)
    if n_positions < 2:
        raise ValueError("the text has a single token, which nothing precedes: there is nothing to attribute")
    if targets is None:
        first = trace.n_prompt if trace.n_prompt < n_positions else 1
        return [range(position, position + 1) for position in range(max(first, 1), n_positions)]
    if isinstance(targets, (range, str, bytes)) or not isinstance(targets, Iterable):
        targets = whole_numbers("targets", targets)
    asked = list(targets)
    if not asked:
        raise ValueError("targets is empty; name at least one position, or leave it out for the continuation")
    single = whole_numbers("targets", [target for target in asked if not isinstance(target, range)])
    left = iter(single)
    spans = [target if isinstance(target, range) else range(at := next(left), at + 1) for target in asked]
    for span in spans:
        if not span or span.step != 1:
            raise ValueError(f"target {span!r} is no span of tokens; give range(first, after the last)")
        if not 1 <= span.start or not span.stop <= n_positions:
            wrong = span.start if span.start < 1 or span.start >= n_positions else span.stop - 1
            raise ValueError(
                f"target {wrong} cannot be explained: targets lie between 1 and {n_positions - 1} in this text "
                "(position 0 has no prediction)"
            )
    starts = [span.start for span in spans]
    if len(set(starts)) < len(starts):
        raise ValueError(f"targets {asked} name a position twice; name each once")
    return spans


def _foil(trace: Trace, span: range, foil: str | None) -> tuple[int, ...]:
    """The ids of the word, or the candidate that the model holds the likeliest beside the target's first token."""
    own = tuple(int(token_id) for token_id in trace.token_ids[span.start : span.stop])
    if foil is not None:
        ids = encode_word(trace.model, foil, span.start)
        if ids == own:
            raise ValueError(
                f"the foil {foil!r} is the target at position {span.start} itself; name another word, or leave foil "
                "out for the model's other choice"
            )
        return ids
    logits = trace.logits[span.start - 1]
    best = np.argsort(-logits, kind="stable")[:2]
    return (int(best[0] if best[0] != own[0] else best[1]),)
