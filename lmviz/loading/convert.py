"""Weights in pickle's ``.bin`` format to safetensors: ``python -m lmviz.loading.convert SOURCE [DESTINATION]``.

A pickle can run code. The files are read with ``weights_only=True``, which refuses everything but tensors, and in a
process of its own, so that a file that breaks the reader does not take the caller down.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from lmviz.loading.checkpoint import TOKENIZER_FILES, WEIGHTS, WEIGHTS_INDEX, read_json
from lmviz.loading.errors import LoadError

_PICKLED, _PICKLED_INDEX = "pytorch_model.bin", "pytorch_model.bin.index.json"
_IN_CHILD = "--in-child"


def convert(source: str | Path, destination: str | Path | None = None) -> Path:
    """Writes the weights of ``source`` as safetensors and returns the directory that holds them.

    Args:
        source: a directory with ``pytorch_model.bin`` or its shards, or ``owner/name`` on the hub.
        destination: where to write, with configuration and tokenizer beside the weights; by default into ``source``.

    Raises:
        LoadError: no such weights, weights that hold something other than tensors, no ``destination`` for a hub model.
    """
    directory = Path(source)
    if not directory.exists() and "/" in str(source) and destination is not None:
        from lmviz.loading import hub

        model = hub.look_up(str(source))
        directory = hub.download(model, (*hub.ALLOWED, *hub.PICKLED))
    if not directory.is_dir():
        raise LoadError(f"no such directory: {directory}; for a model on the hub name a destination too")
    target = directory if destination is None else Path(destination)
    files = _pickled_files(directory)
    target.mkdir(parents=True, exist_ok=True)
    n = len(files)
    names = [WEIGHTS] if n == 1 else [f"model-{i:05d}-of-{n:05d}.safetensors" for i in range(1, n + 1)]
    written = _in_child(directory, list(zip(files, [target / name for name in names], strict=True)))
    if n > 1:
        weight_map = {tensor: name for name, part in zip(names, written, strict=True) for tensor in part["names"]}
        total = sum(part["bytes"] for part in written)
        index = {"metadata": {"total_size": total}, "weight_map": dict(sorted(weight_map.items()))}
        (target / WEIGHTS_INDEX).write_text(json.dumps(index, indent=1) + "\n", encoding="utf-8")
    if target.resolve() != directory.resolve():
        # A directory with a config.json is taken for a whole model: it comes last, so that one killed here is not.
        for name in ("generation_config.json", *TOKENIZER_FILES, "config.json"):
            if (directory / name).is_file():
                unfinished = target / f"{name}.part"
                shutil.copyfile(directory / name, unfinished)
                os.replace(unfinished, target / name)
    return target


def _pickled_files(directory: Path) -> list[Path]:
    index = read_json(directory / _PICKLED_INDEX)
    names = [_PICKLED] if index is None else sorted(set(index.get("weight_map", {}).values()))
    if absent := [name for name in names if Path(name).name != name or not (directory / name).is_file()]:
        raise LoadError(f"no {', '.join(absent)} in {directory}: nothing to convert")
    return [directory / name for name in names]


def _in_child(directory: Path, pairs: list[tuple[Path, Path]]) -> list[dict]:
    paths = [str(path) for pair in pairs for path in pair]
    command = [sys.executable, "-m", "lmviz.loading.convert", _IN_CHILD, *paths]
    package_root = str(Path(__file__).resolve().parents[2])
    search = os.pathsep.join(filter(None, [package_root, os.environ.get("PYTHONPATH")]))
    environment = {**os.environ, "PYTHONPATH": search}
    child = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if child.returncode != 0:
        lines = child.stderr.strip().splitlines()
        reason = lines[-1] if lines else f"the reader ended with status {child.returncode}"
        raise LoadError(f"the weights in {directory} cannot be converted: {reason}")
    return json.loads(child.stdout.splitlines()[-1])


def _convert_file(source: Path, target: Path) -> dict:
    """Reads one ``.bin`` and writes one ``.safetensors``; runs in the child."""
    import torch
    from safetensors.torch import save_file

    try:
        state = torch.load(source, map_location="cpu", weights_only=True)
    except Exception as error:
        words = " ".join(str(error).split())
        raise LoadError(f"{source.name} holds something other than tensors, or is damaged ({words[:200]})") from None
    if not isinstance(state, dict):
        raise LoadError(f"{source.name} holds a {type(state).__name__}, expected a dictionary of tensors by name")
    if others := [str(name) for name, tensor in state.items() if not isinstance(tensor, torch.Tensor)]:
        raise LoadError(f"{others[0]} in {source.name} is not a tensor")
    # Tied tensors share their memory, which safetensors does not allow.
    tensors = {name: tensor.detach().clone(memory_format=torch.contiguous_format) for name, tensor in state.items()}
    unfinished = target.with_name(target.name + ".part")
    save_file(tensors, unfinished, metadata={"format": "pt"})
    os.replace(unfinished, target)
    return {"names": sorted(tensors), "bytes": sum(t.numel() * t.element_size() for t in tensors.values())}


def main(arguments: list[str]) -> int:
    """The command; the exit status is 0, or 1 after one line on standard error."""
    try:
        if arguments[:1] == [_IN_CHILD]:
            paths = [Path(argument) for argument in arguments[1:]]
            print(json.dumps([_convert_file(*pair) for pair in zip(paths[::2], paths[1::2], strict=True)]))
        elif len(arguments) in (1, 2) and not arguments[0].startswith("-"):
            print(convert(*arguments))
        else:
            print("usage: python -m lmviz.loading.convert SOURCE [DESTINATION]", file=sys.stderr)
            return 2
    except (LoadError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
