"""The script that measures held-out loss, and the model card that states its result."""

from __future__ import annotations

import hashlib
import json
import lzma
import math

import pytest
import torch
import transformers

import lmviz
from gallery.models.evaluate import evaluate, main, read_records

RECORD = "節分\n鬼は外。\n\n福は内と声を出す。"


def test_loss_of_a_short_record_is_transformers_own(make_model):
    directory = make_model("gpt2")
    lm = lmviz.load(directory, device="cpu")
    loss = evaluate(lm, [RECORD], window=128)
    ids = [lm.tokenizer.eos_id]
    for line in ("節分", "鬼は外。", "福は内と声を出す。"):
        ids += lm.tokenizer.encode(line).token_ids.tolist()
    network = transformers.AutoModelForCausalLM.from_pretrained(directory).eval()
    batch = torch.tensor([ids])
    with torch.no_grad():
        mean = float(network(batch, labels=batch).loss)
    assert (loss.n_records, loss.n_characters, loss.n_tokens) == (1, 15, len(ids) - 1)
    assert loss.nats == pytest.approx(mean * (len(ids) - 1), rel=1e-5)
    assert loss.bits_per_character == pytest.approx(mean * (len(ids) - 1) / math.log(2) / 15, rel=1e-5)
    assert loss.perplexity == pytest.approx(math.exp(mean), rel=1e-5)


def test_windows_predict_every_token_once(make_model):
    lm = lmviz.load(make_model("gpt2"), device="cpu")
    whole, cut = evaluate(lm, [RECORD, RECORD], window=128), evaluate(lm, [RECORD, RECORD], window=5)
    assert whole.n_tokens == cut.n_tokens and whole.nats != cut.nats
    with pytest.raises(ValueError, match="--window is 2 to 128 tokens"):
        evaluate(lm, [RECORD], window=129)


def test_the_command_reads_xz_and_names_a_bad_line(tmp_path, make_model, capsys):
    texts = tmp_path / "texts.jsonl.xz"
    with lzma.open(texts, "wt", encoding="utf-8") as file:
        file.write(json.dumps({"title": "節分", "text": "鬼は外。\n\n福は内と声を出す。"}) + "\n")
    assert read_records(texts) == [RECORD]
    assert main([str(make_model("gpt2")), str(texts), "--window", "64", "--device", "cpu"]) == 0
    assert capsys.readouterr().out.startswith("1 records, 15 characters, ")
    plain = tmp_path / "texts.jsonl"
    plain.write_text('{"text": "鬼"}\n[]\n')
    assert main([str(make_model("gpt2")), str(plain), "--device", "cpu"]) == 1
    assert "texts.jsonl, line 2: expected an object" in capsys.readouterr().err


def test_the_released_weights_are_those_of_the_card(embedded):
    digest = hashlib.sha256((embedded / "model.safetensors").read_bytes()).hexdigest()
    card = (embedded / "README.md").read_text(encoding="utf-8")
    assert card.count(digest) == 2, "the weights of a released version never change; release another version"
