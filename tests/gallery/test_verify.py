"""Verify: the same is identical, a flipped byte is damage, a changed weight is drift with amounts, and ranks are held
to the logits. Nothing that is stored changes unless it is to be repaired."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from miniature import build_miniature, make_model
from safetensors.numpy import load_file, save_file

from gallery.command import main
from gallery.engine.manifest import read_manifest
from gallery.engine.publish import publish
from gallery.store import Store, read_file
from gallery.validation import read_catalog
from gallery.verification import tolerances
from gallery.verification.difference import differences
from gallery.verification.verify import verify

ENTRY = "setsubun/tiny"


@pytest.fixture
def in_process(in_process, monkeypatch):
    from gallery.engine import run
    from gallery.verification import verify as module

    monkeypatch.setattr(module, "run_tasks", run.run_tasks)


@pytest.fixture
def light(built):
    """The computed gallery with an entry ``setsubun/tiny`` of lens results alone, which take no time."""
    path = built / "gallery/catalog/prompts/setsubun.yaml"
    lines = path.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith(("  attribution:", "  neuron_factors:"))]
    path.write_text("\n".join([*kept, "  attribution: null", "  neuron_factors: null", ""]), encoding="utf-8")
    assert build_miniature(built, only=ENTRY).outcomes[0].computed == []
    return built


def verified(root, only=ENTRY, **options):
    """The report, and its verdicts by analysis and name."""
    report = verify(read_catalog(root, look_at_models=False), root, only=only, device="cpu", **options)
    return report, {f"{verdict.analysis} {verdict.name}".strip(): verdict for verdict in report.verdicts}


def key_of(root, kind, name="", entry=ENTRY):
    return next(f.results[name] for f in read_manifest(root, entry).figures if f.kind == kind)


def stored_bytes(root):
    places = (root / "build" / "results", root / "build" / "entries", root / "gallery" / "published")
    return {path: path.read_bytes() for place in places for path in place.rglob("*") if path.is_file()}


def flip(path):
    data = bytearray(path.read_bytes())
    data[-5] ^= 1
    path.write_bytes(data)


def rewrite(root, key, **arrays):
    """Store other numbers under a key, with a digest that fits."""
    store = Store(root)
    store.write(key, replace(store.read(key), **arrays), store.provenance(key))


def test_what_was_just_built_is_identical_and_stays_as_it_is(built, in_process):
    before, said = stored_bytes(built), []
    report, verdicts = verified(built, only="*/tiny", say=said.append)
    assert report.ok and {verdict.state for verdict in report.verdicts} == {"identical"}
    files = {verdict.file for verdict in report.verdicts}
    assert files == {path.relative_to(built).as_posix() for path in (built / "build/results").rglob("*.safetensors")}
    assert len(report.verdicts) == len(files) and report.n_unbuilt == 0
    changed = {name for verdict in report.verdicts for name in verdict.conditions}
    assert changed <= {"code_version"}  # somebody may be at work on it
    assert stored_bytes(built) == before
    assert any("about" in wording["en"] and "left" in wording["en"] for wording in said)


def test_one_flipped_byte_is_found_named_and_mended(light, in_process, monkeypatch, capsys):
    monkeypatch.setenv("LMVIZ_GALLERY_ROOT", str(light))
    monkeypatch.setenv("LC_ALL", "C")
    before = stored_bytes(light)
    path = Store(light).path(key_of(light, "rankings"))
    flip(path)
    damaged = stored_bytes(light)
    report, verdicts = verified(light)
    assert [name for name, verdict in verdicts.items() if verdict.state != "identical"] == ["lens_measures"]
    found = verdicts["lens_measures"]
    assert (found.state, found.file) == ("damaged", path.relative_to(light).as_posix()) and not report.ok
    assert stored_bytes(light) == damaged
    assert main(["verify", ENTRY, "--device", "cpu"]) == 1
    assert path.relative_to(light).as_posix() in capsys.readouterr().out
    assert main(["verify", ENTRY, "--device", "cpu", "--repair"]) == 0
    assert stored_bytes(light) == before


def test_a_lost_file_is_named_and_mended(light, in_process):
    before, path = stored_bytes(light), Store(light).path(key_of(light, "watched_words"))
    path.unlink()
    report, verdicts = verified(light)
    assert verdicts["watched_words"].state == "missing" and not report.ok
    assert verified(light, repair=True)[0].ok and stored_bytes(light) == before


def test_another_weight_is_drift_with_amounts_and_repairs_nothing(light, in_process):
    path = light / "models" / "tiny" / "model.safetensors"
    weights = load_file(path)
    weights["transformer.ln_f.weight"] = weights["transformer.ln_f.weight"] * 1.5
    save_file(weights, path, metadata={"format": "pt"})
    flip(Store(light).path(key_of(light, "watched_words")))
    before = stored_bytes(light)
    report, verdicts = verified(light, repair=True)
    assert not report.ok and stored_bytes(light) == before
    found = verdicts["lens_measures"]
    assert found.state == "drifted" and "weights_digest" in found.conditions
    again = next(difference for difference in found.differences if difference.array == "log_probabilities")
    stored = Store(light).read(key_of(light, "rankings"))
    assert again.absolute > 0.1 and not again.within
    assert again.stored == stored.log_probabilities[again.absolute_at]
    assert abs(again.stored - again.again) == pytest.approx(again.absolute)
    assert verdicts["watched_words"].state == "damaged" and not verdicts["watched_words"].repaired
    assert "build --only 'setsubun/tiny'" in verdicts["watched_words"].cure["en"]


def test_numbers_moved_by_hand_are_within_or_beyond_tolerance(light, in_process):
    key = key_of(light, "watched_words")
    stored = Store(light).read(key).log_probabilities
    for moved, state in ((5e-4, "within"), (5e-3, "drifted")):
        other = stored.copy()
        other[1, 0] += moved
        rewrite(light, key, log_probabilities=other)
        report, verdicts = verified(light)
        found = verdicts["watched_words"]
        assert (found.state, report.ok) == (state, state == "within")
        (difference,) = found.differences
        assert (difference.array, difference.absolute_at, difference.count) == ("log_probabilities", (1, 0), 1)
        assert difference.absolute == pytest.approx(moved, rel=1e-2)
        assert difference.relative == pytest.approx(moved / abs(stored[1, 0]), rel=1e-2)


def near(logs, own, error):
    """How many others lie within ``error``."""
    return int((np.abs(logs - own) <= error).sum()) - 1


def test_ranks_move_only_past_entries_within_the_logits_error(light, in_process):
    """How many entries lie within the error is counted here from the model's own logits, and from all outcomes."""
    import lmviz

    model = lmviz.load(light / "models" / "tiny", device="cpu", start="none")
    trace = model.trace("節分は、季節の変わり目に豆をまく行事である。", max_new_tokens=4)
    keys = {kind: key_of(light, kind) for kind in ("tokens", "rankings", "characters", "watched_words")}
    stored = {kind: Store(light).read(key) for kind, key in keys.items()}
    watched, error, position = stored["watched_words"], 5e-4, 3
    word = next(i for i, ids in enumerate(watched.word_token_ids) if len(ids) == 1)
    every = lmviz.character_lens(trace, top_k=model.vocabulary_size)
    logits, at_words = trace.logits[position - 1], trace.logits[watched.position - 1]
    of_tokens = near(logits, logits[trace.token_ids[position]], 4 * error)
    of_outcomes = [
        near(logs, own, 4 * error) for logs, own in zip(
            every.candidate_log_probabilities[0], every.log_probabilities[0], strict=True)
    ]
    crowded = int(np.argmax(of_outcomes))
    places = {
        "tokens": (position,), "rankings": (-1, position), "characters": (0, crowded), "watched_words": (word, -1),
    }
    counts = {
        "tokens": of_tokens, "rankings": of_tokens,
        "characters": of_outcomes[crowded],
        "watched_words": near(at_words, at_words[watched.word_token_ids[word][0]], 4 * error),
    }
    assert min(counts.values()) > 0
    for too_far, state in ((0, "within"), (1, "drifted")):
        for kind, key in keys.items():
            ranks, logs = stored[kind].ranks.copy(), stored[kind].log_probabilities.copy()
            ranks[places[kind]] += counts[kind] + too_far
            logs.flat[1] += error
            rewrite(light, key, ranks=ranks, log_probabilities=logs)
        verdicts = verified(light)[1]
        states = {verdicts[stored[kind].kind].state for kind in keys}
        assert states == {state}
    rewrite(light, keys["rankings"], ranks=stored["rankings"].ranks + 1)  # no error at all: a rank that moved is wrong
    assert verified(light)[1]["lens_measures"].state == "drifted"


def test_the_layer_that_settles_moves_only_where_two_share_the_lead(light, in_process):
    import lmviz
    from lmviz.analyses.near_entries import NearEntries

    key = key_of(light, "rankings")
    stored = Store(light).read(key)
    settled, logs = stored.settled.copy(), stored.log_probabilities.copy()
    settled[3], logs[0, 1] = 1 - settled[3], logs[0, 1] + np.float32(1e-6)
    rewrite(light, key, settled=settled, log_probabilities=logs)
    assert verified(light)[1]["lens_measures"].state == "drifted"
    trace = lmviz.load(light / "models" / "tiny", device="cpu", start="none").trace("節分は、季節の", max_new_tokens=0)
    first, second = np.sort(trace.logits[2])[:-3:-1]
    assert NearEntries(trace, (first - second) * 1.01).strongest(1, 3) == 1
    assert NearEntries(trace, (first - second) * 0.99).strongest(1, 3) == 0


def test_candidates_change_places_only_where_they_are_equally_probable(built):
    result = Store(built).read(key_of(built, "tokens"))
    ids, logs = result.candidate_ids.copy(), result.candidate_log_probabilities.copy()
    logs[3, 1] = logs[3, 0] - np.float32(5e-4)
    near = replace(result, candidate_log_probabilities=logs)
    swapped = ids.copy()
    swapped[3, [0, 1]] = ids[3, [1, 0]]
    (found,) = differences(near, replace(near, candidate_ids=swapped))
    assert (found.array, found.what, found.within, found.count) == ("candidate_ids", "ids", True, 2)
    swapped = ids.copy()
    swapped[3, [0, 4]] = ids[3, [4, 0]]
    assert not differences(result, replace(result, candidate_ids=swapped))[0].within


def test_ids_shapes_and_values_that_are_in_one_only_are_never_within_tolerance(built):
    result = Store(built).read(key_of(built, "tokens"))
    tokens, logs = result.tokens, result.log_probabilities.copy()
    logs[4] = np.nan
    ids = np.append(tokens.token_ids[:-1], 5)
    for other, what, array in (
        (replace(result, log_probabilities=logs), "values", "log_probabilities"),
        (replace(result, log_probabilities=logs[:-1]), "shape", "log_probabilities"),
        (replace(result, tokens=replace(tokens, token_ids=ids)), "ids", "tokens.token_ids"),
        (replace(result, model="another"), "header", "model"),
    ):
        (found,) = differences(result, other)
        assert (found.what, found.array, found.within) == (what, array, False)


def test_every_tolerance_is_of_an_array_that_results_have(studied_source):
    held = {}
    for path in Store(studied_source).directory.rglob("*.safetensors"):
        result, _ = read_file(path)
        arrays, header = result.parts()
        held[result.kind] = {*arrays, *(name for name, value in header.items() if isinstance(value, float))}
    for kind, arrays in held.items():
        assert set(tolerances._NUMBERS[kind]) <= arrays
        numbers = {name for name in arrays if "tokens." not in name and "labels." not in name}
        exact = {name for name in numbers if tolerances.rule_of(kind, name) is None}
        assert all(name not in exact for name in ("scores", "log_probabilities", "ranks", "activations"))


def test_results_that_ship_are_held_to_the_same_and_mended_beside(built, in_process):
    publish(read_catalog(built), built)
    path = Store(built).published
    path = sorted(path.rglob("*.safetensors"))[0]
    (built / "build" / "results" / path.parent.name / path.name).unlink()
    flip(path)
    report, _ = verified(built, only="mame/tiny", repair=True)
    (found,) = [verdict for verdict in report.verdicts if verdict.state != "identical"]
    assert (found.state, found.file) == ("damaged", path.relative_to(built).as_posix())
    assert "publish" in found.cure["en"] and not report.ok
    assert publish(read_catalog(built), built).n_copied == 1 and verified(built, only="mame/tiny")[0].ok


def test_without_its_model_a_result_is_only_looked_at(light, in_process):
    flip(Store(light).path(key_of(light, "watched_words")))
    (light / "models" / "tiny").rename(light / "elsewhere")
    report, verdicts = verified(light)
    assert verdicts["watched_words"].state == "damaged" and verdicts["token_probabilities"].state == "unverified"
    assert set(report.not_here) == {"tiny"} and not report.ok
    Store(light).path(key_of(light, "watched_words")).unlink()
    (light / "build/entries/setsubun/tiny.json").unlink()
    assert verified(light)[0].ok  # nothing says that anything was built


def test_what_is_not_computed_yet_is_no_fault(light, miniature, in_process):
    n = len(verified(light)[1])
    report, _ = verified(miniature)
    assert report.ok and not report.verdicts and report.n_unbuilt >= n
    path = light / "gallery/catalog/prompts/setsubun.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("[鬼, 豆]", "[鬼]"), encoding="utf-8")
    report, verdicts = verified(light)
    assert report.ok and report.n_unbuilt == 1 and len(verdicts) == n - 1 and "watched_words" not in verdicts


def test_the_command_writes_json_and_speaks_both_languages(light, in_process, monkeypatch, capsys):
    monkeypatch.setenv("LMVIZ_GALLERY_ROOT", str(light))
    key = key_of(light, "watched_words")
    other = Store(light).read(key).log_probabilities.copy()
    other[0, 0] -= 1
    rewrite(light, key, log_probabilities=other)
    monkeypatch.setenv("LC_ALL", "C")
    assert main(["verify", ENTRY, "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    (found,) = [verdict for verdict in said["verdicts"] if verdict["state"] == "drifted"]
    assert not said["ok"] and found["analysis"] == "watched_words"
    assert found["differences"][0]["absolute_at"] == [0, 0]
    assert found["differences"][0]["absolute"] == pytest.approx(1, abs=1e-5)
    for locale, says in (("C", "beyond tolerance"), ("ja_JP.UTF-8", "許容範囲外")):
        monkeypatch.setenv("LC_ALL", locale)
        assert main(["verify", ENTRY]) == 1
        assert says in capsys.readouterr().out
    assert main(["verify", "nothing-like-it"]) == 2


def test_other_weights_of_the_same_size_and_time_are_read_anew(light, in_process):
    """A disk that rots changes no time; a build trusts what it has read, verify does not."""
    import os

    path = light / "models" / "tiny" / "model.safetensors"
    before = path.stat()
    make_model(light / "models" / "tiny", seed=1)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    report, verdicts = verified(light)
    assert verdicts["token_probabilities"].state == "drifted"
    assert "weights_digest" in verdicts["token_probabilities"].conditions
    assert build_miniature(light, only=ENTRY, jobs=1).outcomes[0].computed
