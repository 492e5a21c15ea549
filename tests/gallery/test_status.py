"""Status: names what changed, and what that costs; what costs nothing is free."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from miniature import REPOSITORY, make_model

from gallery.command import main
from gallery.engine import provenance
from gallery.engine.manifest import read_manifest

SETSUBUN, MODELS = "gallery/catalog/prompts/setsubun.yaml", "gallery/catalog/models.yaml"


@pytest.fixture
def status(built, monkeypatch, capsys):
    """``status()`` is what the command says as JSON, entries by id; ``status("--only", ...)`` of some."""
    monkeypatch.setenv("LMVIZ_GALLERY_ROOT", str(built))
    monkeypatch.setenv("LC_ALL", "C")

    def of(*arguments: str) -> dict:
        assert main(["status", "--json", *arguments]) == 0
        said = json.loads(capsys.readouterr().out)
        return {**said, "entries": {entry["id"]: entry for entry in said["entries"]}}

    return of


def change(root, file, old, new):
    text = (root / file).read_text(encoding="utf-8")
    assert old in text
    (root / file).write_text(text.replace(old, new, 1), encoding="utf-8")


def n_results(root):
    figures = read_manifest(root, "setsubun/tiny").figures
    return len({key for figure in figures for key in figure.results.values()})


def test_a_title_recomputes_nothing(built, status):
    change(built, SETSUBUN, "ja: 節分,", "ja: 節分の夜,")
    entry = status()["entries"]["setsubun/tiny"]
    assert entry["state"] == "current" and entry["changed"] == entry["would_compute"] == []


@pytest.mark.parametrize(("file", "old", "new", "changed", "computed"), [
    (SETSUBUN, "[鬼, 豆]", "[鬼, 福]", ["figures.watched_words.words"], 1),
    (SETSUBUN, "max_new_tokens: 4", "max_new_tokens: 5", ["generation.max_new_tokens"], "all"),
    (SETSUBUN, "豆をまく行事", "豆をまく日", ["text"], "all"),
    (MODELS, "start: none", "start: bos", ["model.start"], "all"),
    (SETSUBUN, "  neuron_factors: {n_components: [2, 3]}\n", "  neuron_factors: null\n", ["figures.neuron_factors"], 0),
    (SETSUBUN, "position: {text: 変わり}, ", "", ["figures.predictions.position", "figures.layer_predictions.position"],
     0),
])
def test_what_changed_is_named_with_what_it_costs(built, status, file, old, new, changed, computed):
    change(built, file, old, new)
    entry = status()["entries"]["setsubun/tiny"]
    computed = n_results(built) if computed == "all" else computed
    assert entry["changed"] == changed
    assert entry["state"] == ("compute" if computed else "write") and len(entry["would_compute"]) == computed
    if changed == ["figures.watched_words.words"]:
        assert entry["would_compute"] == [{"analysis": "watched_words", "name": ""}]
        assert "の指定（words）" in entry["reason"]["ja"] and "watched_words (words)" in entry["reason"]["en"]


def test_weights_and_tokenizer_cost_their_model_and_no_other(built, status):
    make_model(built / "models" / "tiny", seed=1)
    settings = built / "models" / "tiny" / "tokenizer_config.json"
    settings.write_text(settings.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    entries = status()["entries"]
    assert entries["setsubun/tiny"]["changed"] == entries["mame/tiny"]["changed"] == ["weights", "tokenizer"]
    assert len(entries["setsubun/tiny"]["would_compute"]) == n_results(built)
    assert entries["setsubun/broken"]["changed"] == [] and entries["setsubun/away"]["state"] == "missing"


def test_other_libraries_recompute_nothing_and_are_told(built, status, monkeypatch, capsys):
    here = provenance.libraries()
    monkeypatch.setattr("gallery.command.standing.libraries", lambda: {**here, "torch": "9.9.9"})
    said = status("--only", "*/tiny")
    assert {entry["state"] for entry in said["entries"].values()} == {"current"}
    assert said["other_libraries"] == [{"name": "torch", "then": here["torch"], "now": "9.9.9", "n": 2}]
    assert main(["status", "--only", "*/tiny"]) == 0
    assert f"2 were computed with torch {here['torch']} (now 9.9.9)" in capsys.readouterr().out


def test_the_commands_that_have_nothing_to_compute_import_nothing_that_computes(built):
    code = (
        "import sys; from gallery.command import main\n"
        "done = [main(['build', '--no-site', '--only', '*/tiny']), main(['status'])]\n"
        "print(done, sorted({'torch', 'transformers', 'sklearn', 'scipy', 'captum'} & set(sys.modules)))"
    )
    environment = {"LMVIZ_GALLERY_ROOT": str(built), "PATH": "/usr/bin:/bin", "LC_ALL": "C"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=REPOSITORY, env=environment)
    assert done.stdout.splitlines()[-1] == "[0, 0] []", done.stderr
