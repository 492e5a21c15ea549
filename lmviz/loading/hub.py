"""Models on the Hugging Face hub: the local cache first, then a fetch of weights, configuration and tokenizer only."""

from __future__ import annotations

from pathlib import Path

from huggingface_hub import snapshot_download

from lmviz.loading.checkpoint import TOKENIZER_FILES
from lmviz.loading.errors import LoadError

ALLOWED = ("config.json", "generation_config.json", *TOKENIZER_FILES, "model*.safetensors", "model.safetensors.index.json")
PROBE_SECONDS = 3.0


def find_local(name: str, revision: str | None = None) -> tuple[Path, str] | None:
    """Directory and commit of a hub model that is on this machine with its weights, else None."""
    try:
        directory = Path(snapshot_download(name, revision=revision, allow_patterns=ALLOWED, local_files_only=True))
    except Exception:
        return None
    return (directory, directory.name) if any(directory.glob("model*.safetensors")) else None


def fetch(name: str, revision: str | None = None) -> tuple[Path, str]:
    """Directory and commit of a hub model, fetched where it is not on this machine."""
    found = find_local(name, revision)
    if found is None:
        raise LoadError(f"{name} is not on this machine")
    return found
