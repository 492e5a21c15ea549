"""Results of studies: the same bytes wherever they are made, verified, mended, and carried from machine to machine."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from miniature import build_miniature, make_miniature, make_model
from miniature_studies import TEXT, add_studies

from gallery.engine.machine import KnownFiles
from gallery.engine.manifest import read_manifest
from gallery.engine.plan import steps
from gallery.engine.studies import studies
from gallery.store import Store
from gallery.transfer import BadArchive, export, import_archive
from gallery.validation import read_catalog
from gallery.verification.difference import differences
from gallery.verification.verify import verify

STUDY, PAIR, ENTRY = "models/tiny", "models/tiny+second", "setsubun/tiny"


def planned(root: Path) -> dict:
    return {step.id: step for step in steps(read_catalog(root, look_at_models=False), root, KnownFiles(root))}


def result_bytes(root: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (root / "build/results").rglob("*.safetensors")}


def key_of(root: Path, name: str, kind: str, result: str = "") -> str:
    return next(figure.results[result] for figure in read_manifest(root, name).figures if figure.kind == kind)


def test_a_damaged_result_of_a_study_is_computed_anew_with_the_same_bytes(studied, in_process):
    before, key = result_bytes(studied), key_of(studied, STUDY, "model_factors")
    path = Store(studied).path(key)
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    step = planned(studied)[STUDY]
    assert [wanted.kind for wanted in step.task.missing] == ["model_factors"] and len(step.damaged) == 1
    assert planned(studied)[ENTRY].state == "current"
    summary = build_miniature(studied)
    assert STUDY in [outcome.id for outcome in summary.outcomes if outcome.computed == [key]]
    assert result_bytes(studied) == before


def test_two_workers_make_the_same_bytes_as_one(studied_source, miniature):
    add_studies(miniature)
    build_miniature(miniature, only="models/*")
    build_miniature(miniature, only=ENTRY)
    made = result_bytes(miniature)
    assert len(made) > 10 and made.items() <= result_bytes(studied_source).items()
    for name in (STUDY, PAIR, ENTRY):
        path = f"build/entries/{name}.json"
        assert (miniature / path).read_bytes() == (studied_source / path).read_bytes()


def verified(root: Path, only: str, monkeypatch, **options) -> tuple:
    from gallery.engine import run
    from gallery.verification import verify as module

    monkeypatch.setattr(module, "run_tasks", run.run_tasks)
    report = verify(read_catalog(root), root, only=only, device="cpu", **options)
    return report, {(verdict.entry, verdict.analysis): verdict for verdict in report.verdicts}


def test_studies_are_verified_and_repaired_before_the_entries_that_need_them(studied, in_process, monkeypatch):
    path = Store(studied).path(key_of(studied, STUDY, "model_factors"))
    whole = path.read_bytes()
    path.unlink()
    report, verdicts = verified(studied, "*/tiny", monkeypatch, repair=True)
    assert report.ok, [verdict for verdict in report.verdicts if verdict.state != "identical"]
    assert verdicts[STUDY, "model_factors"].repaired and path.read_bytes() == whole
    assert {verdicts[STUDY, kind].state for kind in ("factor_effects", "factor_labels", "layer_similarity")} == {
        "identical"}
    assert verdicts[ENTRY, "factor_responses"].state == "identical"


def test_an_entry_alone_is_verified_with_the_factors_that_are_stored(studied, in_process, monkeypatch):
    Store(studied).path(key_of(studied, STUDY, "layer_similarity")).unlink()
    make_model(studied / "models/tiny", seed=9)
    report, verdicts = verified(studied, ENTRY, monkeypatch)
    assert {name for name, _ in verdicts} == {ENTRY}
    responses = verdicts[ENTRY, "factor_responses"]
    assert responses.state == "drifted" and {d.array for d in responses.differences} >= {"activations"}
    assert "typical" not in {difference.array for difference in responses.differences}


@pytest.mark.parametrize("name", ["promoted", "suppressed"])
def test_entries_of_the_vocabulary_change_places_only_where_their_logits_are_near(studied_source, name):
    effects = Store(studied_source).read(key_of(studied_source, STUDY, "model_factors", "effects"))
    logits, ids = getattr(effects, name).copy(), getattr(effects, f"{name}_ids").copy()
    logits[0, -2:] = logits[0, -2]
    near = replace(effects, **{name: logits})
    for at, within in (((0, -1), True), ((0, 0), False)):
        changed = ids.copy()
        changed[at] = next(entry for entry in range(len(ids[0]) + 1) if entry not in ids[0])
        (found,) = differences(near, replace(near, **{f"{name}_ids": changed}))
        assert (found.array, found.within) == (f"{name}_ids", within)


def test_studies_go_from_machine_to_machine(studied, tmp_path, monkeypatch):
    catalog = read_catalog(studied)
    done = export(catalog, studied, tmp_path / "all.zip")
    assert {STUDY, PAIR, ENTRY} <= set(done.entries)
    assert set(export(catalog, studied, tmp_path / "one.zip", only=ENTRY).entries) == {STUDY, ENTRY}
    laptop = add_studies(make_miniature(tmp_path / "laptop"))
    shutil.rmtree(laptop / "models")
    catalog = read_catalog(laptop, look_at_models=False)
    for name in ("one.zip", "all.zip"):
        import_archive(catalog, laptop, tmp_path / name)
        assert studies(catalog, laptop)[0].status == "built"
    assert {study.status for study in studies(catalog, laptop)} == {"built"}
    assert result_bytes(laptop) == result_bytes(studied)
    (laptop / TEXT).write_text((laptop / TEXT).read_text(encoding="utf-8").replace("。", "！"), encoding="utf-8")
    with pytest.raises(BadArchive) as refused:
        import_archive(read_catalog(laptop, look_at_models=False), laptop, tmp_path / "all.zip")
    assert STUDY in str(refused.value) and ENTRY in str(refused.value)
