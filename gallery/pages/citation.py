"""Whom to cite for one figure: what a citation names, as plain data in one language.

The model, its version and the text's source are named. No date stands in a citation but the year that `gallery.yaml`
gives: the id stays with the numbers for good, and pages must not differ between two builds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gallery.permanence.record import Citation
from gallery.subjects import Compared, Figure, ModelStudy, Subject
from gallery.validation.schema import REFERENCE_TEXT, CheckpointModel, Model, Prompt, TrainingComparison

if TYPE_CHECKING:
    from gallery.pages.edition import Edition

_REFERENCE_LICENCE = "CC0-1.0"
"""Of the reference text that comes with the gallery."""


def cited(edition: Edition, subject: Subject, figure: Figure, title: str) -> Citation:
    """The citation of a figure that stands in an edition."""
    return Citation(figure.id, title.rstrip("。."), _texts(edition, subject), models(edition, subject),
                    _sources(edition, subject), _licences(edition, subject))


def model_name(edition: Edition, model: Model) -> str:
    """The model with what fixes its weights: a version for an embedded model, a revision for one of the hub."""
    name = edition.text(model.names)
    if model.hub:
        return f"{name} ({model.hub}{'@' + model.revision if model.revision else ''})"
    return edition.words("citation.version", name=name, version=model.version)


def models(edition: Edition, subject: Subject) -> str:
    """The models with what fixes their weights, in a line; of a training the model and its steps."""
    if isinstance(subject, Compared) and isinstance(subject.comparison, TrainingComparison):
        steps = edition.words("citation.and").join(
            f"{m.step if isinstance(m, CheckpointModel) else m.steps:,}" for m in subject.models)
        return edition.words("citation.steps", model=model_name(edition, subject.models[-1]), steps=steps)
    return edition.words("citation.and").join(model_name(edition, model) for model in subject.models)


def source(edition: Edition, prompt: Prompt) -> str:
    """Where the text comes from and under which licence."""
    words, origin = edition.words, prompt.source
    if origin.kind == "own":
        return words("source.own", licence=origin.licence)
    where = origin.article or origin.address or edition.text(prompt.titles)
    if origin.revision is not None:
        where = words("source.revision", article=where, revision=origin.revision)
    return words(f"source.{origin.kind}", article=where, licence=origin.licence)


def _texts(edition: Edition, subject: Subject) -> str:
    if isinstance(subject, ModelStudy):
        path = subject.model.reference
        return edition.words("citation.reference", path=path, digest=edition.catalog.references[path].digest[:12])
    within = str.maketrans("「」", "『』")  # citations put titles into 「」
    titles = (edition.text(prompt.titles).translate(within) for prompt in subject.prompts)
    return edition.words("citation.and_text").join(titles)


def _sources(edition: Edition, subject: Subject) -> str:
    """Where the texts come from, each sentence once."""
    if isinstance(subject, ModelStudy):
        licence = _licences(edition, subject)
        return edition.words("source.reference", licence=licence) if licence else ""
    return " ".join(dict.fromkeys(source(edition, prompt) for prompt in subject.prompts))


def _licences(edition: Edition, subject: Subject) -> str:
    if isinstance(subject, ModelStudy):
        return _REFERENCE_LICENCE if subject.model.reference == REFERENCE_TEXT else ""
    found = dict.fromkeys(prompt.source.licence for prompt in subject.prompts)
    return edition.words("citation.and").join(found)
