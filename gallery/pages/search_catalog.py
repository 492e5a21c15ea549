"""`search.json`: titles and texts for the search's plain filter, which finds any phrase by characters or by reading."""

from __future__ import annotations

import json
from collections.abc import Iterator

from gallery.pages.edition import Edition
from gallery.pages.factor_studies import factors_address, passport_address
from gallery.pages.factors import title
from gallery.pages.words import LANGUAGES
from gallery.validation.attribution import ATTRIBUTION_METHODS
from gallery.validation.schema import FIGURE_KINDS, STUDY_KINDS, Model
from lmviz.figures import factor_words
from lmviz.figures.attribution_words import method_meaning, method_name
from lmviz.units.sudachi import reading


def pages(edition: Edition) -> Iterator[tuple[str, str]]:
    """Rows, one a line: ``url`` (from the edition's root), ``title`` and ``text``, which readers see; ``words`` and
    ``reading``, which are found too; ``id``, which puts its row first."""
    rows = []
    for prompt in edition.catalog.prompts:
        tags = " ".join(edition.tag(tag) for tag in prompt.tags)
        both = f"{prompt.titles.ja} {prompt.titles.en}"
        built = [entry for entry in edition.chosen_entries(prompt) if entry.status == "built"]
        title, target = edition.text(prompt.titles), prompt.id
        if len(built) == 1:
            title = edition.title(built[0])
            target = built[0].id
        rows.append({"url": f"{target}/", "id": prompt.id, "title": title,
                     "text": f"{prompt.text} {edition.text(prompt.about)}", "words": f"{both} {tags}",
                     "reading": reading(f"{prompt.titles.ja} {prompt.text}")})
    texts = {prompt.id: prompt.text for prompt in edition.catalog.prompts}
    for comparison in edition.catalog.comparisons:
        about = " ".join(edition.text(each) for each in (comparison.about, comparison.see) if each)
        rows.append({"url": f"compare/{comparison.id}/", "id": comparison.id, "title": edition.text(comparison.titles),
                     "text": " ".join([*(texts[name] for name in comparison.prompt_ids), about]),
                     "words": f"{comparison.titles.ja} {comparison.titles.en}",
                     "reading": reading(comparison.titles.ja)})
    for model in edition.models:
        rows.append({"url": f"models/{model.id}/", "id": model.id, "title": edition.text(model.names),
                     "text": edition.text(model.about), "words": f"{model.names.ja} {model.names.en} {model.id}"})
        rows += _factors(edition, model)
    for kind in (*FIGURE_KINDS, *STUDY_KINDS):
        rows.append({"url": f"figures/{kind}/", "id": kind, "title": edition.words(f"kind.{kind}"),
                     "text": edition.words(f"asks.{kind}"), "words": f"{kind} {edition.words(f'also.{kind}')}"})
    for method in ATTRIBUTION_METHODS:
        names = {language: method_name(method, language) for language in LANGUAGES}
        rows.append({"url": f"figures/attribution/{method}/", "id": method, "title": names[edition.language],
                     "text": method_meaning(method, edition.language), "words": " ".join(names.values())})
    yield "search.json", "[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]\n"


def _factors(edition: Edition, model: Model) -> list[dict[str, str]]:
    """The factors of a model, and each of them by its label and its strongest tokens."""
    found = edition.factors.of(model)
    if found is None:
        return []
    name, both = edition.text(model.names), f"{model.names.ja} {model.names.en}"
    rows = [{"url": factors_address(model), "title": edition.words("factors.title", model=name),
             "text": edition.words("factors.lead"), "words": both}]
    for passport in found.passports:
        tokens = factor_words.strongest(found.passports.factors, passport, edition.language, count=8)
        rows.append({"url": passport_address(model, passport.factor),
                     "title": f"{title(edition, found, passport)} {name}", "text": tokens, "words": both})
    return rows
