"""How results show themselves in a notebook: a static fragment with its styles, no script and no network."""

from __future__ import annotations

from importlib.resources import files

from lmviz.figures import html
from lmviz.figures.description import describe
from lmviz.figures.html.fragment import escape
from lmviz.figures.messages import Language
from lmviz.results import Result

_FIGURES = {
    "token_probabilities": "tokens", "lens_measures": "rankings", "character_lens": "characters",
    "prompt_pair": "pair_divergence",
}
"""Kinds of figure by kind of result, where they differ."""


def show(result: Result, language: Language = "ja", *, position: int | None = None, layer: int | None = None) -> str:
    """A result as HTML that needs nothing else: title, figure, caption and convention."""
    kind = _FIGURES.get(result.kind, result.kind)
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
