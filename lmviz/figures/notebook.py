"""How results show themselves in a notebook: a static fragment with its styles, no script and no network."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files

from lmviz.figures import html
from lmviz.figures.description import describe
from lmviz.figures.html.fragment import escape
from lmviz.figures.messages import Language, message
from lmviz.results import Result

_FIGURES = {
    "token_probabilities": "tokens", "lens_measures": "rankings", "character_lens": "characters",
    "prompt_pair": "pair_divergence",
}
"""Kinds of figure by kind of result, where they differ."""


_BESIDE_FACTORS = frozenset({"factor_effects", "factor_labels"})
"""Kinds of result that are shown together with the factors that they are of."""

_TOGETHER = 'IPython.display.HTML(lmviz.figures.notebook.show({"": factors, "effects": effects, "labels": labels}))'


def show(result: Result | Mapping[str, Result], language: Language = "ja", *, position: int | None = None,
         layer: int | None = None) -> str:
    """A result as HTML that needs nothing else: title, figure, caption and convention.

    A mapping is a model's factors under ``""`` with their ``"effects"`` and ``"labels"``.
    """
    first = next(iter(result.values())) if isinstance(result, Mapping) else result
    kind = _FIGURES.get(first.kind, first.kind)
    if kind in _BESIDE_FACTORS:
        return f"<p>{escape(message('model_factors.together', language, code=_TOGETHER))}</p>"
    words = describe(kind, result, language, position=position, layer=layer)
    static = files("lmviz.figures").joinpath("static")
    sheets = ("figures", "comparison", "text_factors", "factors")
    css = "".join(static.joinpath(f"{name}.css").read_text(encoding="utf-8") for name in sheets)
    figure = getattr(html, kind)(
        result, language, figure_id=f"notebook-{kind}", position=position, layer=layer, interactive=False
    )
    return (
        f'<style>{css}</style><figure class="lmviz" style="margin:0;max-width:60rem">'
        f"<p><b>{escape(words.title)}</b></p>{figure}"
        f'<p class="soft">{escape(words.caption)}</p>'
        f'<p class="soft"><small>{escape(words.convention)}</small></p></figure>'
    )
