"""Old addresses: an alias of a prompt, a model or a comparison leads to where it is now."""

from __future__ import annotations

from collections.abc import Iterator

from gallery.pages.edition import Edition, relative


def pages(edition: Edition) -> Iterator[tuple[str, str]]:
    for old, new in _moves(edition):
        yield f"{old}index.md", edition.page(
            "moved.html", url=old, title=edition.words("moved.title"), kind="moved", searched=False, hide=("toc",),
            moved_to=relative(new, old), target=new,
        )


def _moves(edition: Edition) -> Iterator[tuple[str, str]]:
    models = edition.catalog.models
    for model in models:
        yield from ((f"models/{alias}/", f"models/{model.id}/") for alias in model.aliases)
    for comparison in edition.catalog.comparisons:
        yield from ((f"compare/{alias}/", f"compare/{comparison.id}/") for alias in comparison.aliases)
    for prompt in edition.catalog.prompts:
        read_by = [entry.model for entry in edition.entries_of(prompt)]
        yield from ((f"{alias}/", f"{prompt.id}/") for alias in prompt.aliases)
        for old_prompt in (prompt.id, *prompt.aliases):
            for model in read_by:
                for old_model in (model.id, *model.aliases):
                    if (old_prompt, old_model) != (prompt.id, model.id):
                        yield f"{old_prompt}/{old_model}/", f"{prompt.id}/{model.id}/"
