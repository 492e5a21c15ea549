"""Model cards on the site: what was measured on the model's page, and the card itself at `/models/MODEL/card/`.

A model has a card here if ``evaluation.json`` and ``README.md`` stand in its directory. No model is run, no weights are
read but to hold their digests against the evaluation's.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from gallery.models.evaluation.cards import CARD, shown
from gallery.models.evaluation.record import FILE, Evaluation, read_evaluation
from gallery.pages.card_text import half_in, section_of, to_html
from gallery.validation.schema import Catalog, Model

if TYPE_CHECKING:
    from gallery.pages.edition import Edition

log = logging.getLogger("gallery.pages")

_MEASURES = ("bits_per_character", "nats_per_token", "perplexity", "top_1", "top_5")
_TRAINING = {"ja": "学習", "en": "Training"}


@dataclass(frozen=True)
class ModelCard:
    """The text of a card in both languages, and what was measured."""

    text: str
    evaluation: Evaluation


def read_cards(root: Path, catalog: Catalog) -> dict[str, ModelCard]:
    """The cards of the catalog's models by the model's id; one that cannot be shown is told of in the log."""
    found = {}
    for model in catalog.models:
        directory = root / (model.directory or "")
        if not model.directory or not os.path.isfile(directory / CARD):
            continue
        try:
            evaluation = read_evaluation(directory)
        except ValueError as error:
            log.warning("%s", error)
            continue
        if evaluation and _is_of(evaluation, directory):
            found[model.id] = ModelCard((directory / CARD).read_text(encoding="utf-8"), evaluation)
    return found


def card_files(root: Path, catalog: Catalog) -> list[tuple[str, str]]:
    """Paths and SHA-256 of the files that cards are written from, to tell whether the site is current."""
    paths = [f"{model.directory}/{name}" for model in catalog.models if model.directory for name in (CARD, FILE)]
    return [(path, _digest(root / path)) for path in paths if os.path.isfile(root / path)]


def _is_of(evaluation: Evaluation, directory: Path) -> bool:
    """Whether these files were measured, as far as they are here: a site is also published without the weights."""
    for name, digest in evaluation.model.files.items():
        path = directory / Path(name).name
        if path.is_file() and _digest(path) != digest:
            log.warning("%s: %s is not the file that was measured; measure it with --write", directory / FILE, name)
            return False
    return True


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def card_address(model: Model) -> str:
    return f"models/{model.id}/card/"


def pages(edition: Edition) -> Iterator[tuple[str, str]]:
    for model in edition.catalog.models:
        card = edition.cards.get(model.id)
        if card is None:
            continue
        html, headings = to_html(half_in(edition.language, card.text))
        name = edition.text(model.names)
        yield f"{card_address(model)}index.md", edition.page(
            "model_card.html", url=card_address(model), title=edition.words("card.title", model=name),
            description=edition.words("card.description", model=name), contents=headings, kind="card", model=model,
            card=Markup(html),
        )


def measured(edition: Edition, model: Model) -> dict[str, Any] | None:
    """What a model's page shows of its card; None where it has none."""
    card = edition.cards.get(model.id)
    if card is None:
        return None
    evaluation = card.evaluation
    own, baseline = shown(evaluation.model.figures), evaluation.baseline
    beside = shown(baseline.figures) if baseline else {}
    training = section_of(half_in(edition.language, card.text), _TRAINING[edition.language])
    return {
        "held_out": evaluation.held_out, "baseline": baseline, "address": card_address(model),
        "rows": [(measure, own[measure], beside.get(measure)) for measure in _MEASURES],
        "training": Markup(to_html(training)[0]) if training else None,
    }
