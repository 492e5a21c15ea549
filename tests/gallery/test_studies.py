"""Studies of models: what their results depend on, who waits for them, and what a failure leaves standing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from miniature import build_miniature, make_model
from miniature_studies import N_SENTENCES, TEXT, add_studies

from gallery.command import main
from gallery.engine.asked import everything_asked
from gallery.engine.choice import choose, named_hub_models
from gallery.engine.machine import KnownFiles
from gallery.engine.plan import entries, steps
from gallery.engine.studies import studies
from gallery.store import Store
from gallery.validation import read_catalog

MODELS, SETSUBUN = "gallery/catalog/models.yaml", "gallery/catalog/prompts/setsubun.yaml"
STUDY, PAIR, ENTRY = "models/tiny", "models/tiny+second", "setsubun/tiny"
ALL = {
    STUDY: {"model_factors", "factor_effects", "factor_labels", "layer_similarity"}, PAIR: {"layer_similarity"},
    ENTRY: {"factor_responses"}, "mame/tiny": {"factor_responses"},
}
"""What the small text is for, by what is built."""


def change(root: Path, file: str, old: str, new: str) -> None:
    text = (root / file).read_text(encoding="utf-8")
    assert old in text
    (root / file).write_text(text.replace(old, new, 1), encoding="utf-8")


def planned(root: Path) -> dict:
    return {step.id: step for step in steps(read_catalog(root, look_at_models=False), root, KnownFiles(root))}


def to_compute(root: Path) -> dict[str, set[str]]:
    found = {name: step for name, step in planned(root).items() if step.state == "compute"}
    return {name: {wanted.kind for wanted in step.task.missing} for name, step in found.items() if "tiny" in name}


def result_bytes(root: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (root / "build/results").rglob("*.safetensors")}


def test_a_study_has_its_figures_and_an_entry_shows_what_its_text_lights(studied):
    catalog, store = read_catalog(studied), Store(studied)
    of_tiny, beside = studies(catalog, studied)
    assert (of_tiny.id, of_tiny.status, of_tiny.page) == (STUDY, "built", "models/tiny/")
    assert {figure.kind: set(figure.results) for figure in of_tiny.figures} == {
        "model_factors": {"", "effects", "labels"}, "layer_similarity": {""}}
    assert (beside.id, beside.status, beside.page) == (PAIR, "built", "models/tiny/")
    assert [model.id for model in beside.models] == ["tiny", "second"]
    assert store.read(beside.figures[0].results[""]).other_model == "second"
    factors = store.read(of_tiny.figures[0].results[""])
    assert len(factors.loadings) == 3 and len(factors.starts) == len(catalog.references[TEXT].passages)
    entry = next(entry for entry in entries(catalog, studied) if entry.id == ENTRY)
    responses = entry.figures[-1]
    assert responses.kind == "factor_responses" and responses.failure is None
    assert responses.results["factors"] == of_tiny.figures[0].results[""]
    assert store.read(responses.results[""]).activations.shape[0] == 3
    made = [store.provenance(study.figures[-1].results[""]) for study in (of_tiny, beside)]
    assert "text" not in made[0] and "other" not in made[0]
    assert made[1]["other"]["model"] == "second" and made[1]["weights_digest"] != made[1]["other"]["weights_digest"]
    assert "second/model.safetensors" in made[1]["files"]


def test_everything_is_current_after_a_build_and_after_the_text_has_moved(studied):
    assert to_compute(studied) == {}
    (studied / TEXT).rename(studied / "texts/moved.txt")
    change(studied, MODELS, TEXT, "texts/moved.txt")
    (studied / "texts/moved.txt").write_bytes(
        (studied / "texts/moved.txt").read_bytes().replace(b"\n", b"\r\n") + b"\r\n\r\n")
    assert to_compute(studied) == {}


def test_another_text_recomputes_what_is_of_it_and_is_named(studied):
    with (studied / TEXT).open("a", encoding="utf-8") as text:
        text.write("\n豆をまいた。\n")
    assert to_compute(studied) == ALL
    for name, step in planned(studied).items():
        if name in ALL:
            assert step.changed == ("reference",)
            assert step.reason["en"] == "Changed since it was computed: the reference text."
            assert "参照文" in step.reason["ja"]


@pytest.mark.parametrize(("old", "new", "computed"), [
    ("components: 3", "components: 4", {name: kinds - {"layer_similarity"} for name, kinds in ALL.items()
                                        if name != PAIR}),
    ("similar_to: [second]", "similar_to: []", {}),
    ("factors: {components: 3, text: texts/reference.txt}", "factors: null", {}),
])
def test_what_the_catalog_asks_is_all_that_changes(studied, old, new, computed):
    if "null" in new:  # the pair is then over the gallery's own text, which is another
        (studied / "gallery/reference").mkdir()
        shutil.copy(studied / TEXT, studied / "gallery/reference/sentences.txt")
    change(studied, MODELS, old, new)
    assert to_compute(studied) == computed


def test_other_weights_of_the_other_model_recompute_the_pair_alone(studied):
    make_model(studied / "models/second", seed=4)
    step = planned(studied)[PAIR]
    assert to_compute(studied) == {PAIR: {"layer_similarity"}} and step.changed == ("other_weights",)
    assert step.reason["en"] == "Changed since it was computed: the other model's weights."


def test_tasks_carry_the_text_to_workers_only_where_it_is_read(studied_source):
    asked = {one.id: one for one in everything_asked(read_catalog(studied_source, look_at_models=False))}
    entry = asked[ENTRY]
    assert len(asked[STUDY].reference.passages) == len(asked[PAIR].reference.passages) == N_SENTENCES
    assert entry.reference.passages == () and entry.at_full.figures[-1].options == entry.figures[-1].options


def test_factors_asked_for_later_leave_what_was_computed_as_it_was(studied, built):
    """The gallery that the studies were added to had been computed before."""
    assert result_bytes(built).items() <= result_bytes(studied).items()


def test_a_study_that_fails_takes_only_what_needs_it_with_it(built, in_process):
    before = result_bytes(built)
    add_studies(built, components=64)
    (built / TEXT).write_text("節分の豆。\n\n鬼は外。\n", encoding="utf-8")
    summary = build_miniature(built, only="*/tiny")
    outcomes = {outcome.id: outcome for outcome in summary.outcomes}
    assert outcomes[STUDY].status == "failed" and outcomes[ENTRY].status == "built" and not summary.ok
    assert studies(read_catalog(built), built)[0].status == "failed"
    entry = next(entry for entry in entries(read_catalog(built), built) if entry.id == ENTRY)
    *others, responses = entry.figures
    assert [figure.failure for figure in others] == [None] * len(others) and responses.results == {}
    reason = outcomes[STUDY].reason["en"].removeprefix("It cannot be computed: ")
    assert f"({STUDY})" in responses.failure["en"] and reason in responses.failure["en"]
    assert result_bytes(built) == before
    assert to_compute(built).keys() == {STUDY, PAIR, ENTRY, "mame/tiny"}


def test_factors_that_fail_leave_the_layers_and_say_why_to_entries(built, in_process, monkeypatch):
    def refuse(model, texts, n_components):
        raise ValueError("no factors today")

    monkeypatch.setattr("lmviz.model_factors", refuse)
    outcomes = {outcome.id: outcome for outcome in build_miniature(add_studies(built), only="*/tiny").outcomes}
    assert {kind for kind, _ in outcomes[STUDY].failures} == {"model_factors", "factor_effects", "factor_labels"}
    factors, layers = studies(read_catalog(built), built)[0].figures
    assert "no factors today" in factors.failure["en"] and factors.results == {}
    assert layers.failure is None and Store(built).has(layers.results[""])
    assert "no factors today" in outcomes[ENTRY].failures["factor_responses", ""]["en"]
    monkeypatch.undo()


def test_effects_that_fail_leave_the_factors(built, in_process, monkeypatch):
    monkeypatch.setattr("lmviz.factor_effects", lambda *arguments: 1 / 0)
    summary = build_miniature(add_studies(built), only=STUDY)
    factors = studies(read_catalog(built), built)[0].figures[0]
    assert set(factors.results) == {"", "labels"} and set(factors.incomplete) == {"effects"}
    assert [kind for kind, _ in summary.outcomes[0].failures] == ["factor_effects"]


@pytest.mark.parametrize(("only", "models", "chosen"), [
    (None, (), [STUDY, PAIR]), ("setsubun/tiny", (), [STUDY]), ("setsubun", (), [STUDY]), ("*/tiny", (), [STUDY]),
    ("models/*", (), [STUDY, PAIR]), ("models", (), [STUDY, PAIR]), (PAIR, (), [PAIR]), ("*/away", (), []),
    (None, ("tiny",), [STUDY]), (None, ("tiny", "second"), [STUDY, PAIR]), (None, ("second",), []),
])
def test_what_is_named_is_studied_with_what_entries_need(studied_source, only, models, chosen):
    catalog = read_catalog(studied_source, look_at_models=False)
    found = choose(catalog, only, models)
    assert list(found.studies) == chosen
    assert {name for study in chosen for name in study.removeprefix("models/").split("+")} <= {
        model.id for model in found.models}
    if only in ("models/*", "models", PAIR):
        assert found.prompts == ()
    assert ENTRY not in choose(catalog, "setsubun/tiny", with_studies=False).studies


def test_a_study_of_two_names_both_hub_models(studied_source):
    catalog = read_catalog(studied_source, look_at_models=False)
    hub = [model.model_copy(update={"hub": f"x/{model.id}", "directory": None}) for model in catalog.models]
    named = named_hub_models(catalog.model_copy(update={"models": tuple(hub)}), PAIR)
    assert [model.id for model in named] == ["tiny", "second"]


def test_an_entry_is_built_with_the_study_it_needs_and_says_what_is_being_done(miniature, in_process, monkeypatch,
                                                                              capsys):
    add_studies(miniature)
    monkeypatch.setenv("LMVIZ_GALLERY_ROOT", str(miniature))
    monkeypatch.setenv("LC_ALL", "C")
    change(miniature, SETSUBUN, "attribution: {methods: [input_x_gradient, saliency]}", "attribution: null")
    assert main(["build", "--only", ENTRY, "--no-site", "--device", "cpu", "--jobs", "1"]) == 0
    said = capsys.readouterr()
    lines = [line.strip() for line in (said.out + said.err).splitlines()]
    assert f"{STUDY}: reading the reference text and finding factors (1 of 4)" in lines
    assert f"{STUDY}: comparing layers (4 of 4)" in lines
    assert planned(miniature)[STUDY].state == planned(miniature)[ENTRY].state == "current"
    assert planned(miniature)[PAIR].state == "compute"
    (line,) = (miniature / "build/runs.jsonl").read_text(encoding="utf-8").splitlines()
    logged = {entry["id"]: entry for entry in json.loads(line)["entries"]}
    assert logged[STUDY]["computed"] == 4 and set(logged[STUDY]["parts"]) > {"model_factors", "layer_similarity"}
    assert logged[ENTRY]["reused"] == 0


def test_a_model_that_is_not_here_is_named_for_its_pair(studied, monkeypatch, capsys):
    change(studied, MODELS, "similar_to: [second]", "similar_to: [second, away]")
    (_, _, beside) = studies(read_catalog(studied), studied)
    assert beside.status == "missing" and "nobody/nothing-of-the-kind" in beside.reason["en"]
    monkeypatch.setenv("LMVIZ_GALLERY_ROOT", str(studied))
    monkeypatch.setenv("LC_ALL", "C")
    assert main(["status", "--only", "models/*"]) == 0
    assert "nobody/nothing-of-the-kind" in capsys.readouterr().out
