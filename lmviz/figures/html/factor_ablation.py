"""What happens to predictions when a factor is taken away, beside its controls, with examples."""

from __future__ import annotations

import math

from lmviz.figures import labels, notation
from lmviz.figures.factor_passport import Example, Passport
from lmviz.figures.factor_passports import Passports
from lmviz.figures.factor_words import ablation_verdict
from lmviz.figures.html import factor_marks as marks
from lmviz.figures.html.factor_passages import readable
from lmviz.figures.html.factor_passport import part
from lmviz.figures.html.fragment import escape
from lmviz.figures.messages import Language, message, quoted

_BEFORE = 40
"""Characters of the text that an example shows before the prediction."""


def ablation(passports: Passports, passport: Passport, language: Language) -> str:
    """The verdict, both measures beside their controls, and examples.

    Raises ``ValueError`` for a passport without an ablation.
    """
    found = passport.ablation
    if found is None:
        raise ValueError("this passport has no ablation: its effects were not computed")
    measures = (
        ("divergence", found.divergence, found.control_divergences, notation.small),
        ("changed", found.changed, found.control_changed, notation.share),
    )
    lines = []
    for key, own, controls, written in measures:
        low, high = min(controls, default=0.0), max(controls, default=0.0)
        spread = f"{written(low)}–{written(high)}"
        name = message(f"factor_passport.{key}", language)
        spoken = f"{name} {written(own)} ({message('factor_passport.control', language)} {spread})"
        line = marks.scale((("tick", controls), ("dot", (own,))), 0.0, max(own, high) * 1.04, spoken)
        lines.append(
            f'<div><dt>{escape(name)}</dt><dd>{line}<span class="of-line"><span class="own">'
            f'{escape(message("factor_passport.own", language))} <b>{written(own)}</b></span><span class="control">'
            f'{escape(message("factor_passport.control", language))} {spread}</span></span></dd></div>'
        )
    return part(passport, (
        f'<p class="verdict">{escape(ablation_verdict(found, language))}</p><dl class="effects">{"".join(lines)}</dl>'
        f"{_examples(passports, found.examples, language)}"
    ))


def _examples(passports: Passports, examples: tuple[Example, ...], language: Language) -> str:
    if not examples:
        return ""
    heads = "".join(f'<th scope="col">{escape(message(f"factor_passport.{name}", language))}</th>'
                    for name in ("before", "unchanged", "without"))
    rows = "".join(_example(passports, each, language) for each in examples)
    title = escape(message("factor_passport.examples", language))
    return f'<h3>{title}</h3><table class="examples"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'


def _example(passports: Passports, example: Example, language: Language) -> str:
    names = passports.effects.labels
    before, after = (quoted(labels.of_entry(names, token_id, language), language)
                     for token_id in (example.before, example.after))
    shares = [notation.percent(math.log(share)) if share > 0 else "<0.0001%"
              for share in (example.probability_before, example.probability_after)]
    falls = message("factor_passport.falls", language, before=shares[0], after=shares[1])
    instead = escape(after) if example.before != example.after else \
        f'<span class="soft">{escape(message("factor_passport.same", language))}</span>'
    without = escape(message("factor_passport.without", language))
    return (
        f'<tr><td class="so-far" lang="ja">{escape(_text_before(passports, example.position))}</td>'
        f'<td><b lang="ja">{escape(before)}</b> <span class="number">{escape(falls)}</span></td>'
        f'<td data-head="{without}"><span lang="ja">{instead}</span></td></tr>'
    )


def _text_before(passports: Passports, position: int) -> str:
    """The passage up to and with ``position``, its beginning left out where it is long."""
    factors = passports.factors
    passage = int(factors.starts.searchsorted(position, side="right")) - 1
    text = "".join(factors.tokens.texts[int(factors.starts[passage]) : position + 1])
    return readable(("…" if len(text) > _BEFORE else "") + text[-_BEFORE:])
