"""``.zenodo.json``: a release's metadata with the fields and the words that Zenodo documents for deposits
(https://developers.zenodo.org/#representation)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from html import escape
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from gallery.release.citation_file import CitationFile
from gallery.validation.schema import Author, Catalog

NAME = ".zenodo.json"
Relation = Literal[
    "isCitedBy", "cites", "isSupplementTo", "isSupplementedBy", "isContinuedBy", "continues", "isDescribedBy",
    "describes", "hasMetadata", "isMetadataFor", "isNewVersionOf", "isPreviousVersionOf", "isPartOf", "hasPart",
    "isReferencedBy", "references", "isDocumentedBy", "documents", "isCompiledBy", "compiles", "isVariantFormOf",
    "isOriginalFormof", "isIdenticalTo", "isAlternateIdentifier", "isReviewedBy", "reviews", "isDerivedFrom",
    "isSourceOf", "requires", "isRequiredBy", "isObsoletedBy", "obsoletes",
]
_Text = Annotated[str, Field(min_length=1)]


class _Fields(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Creator(_Fields):
    """``name`` is "Family, Given" of a person."""

    name: _Text
    affiliation: _Text | None = None
    orcid: Annotated[str, Field(pattern=r"^\d{4}-\d{4}-\d{4}-\d{3}[\dX]$")] | None = None


class RelatedIdentifier(_Fields):
    """A DOI or an address, and what the deposit is to it."""

    identifier: _Text
    relation: Relation


class Metadata(_Fields):
    """A deposit's metadata; ``description`` is HTML, ``language`` an ISO 639-2 code, ``license`` an SPDX id in small
    letters."""

    upload_type: Literal["dataset", "software"]
    title: _Text
    creators: Annotated[tuple[Creator, ...], Field(min_length=1)]
    description: _Text
    access_right: Literal["open"]
    license: Annotated[str, Field(pattern=r"^[a-z0-9.+-]+$")]
    publication_date: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    version: _Text
    language: Literal["jpn"]
    keywords: tuple[_Text, ...] = ()
    notes: _Text | None = None
    related_identifiers: tuple[RelatedIdentifier, ...] = ()

    def written(self) -> str:
        return self.model_dump_json(indent=2, exclude_none=True) + "\n"


def metadata(catalog: Catalog, citation: CitationFile, version: str, day: date, *, address: str = "",
             notes: str = "") -> Metadata:
    """The metadata of a release.

    Args:
        catalog: its imprint names the authors, one at least.
        citation: title, abstract, licence and keywords.
        address: where the gallery is published, or empty.
        notes: plain text, such as the licences of the texts.

    Raises:
        pydantic.ValidationError: ``CITATION.cff`` says what Zenodo would not take.
    """
    said = citation.content
    related = dict.fromkeys(_related(catalog, said, address))
    return Metadata(
        upload_type="dataset" if said.get("type") == "dataset" else "software", title=said["title"].strip(),
        creators=tuple(map(_creator, catalog.imprint.authors)),
        description=f"<p>{escape(' '.join(said['abstract'].split()))}</p>", access_right="open",
        license=said["license"].lower(), publication_date=day.isoformat(), version=version, language="jpn",
        keywords=tuple(str(word) for word in said.get("keywords") or ()), notes=notes or None,
        related_identifiers=tuple(RelatedIdentifier(relation=relation, identifier=identifier)
                                  for relation, identifier in related),
    )


def _creator(author: Author) -> Creator:
    return Creator(name=author.name or f"{author.family}, {author.given}", orcid=author.orcid)


def _related(catalog: Catalog, said: dict[str, Any], address: str) -> Iterator[tuple[str, str]]:
    """The published site, what the citation file refers to, and the articles that texts are taken or adapted from."""
    if address:
        yield "isVariantFormOf", address
    for reference in said.get("references") or ():
        identifier = reference.get("doi") or reference.get("url")
        if identifier:
            yield "references", str(identifier)
    for prompt in catalog.prompts:
        if prompt.source.address:
            yield "isDerivedFrom", prompt.source.address
