"""The columns of the character lens: what the model wrote as one, and what each layer would have written there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lmviz.figures import labels
from lmviz.figures.messages import Language, message, quoted
from lmviz.results import CharacterLens

NOTHING = -1

SIGNS = {"no_character": "∅", "unknown": "?"}
"""What stands in a cell for an outcome that is no one character."""


@dataclass(frozen=True)
class Column:
    """A character with the tokens that wrote it, or a token that writes none.

    Attributes:
        positions: of the tokens.
        head: the character in readable form, or what the token is.
        rest: what the last of the tokens writes after the character, in readable form.
        is_character: whether the tokens write a character.
    """

    positions: range
    head: str
    rest: str
    is_character: bool


def columns(result: CharacterLens, language: Language) -> list[Column]:
    """All positions of the text, each in one column."""
    ends = {first: end for first, end in result.characters.tolist()}
    found, position = [], 0
    while position < len(result.tokens):
        end = ends.get(position, position + 1)
        found.append(_column(result, range(position, end), position in ends, language))
        position = end
    return found


def _column(result: CharacterLens, positions: range, is_character: bool, language: Language) -> Column:
    tokens, first = result.tokens, positions[0]
    if not is_character:
        brought = int(result.following[first])
        is_part = brought >= 0 and result.outcome_kinds[brought] in ("bytes", "character")
        head = short(result, brought) if is_part else labels.chip(tokens, first, language)
        return Column(positions, head, "", False)
    if not tokens.group_text(first):
        return Column(positions, labels.chip(tokens, first, language), "", True)
    # The last token may also hold the beginning of the next character, which is no text yet.
    text = b"".join(tokens.raw_bytes[p] for p in positions).decode(errors="ignore")
    return Column(positions, labels.visible(text[:1]), labels.visible(text[1:]), True)


def before(result: CharacterLens, found: list[Column], position: int, length: int = 12) -> str:
    """The last characters that stand whole before ``position``, in readable form."""
    written = [
        column.head + column.rest for column in found
        if column.is_character and column.positions.stop <= position and result.tokens.group_text(column.positions[0])
    ]
    return "".join(written)[-length:]


def name(column: Column, language: Language) -> str:
    """A column's head in quotation marks."""
    return quoted(column.head, language)


def outcome(result: CharacterLens, index: int, language: Language) -> str:
    """An outcome in words: a character, which bytes a character begins with, no character, or any other."""
    kind, text = result.outcome_kinds[index], result.outcomes[index]
    if kind == "character":
        return labels.visible(text)
    return message(f"characters.{kind}", language, **({"bytes": text} if kind == "bytes" else {}))


def short(result: CharacterLens, index: int) -> str:
    """An outcome as it stands in a cell."""
    kind, text = result.outcome_kinds[index], result.outcomes[index]
    if kind == "character":
        return labels.visible(text)
    return f"{text}…" if kind == "bytes" else SIGNS[kind]


def reading(result: CharacterLens, layer: int, column: Column) -> tuple[int, float]:
    """The outcome that a layer would have written in a column, and its log-probability (nats); -1 and NaN for none.

    Token by token, the layer's first choice is taken for as long as it is what the text has; so a character of several
    tokens is read only where every one of them was the first choice.
    """
    total, best = 0.0, NOTHING
    for position in column.positions:
        best = int(result.candidates[layer, position, 0])
        if best == NOTHING:
            return NOTHING, float("nan")
        total += float(result.candidate_log_probabilities[layer, position, 0])
        if best != result.following[position]:
            break
    return best, total


def is_met(result: CharacterLens, best: int, column: Column) -> bool:
    """Whether what `reading` found is what stands in the column."""
    return best != NOTHING and best == int(result.following[column.positions[-1]])


def ranks(result: CharacterLens, found: list[Column]) -> np.ndarray:
    """int64 ``[layer, column]``: the rank of what stands there, of several tokens the weakest; 0 where one has none."""
    of_tokens = [result.ranks[:, column.positions.start:column.positions.stop] for column in found]
    return np.stack([np.where((each == 0).any(1), 0, each.max(1)) for each in of_tokens], axis=1)


def log_probabilities(result: CharacterLens, found: list[Column]) -> np.ndarray:
    """float32 ``[layer, column]``, nats, of what stands there, of several tokens the sum; NaN where one has none."""
    of_tokens = [result.log_probabilities[:, column.positions.start:column.positions.stop] for column in found]
    return np.stack([each.sum(axis=1) for each in of_tokens], axis=1)
