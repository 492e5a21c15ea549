"""The factors of the gallery's models as pages need them: what is known of each, and its like elsewhere."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from gallery.pages.drawings import Unreadable
from gallery.subjects import FACTORS, Entry, Figure, ModelStudy
from gallery.validation.schema import Model
from lmviz.comparison import nearest_factors
from lmviz.figures.factor_passports import Passports
from lmviz.results import FactorResponses, Result

if TYPE_CHECKING:
    from gallery.pages.edition import Edition

log = logging.getLogger("gallery.pages")

_ALIKE = 2
"""How many factors of another model are named as the nearest."""


@dataclass(frozen=True)
class Studied:
    """A model whose factors have been computed."""

    study: ModelStudy
    figure: Figure
    passports: Passports

    @property
    def model(self) -> Model:
        return self.study.model


@dataclass(frozen=True)
class Alike:
    """A factor of another model, and the correlation of its responses with those of the one asked about."""

    studied: Studied
    factor: int
    correlation: float


@dataclass(frozen=True)
class Lit:
    """A text of the catalog in which a factor responds, and where it does so most."""

    entry: Entry
    responses: FactorResponses
    peak: int
    response: float


def factors_address(model: Model) -> str:
    """Of the page with all factors of a model, from the edition's root."""
    return f"models/{model.id}/factors/"


def passport_address(model: Model, factor: int) -> str:
    """Of the passport of a factor, from the edition's root; addresses count from 1."""
    return f"{factors_address(model)}{factor + 1}/"


class FactorStudies:
    """What an edition knows of factors, read once and as long as the edition lasts."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self._kept: dict[tuple[Any, ...], Any] = {}

    def study(self, model: Model) -> ModelStudy | None:
        """The study of a model alone; None where the catalog asks for none."""
        ids = (model.id,)
        return next((study for study in self.edition.studies if tuple(m.id for m in study.models) == ids), None)

    def of(self, model: Model) -> Studied | None:
        """What is known of a model's factors; None where they have not been computed or cannot be read."""
        return self._once(("of", model.id), lambda: self._studied(model))

    def labels_key(self, model: Model) -> str | None:
        """Key of the labels proposed for a model's factors; None where there are none."""
        studied = self.of(model)
        return studied.figure.results.get("labels") if studied and studied.passports.labels else None

    def nearest(self, mine: Studied, factor: int) -> list[Alike]:
        """The factors of every other model that respond most as this one does, model by model.

        A model that was studied over another reference text has none.
        """
        found = []
        for model in self.edition.catalog.models:
            other = self.of(model) if model.id != mine.model.id else None
            correlations = other and self._correlations(mine, other)
            if correlations is not None:
                row = np.nan_to_num(correlations[factor], nan=-1.0)
                best = np.argsort(-row, kind="stable")[:_ALIKE].tolist()
                found += [Alike(other, i, float(row[i])) for i in best if row[i] > 0]
        return found

    def lit(self, model: Model, factor: int, count: int) -> list[Lit]:
        """The entries of a model in which a factor responds most, the strongest first."""
        found = []
        for entry, responses in self._once(("lit", model.id), lambda: self._responses(model)):
            row = np.nan_to_num(responses.activations[factor], nan=0.0)
            peak = int(np.argmax(row))
            found.append(Lit(entry, responses, peak, float(row[peak])))
        return sorted((each for each in found if each.response > 0), key=lambda each: -each.response)[:count]

    def _studied(self, model: Model) -> Studied | None:
        study = self.study(model)
        figure = study and next((figure for figure in study.figures if figure.kind == "model_factors"), None)
        if figure is None or figure.failure is not None:
            return None
        factors = self._read(study.id, figure.results[""])
        if factors is None:
            return None
        others = []
        for name in ("effects", "labels"):
            result = self._read(study.id, figure.results.get(name))
            # The tokens are the factors' own: one table of them is enough to keep.
            others.append(None if result is None else replace(result, tokens=factors.tokens))
        return Studied(study, figure, Passports(factors, *others))

    def _correlations(self, mine: Studied, other: Studied) -> np.ndarray | None:
        if mine.model.id > other.model.id:
            turned = self._correlations(other, mine)
            return None if turned is None else turned.T
        return self._once(("like", mine.model.id, other.model.id), lambda: _likeness(mine, other))

    def _responses(self, model: Model) -> list[tuple[Entry, FactorResponses]]:
        """Of each entry that shows the factors that the model has now."""
        studied, found = self.of(model), []
        for entry in self.edition.entries_of(model):
            for figure in entry.figures:
                if studied and figure.kind == "factor_responses" and figure.failure is None \
                        and figure.results.get(FACTORS) == studied.figure.results[""]:
                    responses = self._read(entry.id, figure.results[""])
                    if responses is not None:
                        found.append((entry, responses))
        return found

    def _read(self, of: str, key: str | None) -> Result | None:
        if key is None:
            return None
        try:
            return self.edition.drawings.read(key)
        except Unreadable as error:
            log.warning("%s: %s", of, error)
            return None

    def _once(self, key: tuple[Any, ...], make: Callable[[], Any]) -> Any:
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]


def _likeness(mine: Studied, other: Studied) -> np.ndarray | None:
    try:
        return nearest_factors(mine.passports.factors, other.passports.factors)
    except ValueError as error:
        log.info("%s, %s: %s", mine.model.id, other.model.id, error)
        return None
