"""The published JSON Schema: it is what the types say, it says something of every key, and editors find it."""

from __future__ import annotations

import json
import re

import pytest
import yaml
from jsonschema import Draft202012Validator
from miniature import MAME, MODELS, REPOSITORY, SETSUBUN, TAGS
from miniature_comparisons import PAIR, TWO_MODELS

from gallery.validation.json_schema import FILES, SCHEMAS, schemas, written

SHIPPED = sorted(
    path for path in (REPOSITORY / "gallery/catalog").rglob("*.yaml") if path.name != "models.lock.yaml"
)
MISTAKES = {
    "unknown key": ("prompt.json", SETSUBUN, "tags:", "tag:"),
    "unknown key inside": ("prompt.json", SETSUBUN, "top_k", "topk"),
    "text for number": ("prompt.json", SETSUBUN, "max_new_tokens: 4", "max_new_tokens: four"),
    "missing key": ("prompt.json", SETSUBUN, "about:", "# about:"),
    "not an option": ("prompt.json", SETSUBUN, "kind: adapted", "kind: adopted"),
    "out of bounds": ("prompt.json", SETSUBUN, "top_k: 5", "top_k: 51"),
    "too many words": ("prompt.json", SETSUBUN, "[鬼, 豆]", "[a, b, c, d, e, f, g, h, i]"),
    "unknown method": ("prompt.json", SETSUBUN, "saliency]", "salience]"),
    "unknown rule": ("prompt.json", SETSUBUN, "neuron_factors: {n_components: [2, 3]}",
                     "factor_responses: {rules: [yaer]}"),
    "target of two kinds": ("prompt.json", MAME, "{word: 追", "{text: 鬼, word: 追"),
    "id with capitals": ("models.json", MODELS, "id: away", "id: Away"),
    "tag without a name": ("tags.json", TAGS, ", en: culture", ""),
    "tag with capitals": ("tags.json", TAGS, "culture:", "Culture:"),
    "pair of three": ("comparison.json", PAIR, "[fuku, oni]", "[fuku, oni, oni]"),
    "key of the other kind": ("comparison.json", TWO_MODELS, "prompt: fuku", "prompts: [fuku, oni]"),
}


def schema_of(path):
    """The schema that the file's first line names, as editors read it."""
    named = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", path.read_text(encoding="utf-8").splitlines()[0])
    return path.parent / named[1]


def test_the_committed_schemas_are_current():
    for name, schema in schemas().items():
        there = (REPOSITORY / SCHEMAS / name).read_text(encoding="utf-8")
        assert there == written(schema), "run: python -m gallery.validation.json_schema"
        Draft202012Validator.check_schema(schema)
    assert {path.name for path in (REPOSITORY / SCHEMAS).iterdir()} == set(FILES)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_file_names_its_schema_which_accepts_it(path):
    schema = json.loads(schema_of(path).read_text(encoding="utf-8"))
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert [error.message for error in Draft202012Validator(schema).iter_errors(content)] == []


@pytest.mark.parametrize("mistake", MISTAKES)
def test_an_editor_would_underline(mistake):
    name, text, old, new = MISTAKES[mistake]
    validator = Draft202012Validator(schemas()[name])
    assert old in text and validator.is_valid(yaml.safe_load(text))
    assert not validator.is_valid(yaml.safe_load(text.replace(old, new, 1)))


def test_every_key_is_described_in_both_languages():
    def keys(schema):
        for part in (schema, *schema.get("$defs", {}).values()):
            yield from part.get("properties", {}).items()

    for schema in schemas().values():
        for key, one in keys(schema):
            japanese, english = one["description"].split("\n")
            assert re.search("[\u3040-\u9fff]", japanese) and not re.search("[\u3040-\u9fff]", english), key
