"""What `gallery.yaml` may say."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from gallery.validation.schema.common import Identifier, Line, Strict


class Author(Strict):
    """A person, by family and given name, or anybody else, by ``name``."""

    family: Line | None = None
    given: Line | None = None
    name: Line | None = None
    orcid: Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X]$")] | None = None


class Tour(Strict):
    """The entry that newcomers are shown through."""

    prompt: Identifier
    model: Identifier


class Imprint(Strict):
    """What the gallery says of itself as a whole, in citations and to newcomers: `gallery.yaml`."""

    authors: Annotated[tuple[Author, ...], Field(max_length=50)] = ()
    year: Annotated[int, Field(ge=2020, le=9999)] | None = None
    doi: Annotated[str, Field(pattern=r"^10\.[0-9]{4,9}/[!-~]{1,200}$")] | None = None
    tour: Tour | None = None
