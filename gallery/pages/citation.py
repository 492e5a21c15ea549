"""How to cite one figure: BibTeX, and a sentence in Japanese or English.

The model, its version and the text's source are named in both. No date stands in a citation: the id stays with the
numbers for good, and pages must not differ between two builds.
"""

from __future__ import annotations

from gallery.pages.edition import Edition
from gallery.subjects import Figure, ModelStudy, Subject
from gallery.validation.schema import REFERENCE_TEXT, Model, Prompt

_ESCAPES = str.maketrans({
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "#": r"\#", "$": r"\$", "%": r"\%", "&": r"\&", "_": r"\_",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
})


_REFERENCE_LICENCE = "CC0-1.0"
"""Of the reference text that comes with the gallery."""


def model_name(edition: Edition, model: Model) -> str:
    """The model with what fixes its weights: a version for an embedded model, a revision for one of the hub."""
    name = edition.text(model.names)
    if model.hub:
        return f"{name} ({model.hub}{'@' + model.revision if model.revision else ''})"
    return edition.words("citation.version", name=name, version=model.version)


def models(edition: Edition, subject: Subject) -> str:
    """The models with what fixes their weights, in a line."""
    return edition.words("citation.and").join(model_name(edition, model) for model in subject.models)


def licences(edition: Edition, subject: Subject) -> str:
    """The licences of the texts, each once; empty where a reference text's is not known."""
    if isinstance(subject, ModelStudy):
        return _REFERENCE_LICENCE if subject.model.reference == REFERENCE_TEXT else ""
    found = dict.fromkeys(prompt.source.licence for prompt in subject.prompts)
    return edition.words("citation.and").join(found)


def sources(edition: Edition, subject: Subject) -> str:
    """Where the texts come from, each sentence once."""
    if isinstance(subject, ModelStudy):
        licence = licences(edition, subject)
        return edition.words("source.reference", licence=licence) if licence else ""
    return " ".join(dict.fromkeys(source(edition, prompt) for prompt in subject.prompts))


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


def _name(title: str) -> str:
    return title.rstrip("。.")


def plain(edition: Edition, subject: Subject, figure: Figure, title: str) -> str:
    """One sentence for a slide or a list of references."""
    return edition.words(
        "citation.plain", title=_name(title), prompt=_texts(edition, subject), id=figure.id,
        model=models(edition, subject), source=sources(edition, subject), url=edition.permanent(figure),
    ).strip()


def bibtex(edition: Edition, subject: Subject, figure: Figure, title: str) -> str:
    """An entry for BibTeX and biber; every character that TeX reads otherwise is escaped."""
    note = edition.words(
        "citation.note", id=figure.id, prompt=_texts(edition, subject), model=models(edition, subject),
        source=sources(edition, subject),
    )
    fields = {
        "author": "{" + _escape(edition.words("site.name")) + "}",
        "title": "{" + _escape(_name(title)) + "}",
        "howpublished": edition.words("citation.howpublished"),
        "url": edition.permanent(figure),
        "note": _escape(note),
    }
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items())
    return f"@misc{{lmviz-{figure.id},\n{lines}}}"


def _escape(text: str) -> str:
    return " ".join(text.translate(_ESCAPES).split())
