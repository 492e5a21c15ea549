"""`search.json`: titles and texts for the search's plain filter, which finds any phrase by its characters."""

from __future__ import annotations

import json
from collections.abc import Iterator

from gallery.pages.edition import Edition
from gallery.validation.schema import FIGURE_KINDS


def pages(edition: Edition) -> Iterator[tuple[str, str]]:
    """Rows of ``url`` (from the edition's root), ``title`` and ``text``, one a line."""
    rows = []
    for prompt in edition.catalog.prompts:
        tags = " ".join(edition.tag(tag) for tag in prompt.tags)
        both = f"{prompt.titles.ja} {prompt.titles.en}"
        built = [entry for entry in edition.entries_of(prompt) if entry.status == "built"]
        title, target = edition.text(prompt.titles), prompt.id
        if len(built) == 1:
            title = edition.title(built[0])
            target = built[0].id
        rows.append({"url": f"{target}/", "title": title,
                     "text": f"{prompt.text} {edition.text(prompt.about)}", "words": f"{both} {tags}"})
    texts = {prompt.id: prompt.text for prompt in edition.catalog.prompts}
    for comparison in edition.catalog.comparisons:
        about = f"{edition.text(comparison.about)} {edition.text(comparison.see)}"
        rows.append({"url": f"compare/{comparison.id}/", "title": edition.text(comparison.titles),
                     "text": " ".join([*(texts[name] for name in comparison.prompt_ids), about]),
                     "words": f"{comparison.titles.ja} {comparison.titles.en}"})
    for model in edition.catalog.models:
        rows.append({"url": f"models/{model.id}/", "title": edition.text(model.names),
                     "text": edition.text(model.about), "words": f"{model.names.ja} {model.names.en} {model.id}"})
    for kind in FIGURE_KINDS:
        rows.append({"url": f"figures/{kind}/", "title": edition.words(f"kind.{kind}"),
                     "text": edition.words(f"asks.{kind}"), "words": kind})
    yield "search.json", "[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]\n"
