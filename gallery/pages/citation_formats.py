"""A citation in the formats that people paste and programs read: a sentence, APA, BibTeX, RIS, CSL-JSON, JSON-LD and
the tags that Google Scholar and Zotero look for in a page's head."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from gallery.pages.words import Words
from gallery.permanence import Citation
from gallery.validation.schema import Author, Imprint

_TEX = str.maketrans({
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "#": r"\#", "$": r"\$", "%": r"\%", "&": r"\&", "_": r"\_",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
})
_LICENCES = {
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC-BY-SA-3.0": "https://creativecommons.org/licenses/by-sa/3.0/",
    "CC-BY-SA-4.0": "https://creativecommons.org/licenses/by-sa/4.0/",
}

FILES = {"bibtex": "citation.bib", "ris": "citation.ris", "csl": "citation.csl.json"}
"""Formats that are also files beside a figure's page."""


@dataclass(frozen=True)
class Formats:
    """One citation, written out.

    Attributes:
        citation: what it names.
        words: of its language.
        imprint: who made the gallery; without authors, the gallery's name stands for them.
        address: of the figure.
    """

    citation: Citation
    words: Words
    imprint: Imprint
    address: str

    def plain(self) -> str:
        """One sentence for a slide or a list of references."""
        cited = self.citation
        title = cited.title.translate(str.maketrans("“”", "‘’"))  # within “ ”; a Japanese one, in 『』, keeps its 「」
        return self.words(
            "citation.plain", author=self._authors(), title=title, prompt=cited.texts, id=cited.id,
            model=cited.models, source=cited.source, url=self.address, year=self._year("citation.plain_year"),
            doi=self.words("citation.plain_doi", doi=self.imprint.doi) if self.imprint.doi else "",
        ).strip()

    def apa(self) -> str:
        """As the American Psychological Association has it (7th edition), of a figure on a website."""
        names = [_apa_name(author) for author in self.imprint.authors] or [self._site]
        several = ", ".join(names[:-1]) + ", & " + names[-1] if len(names) > 1 else names[0]
        year = self.imprint.year or self.words("citation.no_date")
        where = f"https://doi.org/{self.imprint.doi}" if self.imprint.doi else None
        parts = [f"{several.rstrip('.')}. ({year}).", f"{self.citation.title} [{self._note()}].",
                 f"{self._site}." if self.imprint.authors else "", self.address, where or ""]
        return " ".join(part for part in parts if part)

    def bibtex(self) -> str:
        """An entry for BibTeX and biber; every character that TeX reads otherwise is escaped."""
        names = [f"{{{_tex(author.name)}}}" if author.name else f"{_tex(author.family)}, {_tex(author.given)}"
                 for author in self.imprint.authors]
        fields = {
            "author": " and ".join(names) or "{" + _tex(self._site) + "}",
            "title": "{" + _tex(self.citation.title) + "}",
            "year": self.imprint.year,
            "howpublished": self.words("citation.howpublished"),
            "url": self.address,
            "doi": self.imprint.doi,
            "note": _tex(self._note(source=True)),
        }
        lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
        return f"@misc{{{self._key},\n{lines}}}"

    def ris(self) -> str:
        """For EndNote, Zotero and Mendeley; lines end as the format asks, in CR LF."""
        names = [_index_name(author) for author in self.imprint.authors] or [self._site]
        lines = [("TY", "FIGURE"), *(("AU", name) for name in names), ("TI", self.citation.title), ("T2", self._site),
                 ("PY", self.imprint.year), ("UR", self.address), ("DO", self.imprint.doi), ("ID", self._key),
                 ("LA", self.words.language), ("N1", self._note(source=True)), ("ER", "")]
        return "".join(f"{tag}  - {_line(str(value))}\r\n" for tag, value in lines if value or tag == "ER")

    def csl(self) -> str:
        """CSL-JSON, which pandoc and reference managers read: a list of one item."""
        names = [{"literal": author.name} if author.name else {"family": author.family, "given": author.given}
                 for author in self.imprint.authors]
        item = {
            "id": self._key, "type": "figure", "title": self.citation.title,
            "author": names or [{"literal": self._site}], "container-title": self._site, "URL": self.address,
            "issued": {"date-parts": [[self.imprint.year]]} if self.imprint.year else None, "DOI": self.imprint.doi,
            "language": self.words.language, "note": self._note(source=True),
        }
        return json.dumps([{key: value for key, value in item.items() if value}], ensure_ascii=False, indent=1)

    def json_ld(self, *, alternative: str, picture: str, is_based_on: tuple[str, ...] = ()) -> str:
        """schema.org's ImageObject, for search engines.

        Args:
            alternative: what the figure shows, in a sentence.
            picture: address of the SVG.
            is_based_on: addresses of the articles that the texts are adapted from.
        """
        makers = [_person(author) for author in self.imprint.authors] or [{"@type": "Organization", "name": self._site}]
        licences = [_LICENCES[name] for name in self.citation.licences.replace("、", ", ").split(", ")
                    if name in _LICENCES]
        item: dict[str, Any] = {
            "@context": "https://schema.org", "@type": "ImageObject", "@id": self.address, "url": self.address,
            "name": self.citation.title, "caption": alternative, "contentUrl": picture,
            "encodingFormat": "image/svg+xml", "creator": makers, "creditText": self._site,
            "license": licences[0] if licences else None, "isBasedOn": list(is_based_on),
            "inLanguage": self.words.language, "datePublished": self.imprint.year and str(self.imprint.year),
            "identifier": f"https://doi.org/{self.imprint.doi}" if self.imprint.doi else self.citation.id,
            "isPartOf": {"@type": "WebSite", "name": self._site},
        }
        return json.dumps({key: value for key, value in item.items() if value}, ensure_ascii=False)

    def tags(self) -> Iterator[tuple[str, str]]:
        """Names and contents of the page's ``<meta>`` elements: Highwire Press tags."""
        for author in self.imprint.authors:
            yield "citation_author", _index_name(author)
            if author.orcid:
                yield "citation_author_orcid", f"https://orcid.org/{author.orcid}"
        if not self.imprint.authors:
            yield "citation_author", self._site
        yield "citation_title", self.citation.title
        yield "citation_language", self.words.language
        if self.imprint.year:
            yield "citation_publication_date", str(self.imprint.year)
        if self.imprint.doi:
            yield "citation_doi", self.imprint.doi
        if "://" in self.address:
            yield "citation_public_url", self.address

    @property
    def _key(self) -> str:
        return f"lmviz-{self.citation.id}"

    @property
    def _site(self) -> str:
        return self.words("site.name")

    def _authors(self) -> str:
        several = [author.name or self.words("citation.name", family=author.family, given=author.given)
                   for author in self.imprint.authors]
        return self.words("citation.and").join([*several, ""]) if several else ""

    def _year(self, key: str) -> str:
        return self.words(key, year=self.imprint.year) if self.imprint.year else ""

    def _note(self, *, source: bool = False) -> str:
        cited = self.citation
        said = self.words("citation.note", id=cited.id, prompt=cited.texts, model=cited.models)
        return f"{said} {cited.source}".strip() if source else said.rstrip("。.")


def _index_name(author: Author) -> str:
    """As an index lists it: the family name first."""
    return author.name or f"{author.family}, {author.given}"


def _apa_name(author: Author) -> str:
    """Given names as initials where they are in Latin letters."""
    if author.name:
        return author.name
    if not author.given.isascii():
        return f"{author.family} {author.given}"
    return f"{author.family}, " + " ".join(f"{part[0]}." for part in author.given.replace("-", " ").split())


def _person(author: Author) -> dict[str, str]:
    if author.name:
        return {"@type": "Organization", "name": author.name}
    known = {"@type": "Person", "familyName": author.family, "givenName": author.given,
             "name": f"{author.given} {author.family}"}
    return known | ({"@id": f"https://orcid.org/{author.orcid}"} if author.orcid else {})


def _tex(text: str) -> str:
    return _line(text.translate(_TEX))


def _line(text: str) -> str:
    return " ".join(text.split())
