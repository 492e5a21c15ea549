"""`cite`: a figure's citation on the command line."""

from __future__ import annotations

import argparse
import os

from gallery.command.speech import Mistake, Speech
from gallery.pages.citation import cited
from gallery.pages.citation_formats import Formats
from gallery.pages.edition import Edition
from gallery.pages.section import section
from gallery.permanence import Citation, Damaged
from gallery.site.editions import open_edition
from gallery.validation import gallery_root
from gallery.validation.problems import did_you_mean


def cite(arguments: argparse.Namespace, speech: Speech) -> int:
    address = os.environ.get("LMVIZ_SITE_URL", "") if arguments.address is None else arguments.address
    edition = open_edition(gallery_root(), arguments.language or speech.language, address=address)
    citation = _of(edition, arguments.ID.strip("/").removeprefix("f/"), speech)
    formats = Formats(citation, edition.words, edition.catalog.imprint, edition.permanent(citation.id))
    speech.line(getattr(formats, arguments.format)().rstrip("\r\n"))
    return 0


def _of(edition: Edition, figure_id: str, speech: Speech) -> Citation:
    """The citation of a figure of today, else of the last that was published under the id."""
    if figure_id in edition.figures_by_id:
        shown = section(edition, *edition.figures_by_id[figure_id])
        if shown.drawing is None:
            raise Mistake(shown.reason)
        return cited(edition, shown.subject, shown.figure, shown.drawing.title)
    try:
        return edition.published[figure_id][-1].told[edition.language].citation
    except KeyError:
        guess = did_you_mean(figure_id, [*edition.figures_by_id, *edition.published])
        raise Mistake(speech.of("no_such_figure", id=figure_id[:60], did_you_mean=guess)) from None
    except Damaged as error:
        raise Mistake(speech.of("published_damaged", path=error.path)) from None
