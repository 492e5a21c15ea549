"""The training recipe from end to end: a model that loads and has learned, and a run that is killed or stopped."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

import lmviz
from gallery.models.evaluation.measures import evaluate
from gallery.models.training.__main__ import main
from gallery.models.training.documents import lines_of
from gallery.models.training.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
SMALL = [
    "--layers", "2", "--width", "32", "--heads", "2", "--context", "32", "--batch", "8", "--warmup", "5",
    "--threads", "1", "--device", "cpu", "--evaluate-every", "20", "--save-minutes", "0", "--muon-rate", "0.02",
    "--adamw-rate", "0.02",
]  # fmt: skip
# SentencePiece needs an entry for each character of the texts.
VOCABULARY = {"sentencepiece": ["--vocabulary", "2000"], "bytes": ["--vocabulary", "600", "--tokenizer", "bytes"]}

SIXTY = [*SMALL, *VOCABULARY["bytes"], "--steps", "60"]


@pytest.fixture(scope="module", params=VOCABULARY)
def trained(request, texts, tmp_path_factory) -> Path:
    """Directory of a model trained by the command for 60 steps; the run's state is beside it."""
    model = tmp_path_factory.mktemp("trained") / "model"
    assert main([str(texts), str(model), *SMALL, *VOCABULARY[request.param], "--steps", "60", "--keep", "1,8"]) == 0
    return model


def test_a_trained_model_loads_and_has_learned_more_than_how_frequent_tokens_are(trained):
    model = lmviz.load(trained, device="cpu")
    tokens = trained.with_name("model.training") / "tokens"
    stream = np.concatenate([np.load(tokens / "pages.npy"), np.load(tokens / "lines.npy")])
    counts = Counter(stream.tolist())
    held = json.loads((tokens / "held_out.json").read_text(encoding="utf-8"))["pages"]
    ids = [i for document in held for line in lines_of(document) for i in model.tokenizer.encode(line).token_ids]
    unigram = sum(-math.log((counts[int(i)] + 1) / (len(stream) + model.tokenizer.vocabulary_size)) for i in ids)
    loss = evaluate(model, held, window=32)
    assert loss.n_tokens == len(ids)
    assert loss.nats < 0.95 * unigram
    log = [json.loads(line) for line in (tokens.parent / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [entry["step"] for entry in log] == [20, 40, 60]
    assert log[-1]["bits_per_character"]["pages"] == pytest.approx(loss.bits_per_character, rel=0.01)


def test_kept_steps_are_models_of_their_own(trained):
    losses = []
    for directory in (trained / "step-000001", trained / "step-000008", trained):
        model = lmviz.load(directory, device="cpu")
        losses.append(evaluate(model, ["図の題は、その図だけについての記述です。"], window=32).bits_per_character)
    assert losses[0] > losses[1] > losses[2]


def test_lmviz_reads_the_texts_as_the_recipe_did(trained, texts):
    tokenizer = lmviz.load_tokenizer(trained)
    state = trained.with_name("model.training") / "tokens"
    held = json.loads((state / "held_out.json").read_text(encoding="utf-8"))["lines"]
    stream = np.load(state / "lines.npy").tolist()
    expected = []
    for line in (texts / "lines.jsonl").read_text(encoding="utf-8").splitlines():
        document = json.loads(line)["text"]
        if document not in held:
            expected += [i for part in lines_of(document) for i in tokenizer.encode(part).token_ids.tolist()]
            expected.append(tokenizer.eos_id)
    assert stream == expected


@pytest.fixture(scope="module")
def undisturbed(texts, tmp_path_factory) -> dict[str, np.ndarray]:
    """Weights after 60 steps that nothing interrupted."""
    model = tmp_path_factory.mktemp("undisturbed") / "model"
    assert main([str(texts), str(model), *SIXTY]) == 0
    return load_file(model / "model.safetensors")


def _same(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> bool:
    return one.keys() == other.keys() and all(np.array_equal(one[name], other[name]) for name in one)


def test_a_run_that_is_killed_goes_on_to_the_same_weights(texts, tmp_path, undisturbed):
    killed = tmp_path / "killed"
    process = subprocess.Popen(
        [sys.executable, "-m", "gallery.models.training", str(texts), str(killed), *SIXTY], cwd=ROOT,
        stdout=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    checkpoint = tmp_path / "killed.training" / "checkpoint.pt"
    deadline = time.monotonic() + 100
    while not checkpoint.is_file() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL, "the run ended before it could be killed"
    assert checkpoint.is_file() and not killed.exists()
    assert main([str(texts), str(killed), *SIXTY]) == 0
    assert _same(load_file(killed / "model.safetensors"), undisturbed)


def test_a_run_that_is_asked_to_stop_saves_its_state_first(texts, tmp_path, undisturbed, capsys, monkeypatch):
    def interrupted(step: int, progress: float) -> float:
        if step == 30:
            signal.raise_signal(signal.SIGTERM)
        return rate(step, progress)

    command = [str(texts), str(tmp_path / "model"), *SIXTY, "--save-minutes", "60"]
    rate = Settings(steps=60, warmup=5).rate
    with monkeypatch.context() as patch:
        patch.setattr(Settings, "rate", lambda settings, step, progress: interrupted(step, progress))
        assert main(command) == 3
    assert "stopped after step 31" in capsys.readouterr().out
    assert main(command) == 0
    assert _same(load_file(tmp_path / "model" / "model.safetensors"), undisturbed)


def test_a_run_may_be_made_longer_but_not_another(texts, tmp_path, capsys):
    command = [str(texts), str(tmp_path / "model"), *SMALL, *VOCABULARY["bytes"]]
    assert main([*command, "--steps", "3"]) == 0
    assert main([*command, "--steps", "5"]) == 0
    output = capsys.readouterr().out
    assert output.count("training a tokenizer") == 1
    assert [line.split(",")[0] for line in output.splitlines() if "held-out bits" in line] == ["step 3", "step 5"]
    assert main([*command, "--steps", "5", "--width", "64"]) == 1
    assert "the run was begun with width 32, not 64" in capsys.readouterr().err


def test_a_run_bounded_by_minutes_ends_by_the_clock(texts, tmp_path):
    started = time.monotonic()
    assert main([str(texts), str(tmp_path / "model"), *SMALL, *VOCABULARY["bytes"], "--minutes", "0.02"]) == 0
    assert time.monotonic() - started > 1.2
    settings = json.loads((tmp_path / "model.training" / "settings.json").read_text(encoding="utf-8"))
    assert settings["steps"] is None and lmviz.load(tmp_path / "model", device="cpu").n_layers == 2


def test_bad_input_is_named_in_one_line(tmp_path, texts, capsys):
    def error(*arguments) -> str:
        assert main([*map(str, arguments), "--device", "cpu"]) == 1
        lines = capsys.readouterr().err.splitlines()
        assert len(lines) == 1
        return lines[0]

    assert "no such directory" in error(tmp_path / "none", tmp_path / "a", "--steps", 1)
    assert "cannot be divided among 5 heads" in error(texts, tmp_path / "b", "--steps", 1, "--heads", 5)
    assert "the texts give" in error(
        texts, tmp_path / "c", "--steps", 1, "--tokenizer", "bytes", "--vocabulary", 90000
    )
    assert "SentencePiece gives no vocabulary of 200" in error(
        texts, tmp_path / "d", "--steps", 1, "--vocabulary", 200
    )
    assert "no source is named wiki" in error(
        texts, tmp_path / "e", *SMALL, *VOCABULARY["bytes"], "--steps", 1, "--final-weight", "wiki=0.5"
    )
