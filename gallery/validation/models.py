"""Checks of models beyond their types: where they are, and what lies there."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

from gallery.validation.explain import check_lines
from gallery.validation.nodes import File, Node
from gallery.validation.problems import did_you_mean, listed
from gallery.validation.root import inside
from gallery.validation.schema import Model

_HUB = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}", re.ASCII)
_REVISION = re.compile(r"[A-Za-z0-9][\w./-]{0,200}", re.ASCII)


def check_model(model: Model, file: File, node: Node, root: Path, *, look_at_files: bool) -> None:
    for name in ("names", "about"):
        check_lines(name, file, node.at(name))
    if (model.directory is None) == (model.hub is None):
        file.report(node, "directory_or_hub", id=model.id)
    if model.hub is not None and (not _HUB.fullmatch(model.hub) or ".." in model.hub):
        file.report(node.at("hub"), "not_a_hub_id", found=model.hub[:60])
    if model.revision is not None:
        check_revision(model.revision, file, node.at("revision"))
    if not model.licence.strip():
        file.report(node.at("licence"), "empty_text", where="licence")
    if model.directory is not None:
        check_directory(model, file, node.at("directory"), root, look_at_files=look_at_files)


def check_revision(revision: str, file: File, node: Node) -> None:
    if not _REVISION.fullmatch(revision) or ".." in revision:
        file.report(node, "not_a_revision", found=revision[:60])


def check_similar(model: Model, file: File, node: Node, known: Collection[str] | None) -> None:
    """``known``: ids of models; None where not all can be read."""
    for i, name in enumerate(model.similar_to):
        if name == model.id:
            file.report(node.at("similar_to", i), "similar_to_itself", id=name)
        elif known is not None and name not in known:
            guess = did_you_mean(name, known)
            file.report(
                node.at("similar_to", i), "unknown_model", id=name, did_you_mean=guess, known=listed(sorted(known))
            )
        elif name in model.similar_to[:i]:
            file.report(node.at("similar_to", i), "named_twice", name=name)


def check_directory(model: Model, file: File, node: Node, root: Path, *, look_at_files: bool) -> None:
    path = inside(root, model.directory)
    if path is None:
        file.report(node, "directory_outside", found=model.directory[:80])
    elif not look_at_files:
        return
    elif not os.path.isdir(path):  # unlike Path.is_dir, no error for a name that no file system takes
        file.report(node, "directory_missing", found=model.directory[:80])
    elif not (path / "config.json").is_file():
        file.report(node, "directory_without", found=model.directory[:80], what="config.json")
    elif not any(path.glob("*.safetensors")):
        key = "directory_only_bin" if any(path.glob("*.bin")) else "directory_without"
        file.report(node, key, found=model.directory[:80], what="*.safetensors")
    elif read_config(path) is None:
        file.report(node, "config_unreadable", found=f"{model.directory[:80]}/config.json")


def read_config(directory: Path) -> dict[str, Any] | None:
    """``config.json`` of a model directory, None where it is no JSON object."""
    try:
        config = json.loads((directory / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return config if isinstance(config, dict) else None


def context_length(config: dict[str, Any]) -> int | None:
    """How many positions the model has."""
    for holder in (config, config.get("text_config")):
        for name in ("n_positions", "max_position_embeddings"):
            if isinstance(holder, dict) and isinstance(value := holder.get(name), int):
                return value
    return None


def n_layers(config: dict[str, Any]) -> int | None:
    """How many blocks the model has."""
    for holder in (config, config.get("text_config")):
        for name in ("n_layer", "num_hidden_layers"):
            if isinstance(holder, dict) and isinstance(value := holder.get(name), int):
                return value
    return None
