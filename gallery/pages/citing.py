"""What a figure's page needs for being cited: the panel, the files beside it, and what stands in the page's head."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

from markupsafe import Markup

from gallery.pages.citation_formats import FILES, Formats
from gallery.pages.edition import Edition
from gallery.permanence import Citation


class Citing:
    """A figure's citation as its page shows it.

    Args:
        citation: what it names.
        url: of the page, from the edition's root.
        address: to be cited; absolute where the site's address is known.
        alternative: what the figure shows.
        is_based_on: addresses of the articles behind the texts.
    """

    def __init__(self, edition: Edition, citation: Citation, *, url: str, address: str, alternative: str,
                 is_based_on: tuple[str, ...] = ()):
        self.formats = Formats(citation, edition.words, edition.catalog.imprint, address)
        self._url = url
        self._data = self.formats.json_ld(alternative=alternative, picture=f"{address}figure.svg",
                                          is_based_on=is_based_on)

    def context(self) -> dict[str, Any]:
        """What `citation.html` takes."""
        # "<" is escaped as JSON has it: the text ends no script.
        return {"cite": self.formats, "cite_files": FILES, "files": self._url,
                "cite_ld": Markup(self._data.replace("<", "\\u003c"))}

    def head(self) -> dict[str, Any]:
        """Front matter: ``tags`` and ``links`` of the page's head (Highwire Press; signposting.org)."""
        tags = [[name, escape(" ".join(content.split()))] for name, content in self.formats.tags()]
        links = [["cite-as", escape(self.formats.address), ""],
                 ["describedby", FILES["csl"], "application/vnd.citationstyles.csl+json"],
                 ["describedby", FILES["bibtex"], "application/x-bibtex"],
                 ["item", "figure.svg", "image/svg+xml"], ["item", "figure.csv", "text/csv"]]
        return {"tags": tags, "links": links}

    def files(self) -> Iterator[tuple[str, str]]:
        """Paths from the edition's root, and contents."""
        for name, file in FILES.items():
            yield self._url + file, getattr(self.formats, name)() + ("" if name == "ris" else "\n")
