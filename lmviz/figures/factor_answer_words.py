"""The sentences that answer what a text's page asks of its model's factors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lmviz.figures import notation
from lmviz.figures.factor_names import factor_name, rule_name
from lmviz.figures.messages import Language, message
from lmviz.results import FactorLabels

if TYPE_CHECKING:
    from lmviz.analyses.factor_labels.answers import Answer

_SUMMED = {"proposed": "found", "mostly": "found", "partly": "partly", "none": "none", "unscored": "unscored"}

_LOW = 0.5
"""Where fewer strong responses than this could fit at all, a sentence says so."""


def summary(answers: Sequence[Answer], language: Language) -> str:
    """What a factor responds to, in part, and what none does."""
    parts = []
    for kind in dict.fromkeys(_SUMMED.values()):
        names = [_item(answer, language) for answer in answers if _SUMMED[answer.verdict] == kind]
        if names:
            listed = message("list.separator", language).join(names)
            parts.append(message(f"factor_answers.summary.{kind}", language, list=listed))
    return sentences(parts, language)


def verdict(answer: Answer, language: Language) -> str:
    """Which factor responds to the rule, or that none does, and what its own label is."""
    if answer.verdict == "unscored":
        return message("factor_answers.verdict.unscored", language, first=answer.counts[0], second=answer.counts[1])
    factor = factor_name(answer.factor, language)
    parts = [message(
        f"factor_answers.verdict.{answer.verdict}", language, factor=factor,
        share=notation.error(answer.strong_shares[1]), reached=notation.error(answer.reached[1]),
    )]
    if answer.verdict != "proposed" and answer.label is not None:
        parts.append(message("factor_answers.label", language, label=rule_name(answer.label, language),
                             share=notation.error(answer.label_share)))
    elif answer.verdict != "proposed":
        parts.append(message("factor_answers.unlabelled", language))
    if answer.verdict in ("partly", "none") and min(answer.most_shares) < _LOW:
        parts.append(message("factor_answers.most", language, count=notation.rank(sum(answer.counts)),
                             most=notation.share(min(answer.most_shares))))
    if answer.others:
        names = message("list.separator", language).join(factor_name(other, language) for other in answer.others)
        parts.append(message("factor_answers.others", language, list=names))
    return sentences(parts, language)


def reference(labels: FactorLabels, language: Language) -> str:
    """What the answers are from, and the bounds that decide."""
    from lmviz.analyses.factor_labels.answers import LEAST_PART, LEAST_REACH

    return message(
        "factor_answers.note", language, least_score=notation.amount(labels.least_score),
        least_share=notation.share(labels.least_share), part=notation.share(LEAST_PART),
        reach=notation.share(LEAST_REACH),
    )


def _item(answer: Answer, language: Language) -> str:
    name = rule_name(answer.rule, language)
    if _SUMMED[answer.verdict] not in ("found", "partly"):
        return name
    return message("factor_answers.summary.item", language, rule=name, factor=factor_name(answer.factor, language))


def sentences(parts: Sequence[str], language: Language) -> str:
    """Sentences in a row."""
    return ("" if language == "ja" else " ").join(parts)
