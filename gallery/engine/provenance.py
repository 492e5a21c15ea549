"""How a result was made: code, libraries, device. Nothing of time or host, so that equal builds give equal bytes."""

from __future__ import annotations

import hashlib
import platform
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import lmviz
from gallery.validation.schema import Model

if TYPE_CHECKING:
    import torch

_LIBRARIES = (
    "torch", "transformers", "captum", "scikit-learn", "numpy", "sentencepiece", "tokenizers", "safetensors",
)


@cache
def code_version() -> str:
    """lmviz's version, and a digest of what computes in it: all its modules but the figures."""
    package = Path(lmviz.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        name = path.relative_to(package).as_posix()
        if not name.startswith("figures/"):
            digest.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return f"lmviz {lmviz.__version__} (source {digest.hexdigest()[:12]})"


def conditions(made: dict[str, Any], here: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """What two provenances both say and say differently, by name: ``device``, ``libraries.torch``."""
    then, now = _flat(made), _flat(here)
    return {name: (then[name], now[name]) for name in then if name in now and then[name] != now[name]}


def _flat(made: dict[str, Any]) -> dict[str, Any]:
    libraries = {f"libraries.{name}": version for name, version in made.get("libraries", {}).items()}
    return {**{name: value for name, value in made.items() if name not in ("libraries", "files")}, **libraries}


@cache
def libraries() -> dict[str, str]:
    """Versions of what computes, by name."""
    versions = {"python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return versions


def of_task(task: Any, device: torch.device, threads: int) -> dict[str, Any]:
    """What all results of a `gallery.engine.task.Task` share. Needs torch.

    Among it is which vector instructions the processor was used with: another sum order, and so other last bits.
    """
    import torch

    other = {} if task.other is None else {
        "other": _of_model(task.asked.other, task.other.commit, task.digests, "other_")
    }
    return {
        **_of_model(task.model, task.commit, task.digests),
        "files": task.files,
        **other,
        "code_version": code_version(),
        "libraries": libraries(),
        "device": f"cuda ({torch.cuda.get_device_name(device)})" if device.type == "cuda" else device.type,
        "instructions": torch.backends.cpu.get_cpu_capability(),
        "threads": threads,
    }


def _of_model(model: Model, commit: str | None, digests: dict[str, str], prefix: str = "") -> dict[str, Any]:
    return {
        "model": model.id,
        "model_source": model.hub or model.directory,
        "model_version": model.version if model.directory else None,
        "revision": commit,
        "weights_digest": digests[f"{prefix}weights"],
        "tokenizer_digest": digests[f"{prefix}tokenizer"],
        "dtype": model.dtype,
        "start": model.start,
        "tokenizer": model.tokenizer.model_dump(mode="json", exclude_defaults=True),
        "architecture": model.architecture and model.architecture.model_dump(mode="json", exclude_none=True),
    }
