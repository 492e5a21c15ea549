"""What all runners share: CPU seconds and peak memory of this process, loading apart from work, and what was found.

Imported in the environments of ecco and inseq as well: standard library and NumPy only.
"""

from __future__ import annotations

import builtins
import json
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np


class ImportClock:
    """CPU seconds of imports that happen while it is on, however late a library makes them."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._inside = False
        self._import = builtins.__import__

    def __enter__(self) -> ImportClock:
        builtins.__import__ = self._timed
        return self

    def __exit__(self, *error: object) -> None:
        builtins.__import__ = self._import

    def _timed(self, *arguments, **keywords):
        if self._inside:
            return self._import(*arguments, **keywords)
        known, begun, self._inside = len(sys.modules), time.process_time(), True
        try:
            return self._import(*arguments, **keywords)
        finally:
            self._inside = False
            if len(sys.modules) != known:
                self.seconds += time.process_time() - begun


def peak() -> float:
    """MiB, of the whole process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


Work = Callable[[], tuple[list[int], dict[str, dict[str, np.ndarray]]]]
"""What is measured: it gives token ids, and arrays by method (or analysis) and name."""


def measure(request: dict, load: Callable[[dict], Work]) -> None:
    """Loads, then works, and writes what it took beside what it found: ``REQUEST["output"]`` .json and .npz.

    ``REQUEST["rounds"]``, where it is given, says how often to work again in turn with one product of matrices of the
    sizes in ``product``. What is raised is an answer too: one line, under ``failure``.
    """
    output = Path(request["output"])
    measured: dict[str, float | str | list] = {}
    try:
        work = load(request)
        measured["loading_seconds"], measured["loading_peak"] = time.process_time(), peak()
        with ImportClock() as imports:
            begun = time.process_time()
            token_ids, scores = work()
            measured["seconds"] = time.process_time() - begun - imports.seconds
        measured["late_import_seconds"], measured["peak"] = imports.seconds, peak()
        measured["token_ids"] = token_ids
        arrays = {f"{method}/{name}": array for method, by_name in scores.items() for name, array in by_name.items()}
        np.savez(output.with_suffix(".npz"), **arrays)
        measured["matrix_product_rate"] = _matrix_product_rate(*request["product"])
        measured["rounds"] = _in_turn(work, request["product"], request.get("rounds", 0))
    except Exception as error:
        measured["failure"] = f"{type(error).__name__}: {' '.join(str(error).split())}"
    output.with_suffix(".json").write_text(json.dumps(measured))


def request_of_command_line() -> dict:
    """The one argument, read as JSON, once torch is told to use a single thread, and this process a single core."""
    import torch

    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})

    torch.set_num_threads(1)
    return json.loads(sys.argv[1])


def by_target(rows: list[np.ndarray], n_positions: int) -> np.ndarray:
    """Rows of growing length as one array ``[target, position]``, 0 from the target on."""
    full = np.zeros((len(rows), n_positions))
    for number, row in enumerate(rows):
        full[number, : len(row)] = row
    return full


def _in_turn(work: Work, product: tuple[int, int, int], n_rounds: int) -> list[tuple[float, float]]:
    """CPU seconds of each round: of the work, and of ``[rows, in] @ [in, out]`` in float32."""
    import torch

    n_rows, n_in, n_out = product
    left, right = torch.ones(n_rows, n_in), torch.ones(n_in, n_out)
    rounds = []
    for _ in range(n_rounds):
        begun = time.process_time()
        work()
        between = time.process_time()
        left @ right
        rounds.append((between - begun, time.process_time() - between))
    return rounds


def _matrix_product_rate(n_rows: int, n_in: int, n_out: int) -> float:
    """Floating-point operations a CPU second of ``[rows, in] @ [in, out]`` in float32, for about 0.3 s."""
    import torch

    left, right = torch.ones(n_rows, n_in), torch.ones(n_in, n_out)
    left @ right
    begun, n_products = time.process_time(), 0
    while time.process_time() - begun < 0.3:
        left @ right
        n_products += 1
    return 2.0 * n_rows * n_in * n_out * n_products / (time.process_time() - begun)
