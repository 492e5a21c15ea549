"""What a reader can take away of a figure: its files, the Python that makes it, and a frame for other sites."""

from __future__ import annotations

import re
from dataclasses import dataclass

from markupsafe import Markup

from gallery.pages import citation
from gallery.pages.drawings import Drawing
from gallery.pages.edition import Edition, relative
from gallery.pages.recipe import recipe
from gallery.permanence.record import Told
from gallery.subjects import Figure, Subject

_FRAME = 240
"""What stands around the picture in a frame, in px: title, caption and source."""
_LEAST, _MOST = 320, 760
_SHEETS = ("figures", "comparison", "training", "text_factors", "factors", "factor_answers")


@dataclass(frozen=True)
class TakeAway:
    """What the panel of a figure's page shows beside its files.

    Attributes:
        python: see `gallery.pages.recipe.recipe`.
        frame: the HTML that embeds the figure in another page; its address is ``address`` and ``embed/``.
        source: whose figure it is, in a line, for a slide and a frame.
    """

    python: str
    frame: str
    source: str


def take_away(edition: Edition, subject: Subject, figure: Figure, drawing: Drawing) -> TakeAway:
    address = f"{edition.permanent(figure.id)}embed/"
    height = re.search(r'viewBox="0 0 [\d.]+ ([\d.]+)"', drawing.svg)
    pixels = min(_MOST, max(_LEAST, round(float(height[1])) + _FRAME)) if height else _MOST
    title = drawing.title.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    frame = (f'<iframe src="{address}" title="{title}" width="100%" height="{pixels}" loading="lazy" '
             'style="border: 1px solid #ccc"></iframe>')
    line = source(edition, figure.id, citation.models(edition, subject))
    return TakeAway(recipe(edition, subject, figure), frame, line)


def source(edition: Edition, figure_id: str, models: str) -> str:
    """Whose figure it is, in a line, without its address."""
    return f"{edition.words('site.name')} · {models} · {edition.words('takeaway.figure', id=figure_id)}"


def embedded(edition: Edition, url: str, kind: str, told: Told | Drawing, title: str, html: Markup, line: str) -> str:
    """The page at ``url`` that shows a figure alone, for frames in other pages: it has no navigation.

    Args:
        told: its caption.
        html: the figure itself.
        line: see `source`.
    """
    root = relative("", url) + ("" if edition.language == "ja" else "../")
    # A plain text: what is put into a `Markup` later, such as the page's policy, would be escaped.
    return str(edition.render("embed.html", url=url, root=root, kind=kind, title=title, caption=told.caption,
                              sheets=_SHEETS, html=html, source=line))
