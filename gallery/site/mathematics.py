"""Formulas as MathML, written at build time, so that no script is needed to read them."""

from __future__ import annotations

import re
from html import unescape

from latex2mathml.converter import convert

_FORMULA = re.compile(
    r'<(?P<tag>span|div) class="arithmatex">(?:\\\((?P<inline>.*?)\\\)|\\\[(?P<display>.*?)\\\])</(?P=tag)>', re.DOTALL
)


def to_mathml(html: str, page: str) -> str:
    """Replaces what `pymdownx.arithmatex` marked as LaTeX. Raises ``ValueError`` naming ``page`` and the formula."""
    def replace(match: re.Match[str]) -> str:
        display = match["display"] is not None
        latex = unescape(match["display"] if display else match["inline"]).strip()
        try:
            mathml = convert(latex, display="block" if display else "inline")
        except Exception as error:
            raise ValueError(f"{page}: this formula cannot be read as LaTeX: {latex} ({error})") from error
        return f'<div class="formula" tabindex="0">{mathml}</div>' if display else mathml

    return _FORMULA.sub(replace, html)
