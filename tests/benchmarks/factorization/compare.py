"""NMF of one entry's neurons, lmviz beside scikit-learn: CPU seconds, objective, and how alike the components are.

    python tests/benchmarks/factorization/compare.py [--rounds 3]

24 layers x 4,096 neurons x 100 positions; 4, 8 and 12 components. The matrix is what a GPT-2 of that shape with random
weights computes on a Japanese text, and ten planted parts, as random weights leave few patterns; it is normalized as
lmviz does. In every round both factor the same float32 matrix, one after the other, on one core with one thread.
scikit-learn runs with its defaults, which is what is timed, and once more from lmviz's start. Components are held
against those from the same start: the defaults begin with a random projection, and of two runs of theirs one may end
in another minimum than the other.
"""

from __future__ import annotations

import os

for _variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[_variable] = "1"

import argparse  # noqa: E402
import json  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
import warnings  # noqa: E402
from collections.abc import Callable  # noqa: E402
from pathlib import Path  # noqa: E402
from statistics import median  # noqa: E402
from typing import Any  # noqa: E402

import numpy as np  # noqa: E402
import torch  # noqa: E402
from scipy.optimize import linear_sum_assignment  # noqa: E402
from sklearn.decomposition import NMF  # noqa: E402

REPOSITORY = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "tests" / "benchmarks")]

from processes import BUILD  # noqa: E402
from rinna_medium_shape import TEXT  # noqa: E402

from lmviz.analyses.factorization import Factorizer  # noqa: E402
from lmviz.analyses.factorization.columns import columns  # noqa: E402

N_LAYERS, N_NEURONS, N_POSITIONS = 24, 4096, 100
NUMBERS = (4, 8, 12)
N_PARTS = 10
PARTS_NORM = 0.6
"""Of the planted parts together, beside that of the activations."""
LEAST_RATIO, MOST_EXCESS, LEAST_COSINE = 4.0, 0.005, 0.99
"""What is promised."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="of both in turn; the median ratio counts")
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    matrix = columns(_activations(), gated=False).normalized
    rounds = []
    for number in range(options.rounds):
        ours, our_seconds = _timed(lambda: _lmviz(matrix))
        theirs, their_seconds = _timed(lambda: _scikit_learn(matrix))
        rounds.append({"lmviz": our_seconds, "scikit-learn": their_seconds, "ratio": their_seconds / our_seconds})
        print(f"[{number + 1}] CPU s: lmviz {our_seconds:.2f}, scikit-learn {their_seconds:.2f}: "
              f"{rounds[-1]['ratio']:.1f} times", file=sys.stderr)
    ratio = median(each["ratio"] for each in rounds)
    rows = _comparisons(matrix, ours, theirs)
    BUILD.mkdir(parents=True, exist_ok=True)
    (BUILD / "factorization.json").write_text(json.dumps({"rounds": rounds, "compared": rows}, indent=1) + "\n")
    print(f"{'components':>10}  {'scikit-learn':16}{'excess of error':>16}{'least cosine':>14}{'iterations':>12}")
    for row in rows:
        print(f"{row['n_components']:10}  {row['against']:16}{row['excess']:16.2e}{row['cosine']:14.4f}"
              f"{row['iterations']:>12}")
    same = [row for row in rows if row["against"] == "the same start"]
    kept = (
        ratio >= LEAST_RATIO
        and all(row["excess"] <= MOST_EXCESS for row in rows)
        and all(abs(row["excess"]) <= MOST_EXCESS and row["cosine"] >= LEAST_COSINE for row in same)
    )
    print(f"{ratio:.1f} times as fast (median); at least {LEAST_RATIO:.0f} times, no error {MOST_EXCESS:.1%} above, "
          f"from the same start within {MOST_EXCESS:.1%} and cosines of {LEAST_COSINE} or more: "
          f"{'yes' if kept else 'NO'}")
    return int(not kept)


def _activations() -> np.ndarray:
    """``[layer, position, neuron]``, position 0 left out."""
    from transformers import GPT2Config, GPT2LMHeadModel

    torch.manual_seed(0)
    config = GPT2Config(
        vocab_size=2000, n_positions=N_POSITIONS + 1, n_embd=1024, n_layer=N_LAYERS, n_head=16, n_inner=N_NEURONS,
        bos_token_id=0, eos_token_id=0,
    )
    network, taken = GPT2LMHeadModel(config).eval(), []
    for block in network.transformer.h:
        block.mlp.c_proj.register_forward_pre_hook(lambda module, inputs: taken.append(inputs[0][0].numpy()))
    ids = torch.tensor([[ord(character) % config.vocab_size for character in TEXT[: N_POSITIONS + 1]]])
    with torch.no_grad():
        network(ids)
    activations = np.stack(taken)[:, 1:]
    rng = np.random.default_rng(0)
    by_position = rng.gamma(2, 1, (N_POSITIONS, N_PARTS)) * (rng.random((N_POSITIONS, N_PARTS)) < 0.15)
    neurons = rng.lognormal(0, 1, (N_LAYERS, N_PARTS, N_NEURONS)) * (rng.random((N_LAYERS, N_PARTS, N_NEURONS)) < 0.1)
    parts = (by_position @ neurons).astype(np.float32)
    size = np.linalg.norm(np.maximum(activations, 0))
    return activations + parts * (PARTS_NORM * size / np.linalg.norm(parts))


def _lmviz(matrix: np.ndarray) -> dict[int, Any]:
    """As an entry does it: what the numbers of components share is computed once."""
    factorizer = Factorizer(matrix)
    return {n: factorizer.fit(n) for n in NUMBERS}


def _scikit_learn(matrix: np.ndarray) -> dict[int, tuple[np.ndarray, np.ndarray, int]]:
    found = {}
    for n in NUMBERS:
        model = NMF(n)
        found[n] = model.fit_transform(matrix), model.components_, model.n_iter_
    return found


def _comparisons(matrix: np.ndarray, ours: dict[int, Any], theirs: dict[int, Any]) -> list[dict[str, Any]]:
    rows, factorizer = [], Factorizer(matrix)
    for n in NUMBERS:
        by_row, by_column = factorizer.start(n)
        model = NMF(n, init="custom")
        same = model.fit_transform(matrix, W=by_row.copy(), H=by_column.copy()), model.components_, model.n_iter_
        own = _error(matrix, ours[n].by_row, ours[n].by_column)
        for against, (rows_found, components, n_iterations) in (("defaults", theirs[n]), ("the same start", same)):
            rows.append({
                "n_components": n, "against": against, "excess": own / _error(matrix, rows_found, components) - 1,
                "cosine": _least_cosine(ours[n].by_column, components),
                "iterations": f"{ours[n].n_iterations} / {n_iterations}",
            })
    return rows


def _error(matrix: np.ndarray, by_row: np.ndarray, by_column: np.ndarray) -> float:
    """Half of the squared error, which is scikit-learn's objective."""
    return 0.5 * sum(
        float(np.square(row - own.astype(np.float64) @ by_column).sum())
        for row, own in zip(matrix, by_row, strict=True)
    )


def _least_cosine(found: np.ndarray, expected: np.ndarray) -> float:
    """Of components matched one to one."""
    found, expected = (each / np.linalg.norm(each, axis=1, keepdims=True) for each in (found, expected))
    cosines = found @ expected.T
    return float(cosines[linear_sum_assignment(-cosines)].min())


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    begun = time.process_time()
    return work(), time.process_time() - begun


if __name__ == "__main__":
    sys.exit(main())
