"""The steps of loading: files, tokenizer, weights, architecture, checks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import contextmanager
from pathlib import Path

import torch
import transformers
from transformers import activations

from lmviz.language_model import LanguageModel
from lmviz.loading import architectures, checks, hub
from lmviz.loading.checkpoint import Checkpoint, open_checkpoint, read_json
from lmviz.loading.errors import LoadError, is_out_of_memory
from lmviz.loading.tokenizers import Tokenizer, load_tokenizer

_DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}
_DEVICE = re.compile(r"cpu|(cuda|mps|xpu)(:\d+)?")
_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")


def load_language_model(
    name_or_directory: str | Path, *, device: str, dtype: str | torch.dtype | None, revision: str | None,
    start: str | None, lower_case: bool, architecture: Mapping[str, str] | object | None, token_prefix: str | None,
) -> LanguageModel:
    """See `lmviz.load`."""
    if not isinstance(name_or_directory, (str, Path)) or not str(name_or_directory).strip():
        raise LoadError(f"a model is named by a directory or by owner/name on the hub, not by {name_or_directory!r}")
    chosen_dtype, chosen_device = _dtype(dtype), _device(device)
    name = str(name_or_directory)
    directory = Path(name_or_directory)
    if not directory.exists() and isinstance(name_or_directory, str) and _HUB_ID.fullmatch(name):
        directory, revision = hub.fetch(name, revision)
    elif revision is not None:
        raise LoadError(f"revision={revision!r} is for models on the hub; {directory} is a directory")
    else:
        name = directory.resolve().name
    checkpoint = open_checkpoint(directory)
    parts = architectures.find(checkpoint.config["model_type"], architecture)
    tokenizer = load_tokenizer(directory, lower_case=lower_case, token_prefix=token_prefix)
    start_token = _start(start, parts, tokenizer, checkpoint)
    try:
        network = _network(checkpoint, parts, chosen_dtype, chosen_device)
        checks.finite_weights(network, name)
        model = LanguageModel(
            network=network, architecture=parts, tokenizer=tokenizer, name=name, directory=directory,
            revision=revision, start=start_token, eos_ids=_eos_ids(checkpoint, tokenizer),
        )
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        size = sum(path.stat().st_size for path in checkpoint.weights) / 2**30
        raise LoadError(
            f"out of memory on {chosen_device} while loading {directory} ({size:.1f} GiB of weights); "
            "try dtype='bfloat16', another device, or a smaller model"
        ) from None
    checks.run(model)
    return model


def _dtype(dtype: str | torch.dtype | None) -> torch.dtype:
    name = "float32" if dtype is None else str(dtype).removeprefix("torch.")
    if name not in _DTYPES:
        raise LoadError(f"dtype is 'float32' or 'bfloat16', not {dtype!r}")
    return _DTYPES[name]


def _device(device: str) -> torch.device:
    name = ("cuda" if torch.cuda.is_available() else "cpu") if device == "auto" else str(device)
    if not _DEVICE.fullmatch(name):
        raise LoadError(f"device is 'auto', 'cpu', 'cuda', or one of several GPUs such as 'cuda:1', not {device!r}")
    try:
        chosen = torch.device(name)
        torch.empty(0, device=chosen)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        reason = str(error).splitlines()[0]
        raise LoadError(f"device {device!r} cannot be used here ({reason}); try device='cpu'") from None
    return chosen


def _network(
    checkpoint: Checkpoint, parts: architectures.Architecture, dtype: torch.dtype, device: torch.device
) -> transformers.PreTrainedModel:
    # TF32 has 10 bits of mantissa: lens and logits would differ by more than float32 explains.
    torch.set_float32_matmul_precision("highest")
    torch.backends.cudnn.allow_tf32 = False
    try:
        with _quiet():
            network, report = transformers.AutoModelForCausalLM.from_pretrained(
                checkpoint.directory, dtype=dtype, attn_implementation=parts.attention, use_safetensors=True,
                trust_remote_code=False, local_files_only=True, output_loading_info=True,
                ignore_mismatched_sizes=True,  # they are reported, and refused below by name
            )
        network.to(device)
    except Exception as error:
        if is_out_of_memory(error):
            raise
        reason = " ".join(str(error).split())[:300] or type(error).__name__
        raise LoadError(f"the weights in {checkpoint.directory} cannot be read: {reason}") from None
    for key, what in (("missing_keys", "lack"), ("mismatched_keys", "have in another shape")):
        if report.get(key):
            names = sorted(str(entry if isinstance(entry, str) else entry[0]) for entry in report[key])
            raise LoadError(
                f"the weights in {checkpoint.directory} {what} {len(names)} of the tensors that config.json asks for, "
                f"such as {names[0]}; the files belong to another model or are incomplete"
            )
    network.eval()
    network.requires_grad_(False)
    _fuse_activations(network)
    return network


def _fuse_activations(network: torch.nn.Module) -> None:
    """GELU's tanh form in one kernel, where transformers writes it out in seven: a third of a backward pass saved.

    The function is the same, the last bits are not.
    """
    for module in network.modules():
        for name, child in module.named_children():
            if isinstance(child, (activations.NewGELUActivation, activations.FastGELUActivation)):
                setattr(module, name, torch.nn.GELU(approximate="tanh"))


@contextmanager
def _quiet():
    """No progress bars and no advice from transformers: what matters is raised."""
    level, bars = transformers.logging.get_verbosity(), transformers.logging.is_progress_bar_enabled()
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    try:
        yield
    finally:
        transformers.logging.set_verbosity(level)
        if bars:
            transformers.logging.enable_progress_bar()


def _start(
    asked: str | None, parts: architectures.Architecture, tokenizer: Tokenizer, checkpoint: Checkpoint
) -> tuple[str, tuple[int, ...]]:
    """The name of the start token and its ids."""
    ids = {
        "bos": _first(tokenizer.bos_id, checkpoint.config.get("bos_token_id")),
        "eos": _first(tokenizer.eos_id, checkpoint.config.get("eos_token_id")),
    }
    if asked is None:
        settings = read_json(checkpoint.directory / "tokenizer_config.json") or {}
        adds_bos = settings.get("add_bos_token")
        asked = parts.start if adds_bos is None else "bos" if adds_bos else "none"
        if ids.get(asked, 0) is None:
            asked = "none"
    elif asked not in ("none", "bos", "eos"):
        raise LoadError(f"start is 'none', 'bos' or 'eos', not {asked!r}")
    if asked == "none":
        return "none", ()
    if ids[asked] is None:
        raise LoadError(f"start is {asked!r}, but neither tokenizer nor config in {checkpoint.directory} names it")
    return asked, (ids[asked],)


def _eos_ids(checkpoint: Checkpoint, tokenizer: Tokenizer) -> tuple[int, ...]:
    """What the files say ends a text: a config class's default may be an ordinary token of this vocabulary."""
    generation = read_json(checkpoint.directory / "generation_config.json") or {}
    for stated in (generation.get("eos_token_id"), checkpoint.config.get("eos_token_id"), tokenizer.eos_id):
        if stated is not None:
            return tuple(stated) if isinstance(stated, list) else (stated,)
    return ()


def _first(token_id: int | None, configured: int | list[int] | None) -> int | None:
    if token_id is not None:
        return token_id
    return configured[0] if isinstance(configured, list) and configured else configured
