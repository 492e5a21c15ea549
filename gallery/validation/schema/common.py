"""Types that all files of a catalog share."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Identifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
Identifiers = Annotated[tuple[Identifier, ...], Field(max_length=100)]
Line = Annotated[str, Field(min_length=1, max_length=300)]
Paragraph = Annotated[str, Field(min_length=1, max_length=1200)]

Reference = Annotated[str, Field(max_length=2000)]
Text = Annotated[str, Field(min_length=1, max_length=20_000)]
Phrase = Annotated[str, Field(min_length=1, max_length=200)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Bilingual(Strict):
    """One line in both languages."""

    ja: Line
    en: Line


class Prose(Strict):
    """A paragraph in both languages."""

    ja: Paragraph
    en: Paragraph
