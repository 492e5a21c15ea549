"""Types: what pydantic finds wrong, said in our words at the line where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from gallery.messages import Wording
from gallery.validation.nodes import File, Node
from gallery.validation.problems import did_you_mean, listed, words

_EXPECTED = {
    "string_type": "expected_text", "string_sub_type": "expected_text", "string_unicode": "expected_text",
    "int_type": "expected_integer", "int_from_float": "expected_integer", "int_parsing_size": "expected_integer",
    "float_type": "expected_number", "finite_number": "expected_number", "bool_type": "expected_boolean",
    "model_type": "expected_mapping", "model_attributes_type": "expected_mapping", "dict_type": "expected_mapping",
    "tuple_type": "expected_list",
}
_UNIONS = {
    "position": "expected_position", "targets": "expected_target", "revision": "expected_integer_or_text",
    "layers": "expected_layers",
}
_MAPPINGS = frozenset({"At", "Word"})
"""Branches of unions that are mappings."""
_MAY_BE_MAPPINGS = frozenset({"position", "targets"})
"""Unions that have such branches."""
_PATTERNS = {"commit": "not_a_commit", "doi": "not_a_doi", "orcid": "not_an_orcid"}
_BOUNDS = {"greater_than": "gt", "greater_than_equal": "ge", "less_than": "lt", "less_than_equal": "le"}


def check(cls: type[BaseModel], file: File, node: Node) -> Any | None:
    """``node`` as a ``cls``, or None with the problems reported to ``file``."""
    item, details = validated(cls, file, node)
    explain(cls, file, node, details)
    return item


def validated(cls: type[BaseModel], file: File, node: Node) -> tuple[Any | None, list[dict[str, Any]]]:
    """``node`` as a ``cls``, or None and what pydantic finds wrong. What is no mapping is reported to ``file``."""
    if node.entries is None:
        file.report(node, "wrong_file", found=found(node), expected=words("expected_mapping"))
        return None, []
    try:
        return cls.model_validate(node.plain()), []
    except ValidationError as error:
        return None, error.errors(include_url=False, include_input=False)


def explain(cls: type[BaseModel], file: File, node: Node, details: list[dict[str, Any]]) -> None:
    """Reports to ``file`` what pydantic found wrong in ``node``: something, wherever there are details."""
    before = len(file.problems)
    for i, detail in enumerate(details):
        if file.is_full:
            file.n_unsaid += len(details) - i
            return
        _explain(cls, file, node, detail)
    if details and len(file.problems) == before:  # each left to another
        path, _, place = _walk(node, details[0]["loc"])
        where = ".".join(map(str, path))
        file.report(place, "not_valid", where=where, found=found(place), why=details[0]["type"])


def check_lines(where: str, file: File, node: Node) -> None:
    """That a line in both languages is not blank."""
    for language in ("ja", "en"):
        if not node.at(language).value.strip():
            file.report(node.at(language), "blank_text", where=f"{where}.{language}")


def found(node: Node) -> Wording:
    """What stands at a node, for an error message."""
    if node.entries is not None:
        return words("found_mapping")
    if node.items is not None:
        return words("found_list" if node.items else "found_empty_list")
    if node.value is None:
        return words("found_nothing")
    if isinstance(node.value, bool):
        return words("found_boolean", value=str(node.value).lower())
    if isinstance(node.value, str):
        return words("found_text", value=shortened(node.value))
    return words("found_number", value=node.value)


def shortened(text: str, limit: int = 40) -> str:
    line = " ".join(text.split())
    return line[:limit] + "…" if len(line) > limit else line


def _explain(cls: type[BaseModel], file: File, root: Node, detail: dict[str, Any]) -> None:
    kind, context = detail["type"], detail.get("ctx", {})
    path, branch, node = _walk(root, detail["loc"])
    where = ".".join(str(step) for step in path)
    if branch is not None:
        key, union_node = branch
        if union_node.entries is None or key not in _MAY_BE_MAPPINGS:
            expected = words(_UNIONS[key])
            file.report(union_node, "wrong_type", where=where, found=found(union_node), expected=expected)
            return
        if not _MAPPINGS & set(detail["loc"]):
            return
    if kind == "extra_forbidden":
        parent = root.at(*path[:-1])
        key = parent.entries[path[-1]][0] if parent.entries and path[-1] in parent.entries else parent
        classes = _classes_at(cls, path[:-1])
        classes = {one for one in classes if one.__name__ in detail["loc"]} or classes
        known = sorted({name for one in classes for name in one.model_fields})
        unused = [name for name in known if not parent.entries or name not in parent.entries]
        file.report(
            key, "unknown_key", key=shortened(str(path[-1])), did_you_mean=did_you_mean(str(path[-1]), unused),
            known=listed(known) or words("no_keys"),
        )
    elif kind == "missing" and isinstance(path[-1], str):
        file.report(root.at(*path[:-1]), "missing_key", key=path[-1], where=".".join(map(str, path[:-1])))
    elif kind == "too_short" and len(node.items or ()) >= context["min_length"]:
        return  # pydantic counts the items that were valid; the others have been reported
    elif kind in ("missing", "too_long", "too_short"):
        target = root.at(*path[:-1]) if kind == "missing" else node
        where = ".".join(map(str, path[:-1])) if kind == "missing" else where
        low, high = context.get("min_length"), context.get("max_length")
        key = "list_too_long" if kind == "too_long" else "list_too_short"
        limit = high if kind == "too_long" else low if low is not None else 2
        file.report(target, key, where=where, found=len(target.items or ()), limit=limit)
    elif kind == "union_tag_not_found":
        file.report(node, "wrong_type", where=where, found=found(node), expected=words("expected_target"))
    elif kind in _EXPECTED:
        hint = words("quote_it") if _EXPECTED[kind] == "expected_text" and isinstance(node.value, (int, float)) else ""
        expected = words("with_hint", expected=words(_EXPECTED[kind]), hint=hint) if hint else words(_EXPECTED[kind])
        file.report(node, "wrong_type", where=where, found=found(node), expected=expected)
    elif kind in _BOUNDS:
        bound = words(kind, limit=f"{context[_BOUNDS[kind]]:.12g}")
        file.report(node, "out_of_bounds", where=where, found=node.value, bound=bound)
    elif kind == "literal_error":
        options = context["expected"].replace(" or ", ", ").replace("'", "")
        guess = did_you_mean(str(node.value), options.split(", "))
        file.report(node, "not_an_option", where=where, found=found(node), options=options, did_you_mean=guess)
    elif kind == "string_pattern_mismatch":
        key = _PATTERNS.get(path[-1], "not_an_id")
        file.report(node, key, where=where, found=shortened(str(node.value)))
    elif kind == "string_too_short":
        file.report(node, "empty_text", where=where)
    elif kind == "string_too_long":
        length, limit = len(node.value), context["max_length"]
        file.report(node, "text_too_long", where=where, found=length, limit=limit)
    else:
        file.report(node, "not_valid", where=where, found=found(node), why=kind)


def _walk(
    root: Node, location: tuple[str | int, ...]
) -> tuple[list[str | int], tuple[str, Node] | None, Node]:
    """Split pydantic's location: the path of the data, the key and node of a union on it, and the last node.

    Pydantic puts the name of a union's branch into the location, between the keys.
    """
    path: list[str | int] = []
    branch, node = None, root
    for step in location:
        is_item = isinstance(step, int) and node.items is not None and step < len(node.items)
        key = next((name for name in reversed(path) if isinstance(name, str)), None)
        if is_item or (node.entries is not None and step in node.entries):
            path.append(step)
            node = node.at(step)
        elif key in _UNIONS and branch is None:
            branch = (key, node)
        else:
            path.append(step)
    return path, branch, node


def _classes_at(cls: type[BaseModel], path: list[str | int]) -> set[type[BaseModel]]:
    classes = {cls}
    for step in path:
        annotations = [c.model_fields[step].annotation for c in classes if step in c.model_fields]
        if annotations:
            classes = {c for annotation in annotations for c in _models_in(annotation)}
    return classes


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)

