"""Formulas as MathML, written at build time, so that no script is needed to read them."""

from __future__ import annotations

import re
from html import unescape

from latex2mathml.converter import convert

_FORMULA = re.compile(
    r'<(?P<tag>span|div) class="arithmatex">(?:\\\((?P<inline>.*?)\\\)|\\\[(?P<display>.*?)\\\])</(?P=tag)>', re.DOTALL
)
_UNKNOWN = re.compile(r"<m[io]>(\\[a-zA-Z]+)</m[io]>")
_PRIMED = re.compile(r"<msup>(<mi>[^<]*</mi>)<mi>&#x02032;</mi></msup>")
_PRIMED_WITH_INDEX = re.compile(
    r"<msubsup>(<mi>[^<]*</mi>)(<mi>[^<]*</mi>|<mrow>(?:(?!<mrow>).)*?</mrow>)<mi>&#x02032;</mi></msubsup>"
)
_PRIMED_LETTER = r'<mrow>\1<mtext class="prime">&#x02032;</mtext></mrow>'
_OPENING, _CLOSING = re.compile(r"(?<!\\)\{"), re.compile(r"(?<!\\)\}")


def to_mathml(html: str, page: str) -> str:
    """Replaces what `pymdownx.arithmatex` marked as LaTeX. Raises ``ValueError`` naming ``page`` and the formula."""
    def replace(match: re.Match[str]) -> str:
        display = match["display"] is not None
        latex = unescape(match["display"] if display else match["inline"]).strip()
        try:
            mathml = convert(latex, display="block" if display else "inline")
        except Exception as error:
            why = type(error).__name__
            raise ValueError(f"{page}: this formula cannot be read as LaTeX: {latex} ({why})") from error
        # the converter shows a command that it does not know, and forgives a brace that is never closed
        unknown = _UNKNOWN.search(mathml)
        if unknown or len(_OPENING.findall(latex)) != len(_CLOSING.findall(latex)):
            why = f"unknown command {unknown[1]}" if unknown else "braces do not match"
            raise ValueError(f"{page}: this formula cannot be read as LaTeX: {latex} ({why})")
        # raised again, the prime of a font without mathematics is a speck above the letter
        mathml = _PRIMED.sub(_PRIMED_LETTER, mathml)
        mathml = _PRIMED_WITH_INDEX.sub(rf"<msub>{_PRIMED_LETTER}\2</msub>", mathml)
        return f'<div class="formula" tabindex="0">{mathml}</div>' if display else mathml

    return _FORMULA.sub(replace, html)
