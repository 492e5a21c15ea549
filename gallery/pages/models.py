"""`/models/` and `/models/MODEL/`: what each model is, what it has read, its factors, and how alike its layers are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from markupsafe import Markup

from gallery.pages.edition import Edition
from gallery.pages.factor_studies import factors_address, passport_address
from gallery.pages.making import facts
from gallery.pages.model_cards import measured
from gallery.pages.section import render, section
from gallery.subjects import ModelStudy
from gallery.validation.schema import Model
from lmviz.figures import factor_words
from lmviz.figures.html.factor_rows import hue


def pages(edition: Edition) -> Iterator[tuple[str, str]]:
    listed = [(model, sum(entry.status == "built" for entry in edition.entries_of(model)))
              for model in edition.models]
    yield "models/index.md", edition.page(
        "models.html", url="models/", title=edition.words("nav.models"), description=edition.words("models.lead"),
        kind="models", hide=("toc",), models=listed,
    )
    for model in edition.catalog.models:
        yield f"models/{model.id}/index.md", _page(edition, model)


def similarity_anchor(study: ModelStudy) -> str:
    """Where the likeness of layers stands on a model's page: of itself, or beside another model."""
    return "-".join(["layer_similarity", *(model.id for model in study.models[1:])])


def _page(edition: Edition, model: Model) -> str:
    entries, url = edition.entries_of(model), f"models/{model.id}/"
    built = [entry for entry in entries if entry.status == "built"]
    studies = [study for study in edition.studies if study.model.id == model.id]
    likeness = [html for study in studies for html in _likeness(edition, study, url)]
    return edition.page(
        "model.html", url=url, title=edition.text(model.names),
        description=edition.text(model.about), kind="model", hide=("toc",), model=model, built=built,
        unbuilt=[entry for entry in entries if entry.status != "built"], stated=_stated(edition, model),
        provenance=facts(edition, built[0].provenance) if built else [], factors=_factors(edition, model),
        measured=measured(edition, model), likeness=likeness,
        unbuilt_studies=[study for study in studies if study.status != "built"],
        checkpoints=[one for one in edition.catalog.course(model.id).values() if one is not model],
        beside=[study.model for study in edition.studies if model.id in [other.id for other in study.models[1:]]],
    )


def _likeness(edition: Edition, study: ModelStudy, url: str) -> Iterator[Markup]:
    for figure in study.figures:
        if figure.kind == "layer_similarity":
            yield render(edition, section(edition, study, figure), url=url, level=3, anchor=similarity_anchor(study))


def _factors(edition: Edition, model: Model) -> dict[str, Any] | None:
    """What the model's page says of its factors: the title of their figure, and each in a few words."""
    found = edition.factors.of(model)
    if found is None:
        return None
    shown = section(edition, found.study, found.figure)
    listed = [(passport_address(model, each.factor), hue(each.factor), each.factor + 1,
               factor_words.what(found.passports.factors, each, edition.language, count=2)) for each in found.passports]
    return {"title": shown.title(edition), "listed": listed, "address": factors_address(model)}


def _stated(edition: Edition, model: Model) -> list[tuple[str, str]]:
    """What the catalog says of the model."""
    words = edition.words
    start = words(f"model.start_{model.start}")
    if model.hub:
        where = [(words("model.hub"), model.hub), (words("model.revision"), model.revision or words("model.any"))]
    else:
        where = [(words("model.directory"), model.directory or ""), (words("model.version"), str(model.version))]
    return [*where, (words("model.licence"), model.licence), (words("model.dtype"), model.dtype),
            (words("model.start"), start)]
