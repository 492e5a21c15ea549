"""Loading: what is read from where, what is refused, and in which words."""

from __future__ import annotations

import hashlib
import json
import shutil

import numpy as np
import pytest
import sentencepiece
import torch
import transformers
from safetensors.torch import load_file, save_file

import lmviz
from lmviz.loading import LoadError


@pytest.fixture
def copy_of(tmp_path, make_model):
    """A copy of a tiny model's directory, to be damaged."""

    def copy(family="gpt2", **settings):
        directory = tmp_path / "model"
        shutil.copytree(make_model(family, **settings), directory)
        return directory

    return copy


def change_config(directory, **changes):
    path = directory / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def test_the_embedded_model_equals_transformers_on_its_own_ids(lm, embedded):
    trace = lm.trace("節分は、", max_new_tokens=8)
    network = transformers.AutoModelForCausalLM.from_pretrained(embedded, dtype=torch.float32).eval()
    with torch.no_grad():
        logits = network(torch.tensor(trace.token_ids)[None]).logits[0].numpy()
    np.testing.assert_allclose(trace.logits, logits, rtol=0, atol=1e-5 * np.abs(logits).max())
    lens = lm.unembed(torch.tensor(trace.hidden_states[-1])).numpy()
    np.testing.assert_allclose(lens, logits, rtol=0, atol=1e-4 * np.abs(logits).max())


def test_what_a_language_model_says_of_itself(lm, embedded):
    assert lm.name == "ja-gpt2-mini"
    written = json.loads((embedded / "config.json").read_text(encoding="utf-8"))
    shape = [written[name] for name in ("n_layer", "n_embd", "vocab_size", "n_positions")]
    assert [lm.n_layers, lm.width, lm.vocabulary_size, lm.context_length] == shape
    assert (lm.start, lm.start_ids, lm.revision, lm.dtype) == ("none", (), None, torch.float32)
    assert lm.directory == embedded and not lm.network.training
    assert not any(parameter.requires_grad for parameter in lm.network.parameters())
    described = "LanguageModel('ja-gpt2-mini', {} layers, width {}, vocabulary {}, float32 on cpu"
    assert repr(lm).startswith(described.format(*shape))


def test_the_unembedding_is_not_copied(lm):
    assert lm._unembedding_float32.weight.data_ptr() == lm.network.transformer.wte.weight.data_ptr()


def test_digests_change_with_weights_and_tokenizer_alone(copy_of):
    directory = copy_of()
    before = lmviz.loading.digests(directory)
    (directory / "README.md").write_text("other words")
    assert lmviz.loading.digests(directory) == before
    weights = load_file(directory / "model.safetensors")
    weights["transformer.wte.weight"][0, 0] += 1
    save_file(weights, directory / "model.safetensors", metadata={"format": "pt"})
    after = lmviz.loading.digests(directory)
    assert after["weights"] != before["weights"] and after["tokenizer"] == before["tokenizer"]
    (directory / "merges.txt").write_text("#version: 0.2\n")
    assert lmviz.loading.digests(directory)["tokenizer"] != before["tokenizer"]
    assert len(before["weights"]) == len(hashlib.sha256().hexdigest())


def test_a_directory_like_rinnas_gives_sentencepieces_ids(tmp_path, rinna_tokenizer):
    config = transformers.GPT2Config(
        vocab_size=32000, n_embd=16, n_layer=2, n_head=2, n_positions=1024, bos_token_id=1, eos_token_id=2
    )
    transformers.GPT2LMHeadModel(config).save_pretrained(tmp_path)
    shutil.copyfile(rinna_tokenizer / "spiece.model", tmp_path / "spiece.model")
    (tmp_path / "tokenizer_config.json").write_text(json.dumps({
        "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "[PAD]", "bos_token": "<s>", "cls_token": "[CLS]",
        "sep_token": "[SEP]", "mask_token": "[MASK]", "extra_ids": 0, "tokenizer_class": "T5Tokenizer",
    }))
    lm = lmviz.load(tmp_path, device="cpu", lower_case=True)
    reference = sentencepiece.SentencePieceProcessor(model_file=str(tmp_path / "spiece.model"))
    for text in ["節分は、季節の変わり目", "Tokyo Celeste 🍣", "鬼", "磁気浮上式鉄道の年表 1914年"]:
        trace = lm.trace(text)
        assert trace.token_ids.tolist() == reference.encode(text.lower())
        assert trace.text == text
    assert lm.start == "none" and lm.tokenizer.eos_id == 2 and lm.eos_ids == (2,)


@pytest.mark.parametrize(
    ("family", "expected"), [("gpt2", "none"), ("llama", "bos"), ("gemma", "bos"), ("qwen2", "none")]
)
def test_start_is_what_the_family_was_trained_with(make_model, family, expected):
    lm = lmviz.load(make_model(family), device="cpu")
    assert lm.start == expected and len(lm.start_ids) == (expected != "none")
    trace = lm.trace("節分は")
    assert trace.n_start == len(lm.start_ids) and trace.token_ids[: trace.n_start].tolist() == list(lm.start_ids)
    assert trace.text == "節分は"


def test_start_can_be_chosen(copy_of):
    directory = copy_of("llama")
    assert lmviz.load(directory, device="cpu", start="none").start_ids == ()
    assert lmviz.load(directory, device="cpu", start="eos").start_ids == (2,)
    (directory / "tokenizer_config.json").write_text('{"add_bos_token": false}')
    assert lmviz.load(directory, device="cpu").start == "none"


def test_sharded_weights(copy_of):
    directory = copy_of()
    expected = lmviz.load(directory, device="cpu").trace("節分").logits
    network = transformers.AutoModelForCausalLM.from_pretrained(directory)
    (directory / "model.safetensors").unlink()
    network.save_pretrained(directory, max_shard_size="30KB")
    shards = sorted(directory.glob("model-*.safetensors"))
    assert len(shards) > 1
    assert (lmviz.load(directory, device="cpu").trace("節分").logits == expected).all()
    shards[1].unlink()
    with pytest.raises(LoadError, match=f"lacks weight files that its index names: {shards[1].name}"):
        lmviz.load(directory)


def test_an_unknown_family_says_what_is_needed_and_takes_it(copy_of, monkeypatch):
    directory = copy_of("gpt_neox")
    known = lmviz.load(directory, device="cpu").trace("節分は")
    from lmviz.loading import architectures

    others = [family for family in architectures.FAMILIES if "gpt_neox" not in family.model_types]
    monkeypatch.setattr(architectures, "FAMILIES", others)
    with pytest.raises(LoadError, match="'gpt_neox' are not known .* module paths for embedding, blocks, final_norm"):
        lmviz.load(directory)
    parts = {
        "embedding": "gpt_neox.embed_in", "blocks": "gpt_neox.layers", "final_norm": "gpt_neox.final_layer_norm",
        "feed_forward": "mlp.dense_4h_to_h",
    }
    trace = lmviz.load(directory, device="cpu", architecture=parts).trace("節分は")
    assert (trace.hidden_states == known.hidden_states).all() and (trace.feed_forward == known.feed_forward).all()


@pytest.mark.parametrize(("parts", "message"), [
    ({"final_norm": "transformer.h.0.ln_1"}, "do not give the model's logits"),
    ({"embedding": "transformer.wpe"}, "is not the token embedding"),
    ({"blocks": "transformer.layers"}, "has no such module; it has transformer, lm_head"),
    ({"blocks": "transformer.wte"}, "expected the path of a list of blocks"),
    ({"feed_forward": "mlp.down_proj"}, "has no such module"),
    ({"unembedding": "lm_head"}, "architecture has no part unembedding"),
    ({"blocks": 3}, "is a module path such as"),
])
def test_a_wrong_architecture_is_found_out(make_model, parts, message):
    with pytest.raises(LoadError, match=message):
        lmviz.load(make_model("gpt2"), device="cpu", architecture=parts)


def test_what_ends_a_text_is_what_the_files_say(copy_of):
    directory = copy_of("llama")
    (directory / "generation_config.json").unlink(missing_ok=True)
    change_config(directory, eos_token_id=[7, 9])
    assert lmviz.load(directory, device="cpu").eos_ids == (7, 9)
    (directory / "generation_config.json").write_text('{"eos_token_id": 8}')
    assert lmviz.load(directory, device="cpu").eos_ids == (8,)


def test_the_default_of_a_config_class_ends_no_text(copy_of):
    # transformers takes id 50256 for a GPT-2 whose config names none.
    directory = copy_of("gpt2")
    (directory / "generation_config.json").unlink(missing_ok=True)
    config = json.loads((directory / "config.json").read_text())
    del config["eos_token_id"]
    (directory / "config.json").write_text(json.dumps(config))
    assert lmviz.load(directory, device="cpu").eos_ids == (lmviz.load_tokenizer(directory).eos_id,)
    (directory / "tokenizer_config.json").unlink()
    assert lmviz.load(directory, device="cpu").eos_ids == ()


def test_damaged_weights_are_named(copy_of):
    directory = copy_of()
    weights = load_file(directory / "model.safetensors")
    weights["transformer.h.1.mlp.c_fc.weight"][2, 3] = float("nan")
    save_file(weights, directory / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(LoadError, match=r"1 of the 4096 values of transformer.h.1.mlp.c_fc.weight .* \(NaN\)"):
        lmviz.load(directory)


def test_incomplete_weights_are_not_filled_with_random_ones(copy_of):
    directory = copy_of()
    weights = load_file(directory / "model.safetensors")
    del weights["transformer.h.2.ln_2.weight"]
    save_file(weights, directory / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(LoadError, match="lack 1 of the tensors .* transformer.h.2.ln_2.weight"):
        lmviz.load(directory)


def test_a_tokenizer_of_another_model_is_found_out(copy_of, embedded):
    directory = copy_of()
    shutil.copyfile(embedded / "spiece.model", directory / "spiece.model")
    with pytest.raises(LoadError, match="tokenizer and weights belong to different models"):
        lmviz.load(directory)


@pytest.mark.parametrize(("damage", "message"), [
    (lambda d: shutil.rmtree(d), "no such directory"),
    (lambda d: (d / "config.json").unlink(), "no config.json in"),
    (lambda d: (d / "config.json").write_text("{"), "config.json is not JSON"),
    (lambda d: (d / "config.json").write_text("{}"), "names no model_type"),
    (lambda d: (d / "model.safetensors").unlink(), "no weights in"),
    (lambda d: (d / "model.safetensors").rename(d / "pytorch_model.bin"), "python -m lmviz.loading.convert"),
    (lambda d: (d / "model.safetensors").write_bytes(b"x" * 40), "cannot be read"),
    (lambda d: (d / "tokenizer.json").unlink(), "no tokenizer in"),
    (lambda d: change_config(d, n_embd=64), "have in another shape"),
    (lambda d: change_config(d, n_layer="three"), "cannot be read: .*'n_layer' expected int, got str"),
    (lambda d: change_config(d, n_layer=0), "a ModuleList with 0 children; expected the path of a list of blocks"),
    (lambda d: (d / "added_tokens.json").write_text('{"a": "b"}'), "special tokens in .* cannot be read"),
    (lambda d: (d / "tokenizer_config.json").write_text('{"added_tokens_decoder": [1]}'), "special tokens in"),
    (lambda d: (d / "model.safetensors").rename(d / "model.safetensors.index.json").write_text('{"weight_map": [1]}'),
     "has no weight_map"),
    (lambda d: change_config(d, model_type="t5"), "models of type 't5' are not known"),
])
def test_one_clear_error(copy_of, damage, message):
    directory = copy_of()
    damage(directory)
    with pytest.raises(LoadError, match=message) as raised:
        lmviz.load(directory, device="cpu")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(("options", "message"), [
    ({"dtype": "float16"}, "dtype is 'float32' or 'bfloat16', not 'float16'"),
    ({"device": "abacus"}, "device is 'auto', 'cpu', 'cuda', .*, not 'abacus'"),
    ({"device": "meta"}, "device is 'auto', 'cpu', 'cuda', .*, not 'meta'"),
    ({"device": None}, "device is 'auto', 'cpu', 'cuda', .*, not None"),
    ({"lower_case": "yes"}, "lower_case is True or False, not 'yes'"),
    ({"token_prefix": 3}, "token_prefix is the mark of a space"),
    ({"architecture": "gpt2"}, "architecture is a mapping from embedding, blocks"),
    ({"start": "cls"}, "start is 'none', 'bos' or 'eos', not 'cls'"),
    ({"revision": "main"}, "is for models on the hub"),
])
def test_options_that_cannot_be(embedded, options, message):
    with pytest.raises(LoadError, match=message):
        lmviz.load(embedded, **options)


def test_out_of_memory_is_said_in_one_line(embedded, monkeypatch):
    def too_big(*args, **kwargs):
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 1000000000000 bytes")

    monkeypatch.setattr(transformers.AutoModelForCausalLM, "from_pretrained", too_big)
    with pytest.raises(LoadError, match="out of memory on cpu while loading .* try dtype='bfloat16'"):
        lmviz.load(embedded, device="cpu")


def test_code_beside_the_weights_is_never_run(copy_of, tmp_path):
    directory = copy_of()
    (directory / "modeling_evil.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    evil = "modeling_evil.Evil"
    change_config(directory, auto_map={"AutoModelForCausalLM": evil, "AutoConfig": evil})
    lmviz.load(directory, device="cpu")
    assert not (tmp_path / "ran").exists()
