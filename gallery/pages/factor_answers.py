"""What the catalog asks a model's factors about on the page of a text, answered from the stored results."""

from __future__ import annotations

from gallery.pages.drawings import FACTOR_LINK
from gallery.pages.edition import Edition
from gallery.subjects import FACTORS, Entry, Figure, Subject
from lmviz.analyses.factor_labels.answers import answer, in_text
from lmviz.figures.html.factor_answers import factor_answers


def panel(edition: Edition, subject: Subject, figure: Figure) -> str:
    """The answers below the figure of an entry's responses; empty where nothing is asked or labels are not at hand.

    Addresses of passports are written as in drawings (`gallery.pages.section.with_links`). Raises
    `gallery.pages.drawings.Unreadable` for responses that the store does not have.
    """
    asked = subject.prompt.figures.factor_responses if isinstance(subject, Entry) else None
    studied = edition.factors.of(subject.models[0]) if asked and asked.rules else None
    if studied is None or figure.kind != "factor_responses" or studied.passports.labels is None \
            or figure.results.get(FACTORS) != studied.figure.results[""]:
        return ""
    responses = edition.drawings.read(figure.results[""])
    factors, labels = studied.passports.factors, studied.passports.labels
    found = [(each, in_text(responses, each.rule, each.factor) if each.factor >= 0 else None)
             for each in answer(asked.rules, factors, labels)]
    links = [f"{FACTOR_LINK}{factor + 1}" for factor in range(len(factors.responses))]
    return factor_answers(found, labels, responses, edition.language, factor_links=links)
