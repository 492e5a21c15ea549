"""What is left of a prompt, model or comparison when what is wrong in it is put aside, so that one run finds the rest.

Nothing but checks sees these: a catalog with problems is never used.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from gallery.validation.explain import explain, validated
from gallery.validation.nodes import File, Node

Path = tuple[str | int, ...]

_LINES = {"ja": "-", "en": "-"}
_STAND_INS: dict[str, Any] = {
    "titles": _LINES, "about": _LINES, "names": _LINES, "see": _LINES, "text": "-", "licence": "-",
    "source": {"kind": "own", "licence": "-"},
}
"""For required keys that no other key's checks look at."""

_TAKEN_ALONG = {"text": ("figures", "generation"), "generation": ("figures",)}
"""Keys that cannot be checked without another: positions are looked up in the text and its continuation."""

_LISTS = ("tags", "aliases")
_NEEDED_TO_FIT = {"text", "generation", "models", "id"}


@dataclass(frozen=True)
class Checked:
    """What came of a mapping of the catalog.

    Attributes:
        item: as a type; None where too little is left of it.
        node: where its parts stand; of what was put aside, the mapping itself.
        aside: keys that were put aside, none in a sound item.
    """

    item: Any
    node: Node
    aside: frozenset[str] = frozenset()

    @property
    def sound(self) -> bool:
        return self.item is not None and not self.aside

    @property
    def can_fit(self) -> bool:
        """Whether what a text must fit into is as the catalog says."""
        return self.item is not None and not self.aside & _NEEDED_TO_FIT


def check_rest(cls: type[BaseModel], file: File, node: Node) -> Checked:
    """``node`` as a ``cls``, without what is wrong in it, which is reported to ``file``."""
    item, details = validated(cls, file, node)
    if item is not None or node.entries is None:
        return Checked(item, node)
    explain(cls, file, node, details)
    paths = [_unit(cls, node, detail["loc"]) for detail in details]
    aside = frozenset(str(path[0]) for path in paths if path)
    rest = _without(cls, node, paths)
    if rest is None:
        return Checked(None, node, aside)
    try:
        return Checked(cls.model_validate(rest.plain()), rest, aside)
    except ValidationError:
        return Checked(None, node, aside)


def _unit(cls: type[BaseModel], node: Node, location: Path) -> Path:
    """The smallest part around a problem that can be put aside alone."""
    if not location:
        return ()
    key = str(location[0])
    if key not in cls.model_fields:
        missing = [name for name in cls.model_fields if name not in node.entries]
        return tuple(difflib.get_close_matches(key[:80], missing, n=1, cutoff=0.6)) or (key,)
    if len(location) > 1 and (key == "figures" or (key in _LISTS and isinstance(location[1], int))):
        return location[:2]
    return (key,)


def _without(cls: type[BaseModel], node: Node, paths: Iterable[Path]) -> Node | None:
    """The mapping without ``paths``; None where a key is required that nothing can stand in for."""
    entries = {key: pair for key, pair in node.entries.items() if key in cls.model_fields}
    inside: dict[str, set[str | int]] = {}
    for path in paths:
        if len(path) == 2:
            inside.setdefault(path[0], set()).add(path[1])
            continue
        for key in path:
            for one in (key, *_TAKEN_ALONG.get(key, ())):
                entries.pop(one, None)
    for key, parts in inside.items():
        if key in entries:
            name, value = entries[key]
            entries[key] = (name, _trimmed(value, parts))
    for key, field in cls.model_fields.items():
        if field.is_required() and key not in entries:
            if key not in _STAND_INS:
                return None
            entries[key] = (node, _standing_in(_STAND_INS[key], node))
    return Node(node.line, node.column, entries=entries)


def _trimmed(node: Node, parts: set[str | int]) -> Node:
    if node.items is not None:
        return Node(node.line, node.column, items=[one for i, one in enumerate(node.items) if i not in parts])
    kept = {key: pair for key, pair in (node.entries or {}).items() if key not in parts}
    return Node(node.line, node.column, entries=kept)


def _standing_in(value: Any, place: Node) -> Node:
    if isinstance(value, dict):
        entries = {key: (place, _standing_in(one, place)) for key, one in value.items()}
        return Node(place.line, place.column, entries=entries)
    return Node(place.line, place.column, value)
