"""A figure's numbers as JSON, with what they are of: what its table holds, for programs."""

from __future__ import annotations

import json

from gallery.pages import citation
from gallery.pages.drawings import Drawing, rows
from gallery.pages.edition import Edition
from gallery.subjects import Figure, Subject


def data(edition: Edition, subject: Subject, figure: Figure, drawing: Drawing) -> str:
    """A JSON object: ``rows`` are those of the CSV, numbers as numbers; the rest says in words what they are."""
    return json.dumps({
        "id": figure.id, "kind": figure.kind, "title": drawing.title, "caption": drawing.caption,
        "convention": drawing.convention, "of": edition.title(subject), "models": citation.models(edition, subject),
        "address": edition.permanent(figure.id) if edition.address else None, "options": figure.options,
        "rows": rows(json.loads(drawing.spec)),
    }, ensure_ascii=False, indent=1)
