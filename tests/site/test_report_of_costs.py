"""The build report's times and memory: those of the run log, without the machine's name, and none without a log."""

from __future__ import annotations

import json
import platform
import shutil
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup

from gallery.command.arguments import parse
from gallery.command.speech import Speech
from gallery.pages import build_report
from gallery.pages.costs import Measures
from gallery.pages.making import making
from gallery.pages.words import Words
from gallery.site.editions import open_edition
from gallery.subjects import ModelStudy


@pytest.fixture
def root(compared_source, tmp_path):
    """A copy of a built gallery whose log has one build, of two entries."""
    root = shutil.copytree(compared_source, tmp_path / "root")
    log = root / "build" / "runs.jsonl"
    written = json.loads(log.read_text(encoding="utf-8").splitlines()[0])
    plain = {"id": "mame/tiny", "status": "built", "seconds": 1.0, "peak_bytes": 2**20, "computed": 2, "reused": 3,
             "parts": {"load": 0.5}}
    parts = {"load": 2.0, "trace": 1.0, "attribution saliency": 90.0, "lens_measures": 6.0}
    slow = plain | {"id": "setsubun/tiny", "seconds": 99.0, "peak_bytes": 300 * 2**20, "parts": parts}
    told = {"host": platform.node(), "machine": "Linux-x", "cores": 7, "entries": [plain, slow]}
    log.write_text(json.dumps(written | told), encoding="utf-8")
    return root


def report(root, language: str) -> BeautifulSoup:
    ((_, text),) = build_report.pages(open_edition(root, language))
    return BeautifulSoup(text, "html.parser")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_times_memory_and_machine_are_those_of_the_log(root, language):
    page = report(root, language)
    (run,) = page.find(id="runs").find_next("tbody").find_all("tr")
    cells = [cell.get_text(" ", strip=True) for cell in run.find_all(["th", "td"])]
    assert "UTC" in cells[0] and "Linux-x" in cells[1] and "7" in cells[1] and cells[4] == "300 MiB"
    assert cells[5:7] == ["2", "0"] and cells[8:] == ["4", "6"]
    assert platform.node() not in page.get_text()
    slowest = page.find(id="slowest").find_next("li").get_text(" ", strip=True)
    assert slowest.index("attribution saliency") < slowest.index("lens_measures") < slowest.index("load")
    assert "trace" not in slowest  # three parts are named


def test_studies_are_told_beside_entries(root):
    log = root / "build" / "runs.jsonl"
    told = json.loads(log.read_text(encoding="utf-8"))
    study = told["entries"][0] | {"id": "models/tiny", "seconds": 5400.0, "peak_bytes": 2**30,
                                  "parts": {"model_factors": 5000.0}}
    log.write_text(json.dumps(told | {"entries": [*told["entries"], study]}), encoding="utf-8")
    edition = open_edition(root, "en")
    tiny, second = (next(model for model in edition.catalog.models if model.id == name) for name in ("tiny", "second"))
    studies = [ModelStudy((tiny,), "built", (), None, "", {}),
               ModelStudy((second,), "missing", (), {"ja": "まだです。", "en": "Not yet."}, "", {})]
    ((_, text),) = build_report.pages(replace(edition, studies=studies))
    page = BeautifulSoup(text, "html.parser")
    row = page.find(id="costs").find_next("tbody").find("tr")
    assert [cell.get_text(strip=True) for cell in row.find_all("td")][-2:] == ["1.5 h", "1,024 MiB"]
    assert "model_factors" in page.find(id="slowest").find_next("li").get_text()
    assert page.find(id="studies").find_next("li").get_text(strip=True) == "another model: Not yet."


def test_without_a_log_nothing_is_told_of_times(root):
    (root / "build" / "runs.jsonl").unlink()
    page = report(root, "ja")
    assert page.find(id="entries") and not any(page.find(id=name) for name in ("runs", "costs", "slowest"))


def test_measures_have_units_that_suit_them():
    measures = Measures(Words("en"))
    assert [measures.seconds(s) for s in (0.04, 89.96, 90, 7200)] == ["0.0 s", "90.0 s", "1.5 min", "2.0 h"]
    assert measures.memory(0) == "–" and measures.memory(3 * 2**30) == "3,072 MiB"
    assert measures.when("2026-11-03T09:32:55.8+00:00") == "3 November 2026, 09:32 UTC"
    assert Measures(Words("ja")).when("2026-11-03T09:32:55.8+00:00") == "2026年11月3日 09:32（UTC）"


def test_versions_of_what_computed_are_told_from_the_results_themselves(root):
    (root / "build" / "runs.jsonl").unlink()
    made = report(root, "en").find(id="versions").find_next("dl").get_text(" ", strip=True)
    assert "lmviz 0" in made and f"python {platform.python_version()}" in made and "torch" in made


def test_a_figure_tells_what_was_run_when_how_long_and_how_to_verify_it(root):
    edition = open_edition(root, "en")
    (entry,) = [entry for entry in edition.built if entry.id == "setsubun/tiny"]
    by_kind = {figure.kind: making(edition, entry, figure, whole=True) for figure in entry.figures}
    rankings = by_kind["rankings"]
    assert rankings.analyses == ["lens_measures"] and rankings.took.endswith("6.0 s") and "UTC" in rankings.took
    assert rankings.commands == ["python build_gallery.py verify setsubun/tiny"]
    assert parse(rankings.commands[0].split()[2:], Speech("en")).GLOB == entry.id
    assert json.loads(rankings.options) == next(f.options for f in entry.figures if f.kind == "rankings")
    ((_, facts),) = rankings.facts
    told = {"Digest of the weights", "Digest of the tokenizer", "Libraries", "Device", "Precision"}
    assert told <= dict(facts).keys()
    assert by_kind["attribution"].took == ""  # the log has the time of one of its methods only
    assert any("saliency" in analysis for analysis in by_kind["attribution"].analyses)
    (compared,) = [part for part in edition.comparisons if part.figures and not part.provenance][:1]
    drawn = making(edition, compared, compared.figures[0])
    assert len(drawn.commands) == len(drawn.sources) > 1 and not drawn.analyses
