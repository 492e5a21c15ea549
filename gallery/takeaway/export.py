"""``export ID``: one figure of the gallery as files. It is drawn from the store; no model is run.

A figure that the gallery no longer draws is written from what was kept when it was published.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gallery.messages import Wording
from gallery.pages import citation
from gallery.pages.drawings import Unreadable
from gallery.pages.edition import Edition
from gallery.pages.figure_data import data
from gallery.pages.section import drawn_with
from gallery.pages.taking_away import source
from gallery.pages.words import Language
from gallery.permanence.archive import Damaged
from gallery.permanence.record import Published
from gallery.site.editions import open_edition
from gallery.store.files import write_atomically
from gallery.subjects import Figure, Subject
from gallery.takeaway import typeface
from gallery.takeaway.naming import is_id
from gallery.takeaway.outlines import texts
from gallery.takeaway.pictures import Colours, Width, drawn, picture
from gallery.takeaway.words import words
from gallery.validation.problems import did_you_mean

PICTURES = ("svg", "pdf", "png")
FORMATS = (*PICTURES, "csv", "json", "spec")
SMALLEST = 5.0
"""Points below which printed text is not read."""
_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?")


class NoFigure(ValueError):
    """No figure can be written; ``wording`` says why in both languages."""

    def __init__(self, wording: Wording):
        self.wording = wording
        super().__init__(wording["en"])


@dataclass(frozen=True)
class Form:
    """In which form figures are written.

    Attributes:
        formats: of `FORMATS`.
        languages: of words in pictures and data.
        width, colours: see `gallery.takeaway.pictures.picture`.
        scale: pixels of a PNG a px.
    """

    formats: Sequence[str]
    languages: Sequence[Language]
    width: Width = "own"
    colours: Colours = "colour"
    scale: int = 1


@dataclass
class Taken:
    """What was written, and what there is to know about it."""

    files: list[Path] = field(default_factory=list)
    notes: list[Wording] = field(default_factory=list)


@dataclass(frozen=True)
class _Figure:
    """A figure in one language: ``spec`` is None where only its picture was kept."""

    id: str
    title: str
    alternative: str
    source: str
    svg: str
    spec: str | None
    csv: str
    data: str


def take(root: Path, ids: Sequence[str], form: Form, directory: Path) -> Taken:
    """Writes figures to ``directory``.

    Raises:
        NoFigure: an id that no figure has, or one that cannot be drawn or read; nothing of that figure is written.
        gallery.store.files.CannotWrite: the directory takes no files.
    """
    editions = {language: open_edition(root, language) for language in form.languages}
    first, taken = next(iter(editions.values())), Taken()
    known = {*first.figures_by_id, *first.published}
    for name in ids:
        if name not in known:
            raise NoFigure(words("no_such_figure" if is_id(name) else "not_an_id", id=name, n=len(known),
                                 did_you_mean=_guess(name, known)))
    for name in dict.fromkeys(ids):
        for language, edition in editions.items():
            if name in edition.figures_by_id:
                figure = _drawn(edition, *edition.figures_by_id[name])
            else:
                figure = _kept(edition, name)
            for file_name, content in _files(figure, form, language, taken.notes):
                path = directory / file_name
                write_atomically(path, content)
                taken.files.append(path)
        if name not in first.figures_by_id:
            taken.notes.insert(0, words("kept_only", id=name))
    taken.notes = [note for i, note in enumerate(taken.notes) if note not in taken.notes[:i]]
    return taken


def _guess(name: str, known: set[str]) -> Wording | dict[str, str]:
    return did_you_mean(name.lower().translate(str.maketrans("0189", "olbg")), sorted(known))


def _drawn(edition: Edition, subject: Subject, figure: Figure) -> _Figure:
    try:
        drawing = edition.drawings.draw(figure, edition.language, **drawn_with(edition, subject, figure))
    except Unreadable as error:
        raise NoFigure(words("cannot_draw", id=figure.id, why=str(error), command=subject.command)) from None
    spec = json.loads(drawing.spec)
    models = citation.models(edition, subject)
    return _Figure(figure.id, drawing.title, drawing.alternative, _source(edition, figure.id, models), drawn(spec),
                   drawing.spec, drawing.csv, data(edition, subject, figure, drawing))


def _kept(edition: Edition, name: str) -> _Figure:
    """The figure as its latest revision was published."""
    try:
        published: Published = edition.published[name][-1]
    except Damaged as error:
        raise NoFigure(words("damaged", path=error.path)) from None
    told, table = published.told[edition.language], csv.DictReader(io.StringIO(published.csv))
    content: dict[str, Any] = {
        "id": published.id, "kind": published.kind, "title": told.citation.title, "caption": told.caption,
        "convention": told.convention, "of": told.subject, "models": told.citation.models,
        "rows": [{column: _value(cell) for column, cell in row.items()} for row in table],
    }
    return _Figure(published.id, told.citation.title, told.alternative,
                   _source(edition, published.id, told.citation.models), told.svg, None, published.csv,
                   json.dumps(content, ensure_ascii=False, indent=1))


def _value(cell: str) -> Any:
    return json.loads(cell) if _NUMBER.fullmatch(cell) else cell


def _source(edition: Edition, name: str, models: str) -> str:
    return source(edition, name, models) + (f" · {edition.permanent(name)}" if edition.address else "")


def _files(figure: _Figure, form: Form, language: Language, notes: list[Wording]) -> Iterator[tuple[str, bytes]]:
    name = f"{figure.id}-{language}"
    if any(kind in PICTURES for kind in form.formats):
        sheet = picture(figure.svg, form.width, form.colours, title=figure.title, source=figure.source,
                        alternative=figure.alternative)
        if missing := typeface.lacking(texts(sheet.svg)):
            notes.append(words("geta", id=figure.id, characters=" ".join(missing)))
        if sheet.smallest is not None and sheet.smallest < SMALLEST:
            key = "small" if form.width == "column" else "small_at_widest"
            notes.append(words(key, id=figure.id, points=f"{sheet.smallest:.1f}"))
    marks = f"{'' if form.width == 'own' else f'-{form.width}'}{'-grey' if form.colours == 'grey' else ''}"
    for kind in form.formats:
        match kind:
            case "svg":
                yield f"{name}{marks}.svg", sheet.as_svg().encode()
            case "pdf":
                yield f"{name}{marks}.pdf", sheet.as_pdf()
            case "png":
                yield f"{name}{marks}{'@2x' if form.scale == 2 else ''}.png", sheet.as_png(form.scale)
            case "csv":
                yield f"{name}.csv", figure.csv.encode()
            case "json":
                yield f"{name}.json", figure.data.encode()
            case "spec" if figure.spec is not None:
                yield f"{name}.vl.json", figure.spec.encode()
            case "spec":
                notes.append(words("no_specification", id=figure.id))
