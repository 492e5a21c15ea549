"""What a chart takes: the wrong kind of result, language, position or layer is one clear ``ValueError``."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from lmviz.figures.messages import LANGUAGES
from lmviz.results import LayerPredictions, Result
from lmviz.validation import whole_number

Draw = TypeVar("Draw", bound=Callable[..., Any])


def accepts(cls: type[Result]) -> Callable[[Draw], Draw]:
    """The decorated function draws results of ``cls``."""

    def decorate(draw: Draw) -> Draw:
        @wraps(draw)
        def checked(result: Result, language: str = "ja", **options: Any) -> Any:
            if not isinstance(result, cls):
                raise ValueError(
                    f"lmviz.figures.{draw.__name__} draws {cls.__name__}, what lmviz.{_maker(cls)} returns, not "
                    f"{type(result).__name__}"
                )
            if language not in LANGUAGES:
                raise ValueError(f"language is one of {', '.join(LANGUAGES)}, not {language!r}")
            if options.get("position") is not None:
                whole_number("position", options["position"], 0, len(result.tokens))
            if options.get("layer") is not None and isinstance(result, LayerPredictions):
                whole_number("layer", options["layer"], 0, result.token_ids.shape[0] - 1)
            return draw(result, language, **options)

        return checked

    return decorate


def _maker(cls: type[Result]) -> str:
    return "attribute" if cls.kind == "attribution" else cls.kind
