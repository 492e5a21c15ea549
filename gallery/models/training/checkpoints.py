"""A run's state on disk, replaced as a whole, and the models that are exported from it."""

from __future__ import annotations

import copy
import os
import shutil
from pathlib import Path

import torch
from transformers import GPT2LMHeadModel

TOKENIZER_FILES = ("spiece.model", "tokenizer.json", "tokenizer_config.json")


def save_checkpoint(path: Path, content: dict) -> None:
    """Writes a checkpoint beside the old one, then puts it in its place: a killed run leaves a whole one."""
    unfinished = path.with_suffix(".tmp")
    with unfinished.open("wb") as file:
        torch.save(content, file)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def read_checkpoint(path: Path, device: torch.device) -> dict:
    """A checkpoint; nothing but tensors and plain values is read. Raises ``ValueError`` for a damaged file."""
    try:
        return torch.load(path, map_location=device, weights_only=True)
    except Exception as error:
        raise ValueError(f"{path} is no checkpoint of a training run ({error}); begin with another --state") from None


def export_model(network: GPT2LMHeadModel, tokenizer: Path, directory: Path) -> None:
    """Writes a model directory: float16 safetensors, configuration, tokenizer files. Whole or not at all."""
    unfinished = directory.with_name(directory.name + ".tmp")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    exported = copy.deepcopy(network).cpu().to(torch.float16)
    exported.config.use_cache = True
    exported.config.activation_function = "gelu_new"
    exported.save_pretrained(unfinished)
    for name in TOKENIZER_FILES:
        if (tokenizer / name).is_file():
            shutil.copyfile(tokenizer / name, unfinished / name)
    directory.mkdir(parents=True, exist_ok=True)
    for path in unfinished.iterdir():
        # safetensors writes files that only their owner may read.
        path.chmod(0o644)
        path.replace(directory / path.name)
    unfinished.rmdir()
