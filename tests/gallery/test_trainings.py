"""Trainings: mistakes in what a catalog says of checkpoints, the models these are, figures drawn from entries."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from miniature_comparisons import add_comparisons

from gallery.engine.comparisons import comparisons
from gallery.engine.machine import KnownFiles
from gallery.engine.plan import entries, steps
from gallery.store import Store
from gallery.validation import CatalogProblems, read_catalog

MODELS = "gallery/catalog/models.yaml"
LEARNS = "gallery/catalog/comparisons/second-learns.yaml"
MAKU = "gallery/catalog/prompts/maku.yaml"
SECOND_STEP = "{step: 8, directory: step-000008}"

MISTAKES = {
    "no steps": (MODELS, "  steps: 32\n", "", "checkpoints_without_steps", "steps: 4096"),
    "not later": (MODELS, SECOND_STEP, "{step: 2, directory: step-000008}", "checkpoint_not_later", "step 2"),
    "past the end": (MODELS, "steps: 32", "steps: 8", "checkpoint_past_end", "the 8"),
    "a revision of a directory": (
        MODELS, SECOND_STEP, "{step: 8, revision: step-000008}", "checkpoint_needs_directory", "step 8"),
    "a directory elsewhere": (
        MODELS, SECOND_STEP, "{step: 8, directory: ../tiny}", "checkpoint_outside", "../tiny"),
    "no such directory": (
        MODELS, SECOND_STEP, "{step: 8, directory: step-000009}", "directory_missing", "step-000009"),
    "no checkpoints": (LEARNS, "model: second", "model: tiny", "model_without_checkpoints", "tiny"),
    "unknown model": (LEARNS, "model: second", "model: secnd", "unknown_model", "Did you mean second?"),
    "unknown prompt": (LEARNS, "prompt: maku", "prompt: makku", "unknown_prompt", "Did you mean maku?"),
    "a text that each checkpoint continues": (
        MAKU, "{continuation: 豆をまく。}", "{max_new_tokens: 3}", "training_generates", "continuation"),
    "unknown note": (LEARNS, "training_ranks:", "training_rank:", "unknown_key", "training_ranks?"),
}


@pytest.fixture(scope="module")
def catalog_root(miniature_source, tmp_path_factory) -> Path:
    """The miniature gallery with comparisons, nothing computed. What a test changes in it, it puts back."""
    return add_comparisons(Path(shutil.copytree(miniature_source, tmp_path_factory.mktemp("catalog") / "root")))


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_one_problem_with_its_place_and_its_cure(catalog_root, mistake):
    file, old, new, key, says = MISTAKES[mistake]
    path = catalog_root / file
    before = path.read_text(encoding="utf-8")
    assert old in before
    path.write_text(before.replace(old, new, 1), encoding="utf-8")
    try:
        with pytest.raises(CatalogProblems) as caught:
            read_catalog(catalog_root)
    finally:
        path.write_text(before, encoding="utf-8")
    (problem,) = caught.value.problems
    assert problem.file == (LEARNS if key == "training_generates" else file)
    assert (problem.key, says in problem.wording["en"]) == (key, True), problem.text("en")
    assert problem.line > 1 and any(ord(character) > 0x3000 for character in problem.wording["ja"])


def test_a_checkpoint_is_a_model_that_reads_only_what_walks_through_it(catalog_root):
    catalog = read_catalog(catalog_root)
    course = catalog.course("second")
    assert list(course) == [2, 8, 32]
    assert [model.id for model in course.values()] == ["second-step-2", "second-step-8", "second"]
    assert course[8].directory == "models/second/step-000008" and course[8].licence == "MIT"
    for prompt in catalog.prompts:
        assert prompt.is_read_by(course[2]) == (prompt.id == "maku")


def test_figures_of_a_training_are_drawn_from_its_entries_results_and_nothing_is_computed_for_them(compared_source):
    catalog = read_catalog(compared_source)
    by_id = {entry.id: entry for entry in entries(catalog, compared_source)}
    part = next(one for one in comparisons(catalog, compared_source, list(by_id.values()))
                if one.id == "compare/second-learns")
    assert [figure.kind for figure in part.figures] == [
        "training_course", "training_ranks", "training_factors", "training_attribution"]
    course, ranks, factors, attribution = part.figures
    assert set(course.results) == {"2", "8", "32", "targets"}
    assert set(ranks.results) == {"2", "8", "32", "choices-2", "choices-8", "choices-32"}
    assert factors.options["n_components"] == 2 and attribution.options["method"] == "input_x_gradient"
    store = Store(compared_source)
    for step, name in (("2", "second-step-2"), ("8", "second-step-8"), ("32", "second")):
        own = {figure.kind: figure for figure in by_id[f"maku/{name}"].figures}
        assert ranks.results[step] == own["rankings"].results[""] and store.read(ranks.results[step]).model == name
        assert factors.results[step] == own["neuron_factors"].results["2"]
        assert attribution.results[step] == own["attribution"].results["input_x_gradient"]
    asked = [step.id for step in steps(catalog, compared_source, KnownFiles(compared_source))]
    assert not [name for name in asked if name.startswith("compare/second-learns")]
    assert asked.count("maku/second-step-2") == 1
