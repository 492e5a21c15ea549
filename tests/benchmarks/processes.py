"""Each tool in a process of its own, in its own environment, with one thread."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from model_directory import SHAPES

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
BUILD = REPOSITORY / "build" / "benchmarks"


def model_of(shape: str) -> Path:
    """The shape's model directory, made unless it is there.

    In a process of its own: a child's ru_maxrss is never under what its parent held when it was made.
    """
    directory = BUILD / "models" / shape
    arguments = f"Path({str(directory)!r}), SHAPES[{shape!r}]"
    code = f"from pathlib import Path; from model_directory import SHAPES, make_model; make_model({arguments})"
    subprocess.run([sys.executable, "-c", code], cwd=HERE, check=True)
    return directory


def request_of(shape: str) -> dict:
    """What every tool is asked for: the model, the prompt, and how many tokens to generate."""
    sizes = SHAPES[shape]
    return {"model": str(model_of(shape)), "prompt": sizes.prompt, "n_new": sizes.n_new}


def run(script: Path, python: Path, request: dict, name: str, paths: Sequence[Path] = ()) -> dict:
    """What ``script`` measured on ``request`` under that Python, or under ``failure`` what it said instead.

    ``arrays`` is the path of the numbers that the tool found; in ``paths`` imports are sought first.
    """
    output = BUILD / "runs" / f"{name}.json"
    output.parent.mkdir(parents=True, exist_ok=True)
    output.unlink(missing_ok=True)
    environment = {
        **os.environ, "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1",
        "TOKENIZERS_PARALLELISM": "false", "HF_HUB_OFFLINE": "1",
        "PYTHONPATH": os.pathsep.join(str(path) for path in (*paths, HERE)),
    }
    done = subprocess.run(
        [str(python), "-W", "ignore", str(script), json.dumps({**request, "output": str(output)})],
        env=environment, capture_output=True, text=True,
    )
    if not output.is_file():
        return {"failure": (done.stderr.strip().splitlines() or [f"ended with {done.returncode}"])[-1]}
    return {**json.loads(output.read_text()), "arrays": str(output.with_suffix(".npz"))}
