"""What a text's page asks of its model's factors, and the answers with their evidence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from lmviz.figures import notation
from lmviz.figures.factor_answer_words import reference, sentences, summary, verdict
from lmviz.figures.factor_names import factor_name, rule_name
from lmviz.figures.html.factor_passages import coloured
from lmviz.figures.html.factor_rows import hue
from lmviz.figures.html.fragment import escape
from lmviz.figures.messages import Language, headed, message
from lmviz.results import FactorLabels, FactorResponses

if TYPE_CHECKING:
    from lmviz.analyses.factor_labels.answers import Answer, InText, Place


def factor_answers(
    answers: Sequence[tuple[Answer, InText | None]], labels: FactorLabels, responses: FactorResponses,
    language: Language, *, factor_links: Sequence[str] | None = None,
) -> str:
    """A panel with a verdict a rule.

    Args:
        answers: each with what the factor makes of the text that ``responses`` are of; None where there is no factor.
        labels: that the answers are from.
        factor_links: the address of each factor's passport; without them there are no links.
    """
    rows = "".join(_answer(answer, here, responses, language, factor_links) for answer, here in answers)
    return (
        f'<div class="lmviz lmviz-answers"><h3>{escape(message("factor_answers.head", language))}</h3>'
        f'<p class="verdict">{escape(summary([answer for answer, _ in answers], language))}</p>'
        f'<p class="soft note">{escape(reference(labels, language))}</p><ol class="answers">{rows}</ol></div>'
    )


def _answer(answer: Answer, here: InText | None, responses: FactorResponses, language: Language,
            links: Sequence[str] | None) -> str:
    name = escape(headed(rule_name(answer.rule, language)))
    said = f'<p class="verdict">{escape(verdict(answer, language))}</p>'
    if answer.factor < 0 or here is None:
        return f'<li data-verdict="{answer.verdict}"><h4>{name}</h4>{said}</li>'
    factor = factor_name(answer.factor, language)
    evidence = escape(message("factor_responses.evidence_of", language, factor=factor))
    link = f'<p class="onward"><a href="{escape(links[answer.factor])}">{evidence}</a></p>' if links else ""
    return (
        f'<li class="{hue(answer.factor)}" data-verdict="{answer.verdict}"><h4>{name}</h4>{said}'
        f"{_halves(answer, language)}{_in_text(answer, here, responses, language)}{link}</li>"
    )


def _halves(answer: Answer, language: Language) -> str:
    """The numbers that decide, on both halves of the reference text."""
    heads = "".join(f'<th scope="col">{escape(message(f"factor_passport.{half}_half", language))}</th>'
                    for half in ("first", "second"))
    rows = "".join(
        f'<tr><th scope="row">{escape(message(f"factor_answers.{key}", language))}</th>'
        + "".join(f"<td>{escape(write(value))}</td>" for value in values) + "</tr>"
        for key, values, write in (
            ("score", answer.scores, notation.amount), ("share", answer.strong_shares, notation.error),
            ("reached", answer.reached, notation.error), ("count", answer.counts, notation.rank),
        )
    )
    what = message("factor_answers.table", language, rule=rule_name(answer.rule, language),
                   factor=factor_name(answer.factor, language))
    return f'<table aria-label="{escape(what)}"><thead><tr><td></td>{heads}</tr></thead><tbody>{rows}</tbody></table>'


def _in_text(answer: Answer, here: InText, responses: FactorResponses, language: Language) -> str:
    if not here.places:
        return f'<p class="here">{escape(message("factor_answers.nowhere", language))}</p>'
    from lmviz.analyses.factor_labels.answers import LIT

    factor = factor_name(answer.factor, language)
    said = sentences([
        message("factor_answers.here", language, factor=factor, all=len(here.places), bound=notation.share(LIT),
                lit=sum(place.lit for place in here.places)),
        message("factor_answers.here_all" if here.n_lit else "factor_answers.here_none", language, count=here.n_lit,
                inside=here.n_lit_inside),
    ], language)
    places = "".join(_place(place, answer.factor, responses, language) for place in here.places)
    what = escape(message("factor_answers.places", language, factor=factor))
    return f'<p class="here">{escape(said)}</p><ul class="places" aria-label="{what}">{places}</ul>'


def _place(place: Place, factor: int, responses: FactorResponses, language: Language) -> str:
    row, typical = responses.activations[factor].astype(np.float64), float(responses.typical[factor])
    text = coloured(responses.tokens, place.positions, row, typical)
    if place.strength is None:
        why = escape(message("factor_answers.left_out", language))
        return f'<li title="{why}"><span lang="ja">{text}</span> <span class="number">–</span></li>'
    return f'<li{_LIT if place.lit else ""}><span lang="ja">{text}</span> ' \
           f'<span class="number">{notation.amount(place.strength)}</span></li>'


_LIT = ' class="lit"'
