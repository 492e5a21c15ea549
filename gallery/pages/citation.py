"""Whom to cite for one figure: what a citation names, and how BibTeX and a sentence say it.

The model, its version and the text's source are named in both. No date stands in a citation: the id stays with the
numbers for good, and pages must not differ between two builds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gallery.pages.words import Words
from gallery.subjects import Compared, Figure, ModelStudy, Subject
from gallery.validation.schema import REFERENCE_TEXT, CheckpointModel, Model, Prompt, TrainingComparison

if TYPE_CHECKING:
    from gallery.pages.edition import Edition

_ESCAPES = str.maketrans({
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "#": r"\#", "$": r"\$", "%": r"\%", "&": r"\&", "_": r"\_",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
})

_REFERENCE_LICENCE = "CC0-1.0"
"""Of the reference text that comes with the gallery."""


@dataclass(frozen=True)
class Citation:
    """What a citation of a figure names, in one language, as plain text.

    Attributes:
        id: of the figure.
        title: of the figure, without a full stop.
        texts: titles of the texts that were read.
        models: the models with what fixes their weights.
        source: where the texts come from and under which licences; empty where that is not known.
        licences: of the texts; empty where they are not known.
    """

    id: str
    title: str
    texts: str
    models: str
    source: str
    licences: str

    @classmethod
    def of(cls, edition: Edition, subject: Subject, figure: Figure, title: str) -> Citation:
        """The citation of a figure that stands in an edition."""
        return cls(figure.id, title.rstrip("。."), _texts(edition, subject), models(edition, subject),
                   _sources(edition, subject), _licences(edition, subject))

    def plain(self, words: Words, address: str) -> str:
        """One sentence for a slide or a list of references."""
        return words("citation.plain", title=self.title, prompt=self.texts, id=self.id, model=self.models,
                     source=self.source, url=address).strip()

    def bibtex(self, words: Words, address: str) -> str:
        """An entry for BibTeX and biber; every character that TeX reads otherwise is escaped."""
        note = words("citation.note", id=self.id, prompt=self.texts, model=self.models, source=self.source)
        fields = {
            "author": "{" + _escape(words("site.name")) + "}",
            "title": "{" + _escape(self.title) + "}",
            "howpublished": words("citation.howpublished"),
            "url": address,
            "note": _escape(note),
        }
        lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items())
        return f"@misc{{lmviz-{self.id},\n{lines}}}"


def _escape(text: str) -> str:
    return " ".join(text.translate(_ESCAPES).split())


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
    return edition.words("citation.and_text").join(edition.text(prompt.titles) for prompt in subject.prompts)


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
