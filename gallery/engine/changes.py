"""What has changed since something was built, by name."""

from __future__ import annotations

from typing import Any

from gallery.engine.manifest import Manifest
from gallery.engine.words import words
from gallery.messages import LANGUAGES, Wording

_FILES = ("weights", "tokenizer", "other_weights", "other_tokenizer")
_SEPARATORS = {"ja": "、", "en": ", "}


def changes(manifest: Manifest, asked: dict[str, Any], digests: dict[str, str] | None) -> list[str]:
    """Names with dots: ``text``, ``generation.seed``, ``model.start``, ``weights``, ``figures.watched_words.words``;
    ``reference`` for the text of a study, ``other_weights`` and the like for its second model.

    Args:
        asked: what the catalog says now, see `gallery.engine.asked.Asked.request`.
        digests: of the model's files; None where they are not looked at.
    """
    before = manifest.request
    found = []
    for part in ("text", "generation", "model", "other_model"):
        found += _changed(part, before.get(part), asked.get(part))
    for name in _FILES:
        if digests is not None and manifest.digests.get(name) != digests.get(name):
            found.append(name)
    old, new = before.get("figures", {}), asked["figures"]
    for kind in dict.fromkeys([*new, *old]):
        changed = _changed(f"figures.{kind}", old.get(kind), new.get(kind))
        found += ["reference" if name.endswith(".reference") else name for name in changed]
    return list(dict.fromkeys(found))


def _changed(name: str, old: Any, new: Any) -> list[str]:
    """The name, or those of the options that changed where there were some and still are."""
    if old == new:
        return []
    if not isinstance(old, dict) or not isinstance(new, dict):
        return [name]
    return [f"{name}.{option}" for option in dict.fromkeys([*new, *old]) if old.get(option) != new.get(option)]


def in_words(names: list[str]) -> Wording:
    """"Changed since it was computed: ..."."""
    options: dict[str, list[str]] = {}
    for name in names:
        depth = 2 if name.startswith("figures.") else 1
        parts = name.split(".")
        options.setdefault(".".join(parts[:depth]), []).extend(parts[depth:])
    said = []
    for name, of_it in options.items():
        figure = name.removeprefix("figures.")
        part = words(f"part_{name}") if figure == name else words("part_figure", kind=figure)
        said.append(words("part_options", part=part, options=", ".join(of_it)) if of_it else part)
    return words("changed", what={name: _SEPARATORS[name].join(part[name] for part in said) for name in LANGUAGES})
