"""A chart given what it cannot draw says so in one clear error."""

from __future__ import annotations

from typing import Any

import pytest

import lmviz.figures as figures


@pytest.mark.parametrize("call, said", [
    (lambda r: figures.rankings(r["layer_predictions"]), "draws Rankings, what lmviz.rankings returns"),
    (lambda r: figures.attribution(r["rankings"]), "what lmviz.attribute returns, not LensMeasures"),
    (lambda r: figures.rankings(r["rankings"], "fr"), "language is one of ja, en, not 'fr'"),
    (lambda r: figures.predictions(r["layer_predictions"], layer=99), "layer is a whole number between 0 and"),
    (lambda r: figures.layer_predictions(r["layer_predictions"], position=-1), "position is a whole number"),
])
def test_what_cannot_be_drawn_is_said(results: dict[str, Any], call: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        call(results)
