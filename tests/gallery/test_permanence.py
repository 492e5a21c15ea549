"""Published figures stay: under their ids, as they were, beside what has come after."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from bs4 import BeautifulSoup
from miniature import REPOSITORY, make_model

from gallery.command.main import main
from gallery.engine import run
from gallery.engine.choice import choose
from gallery.pages import superseded
from gallery.permanence import Archive, Damaged
from gallery.permanence.freezing import chosen_ids, freeze
from gallery.permanence.numbers import same_numbers, sketch
from gallery.site.editions import open_edition
from gallery.validation import read_catalog


def publish(root, only="mame/tiny"):
    editions = {language: open_edition(root, language) for language in ("ja", "en")}
    return freeze(editions, root, chosen_ids(choose(read_catalog(root), only, with_studies=False)))


@pytest.fixture(scope="module")
def published_source(built_source, tmp_path_factory):
    root = Path(shutil.copytree(built_source, tmp_path_factory.mktemp("published") / "root"))
    done = publish(root)
    assert done.new and not done.failed
    return root


@pytest.fixture
def published(published_source, tmp_path):
    return Path(shutil.copytree(published_source, tmp_path / "published"))


def pages_of(root, language="ja"):
    edition = open_edition(root, language)
    return edition, dict(superseded.pages(edition))


def test_a_figure_is_published_once_with_its_words_in_both_languages(published):
    again = publish(published)
    archive, edition = Archive(published), open_edition(published, "ja")
    entry = next(entry for entry in edition.entries if entry.id == "mame/tiny")
    assert set(archive) == {figure.id for figure in entry.figures} and again.n_same == len(archive)
    assert not again.new and not again.revised
    for figure in entry.figures:
        (kept,) = archive[figure.id]
        drawing = edition.drawings.draw(figure, "ja", first=None)
        assert (kept.subject, kept.kind) == ("mame/tiny", figure.kind)
        assert kept.told["ja"].caption == drawing.caption and kept.told["en"].svg.startswith("<svg")
        assert kept.facts.models["tiny"]["weights"] == entry.provenance["weights_digest"]
    assert pages_of(published)[1] == {}, "what is current has its page already"


def test_a_figure_published_before_a_change_of_weights_opens_after_it_and_says_so(published, in_process):
    before = {figure.id: figure.kind for figure in next(
        entry for entry in open_edition(published, "ja").entries if entry.id == "mame/tiny").figures}
    make_model(published / "models" / "tiny", seed=5)
    models = published / "gallery/catalog/models.yaml"
    models.write_text(models.read_text("utf-8").replace("models/tiny\n", "models/tiny\n  version: 2\n"), "utf-8")
    run.build(read_catalog(published), published, only="mame/tiny")

    for language, changed in (("ja", "小さなモデル が、第1版 から 第2版 になりました。"),
                              ("en", "tiny model has gone from version 1 to version 2.")):
        edition, pages = pages_of(published, language)
        now = {figure.kind: figure.id for figure in next(
            entry for entry in edition.entries if entry.id == "mame/tiny").figures}
        assert not set(now.values()) & set(before)
        for figure_id, kind in before.items():
            page = BeautifulSoup(pages[f"f/{figure_id}/index.md"], "html.parser")
            told = Archive(published)[figure_id][0].told[language]
            assert told.citation.title in page.h1.get_text() and figure_id in page.select_one(".citation").get_text()
            assert changed in page.select_one(".notice--superseded").get_text()
            assert page.select_one('[rel="successor-version"]')["href"] == f"../{now[kind]}/"
            assert pages[f"f/{figure_id}/figure.svg"] == told.svg and pages[f"f/{figure_id}/figure.csv"]
            frame = BeautifulSoup(pages[f"f/{figure_id}/embed/index.html"], "html.parser")
            assert frame.img["src"] == "../figure.svg" and frame.select_one(".source a")["href"] == "../"


def test_a_figure_whose_prompt_has_gone_still_opens(published):
    (published / "gallery/catalog/prompts/mame.yaml").unlink()
    _, pages = pages_of(published)
    assert len([path for path in pages if path.endswith(".md")]) == len(Archive(published))
    assert all("いまの図鑑にはありません" in text for path, text in pages.items() if path.endswith(".md"))


def test_other_numbers_under_the_same_id_are_a_revision_beside_the_first(published):
    archive = Archive(published)
    figure_id = next(iter(archive))
    (kept,) = archive[figure_id]
    name = max(kept.sketch, key=lambda name: len(kept.sketch[name]["values"]))
    moved = {**kept.sketch[name], "values": [(value or 0) + 1 for value in kept.sketch[name]["values"]]}
    archive.path(figure_id).unlink()
    archive.add(replace(kept, sketch={**kept.sketch, name: moved}))
    assert publish(published).revised == [figure_id] and publish(published).revised == []
    assert len(archive[figure_id]) == 2
    _, pages = pages_of(published)
    page = BeautifulSoup(pages[f"f/{figure_id}/1/index.md"], "html.parser")
    assert page.select_one(".notice--superseded a")["href"] == "../" and f"f/{figure_id}/index.md" not in pages


def test_hostile_words_of_an_archive_stay_text(published):
    archive = Archive(published)
    figure_id = next(iter(archive))
    (kept,) = archive[figure_id]
    bad = "<script>alert(1)</script>"
    told = {name: replace(each, caption=bad, alternative=f'"{bad}', subject=bad) for name, each in kept.told.items()}
    archive.path(figure_id).unlink()
    archive.add(replace(kept, told=told))
    (published / "gallery/catalog/prompts/mame.yaml").unlink()
    page = pages_of(published)[1][f"f/{figure_id}/index.md"]
    assert "<script>" not in page and "&lt;script&gt;" in page


def test_a_damaged_file_is_named_and_costs_no_other_figure(published, monkeypatch, capsys, caplog):
    archive = Archive(published)
    figure_id, *others = archive
    path = archive.path(figure_id)
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(Damaged, match=figure_id):
        archive[figure_id]
    (published / "gallery/catalog/prompts/mame.yaml").rename(published / "mame.yaml")
    _, pages = pages_of(published)
    assert len([name for name in pages if name.endswith(".md")]) == len(others) and figure_id in caplog.text
    (published / "mame.yaml").rename(published / "gallery/catalog/prompts/mame.yaml")
    monkeypatch.setenv("LMVIZ_GALLERY_ROOT", str(published))
    assert main(["publish", "--only", "mame/tiny"]) == 2
    said = capsys.readouterr().err
    assert figure_id in said and "git checkout" in said and "Traceback" not in said


@pytest.mark.parametrize("module", ["gallery.permanence", "gallery.permanence.freezing", "gallery.pages.succession"])
def test_the_room_can_be_entered_by_each_of_its_doors(module):
    subprocess.run([sys.executable, "-c", f"import {module}"], check=True, cwd=REPOSITORY)


def measures(**changes):
    values = np.linspace(-9, 0, 3 * 40, dtype=np.float32).reshape(3, 40)
    return {"": FakeResult({"log_probabilities": values, "ranks": np.arange(120).reshape(3, 40), **changes})}


class FakeResult:
    """Arrays alone."""

    def __init__(self, arrays):
        self.arrays = arrays

    def parts(self):
        return self.arrays, {}


def test_what_machines_add_up_differently_is_no_revision_and_what_was_computed_otherwise_is():
    before = sketch(measures())
    values = measures()[""].arrays["log_probabilities"]
    noise = np.random.default_rng(0).uniform(-2e-3, 2e-3, values.shape).astype(np.float32)
    assert same_numbers(before, sketch(measures(log_probabilities=values + noise)))
    assert not same_numbers(before, sketch(measures(log_probabilities=values * 1.01)))
    ranks = np.arange(120).reshape(3, 40)
    one = ranks.copy()
    one[1, 7] += 1
    assert same_numbers(before, sketch(measures(ranks=one)))
    assert not same_numbers(before, sketch(measures(ranks=ranks + 1)))
    assert not same_numbers(before, sketch(measures(ranks=ranks[:, :39])))
    broken = values.copy()
    broken[0, :20] = np.nan
    assert not same_numbers(before, sketch(measures(log_probabilities=broken)))


def test_the_command_cites_figures_of_today_and_those_that_have_gone(published, monkeypatch, capsys):
    monkeypatch.setenv("LMVIZ_GALLERY_ROOT", str(published))
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    figure_id = next(iter(Archive(published)))
    address = ["--address", "https://example.org"]
    assert main(["cite", figure_id, *address]) == 0
    today = capsys.readouterr().out
    assert f"https://example.org/en/f/{figure_id}/" in today and "tiny model version 1" in today
    (published / "gallery/catalog/prompts/mame.yaml").unlink()
    assert main(["cite", f"f/{figure_id}/", *address]) == 0 and capsys.readouterr().out == today
    assert main(["cite", figure_id, "--format", "bibtex", "--language", "ja"]) == 0
    assert capsys.readouterr().out.startswith(f"@misc{{lmviz-{figure_id},")
    assert main(["cite", figure_id[:-1]]) == 2
    assert f"Did you mean {figure_id}" in capsys.readouterr().err
