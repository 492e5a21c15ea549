"""Results of a model's checkpoints as the figures that follow a training take them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from lmviz.comparison import steps_of
from lmviz.figures.compared import scope
from lmviz.figures.messages import LANGUAGES, Language, message
from lmviz.figures.notation import rank
from lmviz.results import Result
from lmviz.tokens import TokenTable

Each = TypeVar("Each", bound=Result)

TARGETS = "targets"
"""Name of the attribution whose targets a training's course follows."""
CHOICES = "choices-"
"""What the name of a checkpoint's token probabilities begins with, beside its ranks; the step stands after it."""


@dataclass(frozen=True)
class Followed(Generic[Each]):
    """One text under the checkpoints of one model.

    Attributes:
        steps: ``[checkpoint]``, the earliest first.
        results: ``[checkpoint]``.
        beside: further results, by name.
    """

    steps: tuple[int, ...]
    results: tuple[Each, ...]
    beside: Mapping[str, Any]

    @property
    def tokens(self) -> TokenTable:
        return self.results[0].tokens

    @property
    def last(self) -> Each:
        """What the training came to."""
        return self.results[-1]

    def data(self, language: Language, position: int | None, usual: int) -> dict[str, Any]:
        """What every island says: the figures of one training share what the reader has chosen."""
        return {
            "scope": scope([self.tokens], ["training", self.last.model]), "language": language,
            "position": usual if position is None else position, "given": position is not None,
            "steps": list(self.steps),
        }


def followed(results: Any, cls: type[Each], kind: str, language: str) -> Followed[Each]:
    """The results to follow, by step.

    Raises:
        ValueError: for anything but a mapping of step to results of ``cls``, two or more, of the same tokens, or an
            unknown language.
    """
    if not isinstance(results, Mapping):
        raise ValueError(f"{kind} takes a mapping of step to {cls.__name__}; given: {type(results).__name__}")
    if language not in LANGUAGES:
        raise ValueError(f"language is one of {', '.join(LANGUAGES)}, not {language!r}")
    named = {key: each for key, each in results.items() if key == TARGETS or str(key).startswith(CHOICES)}
    by_step = steps_of({key: each for key, each in results.items() if key not in named})
    for each in by_step.values():
        if not isinstance(each, cls):
            raise ValueError(f"{kind} takes a mapping of step to {cls.__name__}; given: {type(each).__name__}")
    return Followed(tuple(by_step), tuple(by_step.values()), named)


def step_name(step: int, language: Language) -> str:
    """A step in words: ``64ステップ``."""
    return message("training.step", language, step=rank(step))


def steps_in_words(steps: tuple[int, ...], language: Language) -> str:
    """All steps in a row."""
    return message("list.separator", language).join(rank(step) for step in steps)
