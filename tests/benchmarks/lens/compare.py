"""The logit lens in ecco 0.1.2 and lmviz: predictions, ranks and watched words at every layer, side by side.

    python tests/benchmarks/lens/compare.py [--repeats 3] [--rounds 15]
    python tests/benchmarks/lens/compare.py --shape medium        # lmviz alone: peak memory at 24 layers

Installs ecco in a virtual environment of its own, makes a model directory, and runs both in turn, each run in a fresh
process with one thread on one core. Everything lies under build/benchmarks/, the numbers in JSON as well.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from statistics import median

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from environments import install  # noqa: E402
from model_directory import SHAPES  # noqa: E402
from processes import BUILD, REPOSITORY, request_of, run  # noqa: E402

WORDS = (" cow", " dog", " pub", " hut")
"""A token each."""
TOP_K = 10
LEAST_RATIO, MOST_PRODUCTS, MOST_MEMORY = 8.0, 2.0, 2 * 1024
"""What is promised: times as fast as ecco, matrix products, MiB at the medium shape."""
LMVIZ = {
    "lmviz": {"final_norm": True, "all": False},
    "lmviz, no norm as in ecco": {"final_norm": False, "all": False},
    "lmviz, all measures": {"final_norm": True, "all": True},
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=3, help="processes of each; medians are taken")
    parser.add_argument("--rounds", type=int, default=15, help="of lmviz in turn with the matrix product, a process")
    parser.add_argument("--shape", choices=SHAPES, default="small")
    options = parser.parse_args()
    runs = _run_all(options)
    path = BUILD / f"lens-{options.shape}.json"
    path.write_text(json.dumps({"shape": vars(SHAPES[options.shape]), "runs": runs}, indent=1) + "\n")
    print(f"written: {path.relative_to(REPOSITORY)}", file=sys.stderr)
    if failures := [f"{name}: {run['failure']}" for name, each in runs.items() for run in each if "failure" in run]:
        print("\n".join(failures))
        return 1
    return _memory(runs) if options.shape == "medium" else _small(runs)


def _run_all(options: argparse.Namespace) -> dict[str, list[dict]]:
    shape, medium = SHAPES[options.shape], options.shape == "medium"
    n_rows = shape.n_layers * (shape.n_prompt + shape.n_new)
    request = {
        **request_of(options.shape), "words": WORDS, "top_k": TOP_K,
        "product": (n_rows, shape.width, shape.vocabulary_size),
    }
    ecco = None if medium else install("ecco", BUILD / "ecco")
    runs: dict[str, list[dict]] = {}
    for repeat in range(1 if medium else options.repeats):
        for number, (name, settings) in enumerate(LMVIZ.items()):
            print(f"[{repeat + 1}] {name}", file=sys.stderr)
            own = {**request, **settings, "rounds": 0 if medium else options.rounds}
            found = run(HERE / "run_lmviz.py", Path(sys.executable), own, f"lens-lmviz-{number}", [REPOSITORY])
            runs.setdefault(name, []).append(found)
        if ecco:
            print(f"[{repeat + 1}] ecco", file=sys.stderr)
            runs.setdefault("ecco", []).append(run(HERE / "run_ecco.py", ecco, request, "lens-ecco"))
    return runs


def _small(runs: dict[str, list[dict]]) -> int:
    """Beside ecco the first time counts, as it is ecco's only one; beside the matrix product, the later rounds."""
    first, again, theirs = {}, {}, _median(runs["ecco"], "seconds")
    print(f"{'':28}{'CPU s':>8}{'ecco takes':>13}{'in matrix products':>20}{'peak MiB':>10}{'of it loading':>15}")
    for name, each in runs.items():
        seconds = _median(each, "seconds")
        first[name] = theirs / seconds
        rounds = [ours / product for run in each for ours, product in run["rounds"]]
        again[name] = median(rounds) if rounds else float("nan")
        ratio, products = (f"{first[name]:.1f} times", f"{again[name]:.2f}") if rounds else ("", "")
        memory = f"{_median(each, 'peak'):10.0f}{_median(each, 'loading_peak'):15.0f}"
        print(f"{name:28}{seconds:8.3f}{ratio:>13}{products:>20}{memory}")
    print(_agreement(runs["ecco"][0], runs["lmviz, no norm as in ecco"][0]))
    kept = first["lmviz"] >= LEAST_RATIO and again["lmviz"] <= MOST_PRODUCTS
    print(f"at least {LEAST_RATIO:.0f} times and at most {MOST_PRODUCTS:.0f} products: {'yes' if kept else 'NO'}")
    return int(not kept)


def _agreement(theirs: dict, ours: dict) -> str:
    """Of the positions that both have."""
    if theirs["token_ids"] != ours["token_ids"]:
        return "other token ids: nothing to compare"
    ecco, lmviz = (np.load(run["arrays"]) for run in (theirs, ours))
    ranks, watched = ecco["lens/ranks"], ecco["lens/watched"]
    own = lmviz["lens/ranks"][:, -ranks.shape[1] :]
    probabilities = lmviz["lens/probabilities"][:, -ranks.shape[1] :]
    apart = np.abs(ranks - own).max(), np.abs(watched - lmviz["lens/watched"]).max()
    return (
        f"largest differences: ranks {apart[0]}, of watched words {apart[1]}; "
        f"probabilities {np.abs(probabilities - ecco['lens/probabilities']).max():.1e}"
    )


def _memory(runs: dict[str, list[dict]]) -> int:
    for name, (found,) in runs.items():
        print(f"{name}: peak memory {found['peak'] / 1024:.2f} GiB, {found['seconds']:.1f} CPU s")
    kept = all(found["peak"] < MOST_MEMORY for (found,) in runs.values())
    print(f"under {MOST_MEMORY / 1024:.0f} GiB: {'yes' if kept else 'NO'}")
    return int(not kept)


def _median(runs: list[dict], key: str) -> float:
    return median(run[key] for run in runs)


if __name__ == "__main__":
    sys.exit(main())
