"""The catalog: every mistake is found, at its line, in both languages, with all others in the same run."""

from __future__ import annotations

import os
import random
import re
import shutil

import numpy as np
import pytest

from gallery.validation import CatalogProblems, read_catalog, read_lock
from gallery.validation.attribution import (
    ATTRIBUTION_METHODS,
    DEFAULT_BASELINES,
    FAST_METHODS,
    METHODS_WITHOUT_BASELINE,
    REFUSED_METHODS,
)
from gallery.validation.explain import explain
from gallery.validation.nodes import File
from gallery.validation.positions import position_at, resolve, span_of
from gallery.validation.schema import At, Prompt, Word
from lmviz.tokens import TokenTable

MODELS, TAGS = "gallery/catalog/models.yaml", "gallery/catalog/tags.yaml"
GALLERY = "gallery/catalog/gallery.yaml"
SETSUBUN, MAME = "gallery/catalog/prompts/setsubun.yaml", "gallery/catalog/prompts/mame.yaml"
LOCK = "gallery/catalog/models.lock.yaml"

MISTAKES = {
    "unknown key": (SETSUBUN, "tags: [culture]", "tag: [culture]", "unknown_key", 11, "tags"),
    "unknown key inside": (SETSUBUN, "top_k: 5", "topk: 5", "unknown_key", 15, "top_k"),
    "number for text": (SETSUBUN, "en: Setsubun", "en: 23", "wrong_type", 2, "quotes"),
    "text for number": (SETSUBUN, "max_new_tokens: 4", "max_new_tokens: four", "wrong_type", 12, "whole number"),
    "fraction for number": (SETSUBUN, "max_new_tokens: 4", "max_new_tokens: 4.0", "wrong_type", 12, "whole number"),
    "text for mapping": (SETSUBUN, "generation: {max_new_tokens: 4}", "generation: yes", "wrong_type", 12, "mapping"),
    "text for list": (SETSUBUN, "tags: [culture]", "tags: culture", "wrong_type", 11, "list"),
    "missing key": (SETSUBUN, "about: {ja", "tags: [] #", "missing_key", 1, "about"),
    "key twice": (MAME, "models: [tiny]", "models: [tiny]\nid: mame", "key_twice", 8, "line 1"),
    "not an option": (SETSUBUN, "kind: adapted", "kind: adopted", "not_an_option", 6, "adapted?"),
    "number out of bounds": (SETSUBUN, "top_k: 5", "top_k: 0", "out_of_bounds", 15, "1 or more"),
    "position zero": (SETSUBUN, "position: {text: 変わり}", "position: 0", "wrong_type", 15, "from 1"),
    "position without text": (SETSUBUN, "{text: 変わり}", "{occurrence: 1}", "missing_key", 15, "text"),
    "too many words": (SETSUBUN, "[鬼, 豆]", "[a, b, c, d, e, f, g, h, i]", "list_too_long", 16, "8"),
    "id with capitals": (MODELS, "id: away", "id: Away", "not_an_id", 13, "lower-case"),
    "id is not the file's name": (MAME, "id: mame", "id: beans", "name_is_not_id", 1, "beans.yaml"),
    "reserved id": (MAME, "models: [tiny]", "models: [tiny]\naliases: [talk]", "reserved_id", 8, "talk"),
    "id twice": (MAME, "models: [tiny]", "models: [tiny]\naliases: [setsubun]", "id_twice", 1, "mame.yaml:8"),
    "model twice": (MODELS, "id: broken", "id: tiny", "id_twice", 7, "tiny"),
    "unknown model": (MAME, "models: [tiny]", "models: [tinny]", "unknown_model", 7, "tiny?"),
    "unknown tag": (SETSUBUN, "tags: [culture]", "tags: [cultur]", "unknown_tag", 11, "culture?"),
    "unknown method": (SETSUBUN, "saliency]", "salience]", "unknown_method", 17, "saliency?"),
    "refused method": (SETSUBUN, "saliency]", "lrp]", "refused_method", 17, "patented"),
    "method twice": (SETSUBUN, "saliency]", "saliency, saliency]", "named_twice", 17, "saliency"),
    "no methods": (SETSUBUN, "[input_x_gradient, saliency]", "[]", "list_too_short", 17, "1"),
    "foil without a contrast": (
        SETSUBUN, "saliency]", "saliency], foil: 豆", "foil_without_contrast", 17, "target: contrast"),
    "blank foil": (MAME, "foil: 福", 'foil: " "', "blank_text", 12, "foil"),
    "foil that is the target": (MAME, "foil: 福", "foil: 追い払う", "foil_is_target", 12, "追い払う"),
    "logit of a word": (
        SETSUBUN, "saliency]", "saliency], target: logit, targets: [{word: 変わり}]", "logit_of_word", 17, "log_prob"),
    "no targets": (MAME, "[{word: 追い払う}, {text: 鬼}]", "[]", "list_too_short", 14, "1"),
    "target not in the text": (
        MAME, "{word: 追い払う}", "{word: 追い返う}", "position_text_not_found", 14, "Did you mean 追い払う?"),
    "target not that often in the text": (
        MAME, "{word: 追い払う}", "{word: 追い払う, occurrence: 2}", "position_text_not_found", 14, "occurrence 2"),
    "target by an unknown key": (MAME, "{word: 追", "{wort: 追", "wrong_type", 14, "{word: "),
    "target of two kinds": (
        MAME, "{word: 追", "{text: 鬼, word: 追", "unknown_key", 14, "Known here: occurrence, word."),
    "target zero": (MAME, "{text: 鬼}", "0", "wrong_type", 14, "number of a position"),
    "target past the end": (MAME, "{text: 鬼}", "40", "position_past_end", 14, "40"),
    "target twice": (MAME, "{text: 鬼}", "{word: 追い払う}", "target_twice", 14, "追い払う"),
    "targets at the same token": (MAME, "{text: 鬼}", "{text: 追い}", "targets_together", 14, "追い払う"),
    "unknown baseline": (MAME, "baseline: mean", "baseline: means", "not_an_option", 13, "mean?"),
    "unknown tier": (MAME, "tier: full", "tier: fully", "not_an_option", 16, "full?"),
    "word twice": (SETSUBUN, "[鬼, 豆]", "[鬼, 鬼]", "named_twice", 16, "鬼"),
    "unknown rule": (
        SETSUBUN, "{n_components: [2, 3]}", "null\n  factor_responses: {rules: [yaer]}", "unknown_rule", 19, "year?"),
    "rule twice": (
        SETSUBUN, "{n_components: [2, 3]}", "null\n  factor_responses: {rules: [era, era]}", "named_twice", 19, "era"),
    "rules that are no list": (
        SETSUBUN, "{n_components: [2, 3]}", "null\n  factor_responses: {rules: year}", "wrong_type", 19, "list"),
    "components twice": (SETSUBUN, "[2, 3]", "[2, 2]", "named_twice", 18, "2"),
    "empty text": (MAME, "text: 豆をまいて、", 'text: ""', "empty_text", 4, "text"),
    "blank text": (MAME, "text: 豆をまいて、", 'text: " 　"', "blank_text", 4, "text"),
    "text longer than the context": (
        MAME, "text: 豆をまいて、", "text: " + "節分の豆、" * 40, "text_past_context", 4, "64"),
    "continuation past the context": (
        SETSUBUN, "max_new_tokens: 4", "max_new_tokens: 60", "continuation_past_context", 12, "64"),
    "position past the end": (SETSUBUN, "position: {text: 変わり}", "position: 50", "position_past_end", 15, "50"),
    "position not in the text": (SETSUBUN, "{text: 変わり}", "{text: 終わり}", "position_text_not_found", 15, "終わり"),
    "occurrence not in the text": (
        SETSUBUN, "{text: 変わり}", "{text: 変わり, occurrence: 2}", "position_text_not_found", 15, "2"),
    "layer past the end": (SETSUBUN, "top_k: 5", "layer: 2", "layer_past_end", 15, "is 1"),
    "layers without a name": (SETSUBUN, "[2, 3]", "[2, 3], layers: erly", "wrong_type", 18, "all, early, middle, late"),
    "layers of three": (SETSUBUN, "[2, 3]", "[2, 3], layers: [0, 1, 2]", "wrong_type", 18, "[first, last]"),
    "layers as a mapping": (SETSUBUN, "[2, 3]", "[2, 3], layers: {}", "wrong_type", 18, "[first, last]"),
    "layers backwards": (SETSUBUN, "[2, 3]", "[2, 3], layers: [1, 0]", "layers_backwards", 18, "1, 0"),
    "source without article": (SETSUBUN, "  article: 節分\n", "", "source_needs", 6, "source.article"),
    "source under another licence": (SETSUBUN, "CC-BY-SA-4.0", "MIT", "licence_not_by_sa", 10, "MIT"),
    "source without an address": (
        SETSUBUN, "https://ja.wikipedia.org/wiki/節分", "ja.wikipedia", "not_an_address", 8, "http"),
    "given continuation and sampling": (
        MAME, "払う。}", "払う。, do_sample: true}", "continuation_and_sampling", 6, "do_sample"),
    "sampling option in a greedy entry": (
        SETSUBUN, "max_new_tokens: 4", "top_p: 0.5", "sampling_option_without_sampling", 12, "top_p"),
    "directory and hub": (
        MODELS, "  hub: nobody", "  directory: models/tiny\n  hub: nobody", "directory_or_hub", 13, "exactly"),
    "neither directory nor hub": (
        MODELS, "  hub: nobody/nothing-of-the-kind\n", "", "directory_or_hub", 13, "exactly"),
    "not a hub id": (MODELS, "nobody/nothing-of-the-kind", "nothing", "not_a_hub_id", 16, "owner/name"),
    "no such directory": (MODELS, "models/tiny", "models/tony", "directory_missing", 4, "models/tony"),
    "directory outside": (MODELS, "models/tiny", "../tiny", "directory_outside", 4, "inside"),
    "absolute directory": (MODELS, "models/tiny", "/tmp", "directory_outside", 4, "inside"),
    "alias": (MAME, "models: [tiny]", "models: &m [tiny]\naliases: *m", "alias", 8, "*m"),
    "tag": (MAME, "text: 豆", "text: !!python/name:os.system 豆", "tag", 4, "python"),
    "infinity": (SETSUBUN, "max_new_tokens: 4", "max_new_tokens: .inf", "not_finite", 12, ".inf"),
    "huge number": (SETSUBUN, "max_new_tokens: 4", "max_new_tokens: " + "9" * 5000, "number_too_large", 12, "large"),
    "seed past 32 bits": (SETSUBUN, "max_new_tokens: 4", "seed: 4294967296", "out_of_bounds", 12, "4294967295"),
    "empty list": (SETSUBUN, "[鬼, 豆]", "[]", "list_too_short", 16, "1"),
    "no models": (MODELS, "- id", "[]\n---\n- id", "wrong_file", 1, "holds an empty list"),
    "indented with a tab": (SETSUBUN, "  article", "\tarticle", "tab", 7, "spaces"),
    "text turned around": (MAME, "text: 豆をまいて、", "text: 豆\u202eを", "control_character", 4, "U+202E"),
    "not YAML": (MAME, "models: [tiny]", "models: [tiny", "not_yaml", 8, "YAML"),
    "two documents": (MAME, "models: [tiny]", "models: [tiny]\n---\nid: x", "several_documents", 8, "---"),
    "control character": (MAME, "text: 豆をまいて、", 'text: "豆\\e[31m"', "control_character", 4, "U+001B"),
    "half a surrogate pair": (MAME, "text: 豆をまいて、", 'text: "豆\\uD83C"', "not_yaml", 4, "Unicode"),
    "deep nesting": (MAME, "models: [tiny]", "models: " + "[" * 3000, "too_deep", 7, "levels"),
    "tag without a name": (TAGS, ", en: culture", "", "missing_key", 1, "en"),
    "tour of no prompt": (GALLERY, "setsubun", "setubun", "unknown_prompt", 1, "setsubun?"),
    "tour of no model": (GALLERY, "tiny", "tinny", "unknown_model", 1, "tiny?"),
    "tour of a text unread": (GALLERY, "prompt: setsubun, model: tiny", "prompt: mame, model: away",
                              "model_does_not_read", 1, "mame"),
    "tour without a model": (GALLERY, ", model: tiny", "", "missing_key", 1, "model"),
}


def change(root, file, old, new):
    path = root / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def problems_of(root):
    with pytest.raises(CatalogProblems) as caught:
        read_catalog(root)
    return caught.value.problems


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_with_its_place_and_its_cure(miniature, mistake):
    file, old, new, key, line, says = MISTAKES[mistake]
    change(miniature, file, old, new)
    found = [problem for problem in problems_of(miniature) if problem.key == key]
    assert found, [problem.text("en") for problem in problems_of(miniature)]
    if key != "id_twice":
        assert found[0].text("en").startswith(f"{file}:{line}:")
    assert says in found[0].text("en")
    assert not any(re.search(r"\{(?!text:|word:|ja:)", problem.wording["ja"]) for problem in found)
    assert any(ord(character) > 0x3000 for character in found[0].wording["ja"])


def test_one_mistake_is_one_problem(miniature):
    """No mistake drags along others that vanish when it is mended, but for these few."""
    drags = {"missing key", "not YAML", "two documents", "id with capitals", "huge number", "infinity", "alias",
             "model twice", "control character", "tag", "no models", "blank text"}
    for name in MISTAKES.keys() - drags:
        file, old, new, *_ = MISTAKES[name]
        before = (miniature / file).read_text(encoding="utf-8")
        change(miniature, file, old, new)
        count = len({(p.file, p.line, p.column, p.key) for p in problems_of(miniature)})  # one a model, maybe
        (miniature / file).write_text(before, encoding="utf-8")
        assert count == 1, name


def test_all_mistakes_come_in_one_run(miniature):
    change(miniature, MODELS, "start: none", "start: nine")
    change(miniature, SETSUBUN, "kind: adapted", "kind: adopted")
    change(miniature, MAME, "text: 豆をまいて、", "text: 12")
    assert [(p.file, p.line) for p in problems_of(miniature)] == [(MODELS, 5), (MAME, 4), (SETSUBUN, 6)]


def test_a_wrong_type_hides_no_other_mistake_of_its_file(miniature):
    for old, new in (
        ("en: Setsubun", "en: 23"), ("revision: null", "licens: x"), ("[culture]", "[cultur]"), ("[tiny,", "[tinny,"),
        ("top_k: 5", "top_k: 0"), ("[鬼, 豆]", "[鬼, 鬼]"), ("saliency]", "salience]"),
        ("[2, 3]", "[2, 3], layers: [1, 0]"),
    ):
        change(miniature, SETSUBUN, old, new)
    change(miniature, MODELS, "start: none", "start: nine")
    change(miniature, MODELS, "models/broken", "models/borken")
    found = [(p.key, p.file, p.line) for p in problems_of(miniature)]
    keys = ("wrong_type", "unknown_key", "unknown_tag", "unknown_model", "out_of_bounds", "named_twice",
            "unknown_method", "layers_backwards")
    lines = (2, 9, 11, 13, 15, 16, 17, 18)
    assert found == [
        ("not_an_option", MODELS, 5), ("directory_missing", MODELS, 10),
        *zip(keys, [SETSUBUN] * len(keys), lines, strict=True),
    ]


def test_what_cannot_be_read_is_the_only_problem(miniature):
    """No reference to it is called unknown."""
    change(miniature, MODELS, "names:", "names: [")
    change(miniature, TAGS, "culture:", "culture: [")
    assert {(p.key, p.file) for p in problems_of(miniature)} == {("not_yaml", MODELS), ("not_yaml", TAGS)}


def test_problems_past_the_fiftieth_of_a_file_are_counted(miniature):
    change(miniature, MAME, "models: [tiny]", "\n".join(["models: [tiny]", *(f"key{i}: 1" for i in range(70))]))
    found = problems_of(miniature)
    assert len(found) == 51 and found[-1].key == "more_problems" and "20 more" in found[-1].text("en")


def test_what_is_wrong_is_never_passed_over():
    """Some complaints of pydantic's are left to others that come with them; one that comes alone is said too."""
    file = File("prompts/x.yaml")
    node = file.read(b"id: x\nmodels: [tiny]\n")
    explain(Prompt, file, node, [{"type": "too_short", "loc": ("models",), "ctx": {"min_length": 1}}])
    assert [(problem.key, problem.line) for problem in file.problems] == [("not_valid", 2)]


def test_control_characters_are_placed_as_editors_count(miniature):
    change(miniature, MAME, "titles:", "# \u2028 \x85 \x00 \u202e\ntitles:")
    change(miniature, MAME, "tier: full", "tier: fully")
    codes = [("control_character", 2, column) for column in (3, 5, 7, 9)]
    assert [(p.key, p.line, p.column) for p in problems_of(miniature)] == [*codes, ("not_an_option", 17, 7)]


@pytest.mark.parametrize(("directory", "key"), [
    ("models/" + "x" * 300, "directory_missing"), ("x/" * 900, "directory_missing"), ("loop/x", "directory_outside"),
    ("out/x", "directory_outside"), ("models/tiny/../../..", "directory_outside"), ("~root", "directory_missing"),
])
def test_directories_that_no_file_system_has(miniature, directory, key):
    (miniature / "loop").symlink_to("loop")
    (miniature / "out").symlink_to("/tmp")
    change(miniature, MODELS, "models/tiny", directory)
    assert [(p.key, p.line) for p in problems_of(miniature)] == [(key, 4)]


def test_a_position_in_the_very_first_token_has_no_prediction(miniature):
    change(miniature, SETSUBUN, "text: 節分は、", "text: この")
    change(miniature, SETSUBUN, "{text: 変わり}", "{text: この}")
    change(miniature, SETSUBUN, "saliency]", "saliency], targets: [{word: この}]")
    assert {(p.key, p.line) for p in problems_of(miniature)} == {("position_zero", 15), ("position_zero", 17)}


def test_a_missing_models_file_and_a_stray_file_are_named(miniature):
    (miniature / MODELS).unlink()
    shutil.copy(miniature / MAME, miniature / MAME.replace(".yaml", ".yml"))
    keys = {problem.key: problem.file for problem in problems_of(miniature)}
    assert keys["file_missing"] == MODELS
    assert keys["not_a_prompt_file"] == MAME.replace(".yaml", ".yml")


@pytest.mark.parametrize(("remove", "key"), [
    ("model.safetensors", "directory_without"), ("config.json", "directory_without"), ("spiece.model", "fine"),
])
def test_a_model_directory_must_be_complete(miniature, remove, key):
    (miniature / "models" / "tiny" / remove).unlink()
    if key == "fine":  # tokenizer.json takes over
        assert read_catalog(miniature).models
    else:
        assert [(p.key, p.file, p.line) for p in problems_of(miniature)] == [(key, MODELS, 4)]


def test_weights_only_as_bin_name_the_command_that_converts_them(miniature):
    directory = miniature / "models" / "tiny"
    (directory / "model.safetensors").rename(directory / "pytorch_model.bin")
    assert "convert models/tiny" in problems_of(miniature)[0].text("en")


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
def test_what_is_no_file_is_not_read(miniature, make):
    make(miniature / "gallery/catalog/prompts/x.yaml")
    assert [(p.key, p.line) for p in problems_of(miniature)] == [("not_a_file", 1)]


def test_bytes_that_are_not_utf8_are_placed(miniature):
    for text in ("id: mame\ntext: 豆", "\ufeffid: mame\r\ntext: 豆"):
        (miniature / MAME).write_bytes(text.encode() + b"\xff")
        assert [p.text("en").split(": ")[0] for p in problems_of(miniature)] == [f"{MAME}:2:8"]


def test_a_problem_at_the_end_of_a_file_stands_on_its_last_line(miniature):
    (miniature / TAGS).write_text("culture:", encoding="utf-8")
    assert [(p.key, p.line, p.column) for p in problems_of(miniature)] == [("wrong_file", 1, 9)]


def test_a_huge_file_is_refused_unread(miniature):
    (miniature / MAME).write_bytes(b"a: b\n" * 100_000)
    assert problems_of(miniature)[0].key == "file_too_large"


def test_the_lock_is_checked_too(miniature):
    (miniature / LOCK).write_text("away:\n  hub: nobody/x\n  commit: abc\n", encoding="utf-8")
    assert [(p.key, p.file, p.line) for p in problems_of(miniature)] == [("not_a_commit", LOCK, 3)]
    (miniature / LOCK).write_text(f'away:\n  hub: nobody/x\n  commit: "{"a1" * 20}"\n', encoding="utf-8")
    assert read_lock(miniature)["away"].commit == "a1" * 20


@pytest.mark.parametrize(("written", "read"), [
    ("no", "no"), ("12:30", "12:30"), ("2024-01-01", "2024-01-01"), ("on", "on"), ('"1"', "1"), ("'~'", "~"),
])
def test_scalars_are_those_of_yaml_1_2(miniature, written, read):
    change(miniature, MAME, "text: 豆をまいて、", f"text: {written}")
    prompt = next(p for p in read_catalog(miniature).prompts if p.id == "mame")
    assert prompt.text == read


def test_without_looking_at_models_a_gallery_is_read_where_they_are_not(miniature):
    shutil.rmtree(miniature / "models")
    assert len(read_catalog(miniature, look_at_models=False).models) == 3
    assert {p.key for p in problems_of(miniature)} == {"directory_missing"}


def test_the_shipped_catalog_is_fine():
    from miniature import REPOSITORY

    catalog = read_catalog(REPOSITORY)
    assert len(catalog.prompts) >= 12
    assert {tag for prompt in catalog.prompts for tag in prompt.tags} == set(catalog.tags)


def test_the_methods_written_down_are_those_of_lmviz():
    import lmviz
    from lmviz.analyses.attribution.registry import REFUSED

    methods = {method.name: method for method in lmviz.attribution_methods()}
    assert list(ATTRIBUTION_METHODS) == list(methods)
    assert [name for name in methods if methods[name].tier == "fast"] == list(FAST_METHODS)
    assert {name for name in methods if not methods[name].uses_baseline} == set(METHODS_WITHOUT_BASELINE)
    assert {name: methods[name].default_baseline for name in methods} == DEFAULT_BASELINES
    assert set(REFUSED_METHODS) == set(REFUSED)


def test_mutated_catalogs_end_in_problems_and_nothing_else(miniature):
    """Bytes changed, cut and doubled at random: either the catalog still reads, or every problem has a place."""
    generator = random.Random(2)
    original = (miniature / SETSUBUN).read_bytes()
    pieces = [b"{", b"}", b"[", b"]", b": ", b"\n", b"  ", b"&a ", b"*a", b"!!x ", b"'", b'"', b"\x00", b"\xff", b"- ",
              b"|", b"1e999", b"null", "\u2028".encode(), b"? ", b"<<: "]
    n_refused = 0
    for _ in range(400):
        data = bytearray(original)
        for _ in range(generator.randint(1, 4)):
            at = generator.randrange(len(data))
            if generator.random() < 0.5:
                data[at:at] = generator.choice(pieces)
            else:
                del data[at : at + generator.randint(1, 30)]
        (miniature / SETSUBUN).write_bytes(data)
        try:
            read_catalog(miniature, look_at_models=False)
        except CatalogProblems as error:
            n_refused += 1
            assert all(problem.line >= 1 and problem.column >= 1 for problem in error.problems)
    assert n_refused > 200


def test_positions_by_text_by_number_and_by_default():
    texts = ("豆", "を", "", "まいて", "豆", "を")
    assert position_at(texts, At(text="豆")) == 0
    assert position_at(texts, At(text="豆を", occurrence=2)) == 4
    assert position_at(texts, At(text="いて豆")) == 3
    assert position_at(texts, At(text="鬼")) is None
    assert resolve(None, texts, 4) == 4
    assert resolve(None, texts, 6) == 5
    assert resolve(99, texts, 4) == 99
    assert resolve(2, texts, 4) == 2


def test_a_word_is_all_tokens_that_hold_a_part_of_it():
    tokens = TokenTable(
        token_ids=np.arange(8), texts=("", "豆を", "髙", "", "橋", "が", "豆", "をまく"), raw_bytes=(b"",) * 8,
        kinds=("special", "text", "bytes", "bytes", "text", "text", "text", "text"),
        groups=np.array([0, 1, 2, 2, 3, 4, 5, 6]), n_start=1, n_prompt=8,
    )
    assert span_of(Word(word="髙"), tokens) == range(2, 4)
    assert span_of(Word(word="髙橋"), tokens) == range(2, 5)
    assert span_of(Word(word="を髙"), tokens) == range(1, 4)
    assert span_of(Word(word="豆をま", occurrence=1), tokens) == range(6, 8)
    assert span_of(Word(word="豆を", occurrence=2), tokens) == range(6, 8)
    assert span_of(At(text="橋が"), tokens) == span_of(4, tokens) == range(4, 5)
    assert span_of(Word(word="豆", occurrence=3), tokens) is None
