"""ecco and inseq, each installed as released in a virtual environment of its own."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

TORCH = "torch==2.13.0"


@dataclass(frozen=True)
class Environment:
    """What is installed, in this order.

    Attributes:
        alone: without what it asks for.
        packages: with what they ask for.
        lime_only: without what they ask for, in a folder beside the environment that only LIME sees.
    """

    alone: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    lime_only: tuple[str, ...] = ()


ENVIRONMENTS = {
    # ecco asks for PyYAML 5.4 and scikit-learn 0.23, which no longer build; with these it runs unmodified.
    "ecco": Environment(
        alone=("ecco==0.1.2",),
        packages=(
            TORCH, "transformers==4.30.2", "captum==0.9.0", "numpy==1.26.4", "protobuf==3.20.3", "matplotlib==3.8.4",
            "seaborn==0.13.2", "scikit-learn==1.5.2", "pandas==2.2.3", "PyYAML==6.0.2", "ipython==8.29.0",
        ),
    ),
    # scikit-learn is not among inseq's requirements, but its LIME needs it. It would make all of inseq larger, as
    # transformers imports scipy where there is one.
    "inseq": Environment(
        packages=(TORCH, "inseq==0.7.1", "transformers==5.23.0", "captum==0.9.0", "numpy==2.4.6"),
        lime_only=(
            "scikit-learn==1.9.1", "scipy==1.17.1", "joblib==1.6.0", "threadpoolctl==3.8.0", "narwhals==2.29.0",
            "cloudpickle==3.1.2",
        ),
    ),
}


def install(tool: str, directory: Path) -> Path:
    """The environment's Python, installed unless it is there. Raises ``SystemExit`` with pip's words."""
    environment = ENVIRONMENTS[tool]
    python, stamp = directory / "bin" / "python", directory / "installed.json"
    wanted = json.dumps(vars(environment))
    if python.is_file() and stamp.is_file() and stamp.read_text() == wanted:
        return python
    print(f"installing {tool} in {directory} (minutes the first time)", flush=True)
    base = _python311()
    # Debian ships venv without pip's own wheel unless python3-venv is there: the other Python's pip installs into it.
    made = subprocess.run([base, "-m", "venv", "--clear", directory], capture_output=True)
    if made.returncode:
        _run(base, "-m", "venv", "--clear", "--without-pip", directory)
    own = (directory / "bin" / "pip").is_file()
    pip = [python, "-m", "pip"] if own else [base, "-m", "pip", "--python", python]
    for options, packages in (
        (["--no-deps"], environment.alone),
        ([], environment.packages),
        (["--no-deps", "--target", lime_folder(directory)], environment.lime_only),
    ):
        if packages:
            _run(*pip, "install", "--quiet", "--disable-pip-version-check", *options, *packages)
    stamp.write_text(wanted)
    return python


def lime_folder(directory: Path) -> Path:
    """Where packages lie that only LIME sees."""
    return directory / "lime"


def _python311() -> str:
    """ecco's versions have wheels for Python 3.11 and none later."""
    if sys.version_info[:2] == (3, 11):
        return sys.executable
    found = shutil.which("python3.11")
    if found is None:
        raise SystemExit("ecco's versions need Python 3.11; there is no python3.11 on the path: install it")
    return found


def _run(*command: object) -> None:
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))} failed:\n{done.stderr[-2000:]}")
