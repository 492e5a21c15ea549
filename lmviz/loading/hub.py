"""Models on the Hugging Face hub: the local cache first, then a fetch of weights, configuration and tokenizer only.

Nothing here runs code from a repository: only safetensors, JSON and tokenizer files are ever fetched.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

from huggingface_hub import HfApi, snapshot_download
from huggingface_hub.errors import GatedRepoError, OfflineModeIsEnabled, RepositoryNotFoundError, RevisionNotFoundError

from lmviz.loading.checkpoint import TOKENIZER_FILES, open_checkpoint
from lmviz.loading.errors import LoadError

PROBE_SECONDS = 3.0
"""How long the hub may take to answer before it counts as out of reach."""

ALLOWED = (
    "config.json", "generation_config.json", *TOKENIZER_FILES, "model*.safetensors", "model.safetensors.index.json",
)
PICKLED = ("pytorch_model*.bin", "pytorch_model.bin.index.json")


@dataclass(frozen=True)
class HubModel:
    """What the hub says of a model before anything is fetched.

    Attributes:
        name: ``owner/name``.
        commit: the commit that the revision stands for.
        size: bytes that a fetch brings.
        has_safetensors: False where the weights are there only as ``.bin``, which has to be converted.
    """

    name: str
    commit: str
    size: int
    has_safetensors: bool


def find_local(name: str, revision: str | None = None) -> tuple[Path, str] | None:
    """Directory and commit of a hub model that is in the local cache, weights and all; None where it is not."""
    try:
        directory = Path(snapshot_download(name, revision=revision, local_files_only=True))
        open_checkpoint(directory)
    except (OSError, ValueError):
        return None
    return directory, directory.name


def look_up(name: str, revision: str | None = None) -> HubModel:
    """Asks the hub for a model's commit and size.

    Raises:
        LoadError: the hub is out of reach, or knows no such model or revision, or wants a login for it.
    """
    if reason := _unreachable():
        raise LoadError(
            f"{name} is not on this machine, and the Hugging Face hub cannot be reached ({reason}); connect, or copy "
            "the model here and give its directory"
        )
    try:
        info = HfApi().model_info(name, revision=revision, files_metadata=True, timeout=10 * PROBE_SECONDS)
    except GatedRepoError:
        raise LoadError(f"{name} is gated: accept its terms on the hub and log in with `hf auth login`") from None
    except RepositoryNotFoundError:
        raise LoadError(f"the hub has no model {name}, or it is private; check owner/name") from None
    except RevisionNotFoundError:
        raise LoadError(f"{name} has no revision {revision!r} on the hub; leave it out for the newest") from None
    except Exception as error:
        raise LoadError(f"the hub gave no answer about {name}: {_line(error)}") from None
    files = {file.rfilename: file.size or 0 for file in info.siblings or ()}
    has_safetensors = any(fnmatch(file, "model*.safetensors") for file in files)
    wanted = ALLOWED if has_safetensors else (*ALLOWED, *PICKLED)
    size = sum(bytes_ for file, bytes_ in files.items() if any(fnmatch(file, pattern) for pattern in wanted))
    return HubModel(name, info.sha, size, has_safetensors)


def fetch(name: str, revision: str | None = None) -> tuple[Path, str]:
    """Directory and commit of a hub model, fetched into the local cache where it is not there yet.

    Raises:
        LoadError: as `look_up`, or where there are only ``.bin`` weights, or the fetch broke off.
    """
    if (found := find_local(name, revision)) is not None:
        return found
    model = look_up(name, revision)
    if not model.has_safetensors:
        raise LoadError(
            f"{name} has its weights only as .bin, which is not loaded because it can run code; convert it first: "
            f"python -m lmviz.loading.convert {name} DIRECTORY"
        )
    return download(model, ALLOWED), model.commit


def download(model: HubModel, patterns: tuple[str, ...]) -> Path:
    """Fetches the files that match; returns their directory. Raises `LoadError` where the fetch breaks off."""
    try:
        return Path(snapshot_download(model.name, revision=model.commit, allow_patterns=list(patterns)))
    except Exception as error:
        raise LoadError(
            f"fetching {model.name} broke off: {_line(error)}; run it again, and it goes on where it stopped"
        ) from None


@cache
def _unreachable() -> str | None:
    """Why the hub cannot be reached, asked once a process; None where it can."""
    try:
        HfApi().model_info("openai-community/gpt2", timeout=PROBE_SECONDS)
    except OfflineModeIsEnabled:
        return "HF_HUB_OFFLINE is set"
    except RepositoryNotFoundError:
        return None
    except Exception as error:
        return _line(error)
    return None


def _line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
