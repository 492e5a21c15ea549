"""What a catalog says of studies: each mistake is one problem with its place, there or in the text that it names."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from miniature_studies import TEXT, add_studies

from gallery.validation import CatalogProblems, read_catalog
from gallery.validation.references import MAX_BYTES

MODELS = "gallery/catalog/models.yaml"

IN_THE_CATALOG = {
    "unknown key": ("components: 3", "component: 3", "unknown_key", "components?"),
    "no components": ("components: 3", "components: 0", "out_of_bounds", "1 or more"),
    "too many components": ("components: 3", "components: 65", "out_of_bounds", "64 or less"),
    "no mapping": ("factors: {components: 3, text: texts/reference.txt}", "factors: 16", "wrong_type", "mapping"),
    "text that is not there": ("texts/reference.txt", "texts/referense.txt", "text_missing", "texts/referense.txt"),
    "text that is a directory": ("texts/reference.txt", "texts", "text_missing", "texts"),
    "text outside": ("texts/reference.txt", "../reference.txt", "text_outside", "../reference.txt"),
    "text by its full path": ("texts/reference.txt", "/etc/hosts", "text_outside", "/etc/hosts"),
    "unknown model": ("similar_to: [second]", "similar_to: [secund]", "unknown_model", "second?"),
    "model itself": ("similar_to: [second]", "similar_to: [tiny]", "similar_to_itself", "tiny"),
    "model twice": ("similar_to: [second]", "similar_to: [second, second]", "named_twice", "second"),
}
IN_THE_TEXT = {
    "empty": (b"", "too_few_passages", (1, 1), "0 passages"),
    "blank": ("\n　\n\t\n".encode(), "too_few_passages", (1, 1), "0 passages"),
    "one passage": ("節分。\n豆。\n".encode(), "too_few_passages", (1, 1), "1 passages"),
    "not UTF-8": ("節分。\n\n豆".encode() + b"\xff", "not_utf8", (3, 2), "byte ff"),
    "too large": (b"a" * (MAX_BYTES + 1), "file_too_large", (1, 1), f"{MAX_BYTES + 1:,}"),
    "control character": ("節分。\n\n豆\x1bまき。\n".encode(), "control_character", (3, 2), "U+001B"),
    "turned direction": ("節分。\n\n豆\u202eまき。\n".encode(), "control_character", (3, 2), "U+202E"),
    "passage that a model cannot read at once": (
        ("節分。\n\n" + "節分の豆をまいた鬼。\n" * 20).encode(), "passage_past_context", (3, 1), "64 at most"),
}


@pytest.fixture(scope="module")
def catalog(miniature_source, tmp_path_factory) -> Path:
    """The miniature gallery with studies, nothing computed. What a test changes in it, it puts back."""
    return add_studies(Path(shutil.copytree(miniature_source, tmp_path_factory.mktemp("catalog") / "root")))


def problems(root: Path, file: str, content: bytes) -> tuple:
    before = (root / file).read_bytes()
    (root / file).write_bytes(content)
    try:
        with pytest.raises(CatalogProblems) as caught:
            read_catalog(root)
    finally:
        (root / file).write_bytes(before)
    return caught.value.problems


@pytest.mark.parametrize("mistake", IN_THE_CATALOG)
def test_a_mistake_in_the_catalog_is_one_problem_at_its_line(catalog, mistake):
    old, new, key, says = IN_THE_CATALOG[mistake]
    text = (catalog / MODELS).read_text(encoding="utf-8")
    assert old in text
    (problem,) = problems(catalog, MODELS, text.replace(old, new, 1).encode())
    line = text[: text.index(old)].count("\n") + 1
    assert (problem.file, problem.line, problem.key) == (MODELS, line, key), problem.text("en")
    assert says in problem.wording["en"]
    assert any(ord(character) > 0x3000 for character in problem.wording["ja"])


@pytest.mark.parametrize("mistake", IN_THE_TEXT)
def test_a_mistake_in_the_text_is_one_problem_at_its_place_there(catalog, mistake):
    content, key, place, says = IN_THE_TEXT[mistake]
    found = problems(catalog, TEXT, content)
    if key == "passage_past_context":  # for each of the two models that read it
        assert {problem.wording["en"].split(" tokens in ")[1].split(",")[0] for problem in found} == {"tiny", "second"}
    else:
        assert len(found) == 1
    assert (found[0].file, found[0].key, (found[0].line, found[0].column)) == (TEXT, key, place), found[0].text("en")
    assert says in found[0].wording["en"]
    assert any(ord(character) > 0x3000 for character in found[0].wording["ja"])


def test_a_text_that_several_models_name_and_nobody_has_is_one_problem(catalog):
    text = (catalog / MODELS).read_text(encoding="utf-8").replace(f", text: {TEXT}", "")
    text = text.replace("  directory: models/second\n", "  directory: models/second\n  factors: {components: 2}\n")
    (problem,) = problems(catalog, MODELS, text.encode())
    assert problem.key == "text_missing" and "gallery/reference/sentences.txt" in problem.wording["en"]


def test_a_passage_is_its_lines_with_nothing_between_them(catalog):
    before = (catalog / TEXT).read_bytes()
    digests = set()
    for content in (
        "豆を、\nまいた。\n\n鬼は外。\n", "\ufeff\r\n豆を、\r\nまいた。\r\n　\r\n\r\n鬼は外。",
        "豆を、まいた。\n\n鬼は外。",
    ):
        (catalog / TEXT).write_bytes(content.encode())
        (read,) = read_catalog(catalog).references.values()
        assert read.passages == ("豆を、まいた。", "鬼は外。")
        digests.add(read.digest)
    (catalog / TEXT).write_bytes("豆を、\n\nまいた。鬼は外。".encode())
    (other,) = read_catalog(catalog).references.values()
    (catalog / TEXT).write_bytes(before)
    assert len(digests) == 1 and other.digest not in digests
