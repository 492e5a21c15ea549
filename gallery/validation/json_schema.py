"""The catalog's JSON Schema (draft 2020-12), for editors: the types of `schema/` with the words of
`descriptions.toml`.

``python -m gallery.validation.json_schema`` writes the files anew; a test says when that is due.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, Field, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from gallery.messages import Messages
from gallery.validation.attribution import ATTRIBUTION_METHODS
from gallery.validation.factor_rules import FACTOR_RULES
from gallery.validation.root import gallery_root
from gallery.validation.schema import (
    Bilingual,
    Comparison,
    FetchedModel,
    Identifier,
    Imprint,
    Model,
    Prompt,
    Strict,
)

SCHEMAS = "gallery/catalog/schema"
FILES: dict[str, tuple[str, Any]] = {
    "models.json": ("models.yaml", Annotated[list[Model], Field(min_length=1)]),
    "tags.json": ("tags.yaml", dict[Identifier, Bilingual]),
    "prompt.json": ("prompts/ID.yaml", Prompt),
    "comparison.json": ("comparisons/ID.yaml", Annotated[Comparison, Field(discriminator="kind")]),
    "gallery.json": ("gallery.yaml", Imprint),
    "models.lock.json": ("models.lock.yaml", dict[str, FetchedModel]),
}
"""By name of the schema: the files of the catalog that it describes, and their type."""

descriptions = Messages(Path(__file__).with_name("descriptions.toml"))


class _Untitled(GenerateJsonSchema):
    """Without the titles that pydantic makes of the keys' own names."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def schemas() -> dict[str, dict[str, Any]]:
    """The schemas by file name. Each description is in Japanese and, on a line of its own, in English."""
    return {name: _schema(file, TypeAdapter(kind)) for name, (file, kind) in FILES.items()}


def written(schema: dict[str, Any]) -> str:
    """A schema as its file has it."""
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


def _schema(file: str, adapter: TypeAdapter) -> dict[str, Any]:
    schema = adapter.json_schema(schema_generator=_Untitled)
    types = {cls.__name__: cls for cls in _types(Strict)}
    whole = schema.pop("$defs", {})
    for name, part in (*whole.items(), (schema.pop("title", None), schema)):
        part.pop("title", None)
        part.pop("description", None)
        for key, one in part.get("properties", {}).items():
            one["description"] = _described(types[name], key)
    if "patternProperties" in schema:
        schema["additionalProperties"] = False
    if "AttributionOptions" in whole:
        methods = whole["AttributionOptions"]["properties"]["methods"]["anyOf"][0]
        methods["items"] = {"enum": list(ATTRIBUTION_METHODS)}
    if "FactorResponsesOptions" in whole:
        whole["FactorResponsesOptions"]["properties"]["rules"]["items"] = {"enum": list(FACTOR_RULES)}
    head = {"$schema": GenerateJsonSchema.schema_dialect, "description": _both(file)}
    return head | schema | ({"$defs": whole} if whole else {})


def _types(cls: type[BaseModel]) -> Iterator[type[BaseModel]]:
    yield cls
    for inner in cls.__subclasses__():
        yield from _types(inner)


def _described(cls: type[BaseModel], key: str) -> str:
    """The words for a key, which stand under the name of the type that brings it."""
    owner = next(base for base in reversed(cls.__mro__) if key in getattr(base, "__annotations__", {}))
    return _both(f"{owner.__name__.lstrip('_')}.{key}")


def _both(key: str) -> str:
    wording = descriptions(key)
    return f"{wording['ja']}\n{wording['en']}"


def write(directory: Path) -> None:
    """Writes the schemas into ``directory``."""
    directory.mkdir(parents=True, exist_ok=True)
    for name, schema in schemas().items():
        (directory / name).write_text(written(schema), encoding="utf-8")


if __name__ == "__main__":
    write(gallery_root() / SCHEMAS)
