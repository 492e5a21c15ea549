"""What the pages tell people to type works: catalog examples are valid, figures exist, how-to/debug runs."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from gallery.command.arguments import parse
from gallery.command.speech import Speech
from gallery.validation.reader import read_catalog
from gallery.validation.schema import FIGURE_KINDS, Imprint, Model, Prompt

ROOT = Path(__file__).resolve().parents[2]
CATALOG = ROOT / "gallery" / "catalog"
PAGES = sorted((ROOT / "docs" / "ja").rglob("*.md"))


def _read(source):
    return yaml.safe_load(source.read_text(encoding="utf-8") if isinstance(source, Path) else source)


def _fences(page, name):
    return re.findall(rf"^```{name}\n(.*?)^```$", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def _prompts():
    return {path.stem: Prompt.model_validate_json(json.dumps(_read(path))) for path in CATALOG.glob("prompts/*.yaml")}


def test_catalog_examples_are_valid():
    whole, *parts = filter(None, map(_read, _fences(ROOT / "docs" / "ja" / "how-to" / "add.md", "yaml")))
    Prompt.model_validate_json(json.dumps(whole))
    texts = []
    for part in parts:
        if isinstance(part, list):
            assert [Model.model_validate_json(json.dumps(block)) for block in part]
        elif "tour" in part:
            assert Imprint.model_validate_json(json.dumps(part)).tour
        else:
            texts.append(Prompt.model_validate_json(json.dumps({**whole, **part})))
    watched = next(prompt.figures for prompt in texts if prompt.figures.watched_words)
    assert watched.watched_words.position.text in whole["text"]
    assert watched.layer_predictions.position.text in whole["text"]


def _copy_catalog(root):
    """The catalog, and the text that it names."""
    for name in ("catalog", "reference"):
        shutil.copytree(ROOT / "gallery" / name, root / "gallery" / name)


@pytest.mark.parametrize("page", ["README.md", "docs/ja/how-to/add.md", "docs/en/how-to/add.md"])
def test_the_first_example_is_a_prompt_that_the_catalog_takes(page, tmp_path):
    _copy_catalog(tmp_path)
    example = _fences(ROOT / page, "yaml")[0]
    (tmp_path / "gallery" / "catalog" / "prompts" / "first-snow.yaml").write_text(example, encoding="utf-8")
    catalog = read_catalog(tmp_path, look_at_models=False)
    assert "first-snow" in [prompt.id for prompt in catalog.prompts]


@pytest.mark.parametrize("page", ["cite.md", "publish.md", "scale.md", "two-machines.md", "verify.md"])
def test_commands_that_pages_name_are_commands(page):
    text = (ROOT / "docs" / "ja" / "how-to" / page).read_text(encoding="utf-8")
    commands = re.findall(r"^ *(?:\S*/)?python build_gallery\.py (.+?)(?: *#.*)?$", text, re.MULTILINE)
    for command in commands:
        parse(shlex.split(command), Speech("en"))
    assert commands


@pytest.mark.parametrize("language", ["ja", "en"])
def test_examples_of_comparisons_are_taken_by_the_catalog(language, tmp_path):
    _copy_catalog(tmp_path)
    examples = _fences(ROOT / "docs" / language / "how-to" / "compare.md", "yaml")[:2]
    added = [yaml.safe_load(example)["id"] for example in examples]
    for name, example in zip(added, examples, strict=True):
        (tmp_path / "gallery" / "catalog" / "comparisons" / f"{name}.yaml").write_text(example, encoding="utf-8")
    catalog = read_catalog(tmp_path, look_at_models=False)
    assert set(added) <= {comparison.id for comparison in catalog.comparisons}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_live_figures_are_of_the_catalog(page):
    prompts, models = _prompts(), {model["id"] for model in _read(CATALOG / "models.yaml")}
    for request in _fences(page, "figure"):
        entry, kind, *_ = request.split()
        prompt, model = entry.split("/")
        assert prompt in prompts and model in models and kind in FIGURE_KINDS, request
        if kind == "watched_words":
            assert prompts[prompt].figures.watched_words, request


def test_every_kind_of_figure_has_its_page_with_a_live_one():
    for kind in FIGURE_KINDS:
        pages = ROOT / "docs" / "ja" / "figures"
        page = next(page for page in (pages / f"{kind}.md", pages / kind / "index.md") if page.is_file())
        requests = _fences(page, "figure")
        assert [request.split()[1] for request in requests] == [kind]


def test_the_talk_page_follows_the_slides():
    talk = ROOT / "docs" / "ja" / "talk.md"
    slides = re.findall(r"\{ #slide-(\d+) \}", talk.read_text(encoding="utf-8"))
    assert slides == [str(n) for n in range(7, 17)]
    assert {request.split()[1] for request in _fences(talk, "figure")} == set(FIGURE_KINDS) - {"characters"}
    models = {model["id"] for model in _read(CATALOG / "models.yaml")}
    for command in _fences(talk, "bash"):
        prompt, model = re.search(r"--only '([^/]+)/([^']+)'", command).groups()
        assert prompt in _prompts() and model in models


def test_the_catalog_has_the_talk_and_more():
    prompts = _prompts()
    assert all(name == prompt.id for name, prompt in prompts.items())
    assert {"setsubun", "hoshi-no-samidare", "maglev-chronology", "celeste"} <= {
        name for name, prompt in prompts.items() if "talk" in prompt.tags
    }
    assert len(prompts) >= 12
    tags = _read(CATALOG / "tags.yaml")
    assert {tag for prompt in prompts.values() for tag in prompt.tags} == set(tags)
    for prompt in prompts.values():
        if prompt.source.kind != "own":
            assert prompt.source.article and prompt.source.address and prompt.source.licence == "CC-BY-SA-4.0"


def test_catalog_texts_come_back_from_their_tokens():
    import lmviz

    tokenizer = lmviz.load_tokenizer(ROOT / "gallery" / "models" / "ja-gpt2-mini")
    for prompt in _prompts().values():
        table = tokenizer.table(prompt.text, (), (), prompt.generation.continuation)
        assert table.text == prompt.text + (prompt.generation.continuation or "")
        assert "unknown" not in table.kinds
        assert len(table) + prompt.generation.max_new_tokens <= 90


@pytest.mark.slow
def test_the_code_of_how_to_debug_runs():
    code = "".join(_fences(ROOT / "docs" / "ja" / "how-to" / "debug.md", "python"))
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120,
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
    )
    assert run.returncode == 0, run.stderr
    assert "contrast" in run.stdout.split()
