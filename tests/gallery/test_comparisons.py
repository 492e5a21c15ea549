"""Comparisons: mistakes in their files, results of their own, figures put together from entries."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml
from miniature import REPOSITORY, build_miniature
from miniature_comparisons import add_comparisons

from gallery.command import main
from gallery.engine.choice import choose, named_hub_models
from gallery.engine.comparisons import comparisons
from gallery.engine.machine import KnownFiles
from gallery.engine.manifest import read_manifest
from gallery.engine.plan import entries, steps
from gallery.store import Store
from gallery.validation import CatalogProblems, read_catalog
from gallery.validation.attribution import METHODS_WITHOUT_SIGN
from gallery.validation.schema import Model, ModelComparison, PromptComparison, TrainingComparison

PAIR = "gallery/catalog/comparisons/fuku-oni.yaml"
TWO = "gallery/catalog/comparisons/two-models.yaml"
FUKU, ONI = "gallery/catalog/prompts/fuku.yaml", "gallery/catalog/prompts/oni.yaml"
MODELS = "gallery/catalog/models.yaml"

MISTAKES = {
    "no kind": (TWO, "kind: models\n", "", "missing_key", 1, "kind"),
    "unknown kind": (TWO, "kind: models", "kind: model", "not_an_option", 2, "models?"),
    "key of the other kind": (TWO, "prompt: fuku", "prompts: [fuku, oni]\nprompt: fuku", "unknown_key", 5, "prompts"),
    "unknown key": (PAIR, "see:", "look: x\nsee:", "unknown_key", 7, "look"),
    "unknown prompt": (TWO, "prompt: fuku", "prompt: fuki", "unknown_prompt", 5, "Did you mean fuku?"),
    "unknown prompt in a pair": (PAIR, "[fuku, oni]", "[fuku, onii]", "unknown_prompt", 5, "Did you mean oni?"),
    "unknown model": (TWO, "[tiny, second]", "[tiny, secnd]", "unknown_model", 6, "Did you mean second?"),
    "one model": (TWO, "[tiny, second]", "[tiny]", "list_too_short", 6, "2"),
    "model twice": (TWO, "[tiny, second]", "[tiny, tiny]", "named_twice", 6, "tiny"),
    "one prompt": (PAIR, "[fuku, oni]", "[fuku]", "list_too_short", 5, "2"),
    "three prompts": (PAIR, "[fuku, oni]", "[fuku, oni, mame]", "list_too_long", 5, "2"),
    "no model": (PAIR, "[tiny, broken]", "[]", "list_too_short", 6, "1"),
    "prompt twice": (PAIR, "[fuku, oni]", "[fuku, fuku]", "named_twice", 5, "fuku"),
    "model that does not read the prompt": (
        TWO, "prompt: fuku", "prompt: oni", "model_does_not_read", 6, "prompts/oni.yaml"),
    "model that does not read one of the pair": (
        PAIR, "[tiny, broken]", "[tiny, second]", "model_does_not_read", 6, "oni"),
    "texts that do not differ": (ONI, "「鬼は外」", "「福は内」", "pair_alike", 5, "oni"),
    "note on an unknown figure": (PAIR, "pair_divergence:", "pair_divergance:", "unknown_key", 9, "pair_divergence?"),
    "blank prose": (TWO, "何も見えません。", '"　"', "blank_text", 7, "see.ja"),
    "no prose in English": (TWO, ", en: There is nothing to see.", "", "missing_key", 7, "en"),
    "id is not the file's name": (TWO, "id: two-models", "id: two", "name_is_not_id", 1, "two.yaml"),
    "id twice": (TWO, "prompt: fuku", "prompt: fuku\naliases: [oni-fuku]", "id_twice", 6, "fuku-oni.yaml:10"),
    "unknown way to read": (MODELS, "reads: named", "reads: nothing", "not_an_option", 24, "named"),
    "prompt with the id of the pages": (FUKU, "models:", "aliases: [compare]\nmodels:", "reserved_id", 7, "compare"),
}


@pytest.fixture(scope="module")
def compared_catalog(miniature_source, tmp_path_factory) -> Path:
    """The miniature gallery with comparisons, nothing computed. What a test changes in it, it puts back."""
    root = tmp_path_factory.mktemp("catalog") / "root"
    return add_comparisons(Path(shutil.copytree(miniature_source, root)))


@pytest.fixture
def compared(compared_source, tmp_path) -> Path:
    """A computed gallery with comparisons of the test's own."""
    return Path(shutil.copytree(compared_source, tmp_path / "compared"))


def change(root: Path, file: str, old: str, new: str) -> None:
    text = (root / file).read_text(encoding="utf-8")
    assert old in text
    (root / file).write_text(text.replace(old, new, 1), encoding="utf-8")


def planned(root: Path) -> dict:
    return {step.id: step for step in steps(read_catalog(root, look_at_models=False), root, KnownFiles(root))}


def found(root: Path) -> dict:
    catalog = read_catalog(root, look_at_models=False)
    return {part.id: part for part in comparisons(catalog, root, entries(catalog, root))}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_one_problem_with_its_place_and_its_cure(compared_catalog, mistake):
    file, old, new, key, line, says = MISTAKES[mistake]
    before = (compared_catalog / file).read_text(encoding="utf-8")
    change(compared_catalog, file, old, new)
    try:
        with pytest.raises(CatalogProblems) as caught:
            read_catalog(compared_catalog)
    finally:
        (compared_catalog / file).write_text(before, encoding="utf-8")
    (problem,) = caught.value.problems
    where = PAIR if mistake == "texts that do not differ" else file
    assert (problem.file, problem.line, problem.key) == (where, line, key), problem.text("en")
    assert says in problem.wording["en"]
    assert any(ord(character) > 0x3000 for character in problem.wording["ja"])


def test_a_stray_file_among_the_comparisons_is_named(compared_catalog):
    stray = compared_catalog / TWO.replace(".yaml", ".yml")
    stray.write_text("id: x", encoding="utf-8")
    with pytest.raises(CatalogProblems) as caught:
        read_catalog(compared_catalog)
    stray.unlink()
    assert [problem.key for problem in caught.value.problems] == ["not_a_comparison_file"]


def test_a_model_that_asks_to_be_named_reads_only_prompts_that_name_it(compared_catalog):
    before = (compared_catalog / FUKU).read_text(encoding="utf-8")
    change(compared_catalog, FUKU, "models: [tiny, broken, second]\n", "")
    with pytest.raises(CatalogProblems) as caught:
        read_catalog(compared_catalog, look_at_models=False)
    (compared_catalog / FUKU).write_text(before, encoding="utf-8")
    assert [(problem.file, problem.key) for problem in caught.value.problems] == [(TWO, "model_does_not_read")]
    catalog = read_catalog(compared_catalog)
    second = next(model for model in catalog.models if model.id == "second")
    assert [prompt.id for prompt in catalog.prompts if prompt.is_read_by(second)] == ["fuku", "maku"]


def test_a_comparison_of_models_is_drawn_from_their_entries_results(compared):
    part = found(compared)["compare/two-models"]
    assert [figure.kind for figure in part.figures] == [
        "compare_surprisal", "compare_ranks", "compare_settled", "compare_watched_words", "compare_attribution"]
    by_id = {entry.id: entry for entry in entries(read_catalog(compared), compared)}
    for figure, kind, name in zip(
        part.figures, ("tokens", "rankings", "rankings", "watched_words", "attribution"),
        ("", "", "", "", "input_x_gradient"), strict=True,
    ):
        assert list(figure.results) == ["tiny", "second"]
        for model, key in figure.results.items():
            own = next(figure for figure in by_id[f"fuku/{model}"].figures if figure.kind == kind)
            assert own.results[name] == key and Store(compared).read(key).model == model
    assert part.figures[-1].options["method"] not in METHODS_WITHOUT_SIGN
    assert len({figure.id for figure in part.figures}) == 5
    assert not [step for step in planned(compared) if "two-models" in step]


def test_a_pair_has_a_result_of_its_own_and_takes_the_rest_from_its_entries(compared):
    part = found(compared)["compare/fuku-oni/tiny"]
    predictions, divergence = part.figures
    assert (predictions.kind, divergence.kind) == ("pair_predictions", "pair_divergence")
    store = Store(compared)
    texts = [store.read(predictions.results[name]).tokens.text for name in ("0", "1")]
    assert texts == ["「福は内」と言って、豆をまいたのである。", "「鬼は外」と言って、豆をまいたのである。"]
    pair = store.read(divergence.results[""])
    assert [pair.tokens.text, pair.other_tokens.text] == texts and pair.divergences.max() > 0
    assert np.isfinite(pair.divergences).all()
    made = store.provenance(divergence.results[""])
    assert made["text"] == [text.removesuffix("のである。") for text in texts] and made["analysis"] == "prompt_pair"


def test_a_pair_that_fails_stays_with_itself_and_says_why(compared):
    parts = found(compared)
    failed = parts["compare/fuku-oni/broken"]
    assert failed.status == "failed" and "NaN" in failed.reason["ja"] and failed.figures == ()
    assert [entry.id for entry in failed.unbuilt] == ["fuku/broken", "oni/broken"]
    assert parts["compare/fuku-oni/tiny"].status == "built"
    assert read_manifest(compared, "compare/fuku-oni/broken").status == "failed"


def test_where_an_entry_is_not_there_the_comparison_names_it_and_compares_what_is(compared):
    part = found(compared)["compare/elsewhere"]
    assert [(entry.id, entry.status) for entry in part.unbuilt] == [
        ("setsubun/broken", "failed"), ("setsubun/away", "missing")]
    assert part.unbuilt[1].command == "python build_gallery.py build --only 'setsubun/away'"
    assert part.figures == (), "there is only one left"
    change(compared, TWO, "[tiny, second]", "[tiny, broken, second]")
    part = found(compared)["compare/two-models"]
    assert [entry.id for entry in part.unbuilt] == ["fuku/broken"]
    assert [list(figure.results) for figure in part.figures] == [["tiny", "second"]] * 5


def test_a_figure_whose_part_failed_in_one_entry_says_why(compared):
    catalog = read_catalog(compared)
    why = {"ja": "記憶域が足りません", "en": "out of memory"}
    spoiled = []
    for entry in entries(catalog, compared):
        if entry.id == "fuku/second":
            figures = tuple(replace(f, results={}, failure=why) if f.kind == "attribution" else f
                            for f in entry.figures)
            entry = replace(entry, figures=figures)
        spoiled.append(entry)
    part = next(part for part in comparisons(catalog, compared, spoiled) if part.id == "compare/two-models")
    assert [figure.failure for figure in part.figures] == [None] * 4 + [why]


def test_a_pair_is_computed_again_only_when_its_texts_or_its_model_change(compared, in_process):
    change(compared, PAIR, "Luck and demons", "Demons and luck")
    change(compared, FUKU, "[鬼, 豆]", "[鬼, 福]")
    steps_now = planned(compared)
    assert steps_now["compare/fuku-oni/tiny"].state == "current" and steps_now["fuku/tiny"].state == "compute"
    change(compared, ONI, "豆をまいた", "豆を投げた")
    step = planned(compared)["compare/fuku-oni/tiny"]
    assert (step.state, step.reason["en"]) == ("compute", "Changed since it was computed: the text.")
    part = found(compared)["compare/fuku-oni/tiny"]
    assert part.status == "missing" and part.command.endswith("--only 'compare/fuku-oni/tiny'")
    summary = build_miniature(compared, only="compare/fuku-oni/tiny")
    assert {outcome.id for outcome in summary.outcomes} == {"fuku/tiny", "oni/tiny", "compare/fuku-oni/tiny"}
    assert summary.ok and found(compared)["compare/fuku-oni/tiny"].status == "built"


def test_a_comparison_that_is_chosen_brings_its_entries(compared_catalog):
    catalog = read_catalog(compared_catalog)

    def chosen(only, models=()):
        part = choose(catalog, only, models)
        names = [f"{prompt.id}/{model}" for prompt in part.prompts for model in prompt.models]
        return names, {comparison.id: part.model_ids(comparison) for comparison in part.comparisons}

    assert chosen("compare/two-models/*") == (["fuku/tiny", "fuku/second"], {"two-models": ("tiny", "second")})
    assert chosen("compare/fuku-oni/tiny") == (["fuku/tiny", "oni/tiny"], {"fuku-oni": ("tiny",)})
    assert chosen("oni") == (["oni/tiny", "oni/broken"], {})
    of_second = {"two-models": ("second",), "second-learns": ("second",)}
    assert chosen("*/second") == (["fuku/second", "maku/second"], of_second)
    assert chosen(None, ("second",)) == (["fuku/second", "maku/second"], of_second)
    course = ("second-step-2", "second-step-8", "second")
    assert chosen("compare/second-learns/*") == (
        ["maku/second", "maku/second-step-2", "maku/second-step-8"], {"second-learns": course})
    named = named_hub_models(catalog, "compare/elsewhere/away")
    assert [model.id for model in named] == ["away"]
    assert named_hub_models(catalog, "compare/elsewhere/*") == []


def test_the_command_speaks_of_comparisons(compared, monkeypatch, capsys):
    monkeypatch.setenv("LMVIZ_GALLERY_ROOT", str(compared))
    monkeypatch.setenv("LC_ALL", "C")
    assert main(["check"]) == 0 and "4 comparisons" in capsys.readouterr().out
    assert main(["status", "--only", "compare/*"]) == 0
    said = capsys.readouterr().out
    assert "compare/fuku-oni/broken: It failed last time" in said and "--only '*/away'" in said
    assert main(["status", "--only", "compare/two-model/*"]) == 2
    assert "Did you mean compare/two-models/*?" in capsys.readouterr().err


def test_the_examples_of_the_how_to_page_are_valid():
    page = (REPOSITORY / "docs/ja/how-to/compare.md").read_text(encoding="utf-8")
    models, prompts, trained, training, model = (
        yaml.safe_load(example) for example in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL))
    ModelComparison.model_validate_json(json.dumps(models))
    PromptComparison.model_validate_json(json.dumps(prompts))
    TrainingComparison.model_validate_json(json.dumps(training))
    assert Model.model_validate_json(json.dumps(trained[0])).checkpoints[1].step == 100
    assert Model.model_validate_json(json.dumps(model[0])).reads == "named"


def test_the_shipped_pairs_differ_in_one_place_and_speak_of_their_figures():
    catalog = read_catalog(REPOSITORY)
    prompts = {prompt.id: prompt for prompt in catalog.prompts}
    pairs = [comparison for comparison in catalog.comparisons if comparison.kind == "prompts"]
    assert len(pairs) >= 4
    for pair in pairs:
        first, second = (prompts[name] for name in pair.prompts)
        assert first.generation == second.generation and first.generation.continuation
        assert pair.notes.pair_divergence


def test_an_attribution_without_a_receipt_has_the_same_scores_under_the_same_keys(compared):
    with_receipt = planned(compared)["fuku/tiny"]
    change(compared, FUKU, "input_x_gradient]}", "input_x_gradient], receipt: false}")
    step = planned(compared)["fuku/tiny"]
    assert (with_receipt.state, step.state) == ("current", "write")
    assert "attribution_receipt" not in {wanted.kind for wanted in step.task.asked.wanted}
    assert "attribution" in {wanted.kind for wanted in step.task.asked.wanted}


def test_methods_without_a_sign_are_those_of_lmviz():
    import lmviz

    assert {method.name for method in lmviz.attribution_methods() if not method.signed} == set(METHODS_WITHOUT_SIGN)
