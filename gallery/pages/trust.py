"""`/trust/`: the receipts of the whole gallery, by model; and which method an entry's attribution opens with."""

from __future__ import annotations

import csv
import io
import logging
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
from markupsafe import Markup

from gallery.pages.drawings import Unreadable
from gallery.pages.edition import Edition
from gallery.subjects import RECEIPT, Figure, Subject
from gallery.validation.schema import Model
from lmviz.results import MethodTrust, Result

log = logging.getLogger("gallery.pages")

_COLUMNS = ("advantages", "intervals", "bands", "shares_above", "n_texts", "infidelities", "completeness_errors",
            "sensitivities")


def pages(edition: Edition) -> Iterator[tuple[str, str]]:
    """The page, and for each model with receipts its chart and its table as files."""
    from lmviz import figures

    parts = []
    for model in edition.catalog.models:
        found = of_model(edition, model)
        if found is None:
            continue
        parts.append(_part(edition, model, found))
        yield f"trust/{model.id}.csv", _csv(found)
        yield f"trust/{model.id}.svg", figures.svg(figures.method_trust(found, edition.language), "light")
    yield "trust/index.md", edition.page(
        "trust.html", url="trust/", title=edition.words("trust.title"), description=edition.words("trust.lead"),
        kind="trust", contents=[{"id": part["model"].id, "name": edition.text(part["model"].names)} for part in parts],
        hide=() if parts else ("toc",), parts=parts,
    )


def of_model(edition: Edition, model: Model) -> MethodTrust | None:
    """The receipts of a model summed up; None where it has none that can be read."""
    receipts = edition.receipts.get(model.id, ())
    keys = tuple((entry.prompt.id, figure.results[RECEIPT]) for entry, figure in receipts)
    return _summed_up(edition.drawings, keys) if keys else None


@cache
def _summed_up(drawings: Any, keys: tuple[tuple[str, str], ...]) -> MethodTrust | None:
    from lmviz import method_trust

    receipts: dict[str, Result] = {}
    for text, key in keys:
        try:
            receipts[text] = drawings.read(key)
        except Unreadable as error:
            log.warning("%s: %s", text, error)
    return method_trust(receipts) if receipts else None


def opening(edition: Edition, subject: Subject, figure: Figure) -> str | None:
    """The method that an attribution opens with: of those it has, the most trusted one that leaves the random band."""
    if RECEIPT not in figure.results:
        return None
    found = of_model(edition, subject.models[0])
    above = zip(found.methods, found.is_above, strict=True) if found else ()
    return next((method for method, is_above in above if is_above and method in figure.results), None)


def reason(edition: Edition, subject: Subject, figure: Figure) -> str:
    """Why an attribution opens with its method, or that no method of its model leaves the random band."""
    if RECEIPT not in figure.results:
        return ""
    from lmviz.figures.description import method_name

    found = of_model(edition, subject.models[0])
    if found is None:
        return ""
    method = opening(edition, subject, figure)
    if method is None:
        return edition.words("section.opens_without", n=int(found.n_texts.max(initial=0)))
    n_texts = int(found.n_texts[found.methods.index(method)])
    return edition.words("section.opens_with" if n_texts > 1 else "section.opens_with_one", n=n_texts,
                         method=method_name(method, edition.language))


def _part(edition: Edition, model: Model, found: MethodTrust) -> dict[str, Any]:
    from lmviz.figures import method_agreement, method_trust, trust_words
    from lmviz.figures.description import method_name
    from lmviz.figures.rendering import inline_svg

    language = edition.language
    words = trust_words.method_trust(found, language)
    agreement = trust_words.method_agreement(found, language)
    texts = [entry for entry, _ in edition.receipts[model.id]]
    return {
        "model": model, "words": words, "agreement_words": agreement, "texts": texts,
        "chart": Markup(inline_svg(method_trust(found, language), label=words[2], identifier=f"trust-{model.id}")),
        "agreement": Markup(inline_svg(
            method_agreement(found, language), label=agreement[2], identifier=f"agreement-{model.id}"
        )),
        "rows": [
            {"id": name, "name": method_name(name, language), "chosen": name == found.chosen, **_shown(found, row)}
            for row, name in enumerate(found.methods)
        ],
    }


def _shown(found: MethodTrust, row: int) -> dict[str, str]:
    from lmviz.figures import notation

    def between(ends: np.ndarray) -> str:
        return "–" if np.isnan(ends).any() else " … ".join(map(notation.deviations, ends))

    return {
        "advantage": notation.deviations(found.advantages[row]),
        "interval": between(found.intervals[row]),
        "band": between(found.bands[row]),
        "shares_above": _count(found.shares_above[row], int(found.n_texts[row])),
        "infidelity": notation.amount(found.infidelities[row]),
        "completeness": notation.error(found.completeness_errors[row]),
        "sensitivity": notation.amount(found.sensitivities[row]),
    }


def _count(share: float, n_texts: int) -> str:
    return "–" if np.isnan(share) else f"{round(share * n_texts)} / {n_texts}"


def _csv(found: MethodTrust) -> str:
    """One row a method, the most trusted first."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    columns = [name for name in _COLUMNS if getattr(found, name).ndim == 1]
    pairs = [name for name in _COLUMNS if getattr(found, name).ndim == 2]
    writer.writerow(["method", "chosen", *columns, *(f"{name}_{end}" for name in pairs for end in ("low", "high"))])
    for row, method in enumerate(found.methods):
        writer.writerow([
            method, int(method == found.chosen), *(getattr(found, name)[row] for name in columns),
            *(value for name in pairs for value in getattr(found, name)[row]),
        ])
    return text.getvalue()
