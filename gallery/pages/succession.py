"""What became of a published figure: the one that stands in its place now, and what is different about it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from gallery.pages.edition import Edition
from gallery.pages.words import Words
from gallery.permanence.record import Facts, Published
from gallery.store.identity import canonical_json
from gallery.subjects import Compared, Entry, Figure, ModelStudy, Subject, study_id


class Succession:
    """Figures of an edition by what they are of, under all its names, so that old figures find the new ones."""

    def __init__(self, edition: Edition):
        self._edition = edition
        self._subjects = {name: subject for subject in (*edition.studies, *edition.comparisons, *edition.entries)
                          for name in _names(subject)}

    def subject(self, published: Published) -> Subject | None:
        """What the figure was of, None where the gallery has it no more."""
        return self._subjects.get(published.subject)

    def successor(self, published: Published) -> Figure | None:
        """The figure of that kind that the subject has now."""
        subject = self.subject(published)
        figures = subject.figures if subject else ()
        return next((one for one in figures if one.kind == published.kind and one.failure is None), None)

    def changes(self, published: Published) -> list[str]:
        """What is different about the successor, in the edition's words; empty where there is none."""
        subject, figure = self.subject(published), self.successor(published)
        if subject is None or figure is None:
            return []
        return list(_changes(self._edition, published.facts, facts(self._edition, subject, figure)))


def facts(edition: Edition, subject: Subject, figure: Figure) -> Facts:
    """What the figure is drawn from, as the catalog and the manifests say."""
    made = _made(subject)
    models = {
        model.id: {
            "version": model.revision if model.hub else model.version,
            "weights": made[model.id]["weights_digest"], "tokenizer": made[model.id]["tokenizer_digest"],
        } for model in subject.models
    }
    texts = {prompt.id: hashlib.sha256(prompt.text.encode()).hexdigest() for prompt in subject.prompts}
    if not texts:
        path = subject.models[0].reference
        texts = {path: edition.catalog.references[path].digest}
    return Facts(models, texts, dict(figure.options))


def _made(subject: Subject) -> dict[str, dict[str, Any]]:
    """Provenance by model: of an entry and a study their own, of a comparison its entries'."""
    made: dict[str, dict[str, Any]] = {}
    for part in (*getattr(subject, "entries", ()), subject):
        for provenance in (part.provenance, part.provenance.get("other", {})):
            if "model" in provenance:
                made.setdefault(provenance["model"], provenance)
    return made


def _changes(edition: Edition, before: Facts, now: Facts) -> Iterator[str]:
    words = edition.words
    for model in edition.catalog.models:
        old, new = before.models.get(model.id), now.models.get(model.id)
        if old is None or new is None or old == new:
            continue
        name = edition.text(model.names)
        if old["version"] != new["version"]:
            yield words("superseded.version", model=name, old=_version(words, old), new=_version(words, new))
        elif old["weights"] != new["weights"]:
            yield words("superseded.weights", model=name)
        else:
            yield words("superseded.tokenizer", model=name)
    if before.models.keys() != now.models.keys():
        yield words("superseded.models")
    if before.texts != now.texts:
        yield words("superseded.text")
    if canonical_json(before.options) != canonical_json(now.options):
        yield words("superseded.options")
    if canonical_json(vars(before)) == canonical_json(vars(now)):
        yield words("superseded.computation")


def _version(words: Words, model: Mapping[str, Any]) -> str:
    """Of an embedded model a number, of one of the hub a commit, or what the weights are where neither is known."""
    version = model["version"]
    if isinstance(version, int):
        return words("superseded.version_number", n=version)
    return words("superseded.revision_name", name=(version or model["weights"])[:12])


def _names(subject: Subject) -> Iterator[str]:
    """The subject's id, and those that it had under aliases."""
    yield subject.id
    if isinstance(subject, Entry):
        for prompt in (subject.prompt.id, *subject.prompt.aliases):
            for model in (subject.model.id, *subject.model.aliases):
                yield f"{prompt}/{model}"
    elif isinstance(subject, Compared):
        tail = subject.id.removeprefix(f"compare/{subject.comparison.id}")
        yield from (f"compare/{alias}{tail}" for alias in subject.comparison.aliases)
    elif isinstance(subject, ModelStudy):
        first, *others = subject.models
        for alias in first.aliases:
            yield study_id((first, *others)).replace(f"models/{first.id}", f"models/{alias}", 1)
