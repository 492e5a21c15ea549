"""`/models/MODEL/factors/` and `/models/MODEL/factors/N/`: a model's factors, and the passport of each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from markupsafe import Markup

from gallery.pages.edition import Edition
from gallery.pages.factor_studies import Alike, Studied, factors_address, passport_address
from gallery.pages.making import facts
from gallery.pages.section import render, section
from gallery.pages.words import Language
from gallery.subjects import ModelStudy
from gallery.validation.schema import Model
from lmviz.figures import factor_data, factor_words
from lmviz.figures.factor_names import entry_name
from lmviz.figures.factor_passport import Passport
from lmviz.figures.html import factor_passport as drawn
from lmviz.figures.html.factor_ablation import ablation
from lmviz.figures.html.factor_passages import coloured, window
from lmviz.figures.html.factor_rows import hue

_TEXTS = 4
"""How many texts of the catalog a passport shows."""

_AROUND = 30
"""Tokens on either side of the strongest one that are shown of a text."""


def pages(edition: Edition) -> Iterator[tuple[str, str]]:
    for model in edition.catalog.models:
        study = edition.factors.study(model)
        if study is None:
            continue
        found = edition.factors.of(model)
        yield f"{factors_address(model)}index.md", _overview(edition, study, found)
        for passport in found.passports if found else ():
            url = passport_address(model, passport.factor)
            yield f"{url}index.md", _page(edition, found, passport)
            data = _data(edition, found, passport)
            yield f"{url}passport.json", json.dumps(data, ensure_ascii=False, indent=1) + "\n"
            yield f"{url}passport.csv", factor_data.as_csv(found.passports, passport, edition.language)


def title(edition: Edition, found: Studied, passport: Passport) -> str:
    """What is to be seen of a factor."""
    return factor_words.passport_title(found.passports.factors, passport, edition.language)


def _overview(edition: Edition, study: ModelStudy, found: Studied | None) -> str:
    url, name = factors_address(study.model), edition.text(study.model.names)
    figure = next((figure for figure in study.figures if figure.kind == "model_factors"), None)
    return edition.page(
        "factors.html", url=url, title=edition.words("factors.title", model=name), kind="factors", hide=("toc",),
        description=edition.words("factors.lead"), study=study, model=study.model, searched=found is not None,
        reference=reference(edition, study.model, found),
        figure=figure and render(edition, section(edition, study, figure), url=url),
        provenance=facts(edition, study.provenance),
    )


def reference(edition: Edition, model: Model, found: Studied | None) -> str:
    """The text that the factors were fitted to, and how long it is."""
    path = model.factors.text if model.factors else model.reference
    if found is None:
        return edition.words("factors.reference", path=path)
    factors = found.passports.factors
    return edition.words("factors.reference_read", path=path, passages=f"{len(factors.starts):,}",
                         tokens=f"{len(factors.tokens):,}")


def _page(edition: Edition, found: Studied, passport: Passport) -> str:
    model, language, passports = found.model, edition.language, found.passports
    url, name = passport_address(model, passport.factor), edition.text(model.names)
    heading = title(edition, found, passport)
    parts = _parts(found, passport, language)
    alike = [_alike(edition, each) for each in edition.factors.nearest(found, passport.factor)]
    sections = [*parts, *(["nearest"] if alike else [])]
    return edition.page(
        "factor.html", url=url, title=f"{heading} {name}", kind="factor", model=model, heading=heading,
        description=edition.words("factor.description", model=name), passport=passport, hue=hue(passport.factor),
        contents=[{"id": part, "name": edition.words(f"factor.{part}")} for part in sections],
        facts=Markup(drawn.facts(passports, passport, language)), parts=parts, figure=found.figure,
        texts=_texts(edition, found, passport), last=len(passports) - 1, alike=alike,
        links=lambda factor: passport_address(model, factor),
    )


def _parts(found: Studied, passport: Passport, language: Language) -> dict[str, Markup]:
    """The sections that there is something to say in, in the order of the page."""
    passports = found.passports
    passages = drawn.passages(passports, passport, language)
    parts = {"responds": drawn.entries(passports, passport, language)
             + f'<div data-pagefind-ignore="all">{passages}</div>'}
    if passport.label is not None:
        parts["label"] = drawn.label(passport, language)
    if passport.ablation is not None:
        parts["ablation"] = ablation(passports, passport, language)
    parts["made_of"] = drawn.made_of(passport, language)
    if passport.promoted:
        parts["writes"] = drawn.writing(passports, passport, language)
    return {name: Markup(part) for name, part in parts.items()}


def _alike(edition: Edition, each: Alike) -> dict[str, Any]:
    passports = each.studied.passports
    return {
        "address": passport_address(each.studied.model, each.factor), "factor": each.factor,
        "model": edition.text(each.studied.model.names), "correlation": f"{each.correlation:.2f}",
        "share": max(0.0, each.correlation), "hue": hue(each.factor),
        "what": factor_words.what(passports.factors, passports[each.factor], edition.language),
    }


def _texts(edition: Edition, found: Studied, passport: Passport) -> list[tuple[Any, Markup]]:
    """Texts of the catalog in which it responds most, with what stands around the strongest place."""
    shown = []
    for each in edition.factors.lit(found.model, passport.factor, _TEXTS):
        tokens = each.responses.tokens
        row = each.responses.activations[passport.factor]
        positions = window(tokens, each.peak, _AROUND)
        text = coloured(tokens, positions, row, passport.full, each.peak)
        ends = ("…" if positions.start > tokens.n_start else "", "…" if positions.stop < len(tokens) else "")
        shown.append((each.entry, Markup(ends[0] + text + ends[1])))
    return shown


def _data(edition: Edition, found: Studied, passport: Passport) -> dict[str, Any]:
    """The passport as JSON, with what it is of."""
    data = factor_data.as_json(found.passports, passport, edition.language)
    return {
        "model": found.model.id, "figure": found.figure.id, "address": edition.permanent(found.figure.id), **data,
        "texts": [{"entry": each.entry.id, "response": each.response,
                   "token": entry_name(each.responses.tokens, each.peak, edition.language)}
                  for each in edition.factors.lit(found.model, passport.factor, _TEXTS)],
        "nearest": [{"model": each.studied.model.id, "factor": each.factor + 1, "correlation": each.correlation}
                    for each in edition.factors.nearest(found, passport.factor)],
    }
