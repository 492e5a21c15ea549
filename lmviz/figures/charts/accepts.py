"""What a chart takes: the wrong kind of result, language, position or layer is one clear ``ValueError``."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from lmviz.figures.messages import LANGUAGES
from lmviz.results import LayerPredictions
from lmviz.validation import whole_number

Draw = TypeVar("Draw", bound=Callable[..., Any])

_MAKERS = {"Attribution": "attribute", "AttributionReceipt": "attribution_receipt", "MethodTrust": "method_trust"}


def accepts(*classes: type) -> Callable[[Draw], Draw]:
    """The decorated function draws results of ``classes``."""

    def decorate(draw: Draw) -> Draw:
        @wraps(draw)
        def checked(result: Any, language: str = "ja", **options: Any) -> Any:
            if not isinstance(result, classes):
                drawn = " or ".join(f"{cls.__name__}, what lmviz.{_maker(cls)} returns" for cls in classes)
                raise ValueError(f"lmviz.figures.{draw.__name__} draws {drawn}, not {type(result).__name__}")
            if language not in LANGUAGES:
                raise ValueError(f"language is one of {', '.join(LANGUAGES)}, not {language!r}")
            if options.get("position") is not None:
                whole_number("position", options["position"], 0, len(result.tokens))
            if options.get("layer") is not None and isinstance(result, LayerPredictions):
                whole_number("layer", options["layer"], 0, result.token_ids.shape[0] - 1)
            method = options.get("method")
            if method is not None and method not in result.methods:
                raise ValueError(f"method is one of {', '.join(result.methods)}, not {method!r}")
            return draw(result, language, **options)

        return checked

    return decorate


def _maker(cls: type) -> str:
    return _MAKERS.get(cls.__name__) or cls.kind
