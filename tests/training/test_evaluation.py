"""Measures on held-out texts, and the command that writes them beside the weights."""

from __future__ import annotations

import hashlib
import json
import lzma
import math
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
import transformers
from miniature import make_model as make_gpt2

import lmviz
from gallery.models.evaluation.__main__ import main
from gallery.models.evaluation.held_out import read_records
from gallery.models.evaluation.measures import Measures, evaluate, predict
from gallery.models.evaluation.record import read_evaluation

RECORDS = ["節分\n鬼は外。\n\n福は内と声を出す。", "豆をまく。", "\n".join(["春は名のみの風の寒さや。"] * 9), "鬼"]
CARD = """# tiny

<!-- from evaluation.json: evaluation ja -->
まだ測っていません。
<!-- end -->
<!-- from evaluation.json: samples en -->
<!-- end -->
"""


def _one_by_one(network, encode, end: int, record: str, window: int) -> tuple[float, list[int]]:
    """Nats and ranks of a record, one pass a window and a sorted list a token."""
    ids = [end, *(i for line in record.split("\n") if line for i in encode(line).token_ids.tolist())]
    nats, ranks = 0.0, []
    for begin in range(0, len(ids) - 1, window - 1):
        part = ids[begin : begin + window]
        batch = torch.tensor([part])
        with torch.no_grad():
            output = network(batch, labels=batch)
        nats += float(output.loss) * (len(part) - 1)
        for logits, own in zip(output.logits[0, :-1].tolist(), part[1:], strict=True):
            ranks.append(sorted(logits, reverse=True).index(logits[own]) + 1)
    return nats, ranks


@pytest.mark.parametrize("window", [128, 5])
def test_measures_are_those_of_one_window_after_the_other(make_model, window):
    directory = make_model("gpt2")
    lm = lmviz.load(directory, device="cpu")
    network = transformers.AutoModelForCausalLM.from_pretrained(directory).eval()
    read = [_one_by_one(network, lm.tokenizer.encode, lm.tokenizer.eos_id, record, window) for record in RECORDS]
    nats, ranks = sum(nats for nats, _ in read), [rank for _, found in read for rank in found]
    measures = evaluate(lm, RECORDS, window)
    assert (measures.n_records, measures.n_characters, measures.n_tokens) == (4, 15 + 5 + 108 + 1, len(ranks))
    assert measures.nats == pytest.approx(nats, rel=1e-5)
    assert measures.bits_per_character == pytest.approx(nats / math.log(2) / 129, rel=1e-5)
    assert measures.perplexity == pytest.approx(math.exp(nats / len(ranks)), rel=1e-5)
    assert sorted(predict(lm, RECORDS, window)[1].tolist()) == sorted(ranks)


def test_hits_are_ranks_of_1_and_of_at_most_5():
    measures = Measures.of(["豆をまく"], np.log([0.5, 0.25, 0.25, 0.5]), np.array([1, 5, 6, 1]))
    assert (measures.top_1, measures.top_5, measures.bits_per_character) == (0.5, 0.75, 1.5)


def test_what_cannot_be_measured_is_refused(make_model):
    lm = lmviz.load(make_model("gpt2"), device="cpu")
    with pytest.raises(ValueError, match="--window is 2 to 128 tokens"):
        evaluate(lm, RECORDS, window=129)
    with pytest.raises(ValueError, match="there is no text to read"):
        evaluate(lm, ["", "\n"], window=128)


@pytest.fixture
def measured(miniature, tmp_path, monkeypatch):
    """The command over the miniature gallery's model, beside a second one; its arguments and the model's directory."""
    monkeypatch.setenv("LMVIZ_GALLERY_ROOT", str(miniature))
    make_gpt2(miniature / "models/second", seed=2)
    (miniature / "models/tiny/README.md").write_text(CARD, encoding="utf-8")
    held_out = tmp_path / "held-out.jsonl.xz"
    with lzma.open(held_out, "wt", encoding="utf-8") as file:
        file.write(json.dumps({"title": "節分", "text": "鬼は外。\n\n福は内と声を出す。"}) + "\n")
    texts = tmp_path / "texts"
    texts.mkdir()
    (texts / "mame.txt").write_text("節分には豆をまく。\n鬼は外、福は内。", encoding="utf-8")
    shutil.copyfile(held_out, texts / "the-same.jsonl.xz")
    arguments = [str(miniature / "models/tiny"), str(held_out), "--baseline", str(texts), "--window", "64",
                 "--beside", f"7={miniature / 'models/second'}", "--device", "cpu", "--write"]
    return arguments, miniature / "models/tiny"


def test_the_command_writes_figures_beside_the_weights_the_same_each_time(measured, capsys):
    arguments, directory = measured
    assert main(arguments) == 0
    printed = capsys.readouterr().out.splitlines()
    evaluation = read_evaluation(directory)
    records = read_records(Path(arguments[1]))
    measures = evaluate(lmviz.load(directory, device="cpu"), records, window=64)
    assert evaluation.model.figures.bits_per_character == pytest.approx(measures.bits_per_character, abs=6e-6)
    assert evaluation.model.figures.top_5 == pytest.approx(measures.top_5, abs=6e-6)
    assert (evaluation.model.version, evaluation.beside[0].version, evaluation.beside[0].name) == (1, 7, "second")
    assert evaluation.beside[0].figures != evaluation.model.figures
    weights = hashlib.sha256((directory / "model.safetensors").read_bytes()).hexdigest()
    assert evaluation.model.files["model.safetensors"] == weights
    # What is held out is not counted, though it lies among the texts; the other document of 2 lines and its end is.
    lines = [lmviz.load_tokenizer(directory).encode(line) for line in ("節分には豆をまく。", "鬼は外、福は内。")]
    assert evaluation.baseline.sources == ("texts",) and evaluation.baseline.n_documents == 1
    assert evaluation.baseline.n_tokens == sum(map(len, lines)) + 1
    assert evaluation.baseline.figures.n_tokens == measures.n_tokens
    assert [sample.prompt for sample in evaluation.samples.texts][:2] == ["日本の", "節分の夜、"]
    assert printed[0] == "1 records, 15 characters" and f"{measures.bits_per_character:.3f}" in printed[2]
    assert "まだ測っていません" not in (directory / "README.md").read_text(encoding="utf-8")
    before = (directory / "evaluation.json").read_bytes()
    assert main(arguments) == 0
    assert (directory / "evaluation.json").read_bytes() == before


def test_bad_input_is_named_in_one_line(tmp_path, make_model, capsys):
    def error(*arguments) -> str:
        assert main([*map(str, arguments), "--device", "cpu"]) == 1
        lines = capsys.readouterr().err.splitlines()
        assert len(lines) == 1
        return lines[0]

    model, texts = make_model("gpt2"), tmp_path / "texts.jsonl"
    texts.write_text('{"text": "鬼"}\n[]\n')
    assert "texts.jsonl, line 2: expected an object" in error(model, texts)
    texts.write_text('{"text": "鬼"}\n')
    assert "--write needs the directory of a model; nobody/nothing is none" in error("nobody/nothing", texts, "--write")
    assert "--beside takes VERSION=MODEL with a whole number" in error(
        model, texts, "--window", 64, "--beside", f"one={model}"
    )
