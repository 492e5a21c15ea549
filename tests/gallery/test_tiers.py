"""Tiers and what ships: full is asked for in the catalog or by the command, and a clone need not compute it."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from miniature import REPOSITORY, build_miniature, make_model

from gallery.command import main
from gallery.engine.asked import asked_entries, asked_entry
from gallery.engine.choice import choose
from gallery.engine.machine import KnownFiles, locate
from gallery.engine.manifest import read_manifest
from gallery.engine.plan import entries, steps
from gallery.engine.publish import publish
from gallery.engine.request import shipped_results
from gallery.store import Store, path_in
from gallery.validation import read_catalog, read_lock
from gallery.validation.attribution import ATTRIBUTION_METHODS, FAST_METHODS

SETSUBUN, MAME = "gallery/catalog/prompts/setsubun.yaml", "gallery/catalog/prompts/mame.yaml"
FULL = ["gradient_shap", "receipt"]


def change(root, file, old, new):
    text = (root / file).read_text(encoding="utf-8")
    assert old in text
    (root / file).write_text(text.replace(old, new, 1), encoding="utf-8")


def step_of(root, name, *, tier=None):
    catalog = choose(read_catalog(root, look_at_models=False), name, tier=tier)
    return next(iter(steps(catalog, root, KnownFiles(root))))


def entry_of(root, name):
    return next(entry for entry in entries(read_catalog(root, look_at_models=False), root) if entry.id == name)


def attribution_of(root, name):
    return next(figure for figure in entry_of(root, name).figures if figure.kind == "attribution")


def published_names(root):
    """Names of the results under ``gallery/published``."""
    store = Store(root)
    made = [store.provenance(path.stem) for path in store.published.rglob("*.safetensors")]
    return sorted("receipt" if one["analysis"] == "attribution_receipt" else one["options"]["method"] for one in made)


def forget_the_build(root):
    shutil.rmtree(root / "build")


def test_the_tier_decides_methods_and_sensitivity_where_the_catalog_names_none(miniature):
    change(miniature, SETSUBUN, "  attribution: {methods: [input_x_gradient, saliency]}\n", "")
    catalog = read_catalog(miniature)
    for tier, methods in ((None, FAST_METHODS), ("full", ATTRIBUTION_METHODS)):
        prompt = choose(catalog, "setsubun", tier=tier).prompts[0]
        asked = asked_entry(prompt, catalog.models[0])
        figure = next(figure for figure in asked.figures if figure.kind == "attribution")
        assert [wanted.name for wanted in figure.results] == [*methods, "receipt"]
        assert figure.options["methods"] == figure.results[-1].options["methods"] == list(methods)
        assert figure.results[-1].options["sensitivity"] == (tier == "full")


def test_only_the_receipt_is_new_at_tier_full_where_the_catalog_names_the_methods(built):
    step = step_of(built, "setsubun/tiny", tier="full")
    assert [wanted.name for wanted in step.task.missing] == ["receipt"]


def test_what_a_command_built_at_tier_full_stays_until_the_catalog_changes(built, in_process):
    assert build_miniature(built, only="setsubun/tiny", tier="full").ok
    receipt = Store(built).read(attribution_of(built, "setsubun/tiny").results["receipt"])
    assert np.nanmin(receipt.sensitivity) > 0
    assert entry_of(built, "setsubun/tiny").status == "built"
    assert step_of(built, "setsubun/tiny").state == "current"
    Store(built).path(attribution_of(built, "setsubun/tiny").results["receipt"]).unlink()
    assert step_of(built, "setsubun/tiny").state == "write"  # a build unasked computes nothing of tier full
    change(built, SETSUBUN, "[鬼, 豆]", "[鬼]")
    assert [wanted.kind for wanted in step_of(built, "setsubun/tiny").task.missing] == ["watched_words"]


def test_what_ships_is_what_only_tier_full_computes_and_no_clone_computes_it(built, in_process):
    done = publish(read_catalog(built), built)
    assert (done.entries, done.unbuilt, done.n_copied, done.n_removed) == (["mame/tiny"], [], 2, 0)
    assert published_names(built) == FULL
    assert publish(read_catalog(built), built).n_copied == 0
    before = attribution_of(built, "mame/tiny")
    forget_the_build(built)
    missing = [wanted.name for wanted in step_of(built, "mame/tiny").task.missing]
    assert missing == ["", "", "", "", "integrated_gradients"]
    assert build_miniature(built, only="mame/tiny").ok
    assert attribution_of(built, "mame/tiny") == before
    assert not Store(built).directory.joinpath(before.results["receipt"][:2]).exists()


def test_where_all_results_are_published_nothing_is_computed(built):
    manifest = read_manifest(built, "mame/tiny")
    (built / "gallery/published").mkdir()
    (built / "build/results").rename(built / "gallery/published/results")
    forget_the_build(built)
    summary = build_miniature(built, only="*/tiny")
    assert [(outcome.status, outcome.computed) for outcome in summary.outcomes] == [("built", [])] * 2
    assert read_manifest(built, "mame/tiny") == manifest
    assert not (built / "build/results").exists()


def test_a_damaged_published_result_is_named_and_computed_anew(built, in_process):
    publish(read_catalog(built), built)
    forget_the_build(built)
    path = sorted(Store(built).published.rglob("*.safetensors"))[0]
    path.write_bytes(path.read_bytes()[:-1])
    said = []
    assert build_miniature(built, only="mame/tiny", say=said.append).ok
    assert any(path.name in wording["ja"] and "計算し直します" in wording["ja"] for wording in said)
    assert path_in(Store(built).directory, path.stem).is_file()
    assert publish(read_catalog(built), built).n_copied == 1
    assert path.read_bytes() == path_in(Store(built).directory, path.stem).read_bytes()


def test_published_results_of_another_continuation_are_computed_anew(built, in_process):
    """Elsewhere the same weights may have written another token; all results of an entry must speak of one text."""
    store = Store(built)
    receipt = attribution_of(built, "setsubun/tiny").results["receipt"]
    other = store.read(attribution_of(built, "mame/tiny").results["receipt"])
    store.write(receipt, other, {"text": ""})
    (store.directory.parent / "entries/setsubun/tiny.json").unlink()
    step = step_of(built, "setsubun/tiny")
    assert step.state == "compute" and [wanted.name for wanted in step.task.missing] == ["receipt"]
    assert build_miniature(built, only="setsubun/tiny").ok
    assert store.read(receipt).tokens.text != other.tokens.text


def test_what_no_entry_needs_is_removed_and_results_of_models_elsewhere_stay(built):
    publish(read_catalog(built), built)
    stray = path_in(Store(built).published, "a" * 52)
    stray.parent.mkdir()
    stray.write_bytes(b"half a file")
    forget_the_build(built)
    models = built / "models"
    models.rename(built / "elsewhere")
    done = publish(read_catalog(built, look_at_models=False), built)
    assert (done.entries, done.unbuilt, done.n_removed) == ([], [], 1) and published_names(built) == FULL
    (built / "elsewhere").rename(models)
    make_model(models / "tiny", seed=1)
    done = publish(read_catalog(built), built)
    assert (done.unbuilt, done.n_removed) == (["mame/tiny"], 2) and published_names(built) == []


def test_an_entry_that_is_no_longer_of_tier_full_does_not_ship(built):
    publish(read_catalog(built), built)
    change(built, MAME, "tier: full", "tier: fast")
    done = publish(read_catalog(built), built, only="setsubun")
    assert (done.entries, done.n_copied, done.n_removed) == ([], 0, 2)


def test_the_command_publishes_in_both_languages(built, monkeypatch, capsys):
    monkeypatch.setenv("LMVIZ_GALLERY_ROOT", str(built))
    for locale, says in (("en_GB.UTF-8", "2 results. Removed from there: 0"), ("ja_JP.UTF-8", "0 件の結果を写し")):
        monkeypatch.setenv("LC_ALL", locale)
        assert main(["publish"]) == 0
        assert says in (said := capsys.readouterr().out) and "mame/tiny" in said
    assert main(["publish", "--only", "setsubun"]) == 0 and "mame/tiny" not in capsys.readouterr().out
    forget_the_build(built)
    shutil.rmtree(built / "gallery/published")
    assert main(["publish"]) == 1
    assert "build --only 'mame/tiny'" in capsys.readouterr().err


def test_the_command_asks_for_the_full_tier(built, monkeypatch, capsys):
    monkeypatch.setenv("LMVIZ_GALLERY_ROOT", str(built))
    monkeypatch.setenv("LC_ALL", "C")
    assert main(["status", "--only", "*/tiny"]) == 0 and "Built: 2 of 2" in capsys.readouterr().out
    assert main(["status", "--only", "*/tiny", "--tier", "full"]) == 0
    said = capsys.readouterr().out
    assert "setsubun/tiny: Changed since it was computed: the options of figure attribution (receipt)." in said
    assert "Built: 1 of 2" in said and "build --tier full" in said
    assert main(["build", "--tier", "fast"]) == 2 and "there is only full" in capsys.readouterr().err


def test_a_fresh_clone_computes_nothing_of_tier_full(tmp_path):
    catalog = read_catalog(REPOSITORY)
    shipping = [asked for asked in asked_entries(catalog) if asked.model.directory and shipped_results(*asked.prompts)]
    if not shipping:
        pytest.skip("no prompt of the shipped catalog is of tier full")
    store = Store(tmp_path)
    store.published = Store(REPOSITORY).published
    for asked in shipping:
        digests = KnownFiles(tmp_path).digests(locate(asked.model, REPOSITORY, read_lock(REPOSITORY)).directory)
        for wanted in shipped_results(*asked.prompts):
            result = store.read(asked.result_key(wanted, digests))
            assert result.tokens.text.startswith(asked.prompts[0].text), (asked.id, wanted.name)
