"""Parts of the training recipe against what can be worked out by hand or by torch itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import sentencepiece
import torch
import torch.nn.functional as F

from gallery.models.training.documents import hold_back, read_sources
from gallery.models.training.network import _LinearCrossEntropy
from gallery.models.training.settings import Settings
from gallery.models.training.token_streams import RowSource, Sampler
from gallery.models.training.vocabulary import train_tokenizer


def test_chunked_loss_and_its_gradients_are_cross_entropy():
    generator = torch.Generator().manual_seed(0)
    hidden = torch.randn(1100, 24, generator=generator)
    weight = torch.randn(70, 24, generator=generator) * 0.3
    targets = torch.randint(70, (1100,), generator=generator)
    results = []
    for loss_of in (_LinearCrossEntropy.apply, lambda h, w, t: F.cross_entropy(h @ w.T, t)):
        h, w = hidden.clone().requires_grad_(), weight.clone().requires_grad_()
        loss = loss_of(h, w, targets)
        (3 * loss).backward()
        results.append((loss.detach(), h.grad, w.grad))
    (loss, of_hidden, of_weight), (expected, expected_hidden, expected_weight) = results
    assert float(loss) == pytest.approx(float(expected), rel=1e-3)
    for got, exact in ((of_hidden, expected_hidden), (of_weight, expected_weight)):
        assert float((got - exact).norm() / exact.norm()) < 0.01


def test_learning_rates_rise_stay_and_fall():
    settings = Settings(steps=100, warmup=10, decay=0.2)
    rates = [settings.rate(step, settings.progress(step, 0)) for step in (0, 4, 9, 50, 80, 90, 99)]
    assert rates == pytest.approx([0.1, 0.5, 1, 1, 1, 0.5, 0.05])
    clock = Settings(minutes=10, decay=0.5)
    assert clock.rate(1000, clock.progress(1000, 450)) == pytest.approx(0.5)


def test_a_pass_takes_each_part_of_a_stream_once_and_the_next_in_another_order():
    source = RowSource(np.arange(1000), length=10, seed=3, number=0)
    passes = []
    for _ in range(2):
        rows = [source.row() for _ in range(98)]
        assert all(np.array_equal(row, np.arange(row[0], row[0] + 11)) for row in rows)
        starts = [int(row[0]) for row in rows]
        assert sorted(starts) == list(range(min(starts), min(starts) + 980, 10))
        passes.append(starts)
    assert passes[0] != passes[1]
    again = RowSource(np.arange(1000), length=10, seed=3, number=0)
    again.position = 98 + 5
    assert int(again.row()[0]) == passes[1][5]


def test_sources_give_their_shares_and_the_others_divide_the_rest_by_size():
    streams = {"a": np.zeros(1000, int), "b": np.ones(3000, int), "c": np.full(1000, 2)}
    sampler = Sampler(streams, length=10, seed=0)
    rows = np.concatenate([sampler.batch(step, 50, {"c": 0.2}) for step in range(80)])
    shares = np.bincount(rows[:, 0], minlength=3) / len(rows)
    assert shares == pytest.approx([0.2, 0.6, 0.2], abs=0.03)


def test_held_back_documents_share_no_long_sentence_with_the_others():
    shared = "この文は二つの文書に出てくる、二十字より長い文です。"
    documents = [f"これは{i}番目の文書にだけある、二十字より長い文です。" for i in range(40)]
    documents[3] += shared
    documents[7] += shared
    for seed in range(20):
        training, held = hold_back(documents, 60, np.random.default_rng(seed))
        assert sorted(training + held) == sorted(documents)
        assert 60 <= sum(map(len, held)) < 60 + 30
        assert documents[3] in training and documents[7] in training


def test_sources_are_folders_and_files_in_no_folder(tmp_path):
    (tmp_path / "b" / "c").mkdir(parents=True)
    (tmp_path / "b" / "1.txt").write_text("鬼は外", encoding="utf-8")
    (tmp_path / "b" / "2.txt").write_text("\n", encoding="utf-8")
    (tmp_path / "b" / "c" / "a.jsonl").write_text('{"text": "立春"}\n', encoding="utf-8")
    (tmp_path / "a.jsonl").write_text('{"title": "節分", "text": "福は内"}\n{"text": "豆"}\n', encoding="utf-8")
    (tmp_path / "alone.txt").write_text("柊", encoding="utf-8")
    assert read_sources(tmp_path) == {"a": ["節分\n福は内", "豆"], tmp_path.name: ["柊"], "b": ["鬼は外", "立春"]}
    (tmp_path / "b" / "3.txt").write_bytes("鬼".encode("euc-jp"))
    with pytest.raises(ValueError, match="3.txt is not UTF-8 text"):
        read_sources(tmp_path)


def test_a_small_vocabulary_has_words_beside_the_frequent_characters(tmp_path):
    """Nearly as many distinct characters as entries: half of the entries, 256 bytes among them, go to frequent ones."""
    prose = sorted((Path(__file__).parents[2] / "docs" / "ja").rglob("*.md"))
    lines = [line for path in prose for line in path.read_text("utf-8").splitlines()]
    train_tokenizer("sentencepiece", 1100, lines, tmp_path, 64)
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(tmp_path / "spiece.model"))
    written = [pieces.id_to_piece(i) for i in range(1100) if not (pieces.is_byte(i) or pieces.is_control(i))]
    assert sum(len(piece) > 1 for piece in written) > 300
    assert pieces.decode(pieces.encode("鬱蒼とした森")) == "鬱蒼とした森"
