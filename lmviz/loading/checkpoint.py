"""The files of a model directory, found and checked before anything heavy is imported."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lmviz.loading.errors import LoadError

WEIGHTS, WEIGHTS_INDEX = "model.safetensors", "model.safetensors.index.json"
TOKENIZER_FILES = (
    "spiece.model", "tokenizer.model", "sentencepiece.model", "tokenizer.json", "vocab.json", "merges.txt",
    "added_tokens.json", "special_tokens_map.json", "tokenizer_config.json",
)


@dataclass(frozen=True)
class Checkpoint:
    """A directory that holds a model.

    Attributes:
        directory: where it is.
        config: what ``config.json`` says.
        weights: the safetensors files, sorted by name.
    """

    directory: Path
    config: dict[str, Any]
    weights: tuple[Path, ...]


def open_checkpoint(directory: Path) -> Checkpoint:
    """The checkpoint in ``directory``.

    Raises:
        LoadError: no such directory, no (readable) ``config.json``, no weights, or only weights in pickle's format.
    """
    if not directory.is_dir():
        what = "a file, not a directory" if directory.is_file() else "no such directory"
        raise LoadError(
            f"{what}: {directory}; give the directory of a model, or owner/name for a model on the hub"
        )
    config = read_json(directory / "config.json")
    if config is None:
        raise LoadError(
            f"no config.json in {directory}; a model directory holds config.json, *.safetensors, and a tokenizer"
        )
    if "model_type" not in config:
        raise LoadError(f"{directory / 'config.json'} names no model_type; is it the config of a transformers model?")
    return Checkpoint(directory, config, _weights(directory))


def _weights(directory: Path) -> tuple[Path, ...]:
    if (directory / WEIGHTS).is_file():
        return (directory / WEIGHTS,)
    index = read_json(directory / WEIGHTS_INDEX)
    if index is not None:
        weight_map = index.get("weight_map")
        if not isinstance(weight_map, dict) or not all(isinstance(name, str) for name in weight_map.values()):
            raise LoadError(f"{directory / WEIGHTS_INDEX} has no weight_map from tensors to files; fetch it again")
        names = sorted(set(weight_map.values()))
        if absent := [name for name in names if not (directory / name).is_file()]:
            raise LoadError(f"{directory} lacks weight files that its index names: {', '.join(absent)}; fetch them")
        if names:
            return tuple(directory / name for name in names)
    if any(directory.glob("pytorch_model*.bin")):
        raise LoadError(
            f"{directory} has its weights only as .bin, which is not loaded because it can run code; convert it first: "
            f"python -m lmviz.loading.convert {directory}"
        )
    raise LoadError(f"no weights in {directory}; expected {WEIGHTS} or {WEIGHTS_INDEX} with its files")


def read_json(path: Path) -> dict[str, Any] | None:
    """The object in a JSON file, None where there is no file. Raises `LoadError` where it is not a JSON object."""
    if not path.is_file():
        return None
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise LoadError(f"{path} is not JSON: {error}") from None
    if not isinstance(value, dict):
        raise LoadError(f"{path} should hold a JSON object, it holds a {type(value).__name__}")
    return value


def digests(directory: str | Path) -> dict[str, str]:
    """SHA-256 in hexadecimal over the files that numbers depend on, as ``weights`` and ``tokenizer``.

    ``weights`` covers names and contents of the configuration and of the weights, ``tokenizer`` those of the
    tokenizer's files. Needs neither torch nor transformers. Raises `LoadError` as `open_checkpoint` does.
    """
    return digests_of(file_digests(directory))


def digests_of(files: dict[str, dict[str, str]]) -> dict[str, str]:
    """What `digests` says where the files are as `file_digests` gives them."""
    return {
        part: hashlib.sha256("".join(f"{name}\0{digest}\n" for name, digest in of_part.items()).encode()).hexdigest()
        for part, of_part in files.items()
    }


def file_digests(directory: str | Path) -> dict[str, dict[str, str]]:
    """SHA-256 in hexadecimal of each of those files, by name in the order they are read, under ``weights`` and
    ``tokenizer``. Raises `LoadError` as `open_checkpoint` does."""
    checkpoint = open_checkpoint(Path(directory))
    configs = [checkpoint.directory / name for name in ("config.json", "generation_config.json")]
    tokenizer = [checkpoint.directory / name for name in TOKENIZER_FILES]
    return {"weights": _of_each([*configs, *checkpoint.weights]), "tokenizer": _of_each(tokenizer)}


def _of_each(paths: list[Path]) -> dict[str, str]:
    found = {}
    for path in paths:
        if path.is_file():
            with path.open("rb") as file:
                found[path.name] = hashlib.file_digest(file, "sha256").hexdigest()
    return found
