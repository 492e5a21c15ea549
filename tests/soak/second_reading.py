"""The catalog read a second time, by other means: PyYAML's own loader, the published JSON Schema through `jsonschema`,
and the rules between files written down once more. It says only whether a catalog is valid, and why not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator, ValidationError, validators
from second_rules import CONTROL, Invalid, check_rules, check_tour

SCHEMAS = Path(__file__).resolve().parents[2] / "gallery/catalog/schema"
CORE = {
    "null": re.compile("~|null|Null|NULL|"),
    "bool": re.compile("true|True|TRUE|false|False|FALSE"),
    "int": re.compile("[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+"),
    "float": re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"),
}
"""YAML 1.2, chapter 10.3.2."""

def _matches(_: Any, pattern: str, value: Any, __: Any) -> Iterator[ValidationError]:
    """As ECMA 262 has it: ``\\d`` is ten digits, and ``$`` the end rather than a line's."""
    if isinstance(value, str) and not re.search(re.sub(r"\$$", r"\\Z", pattern), value, re.ASCII):
        yield ValidationError(f"{value!r} does not match {pattern}")


_types = Draft202012Validator.TYPE_CHECKER.redefine("integer", lambda _, value: type(value) is int)
_Validator = validators.extend(Draft202012Validator, {"pattern": _matches}, type_checker=_types)
_SCHEMAS = {path.stem: _Validator(json.loads(path.read_text(encoding="utf-8"))) for path in SCHEMAS.glob("*.json")}


def schema_of(stem: str) -> Any:
    """The published schema of that name as a validator, read as this module reads it."""
    return _SCHEMAS[stem]


def why_invalid(root: Path) -> str | None:
    """Why the catalog under ``root`` is not valid, or None where it is."""
    try:
        _read(root)
    except Invalid as reason:
        return str(reason)
    return None


def _read(root: Path) -> None:
    catalog = root / "gallery/catalog"
    models = _file(catalog / "models.yaml", "models")
    tags = _file(catalog / "tags.yaml", "tags", optional=True) or {}
    _file(catalog / "models.lock.yaml", "models.lock", optional=True)
    imprint = _file(catalog / "gallery.yaml", "gallery", optional=True) or {}
    for author in imprint.get("authors", ()):
        named = {part: author[part] for part in ("family", "given", "name") if author.get(part) is not None}
        if named.keys() not in ({"name"}, {"family", "given"}) or not all(one.strip() for one in named.values()):
            raise Invalid("an author without a name")
    if not (catalog / "prompts").is_dir():
        raise Invalid("no prompts")
    prompts = dict(_folder(catalog / "prompts", "prompt"))
    comparisons = dict(_folder(catalog / "comparisons", "comparison"))
    check_rules(root, models, tags, prompts, comparisons)
    if imprint.get("tour"):
        check_tour(imprint["tour"], models, prompts, comparisons)


def _folder(folder: Path, schema: str) -> Iterator[tuple[str, Any]]:
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.name.startswith(".") or path.name.endswith("~"):
            continue
        if path.suffix != ".yaml":
            raise Invalid(f"{path.name} is stray")
        yield path.stem, _file(path, schema)


def _file(path: Path, schema: str, *, optional: bool = False) -> Any:
    if optional and not path.exists():
        return None
    if not path.is_file() or path.stat().st_size > 256 * 1024:
        raise Invalid(f"{path.name}: no file, or too large")
    return _parsed(path.read_bytes(), schema, path.name)


@lru_cache(maxsize=100)
def _parsed(data: bytes, schema: str, name: str) -> Any:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(f"{name}: {error}") from None
    if CONTROL.search(text):
        raise Invalid(f"{name}: control character")
    try:
        if any(isinstance(token, (yaml.AliasToken, yaml.TagToken)) for token in yaml.scan(text, Loader=yaml.CLoader)):
            raise Invalid(f"{name}: alias or tag")
        _must_be_shallow(text)  # composing recurses in C, until the process dies
        documents = list(yaml.compose_all(text, Loader=yaml.CLoader))
    except (yaml.YAMLError, RecursionError) as error:
        raise Invalid(f"{name}: {error}") from None
    if len(documents) != 1 or documents[0] is None:
        raise Invalid(f"{name}: {len(documents)} documents")
    found = _data(documents[0])
    for error in _SCHEMAS[schema].iter_errors(found):
        raise Invalid(f"{name}: {error.json_path}: {error.message[:200]}")
    return found


def _must_be_shallow(text: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > 12:
            raise Invalid("nested too deeply")


def _data(node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return [_data(item) for item in node.value]
    found = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode) or key.value in found or CONTROL.search(key.value):
            raise Invalid("a key that is no text, or stands twice")
        found[key.value] = _data(value)
    return found


def _scalar(node: yaml.ScalarNode) -> Any:
    text = node.value
    if CONTROL.search(text):
        raise Invalid("control character")
    kind = None if node.style else next((kind for kind, form in CORE.items() if form.fullmatch(text)), None)
    if kind == "int":
        if len(text) > 18:
            raise Invalid("too large a number")
        return int(text, {"o": 8, "x": 16}.get(text[1:2], 10))
    if kind == "float":
        number = float(text.replace(".inf", "inf").lower().replace(".inf", "inf").replace(".nan", "nan"))
        if number - number != 0:
            raise Invalid("not a finite number")
        return number
    return {"null": None, "bool": text.lower() == "true"}.get(kind, text)
