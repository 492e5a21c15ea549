"""`/models/` and `/models/MODEL/`: what each model is, under which licence, and what it has read."""

from __future__ import annotations

from collections.abc import Iterator

from gallery.pages.edition import Edition
from gallery.pages.entry import facts
from gallery.validation.schema import Model


def pages(edition: Edition) -> Iterator[tuple[str, str]]:
    listed = [(model, sum(entry.status == "built" for entry in edition.entries_of(model)))
              for model in edition.catalog.models]
    yield "models/index.md", edition.page(
        "models.html", url="models/", title=edition.words("nav.models"), description=edition.words("models.lead"),
        kind="models", hide=("toc",), models=listed,
    )
    for model in edition.catalog.models:
        yield f"models/{model.id}/index.md", _page(edition, model)


def _page(edition: Edition, model: Model) -> str:
    entries = edition.entries_of(model)
    built = [entry for entry in entries if entry.status == "built"]
    return edition.page(
        "model.html", url=f"models/{model.id}/", title=edition.text(model.names),
        description=edition.text(model.about), kind="model", hide=("toc",), model=model, built=built,
        unbuilt=[entry for entry in entries if entry.status != "built"], stated=_stated(edition, model),
        provenance=facts(edition, built[0].provenance) if built else [],
    )


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
