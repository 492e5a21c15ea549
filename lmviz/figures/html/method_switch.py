"""The choice between methods: buttons by what a score is, and one line to pick from where the screen is narrow."""

from __future__ import annotations

from collections.abc import Mapping

from lmviz.figures.attribution_words import method_name
from lmviz.figures.html import fragment as f
from lmviz.figures.messages import Language, message
from lmviz.results import Attribution

MANY = 5
"""More methods than this are picked from a list on a narrow screen."""


def method_switch(methods: Mapping[str, Attribution], chosen: str, language: Language) -> str:
    """Signed methods first, then magnitudes; hidden until its module is there to answer. Empty for a single method."""
    if len(methods) < 2:
        return ""
    kinds = {
        "shares": [(name, method_name(name, language)) for name, item in methods.items() if item.signed],
        "magnitudes": [(name, method_name(name, language)) for name, item in methods.items() if not item.signed],
    }
    named = [(message(f"attribution.{kind}", language), options) for kind, options in kinds.items() if options]
    if len(named) == 1:
        named = [(message("term.methods", language), named[0][1])]
    buttons = "".join(f.switch(name, options, chosen, "method") for name, options in named)
    if len(methods) <= MANY:
        return f'<div class="methods">{buttons}</div>'
    groups = "".join(
        f'<optgroup label="{f.escape(name)}">'
        + "".join(f'<option value="{f.escape(value)}"{" selected" if value == chosen else ""}>{f.escape(text)}</option>'
                  for value, text in options)
        + "</optgroup>"
        for name, options in named
    )
    label = f.escape(message("term.methods", language))
    return f'<div class="methods many">{buttons}<label class="pick" hidden><span>{label}</span>' \
           f'<select autocomplete="off">{groups}</select></label></div>'
