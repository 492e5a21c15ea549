"""The notebook goes through the talk with lmviz alone: it runs in its own folder and draws every view."""

import os
from pathlib import Path

import nbformat
import pytest
import yaml
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOK = ROOT / "docs" / "notebooks" / "talk.ipynb"
TOPICS = ("celeste", "setsubun", "hoshi-no-samidare", "maglev-chronology")


def _code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _draws(cell):
    return any(
        kind == "text/html" or "vegalite" in kind
        for output in cell.outputs if output.output_type in ("execute_result", "display_data") for kind in output.data
    )


def test_notebook_is_committed_without_outputs():
    assert all(not cell.outputs and cell.execution_count is None for cell in _code(nbformat.read(NOTEBOOK, 4)))


def test_notebook_reads_the_texts_of_the_catalog():
    code = "".join(cell.source for cell in _code(nbformat.read(NOTEBOOK, 4))).replace('"\n    "', "")
    for topic in TOPICS:
        source = ROOT / "gallery" / "catalog" / "prompts" / f"{topic}.yaml"
        prompt = yaml.safe_load(source.read_text(encoding="utf-8"))
        assert prompt["text"] in code, topic


@pytest.mark.slow
def test_notebook_runs_and_draws_every_view(monkeypatch):
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(paths))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    notebook = nbformat.read(NOTEBOOK, 4)
    NotebookClient(
        notebook, timeout=60, kernel_name="python3", resources={"metadata": {"path": str(NOTEBOOK.parent)}}
    ).execute()

    drawn = [cell.source.strip().splitlines()[-1] for cell in _code(notebook) if _draws(cell)]
    for call in (
        "token_probabilities(", "figures.predictions(", "figures.layer_predictions(", "ranks", "as_in_ecco",
        "watched_words(", 'method="integrated_gradients"', 'method="saliency"', "factors",
    ):
        assert any(call in line for line in drawn), f"nothing was drawn for {call}: {drawn}"
    printed = "".join(o.text for cell in _code(notebook) for o in cell.outputs if o.output_type == "stream")
    assert "True" in printed, "the last layer must not depend on final_norm"
    assert not set("▁Ġ\N{REPLACEMENT CHARACTER}") & set(printed)
