"""A small share of what `make soak` does with mutated catalogs, and that it would notice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from mutated_catalogs import Gallery, Outcome, soak, soak_by_hypothesis
from second_reading import SCHEMAS, schema_of, why_invalid


@pytest.fixture(scope="module")
def gallery(tmp_path_factory) -> Gallery:
    return Gallery(tmp_path_factory.mktemp("soak") / "root")


@pytest.fixture(autouse=True)
def language(monkeypatch):
    for name in ("LC_ALL", "LMVIZ_GALLERY_ROOT"):
        monkeypatch.setenv(name, "")


def test_two_hundred_mutated_catalogs_end_as_they_must(gallery):
    statuses = soak(gallery, gallery.check_here, 200, seed=1)
    assert statuses[2] > 100 and statuses[0] > 5


def test_a_hundred_catalogs_of_hypothesis_end_as_they_must(gallery):
    statuses = soak_by_hypothesis(gallery, gallery.check_here, 100, seed=2)
    assert statuses[2] > 50 and statuses[0]


def test_the_command_ends_as_it_must(gallery):
    assert sum(soak(gallery, gallery.check_by_command, 4, seed=2).values()) == 4


@pytest.mark.parametrize(("outcome", "says"), [
    (Outcome(0, "", "", 6.0), "took 6.0 s"),
    (Outcome(1, "", "Traceback (most recent call last):", 0.1), "a traceback"),
    (Outcome(1, "", "", 0.1), "exit status 1"),
    (Outcome(2, "", "1 problem\n", 0.1), "was refused, but is valid"),
    (Outcome(2, "", "gallery/catalog/models.yaml: bad\n1 problem\n", 0.1), "no file, line and column"),
    (Outcome(2, "", "gallery/catalog/models.yaml:999:1: bad\n1 problem\n", 0.1), "no such place"),
    (Outcome(0, "", "", 0.1), "was let through"),
])
def test_what_must_not_happen_would_be_noticed(gallery, outcome, says):
    broken = {**gallery.original, "tags.yaml": b"culture: {ja: x}\n"}
    gallery.write(broken if says == "was let through" else gallery.original)
    assert any(says in complaint for complaint in gallery.complaints(outcome))


def test_both_readings_accept_the_catalog_as_it_was(gallery):
    gallery.write(gallery.original)
    assert gallery.check_here().status == 0 and why_invalid(gallery.root) is None


def test_an_identifier_of_other_digits_than_ours_is_refused(gallery):
    full_width = gallery.original["gallery.yaml"].replace(b"0000-0002", "００００-０００２".encode())
    gallery.write({**gallery.original, "gallery.yaml": full_width})
    outcome = gallery.check_here()
    assert outcome.status == 2 and gallery.complaints(outcome) == []


def test_every_key_that_a_catalog_may_have_stands_in_what_is_mutated(gallery):
    there: dict[str, set[tuple[int, str]]] = {path.stem: set() for path in SCHEMAS.glob("*.json")}
    for name, data in gallery.original.items():
        stem = {"prompts": "prompt", "comparisons": "comparison"}.get(name.split("/")[0], name.removesuffix(".yaml"))
        if name.endswith(".yaml"):
            whole = schema_of(stem)
            there[stem] |= set(_keys(whole.schema, whole, yaml.safe_load(data)))
    for stem, found in there.items():
        schema = schema_of(stem).schema
        for part, one in {"": schema, **schema.get("$defs", {})}.items():
            missing = [key for key in one.get("properties", ()) if (id(one["properties"]), key) not in found]
            assert not missing, f"{stem} {part} has keys that are nowhere in tests/soak/every_key.py: {missing}"


def _keys(schema: dict, whole: Any, data: Any) -> Iterator[tuple[int, str]]:
    """The keys in ``data``, each with the part of the schema that has it."""
    if "$ref" in schema:
        schema = whole.schema["$defs"][schema["$ref"].rpartition("/")[2]]
    for kind in ("anyOf", "oneOf"):
        for one in schema.get(kind, ()):
            if whole.evolve(schema={**one, "$defs": whole.schema["$defs"]}).is_valid(data):
                yield from _keys(one, whole, data)
    if isinstance(data, list):
        for item in data:
            yield from _keys(schema.get("items", {}), whole, item)
    elif isinstance(data, dict):
        own = schema.get("properties", {})
        for key, value in data.items():
            if key in own:
                yield id(own), key
                yield from _keys(own[key], whole, value)
            for inner in (schema.get("additionalProperties"), *schema.get("patternProperties", {}).values()):
                yield from _keys(inner if isinstance(inner, dict) else {}, whole, value)
