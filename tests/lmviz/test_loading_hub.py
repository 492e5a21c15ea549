"""The hub: the local cache first, nothing but weights and JSON, one probe a run; and conversion of pickled weights."""

from __future__ import annotations

import json
import pickle
import shutil
from types import SimpleNamespace

import huggingface_hub
import pytest
import torch
from safetensors.torch import load_file

import lmviz
from lmviz.loading import LoadError, hub
from lmviz.loading.convert import _convert_file, convert, main

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """An empty hub cache, and no network."""
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "cache"))

    def unreachable(*args, **kwargs):
        raise OSError("no network in tests")

    monkeypatch.setattr(huggingface_hub.HfApi, "model_info", unreachable)
    hub._unreachable.cache_clear()
    yield tmp_path / "cache"
    hub._unreachable.cache_clear()


def put(cache, directory):
    repository = cache / "models--owner--tiny"
    shutil.copytree(directory, repository / "snapshots" / COMMIT)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(COMMIT)


def test_a_cached_model_needs_no_network(cache, make_model):
    put(cache, make_model("gpt2"))
    lm = lmviz.load("owner/tiny", device="cpu")
    assert (lm.name, lm.revision, lm.directory.name) == ("owner/tiny", COMMIT, COMMIT)
    assert lmviz.load("owner/tiny", device="cpu", revision=COMMIT).revision == COMMIT
    assert hub.find_local("owner/tiny") == (lm.directory, COMMIT)


def test_half_a_model_in_the_cache_is_none(cache, make_model):
    put(cache, make_model("gpt2"))
    (cache / "models--owner--tiny" / "snapshots" / COMMIT / "model.safetensors").unlink()
    assert hub.find_local("owner/tiny") is None
    assert hub.find_local("owner/other") is None


def test_an_unreachable_hub_is_asked_once(monkeypatch):
    calls = []

    def unreachable(self, *args, **kwargs):
        calls.append(kwargs["timeout"])
        raise OSError("no route\nto host")

    monkeypatch.setattr(huggingface_hub.HfApi, "model_info", unreachable)
    for name in ("owner/tiny", "owner/other"):
        with pytest.raises(LoadError, match=r"not on this machine, .* hub cannot be reached \(no route"):
            lmviz.load(name)
    assert calls == [hub.PROBE_SECONDS]


def test_only_weights_and_json_are_fetched(monkeypatch, make_model):
    files = {"config.json": 10, "model.safetensors": 1000, "pytorch_model.bin": 5000, "evil.py": 7, "spiece.model": 100}
    siblings = [SimpleNamespace(rfilename=name, size=size) for name, size in files.items()]
    monkeypatch.setattr(
        huggingface_hub.HfApi, "model_info", lambda self, *a, **k: SimpleNamespace(sha=COMMIT, siblings=siblings)
    )
    asked = {}

    def snapshot_download(name, **kwargs):
        if kwargs.get("local_files_only"):
            raise FileNotFoundError
        asked.update(kwargs)
        return str(make_model("gpt2"))

    monkeypatch.setattr(hub, "snapshot_download", snapshot_download)
    assert hub.look_up("owner/tiny").size == 1110
    lm = lmviz.load("owner/tiny", device="cpu", revision="main")
    assert lm.revision == COMMIT and asked["revision"] == COMMIT
    assert not any("py" in pattern or ".bin" in pattern for pattern in asked["allow_patterns"])
    siblings[:] = [file for file in siblings if file.rfilename != "model.safetensors"]
    with pytest.raises(LoadError, match="only as .bin.*python -m lmviz.loading.convert owner/tiny DIRECTORY"):
        lmviz.load("owner/tiny")


def pickled(make_model, directory, n_shards):
    source = make_model("gpt2")
    state = load_file(source / "model.safetensors")
    # As torch.save writes a tied model: two names for one memory.
    state["lm_head.weight"] = state["transformer.wte.weight"]
    shutil.copytree(source, directory, ignore=shutil.ignore_patterns("*.safetensors"))
    if n_shards == 1:
        torch.save(state, directory / "pytorch_model.bin")
        return source
    weight_map = {}
    for number in range(n_shards):
        name = f"pytorch_model-{number + 1:05d}-of-{n_shards:05d}.bin"
        part = dict(list(sorted(state.items()))[number::n_shards])
        torch.save(part, directory / name)
        weight_map |= dict.fromkeys(part, name)
    (directory / "pytorch_model.bin.index.json").write_text(json.dumps({"metadata": {}, "weight_map": weight_map}))
    return source


@pytest.mark.parametrize("n_shards", [1, 2])
def test_converted_weights_are_the_same(tmp_path, make_model, n_shards):
    source = pickled(make_model, tmp_path / "pickled", n_shards)
    target = tmp_path / "elsewhere" if n_shards == 2 else None
    directory = convert(tmp_path / "pickled", target)
    assert directory == (target or tmp_path / "pickled")
    expected = lmviz.load(source, device="cpu").trace("節分").logits
    assert (lmviz.load(directory, device="cpu").trace("節分").logits == expected).all()
    assert not list(directory.glob("*.part"))


class Evil:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (self.path, "w")


def test_a_pickle_that_runs_code_is_refused(tmp_path, capsys):
    directory = tmp_path / "model"
    directory.mkdir()
    (directory / "pytorch_model.bin").write_bytes(pickle.dumps({"weight": Evil(str(tmp_path / "ran"))}))
    assert main([str(directory)]) == 1
    error = capsys.readouterr().err
    assert "pytorch_model.bin holds something other than tensors" in error and error.count("\n") == 1
    assert not (tmp_path / "ran").exists() and not list(directory.glob("*.safetensors*"))


def test_what_cannot_be_converted_is_said(tmp_path):
    (tmp_path / "model").mkdir()
    with pytest.raises(LoadError, match="no pytorch_model.bin in"):
        convert(tmp_path / "model")
    torch.save({"weight": torch.ones(2), "note": "text"}, tmp_path / "model" / "pytorch_model.bin")
    with pytest.raises(LoadError, match="note in pytorch_model.bin is not a tensor"):
        _convert_file(tmp_path / "model" / "pytorch_model.bin", tmp_path / "model.safetensors")
    with pytest.raises(LoadError, match="no such directory"):
        convert(tmp_path / "nowhere")
