"""``export``: figures as files (``export ID``), or results in one file (``export FILE``); what is named tells which."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gallery.command.speech import Mistake, Speech
from gallery.validation import gallery_root
from gallery.validation.problems import listed

if TYPE_CHECKING:
    from gallery.transfer.exporting import Exported
    from gallery.validation.schema import Catalog

_OPTIONS = ("format", "language", "width", "colours", "scale", "out")


def names_figures(names: Sequence[str]) -> bool:
    """Whether ids of figures are meant: a glob and a file are never both taken for ids."""
    from gallery.takeaway.naming import figure_id

    return all(figure_id(name) is not None for name in names)


def refuse_figure_options(arguments: argparse.Namespace, speech: Speech) -> None:
    """Raises `Mistake` where an option is given that a file of results has no use for."""
    given = [f"--{name}" for name in _OPTIONS if getattr(arguments, name) is not None]
    if given:
        raise Mistake(speech.of("only_for_figures", options=", ".join(given)))


def export_figures(arguments: argparse.Namespace, speech: Speech) -> int:
    from gallery.takeaway.export import FORMATS, Form, NoFigure, take
    from gallery.takeaway.naming import figure_id

    form = Form(
        arguments.format or FORMATS, arguments.language or (speech.language,), arguments.width or "own",
        arguments.colours or "colour", int(arguments.scale or 1),
    )
    ids = [figure_id(name) for name in arguments.WHAT]
    try:
        taken = take(gallery_root(), ids, form, arguments.out or Path("."))
    except NoFigure as error:
        raise Mistake(error.wording[speech.language]) from None
    for path in taken.files:
        speech.line(str(path))
    for note in taken.notes:
        speech.note(note)
    return 0


def write_results(catalog: Catalog, root: Path, path: Path, speech: Speech, *, only: str | None = None
                  ) -> Exported | None:
    """Writes results into one file, and says what is left out; None once a damaged result was named.

    Raises:
        Mistake: a file of another kind is in the way, or nothing that was chosen is built.
    """
    from gallery.store import DamagedResult
    from gallery.transfer import BadArchive, export

    try:
        done = export(catalog, root, path, only=only)
    except BadArchive as error:
        raise Mistake(error.wording[speech.language]) from None
    except DamagedResult as error:
        speech.note(error.wording)
        return None
    if not done.entries:
        raise Mistake(speech.of("nothing_to_export"))
    if done.unbuilt:
        speech.complain("left_out", n=len(done.unbuilt), names=listed(done.unbuilt, 8))
    return done
