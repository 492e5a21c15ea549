"""What is kept of a published figure: its pictures, its numbers, its words, its citation, and what it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gallery.permanence.numbers import Sketch


@dataclass(frozen=True)
class Citation:
    """What a citation of a figure names, in one language, as plain text.

    Attributes:
        id: of the figure.
        title: of the figure, without a full stop.
        texts: titles of the texts that were read.
        models: the models with what fixes their weights.
        source: where the texts come from and under which licences; empty where that is not known.
        licences: of the texts; empty where they are not known.
    """

    id: str
    title: str
    texts: str
    models: str
    source: str
    licences: str


@dataclass(frozen=True)
class Facts:
    """What a figure was drawn from, to say later what has changed.

    Attributes:
        models: by id ``{"version", "weights", "tokenizer"}``: the version, of a hub's model the revision, and digests.
        texts: by id of a prompt, or path of a reference text, the digest of the text.
        options: of the figure.
    """

    models: Mapping[str, Mapping[str, Any]]
    texts: Mapping[str, str]
    options: Mapping[str, Any]


@dataclass(frozen=True)
class Told:
    """What a figure said in one language.

    Attributes:
        subject: what it is of, in a line.
        caption, alternative, convention: plain text, not escaped.
        citation: whom to cite, without the address.
        svg: the picture; the light one.
    """

    subject: str
    caption: str
    alternative: str
    convention: str
    citation: Citation
    svg: str


@dataclass(frozen=True)
class Published:
    """One revision of a published figure.

    Attributes:
        id: of the figure.
        subject: id of the entry, comparison or study that it was published with.
        kind: of figure.
        facts: what it was drawn from.
        told: by language.
        csv: its numbers.
        sketch: of its results, by which a later revision is told from the same numbers computed elsewhere.
    """

    id: str
    subject: str
    kind: str
    facts: Facts
    told: Mapping[str, Told]
    csv: str
    sketch: Sketch
