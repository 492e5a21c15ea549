"""Builds of the miniature gallery: what is missing is computed, what is there stays, failures keep to themselves."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from miniature import REPOSITORY, build_miniature, make_model

from gallery.engine import analyses, fetch, machine, plan, pool, run
from gallery.engine.asked import asked_entry
from gallery.engine.choice import choose, named_hub_models
from gallery.engine.compute import Worker
from gallery.engine.failures import explain
from gallery.engine.machine import KnownFiles
from gallery.engine.manifest import manifest_path, read_manifest
from gallery.engine.plan import entries, steps
from gallery.store import Store
from gallery.validation import read_catalog, read_lock
from lmviz.results import result_class

SETSUBUN = "gallery/catalog/prompts/setsubun.yaml"
MODELS = "gallery/catalog/models.yaml"


def change(root: Path, file: str, old: str, new: str) -> None:
    text = (root / file).read_text(encoding="utf-8")
    assert old in text
    (root / file).write_text(text.replace(old, new, 1), encoding="utf-8")


def planned(root: Path) -> dict:
    return {step.id: step for step in steps(read_catalog(root, look_at_models=False), root, KnownFiles(root))}


def bytes_of(directory: Path) -> dict[str, bytes]:
    files = (path for path in directory.rglob("*") if path.is_file())
    return {path.relative_to(directory).as_posix(): path.read_bytes() for path in files}


def missing_kinds(step) -> list[tuple[str, str]]:
    return [(wanted.kind, wanted.name) for wanted in step.task.missing]


def test_one_entry_is_built_one_fails_one_is_missing(built):
    found = {entry.id: entry for entry in entries(read_catalog(built), built)}
    assert {name: entry.status for name, entry in found.items()} == {
        "setsubun/tiny": "built", "mame/tiny": "built", "setsubun/broken": "failed", "setsubun/away": "missing",
    }
    assert "NaN" in found["setsubun/broken"].reason["ja"] and "NaN" in found["setsubun/broken"].reason["en"]
    assert "nobody/nothing-of-the-kind" in found["setsubun/away"].reason["ja"]
    assert found["setsubun/away"].command == "python build_gallery.py build --only 'setsubun/away'"
    assert found["setsubun/broken"].figures == ()


def test_a_built_entry_has_the_figures_asked_for_with_ids_positions_and_results(built):
    entry = next(entry for entry in entries(read_catalog(built), built) if entry.id == "setsubun/tiny")
    assert [figure.kind for figure in entry.figures] == [
        "tokens", "predictions", "layer_predictions", "rankings", "characters", "watched_words", "attribution",
        "neuron_factors",
    ]
    store = Store(built)
    by_kind = {figure.kind: figure for figure in entry.figures}
    assert list(by_kind["attribution"].results) == ["input_x_gradient", "saliency", "receipt"]
    assert list(by_kind["neuron_factors"].results) == ["2", "3"]
    assert len({figure.id for figure in entry.figures}) == 8
    tokens = store.read(by_kind["tokens"].results[""]).tokens
    position = by_kind["layer_predictions"].position
    assert "".join(tokens.texts[position:]).startswith("変わり")
    watched = store.read(by_kind["watched_words"].results[""])
    assert watched.position == by_kind["watched_words"].position == tokens.n_prompt
    assert watched.words == ("鬼", "豆") and watched.model == "tiny"
    for figure in entry.figures:
        assert figure.failure is None and figure.incomplete == {}
        for key in figure.results.values():
            assert store.read(key).tokens.texts == tokens.texts


def test_every_result_says_how_it_was_made_and_never_when_or_where(built):
    store = Store(built)
    paths = list(store.directory.rglob("*.safetensors"))
    assert len(paths) == 17
    for path in paths:
        made = store.provenance(path.stem)
        assert (made["model"], made["device"], made["dtype"], made["threads"]) == ("tiny", "cpu", "float32", 1)
        assert len(made["weights_digest"]) == len(made["tokenizer_digest"]) == 64
        assert made["text"] in ("節分は、季節の変わり目に豆をまく行事である。", "豆をまいて、")
        assert {"torch", "transformers", "numpy"} <= set(made["libraries"])
        assert str(built) not in json.dumps(made)


def test_a_given_continuation_is_read_and_positions_start_there(built):
    entry = next(entry for entry in entries(read_catalog(built), built) if entry.id == "mame/tiny")
    assert [figure.kind for figure in entry.figures] == [
        "tokens", "predictions", "layer_predictions", "rankings", "characters", "attribution",
    ]
    tokens = Store(built).read(entry.figures[0].results[""]).tokens
    assert tokens.text == "豆をまいて、鬼を追い払う。"
    assert entry.figures[1].position == tokens.n_prompt


def test_words_and_contrasts_are_what_the_catalog_asks_for(built):
    entry = next(entry for entry in entries(read_catalog(built), built) if entry.id == "mame/tiny")
    results = {name: Store(built).read(key) for name, key in entry.figures[-1].results.items()}
    receipt, integrated = results.pop("receipt"), results["integrated_gradients"]
    texts = integrated.tokens.texts
    for result in results.values():
        first, second = result.target_positions
        # 「追い払う」 is asked for; its first token, 「を追い」, begins before it.
        asked = "".join(texts[first : first + result.target_lengths[0]])
        assert asked == "を追い払う" and texts[second].startswith("鬼")
        assert (result.target, result.foil_texts, result.target_lengths[1]) == ("contrast", ("福", "福"), 1)
    assert integrated.baseline == "mean" and integrated.converged.all()
    assert receipt.methods == tuple(results) and receipt.target_positions.tolist() == [first, second]
    assert len(receipt.random_drops) == 100
    assert (receipt.sensitivity >= 0).all(), "tier full measures it"
    completeness = receipt.completeness_errors.tolist()
    assert np.array_equal(completeness, [result.completeness_errors for result in results.values()], equal_nan=True)


def failing(monkeypatch, *methods):
    from lmviz.analyses.attribution import registry

    def fail(arguments):
        raise ValueError("not today")

    for method in methods:
        broken = replace(registry.METHODS[method], compute=fail)
        monkeypatch.setitem(registry.METHODS, method, broken)


def test_a_receipt_without_a_method_that_failed_does_not_pass_for_the_whole(miniature, in_process, monkeypatch):
    def built():
        outcome = build_miniature(miniature, only="setsubun/tiny").outcomes[0]
        figures = read_manifest(miniature, "setsubun/tiny").figures
        return outcome, next(figure for figure in figures if figure.kind == "attribution")

    with monkeypatch.context() as patch:
        failing(patch, "saliency")
        outcome, figure = built()
        assert list(outcome.failures) == [("attribution", "saliency")] and set(figure.incomplete) == {"saliency"}
        assert list(figure.results) == ["input_x_gradient", "receipt"] and figure.failure is None
        assert Store(miniature).read(figure.results["receipt"]).methods == ("input_x_gradient",)
        again, same = built()
        assert again.computed == [] and same == figure
    assert missing_kinds(planned(miniature)["setsubun/tiny"]) == [
        ("attribution", "saliency"), ("attribution_receipt", "receipt")]
    outcome, whole = built()
    assert len(outcome.computed) == 2 and whole.incomplete == {}
    assert Store(miniature).read(whole.results["receipt"]).methods == ("input_x_gradient", "saliency")


def test_where_no_method_could_be_computed_there_is_no_receipt(miniature, in_process, monkeypatch):
    failing(monkeypatch, "saliency", "input_x_gradient")
    outcome = build_miniature(miniature, only="setsubun/tiny").outcomes[0]
    assert list(outcome.failures) == [("attribution", "input_x_gradient"), ("attribution", "saliency")]
    figures = read_manifest(miniature, "setsubun/tiny").figures
    attribution = next(figure for figure in figures if figure.kind == "attribution")
    assert attribution.results == {} and "not today" in attribution.failure["en"]


def test_targets_that_are_not_in_what_was_read_are_said_in_both_languages(built):
    entry = next(entry for entry in entries(read_catalog(built), built) if entry.id == "setsubun/tiny")
    tokens = Store(built).read(entry.figures[0].results[""]).tokens
    n, beans = len(tokens), {"text": "豆", "occurrence": 1}
    assert [*analyses.targets_of([3, beans], tokens)[0]] == [3]
    tokens = replace(tokens, texts=("節分", "", *tokens.texts[2:]))
    for target, says in (
        ({"word": "福", "occurrence": 1}, "福"), ({"text": "豆", "occurrence": 2}, "occurrence 2"),
        (n, f"Position {n} is past"), ({"word": "節分", "occurrence": 1}, "very first token"),
    ):
        with pytest.raises(analyses.NotPossible) as caught:
            analyses.targets_of([beans, target], tokens)
        assert says in caught.value.wording["en"], target
        assert set(caught.value.wording) == {"ja", "en"}


def test_with_nothing_to_do_no_torch_is_imported_and_nothing_written(built):
    before = bytes_of(built / "build")
    code = (
        "import os, sys; from pathlib import Path; from gallery.engine.run import build\n"
        "from gallery.validation import read_catalog; root = Path(os.environ['LMVIZ_GALLERY_ROOT'])\n"
        "summary = build(read_catalog(root), root, only='*/tiny')\n"
        "assert summary.ok and not summary.outcomes, summary\n"
        "print({'torch', 'transformers', 'sklearn'} & set(sys.modules))"
    )
    environment = {"LMVIZ_GALLERY_ROOT": str(built), "PATH": "/usr/bin:/bin"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=REPOSITORY, env=environment)
    assert done.stdout.strip() == "set()", done.stderr
    after = bytes_of(built / "build")
    assert {name for name in after if after[name] != before.get(name)} == {"runs.jsonl"}


def test_titles_and_settings_without_effect_change_nothing(built):
    change(built, SETSUBUN, "ja: 節分,", "ja: 節分の日,")
    change(built, SETSUBUN, "tags: [culture]", "tags: []")
    change(built, MODELS, "en: tiny model", "en: the tiny model")
    change(built, SETSUBUN, "saliency]", "saliency], baseline: mean")  # neither method has one
    assert planned(built)["setsubun/tiny"].state == "current"


@pytest.mark.parametrize(("old", "new", "kinds", "why"), [
    ("[鬼, 豆]", "[鬼, 福]", [("watched_words", "")], "watched_words"),
    ("top_k: 5", "top_k: 6", [("layer_predictions", "")], "layer_predictions"),
    ("[2, 3]", "[2, 4]", [("neuron_factors", "4")], "neuron_factors"),
    ("input_x_gradient, saliency", "saliency, feature_ablation",
     [("attribution", "feature_ablation"), ("attribution_receipt", "receipt")], "attribution"),
    ("[input_x_gradient, saliency]", "[saliency, input_x_gradient]", [("attribution_receipt", "receipt")],
     "attribution"),
])
def test_a_changed_option_costs_its_own_result_alone(built, old, new, kinds, why):
    change(built, SETSUBUN, old, new)
    step = planned(built)["setsubun/tiny"]
    assert step.state == "compute" and missing_kinds(step) == kinds
    assert why in step.reason["en"] and why in step.reason["ja"]
    entry = next(entry for entry in entries(read_catalog(built), built) if entry.id == "setsubun/tiny")
    assert entry.status == "missing" and why in entry.reason["ja"]


def test_only_the_changed_result_is_computed(built, in_process):
    before = bytes_of(built / "build" / "results")
    change(built, SETSUBUN, "[鬼, 豆]", "[鬼, 福]")
    summary = build_miniature(built, only="setsubun/tiny")
    after = bytes_of(built / "build" / "results")
    assert [len(outcome.computed) for outcome in summary.outcomes] == [1]
    assert {name: after[name] for name in before} == before and len(after) == len(before) + 1
    assert planned(built)["setsubun/tiny"].state == "current"


def test_another_first_position_needs_no_model(built):
    change(built, SETSUBUN, "{text: 変わり}", "3")
    assert planned(built)["setsubun/tiny"].state == "write"
    shutil.rmtree(built / "gallery" / "nothing", ignore_errors=True)
    summary = build_miniature(built, only="setsubun/tiny")
    assert [outcome.computed for outcome in summary.outcomes] == [[]]
    entry = next(entry for entry in entries(read_catalog(built), built) if entry.id == "setsubun/tiny")
    assert entry.status == "built" and entry.figures[1].position == 3


@pytest.mark.parametrize(("file", "old", "new", "why"), [
    (SETSUBUN, "豆をまく行事", "豆をまく日", "the text"),
    (SETSUBUN, "max_new_tokens: 4", "max_new_tokens: 5", "generation"),
    (MODELS, "start: none", "start: bos", "model's settings"),
])
def test_what_all_numbers_depend_on_costs_all_results(built, file, old, new, why):
    change(built, file, old, new)
    step = planned(built)["setsubun/tiny"]
    assert step.state == "compute" and len(step.task.missing) == len(step.task.asked.wanted) == 10
    assert why in step.reason["en"]


def test_other_weights_cost_the_models_entries_and_no_others(built):
    make_model(built / "models" / "tiny", seed=1)
    found = planned(built)
    to_compute = [name for name in found if found[name].state == "compute"]
    assert to_compute == ["mame/tiny", "setsubun/tiny", "setsubun/broken"]
    assert "weights" in found["setsubun/tiny"].reason["en"]
    assert "failed last time" in found["setsubun/broken"].reason["en"]


def test_a_failed_rebuild_keeps_the_results_and_mended_weights_need_no_computing(built, in_process):
    results, manifest = bytes_of(built / "build" / "results"), manifest_path(built, "setsubun/tiny").read_bytes()
    make_model(built / "models" / "tiny", with_nan=True)
    summary = build_miniature(built, only="*/tiny", jobs=1)
    assert [outcome.status for outcome in summary.outcomes] == ["failed", "failed"] and not summary.ok
    assert bytes_of(built / "build" / "results") == results
    assert read_manifest(built, "setsubun/tiny").status == "failed"
    make_model(built / "models" / "tiny")
    assert planned(built)["setsubun/tiny"].state == "write"
    build_miniature(built, only="*/tiny")
    assert manifest_path(built, "setsubun/tiny").read_bytes() == manifest


def test_a_damaged_result_is_named_and_computed_anew(built, in_process):
    store = Store(built)
    before = bytes_of(store.directory)
    path = sorted(store.directory.rglob("*.safetensors"))[0]
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    said = []
    build_miniature(built, only="*/tiny", say=said.append)
    assert any(path.name in wording["ja"] and "計算し直します" in wording["ja"] for wording in said)
    assert bytes_of(store.directory) == before


def test_a_figure_that_fails_leaves_the_others(miniature, in_process):
    change(miniature, SETSUBUN, "[2, 3]", "[2, 30]")
    summary = build_miniature(miniature, only="setsubun/tiny")
    assert not summary.ok and list(summary.outcomes[0].failures) == [("neuron_factors", "30")]
    entry = next(entry for entry in entries(read_catalog(miniature), miniature) if entry.id == "setsubun/tiny")
    assert entry.status == "built"
    factors = entry.figures[-1]
    assert list(factors.results) == ["2"] and factors.failure is None
    assert "30 factors" in factors.incomplete["30"]["en"] and "n_components を" in factors.incomplete["30"]["ja"]
    assert [figure.failure for figure in entry.figures[:-1]] == [None] * 7


def test_one_pass_of_the_lens_serves_an_entry(miniature, in_process, monkeypatch):
    from lmviz.analyses.lens import shared_pass

    passes, compute = [], shared_pass._compute
    monkeypatch.setattr(shared_pass, "_compute", lambda *a: passes.append(1) or compute(*a))
    build_miniature(miniature, only="setsubun/tiny", jobs=1)
    assert len(passes) == 1


def test_another_reading_of_the_text_recomputes_the_whole_entry(built):
    """Results of one entry must speak of the same tokens, whichever library wrote the continuation."""
    change(built, SETSUBUN, "[鬼, 豆]", "[鬼, 福]")
    task = planned(built)["setsubun/tiny"].task
    tokens = Store(built).read(task.key(task.asked.wanted[0])).tokens
    worker, store = Worker("cpu", 1), Store(built)
    assert worker._to_compute(task, store, [tokens]) == task.missing
    other = SimpleNamespace(token_ids=np.append(tokens.token_ids[:-1], 5))
    assert worker._to_compute(task, store, [other]) == task.asked.wanted


def test_a_manifest_that_is_no_manifest_counts_as_none(built):
    path = manifest_path(built, "setsubun/tiny")
    for content in ("", "[]", "{}", '{"format": 1, "figures": [3]}', path.read_text(encoding="utf-8")[:-30]):
        path.write_text(content, encoding="utf-8")
        assert read_manifest(built, "setsubun/tiny") is None
        assert planned(built)["setsubun/tiny"].state == "write"


def test_what_was_built_is_not_read_again_until_a_file_or_a_version_is_another(built, monkeypatch):
    read = []
    monkeypatch.setattr(plan, "read_manifest", lambda root, name: read.append(name) or read_manifest(root, name))
    assert planned(built)["setsubun/tiny"].state == "current" and not {"setsubun/tiny", "mame/tiny"} & {*read}
    with monkeypatch.context() as patch:
        patch.setattr(result_class("watched_words"), "schema_version", 99)
        assert missing_kinds(planned(built)["setsubun/tiny"]) == [("watched_words", "")]
    key = read_manifest(built, "setsubun/tiny").figures[0].results[""]
    Store(built).path(key).unlink()
    assert missing_kinds(planned(built)["setsubun/tiny"]) == [("token_probabilities", "")]
    path = manifest_path(built, "mame/tiny")
    path.write_bytes(path.read_bytes().replace(b'"status": "built"', b'"status": "bulit"'))
    assert planned(built)["mame/tiny"].state == "write"


def test_a_gallery_is_published_where_no_model_is(built):
    shutil.rmtree(built / "models")
    statuses = {entry.id: entry.status for entry in entries(read_catalog(built, look_at_models=False), built)}
    assert statuses["setsubun/tiny"] == statuses["mame/tiny"] == "built"
    assert planned(built)["setsubun/tiny"].state == "current"


def die(connection, device, threads):
    """A worker that dies at the prompt ``setsubun`` and does well at others."""
    import os

    from gallery.engine.conclusion import Outcome

    while True:
        try:
            task = connection.recv()
        except EOFError:
            return
        if task.asked.prompts[0].id == "setsubun":
            os._exit(9)
        connection.send(Outcome(task.id, "built"))


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_worker_that_dies_takes_only_its_own_entry_down(miniature, monkeypatch, jobs):
    monkeypatch.setattr(pool, "_work", die)
    found = planned(miniature)
    tasks = [found[name].task for name in ("setsubun/tiny", "mame/tiny", "setsubun/broken")]
    outcomes = {o.id: o for o in pool.run_tasks(tasks, jobs=jobs, device="cpu", threads=1)}
    assert {name: outcome.status for name, outcome in outcomes.items()} == {
        "setsubun/tiny": "failed", "mame/tiny": "built", "setsubun/broken": "failed",
    }
    assert "9" in outcomes["setsubun/tiny"].reason["ja"]


def test_errors_become_one_message_in_both_languages():
    for error, says in (
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried"), "Memory ran out"),
        (MemoryError(), "Memory ran out"),
        (ValueError("too short"), "too short"),
        (ImportError("libtorch_cpu.so: failed to map segment from shared object"), "Memory ran out"),
        (KeyError("x"), "KeyError"),
    ):
        wording = explain(error, "cpu")
        assert says in wording["en"] and "\n" not in wording["en"]
        assert any(ord(character) > 0x3000 for character in wording["ja"])


def test_what_lmviz_often_says_is_said_in_japanese_too(miniature, monkeypatch):
    """lmviz itself raises each reason, so that its sentences and our patterns cannot drift apart."""
    import lmviz
    from lmviz.loading import hub

    def reason_of(call, *arguments, **options):
        with pytest.raises(ValueError) as caught:
            call(*arguments, **options)
        return explain(caught.value, "cpu")["ja"]

    tiny = miniature / "models" / "tiny"
    model = lmviz.load(tiny)
    trace = model.trace("節分は、", max_new_tokens=2)
    reasons = [
        reason_of(lmviz.load, miniature / "models" / "broken"),
        reason_of(model.trace, "豆" * 100),
        reason_of(model.trace, "豆", max_new_tokens=1000),
        reason_of(lmviz.neuron_factors, trace, n_components=40),
        reason_of(lmviz.watched_words, trace, ["豆をまく" * 30]),
        reason_of(hub.look_up, "nobody/nothing-of-the-kind"),
    ]
    attribute = lambda **options: reason_of(lmviz.attribute, trace, "saliency", **options)  # noqa: E731
    last = trace.n_prompt - 1
    reasons += [
        attribute(targets=[last], target="contrast", foil=trace.tokens.texts[last]),
        attribute(targets=[99]),
        attribute(targets=[2, range(2, 4)]),
        attribute(targets=[range(2, 4)], target="logit"),
        attribute(targets=[range(2, 99)]),
        attribute(target="contrast", foil="豆をまく" * 30),
        reason_of(lmviz.attribute, trace, "lrp"),
        reason_of(lmviz.attribute, model.trace("この", max_new_tokens=0)),
    ]
    with monkeypatch.context() as patch:
        patch.setattr(model.tokenizer, "pad_id", None)
        reasons.append(attribute(baseline="padding"))
    with monkeypatch.context() as patch:
        patch.setattr("lmviz.analyses.attribution._before_targets", lambda *arguments: np.array([np.nan]))
        reasons.append(attribute())
    weights = (tiny / "model.safetensors").read_bytes()
    (tiny / "model.safetensors").write_bytes(weights[:-100])
    reasons.append(reason_of(lmviz.load, tiny))
    (tiny / "model.safetensors").write_bytes(weights)
    config = json.loads((tiny / "config.json").read_text(encoding="utf-8"))
    (tiny / "config.json").write_text(json.dumps({**config, "n_layer": 9}), encoding="utf-8")
    reasons.append(reason_of(lmviz.load, tiny))
    monkeypatch.setattr(type(model.tokenizer), "labels", lambda *arguments: SimpleNamespace(kinds=("unknown",)))
    reasons.append(reason_of(lmviz.watched_words, trace, ["🍣"]))
    for reason in reasons:
        assert "理由（英語）" not in reason, reason
    assert "NaN" in reasons[0] and "「🍣」" in reasons[-1]


def test_a_position_past_what_was_read_fails_its_figures_and_the_run(built, in_process):
    """The catalog allows what max_new_tokens may reach; a continuation can end before."""
    change(built, SETSUBUN, "{text: 変わり}", "3")
    n = len(Store(built).read(planned(built)["setsubun/tiny"].task.key(
        planned(built)["setsubun/tiny"].task.asked.wanted[0])).tokens)
    change(built, SETSUBUN, "position: 3", f"position: {n - 1}")
    assert build_miniature(built, only="setsubun/tiny").ok
    catalog = read_catalog(built)
    setsubun = next(prompt for prompt in catalog.prompts if prompt.id == "setsubun")
    options = setsubun.figures.layer_predictions.model_copy(update={"position": n})
    figures = setsubun.figures.model_copy(update={"layer_predictions": options})
    catalog = catalog.model_copy(update={"prompts": (setsubun.model_copy(update={"figures": figures}),)})
    for _ in range(2):
        summary = run.build(catalog, built, only="setsubun/tiny", device="cpu")
        assert not summary.ok
        assert {kind for kind, _ in summary.failed[0].failures} == {"predictions", "layer_predictions"}
        assert f"{n - 1} " in summary.failed[0].failures["predictions", ""]["ja"]
        figures = {figure.kind: figure for figure in read_manifest(built, "setsubun/tiny").figures}
        assert figures["predictions"].failure and figures["rankings"].failure is None


def test_entries_are_chosen_by_glob_and_hub_models_only_by_name(miniature):
    catalog = read_catalog(miniature)
    ids = lambda chosen: [(p.id, m) for p in chosen.prompts for m in p.models]  # noqa: E731
    assert ids(choose(catalog, "set*")) == [("setsubun", "tiny"), ("setsubun", "broken"), ("setsubun", "away")]
    assert ids(choose(catalog, "*/tiny")) == [("mame", "tiny"), ("setsubun", "tiny")]
    assert ids(choose(catalog, None, ("broken",))) == [("setsubun", "broken")]
    assert ids(choose(catalog, "nothing")) == []
    named = lambda only, ids=(): [model.id for model in named_hub_models(catalog, only, ids)]  # noqa: E731
    assert named("*/away") == named("setsubun/away") == named(None, ("away",)) == ["away"]
    assert named(None) == named("*/*") == named("setsubun") == named("*/aw*") == []


def test_a_named_hub_model_is_fetched_with_its_size_first_and_its_commit_written_down(miniature, monkeypatch):
    from lmviz.loading import hub

    commit = "a1" * 20
    fetched = []
    monkeypatch.setattr(hub, "find_local", lambda name, revision=None: None)
    monkeypatch.setattr(hub, "look_up", lambda name, revision=None: hub.HubModel(name, commit, 2_500_000_000, True))
    monkeypatch.setattr(hub, "download", lambda model, patterns: fetched.append(model.commit))
    catalog, said = read_catalog(miniature), []
    model = catalog.models[-1]
    assert fetch.fetch(model, miniature, {}, said.append) is None
    assert fetched == [commit] and "2.5 GB" in said[0]["ja"] and commit in said[0]["en"]
    assert read_lock(miniature)["away"].commit == commit
    monkeypatch.setattr(hub, "find_local", lambda name, revision=None: (miniature / "models/tiny", revision))
    step = planned(miniature)["setsubun/away"]
    assert step.state == "compute" and step.task.commit == commit


def test_requests_keep_page_order_and_settings_without_effect_change_no_key(miniature):
    catalog = read_catalog(miniature)
    setsubun = next(prompt for prompt in catalog.prompts if prompt.id == "setsubun")
    task = planned(miniature)["setsubun/tiny"].task
    seeded = setsubun.model_copy(update={"generation": setsubun.generation.model_copy(update={"seed": 9})})
    other = replace(task, asked=asked_entry(seeded, task.model))
    assert [task.key(wanted) for wanted in task.asked.wanted] == [other.key(wanted) for wanted in other.asked.wanted]
    sampled = setsubun.generation.model_copy(update={"do_sample": True})
    other = replace(task, asked=asked_entry(setsubun.model_copy(update={"generation": sampled}), task.model))
    assert not {task.key(wanted) for wanted in task.asked.wanted} & {other.key(wanted) for wanted in other.asked.wanted}
    assert [figure.kind for figure in task.asked.figures][0] == "tokens"


def test_a_model_has_its_threads_whatever_else_is_built(tmp_path):
    small, large = tmp_path / "small", tmp_path / "large"
    for directory, size in ((small, 2**20), (large, machine.LARGE_WEIGHTS)):
        directory.mkdir()
        with open(directory / "model.safetensors", "wb") as weights:
            weights.truncate(size)
    assert (machine.threads_for(small), machine.threads_for(large)) == (1, machine.cores())
