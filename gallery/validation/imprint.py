"""`gallery.yaml`: who made the gallery, as citations name them, and the entry that newcomers are shown through."""

from __future__ import annotations

from collections.abc import Mapping

from gallery.validation.comparisons import check_entry
from gallery.validation.explain import check
from gallery.validation.nodes import File, Node
from gallery.validation.schema import Author, Imprint, Model, Prompt


def read_imprint(
    file: File, node: Node | None, models: Mapping[str, Model | None] | None, prompts: Mapping[str, Prompt | None]
) -> Imprint:
    """The imprint, empty where there is none or it has mistakes, which are reported to ``file``.

    Args:
        models, prompts: what may be named, see `gallery.validation.comparisons.check_comparison`.
    """
    imprint = None if node is None else check(Imprint, file, node)
    if imprint is None:
        return Imprint()
    for number, author in enumerate(imprint.authors):
        if not _is_named(author):
            file.report(node.at("authors", number), "author_without_name")
    if imprint.tour:
        check_entry(imprint.tour.prompt, imprint.tour.model, file, node.at("tour"), models, prompts)
    return imprint


def _is_named(author: Author) -> bool:
    """One name in one piece, or two parts; nothing blank."""
    parts = (author.family, author.given)
    if author.name is not None:
        return parts == (None, None) and bool(author.name.strip())
    return all(part is not None and part.strip() for part in parts)
