"""`/PROMPT/`: the text, where it comes from, and the models that read it."""

from __future__ import annotations

from collections.abc import Iterator

from gallery.pages import citation
from gallery.pages.edition import Edition


def pages(edition: Edition) -> Iterator[tuple[str, str]]:
    for prompt in edition.catalog.prompts:
        url = f"{prompt.id}/"
        entries = edition.chosen_entries(prompt)
        yield f"{prompt.id}/index.md", edition.page(
            "prompt.html", url=url, title=edition.text(prompt.titles), description=edition.text(prompt.about),
            kind="prompt", hide=("toc",), prompt=prompt, source=citation.source(edition, prompt),
            built=[entry for entry in entries if entry.status == "built"],
            unbuilt=[entry for entry in entries if entry.status != "built"],
        )
