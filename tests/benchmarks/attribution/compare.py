"""Attribution in ecco 0.1.2, inseq 0.7.1 and lmviz: CPU seconds, peak memory and scores, side by side.

    python tests/benchmarks/attribution/compare.py [--methods saliency ...] [--tools ecco ...] [--repeats 3]
    python tests/benchmarks/attribution/compare.py --shape medium        # lmviz alone: peak memory at 24 layers

Installs ecco and inseq each in a virtual environment of its own, makes a model directory, and runs all tools in turn,
each run in a fresh process with one thread. Everything lies under build/benchmarks/, the numbers in JSON as well.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from conventions import METHODS, PAIR  # noqa: E402
from environments import ENVIRONMENTS, install, lime_folder  # noqa: E402
from model_directory import SHAPES, Shape  # noqa: E402
from processes import BUILD, REPOSITORY, request_of, run  # noqa: E402
from table import Row, Runs, as_json, print_table, print_yardstick, rows_of  # noqa: E402

MOST_MEMORY = 4 * 1024
"""MiB, for the medium shape."""
_MEDIUM_METHODS = ("integrated_gradients", "saliency", "feature_ablation")
_MEDIUM_STEPS = 16
"""More than pass through the model at once there, so that more would take no more memory."""


def main() -> int:
    options = _options()
    shape = SHAPES[options.shape]
    tools = [] if options.shape == "medium" else options.tools
    pythons = {tool: install(tool, BUILD / tool) for tool in tools} | {"lmviz": Path(sys.executable)}
    methods = options.methods or _default_methods(options.shape)
    most_steps = _MEDIUM_STEPS if options.shape == "medium" else None
    runs = _run_all(_plan(methods, tools), pythons, options, most_steps)
    rows = rows_of(runs, methods, tools)
    _save(rows, runs, shape, options)
    if options.shape == "medium":
        return _memory_only(rows)
    print_table(rows)
    rates = [run["matrix_product_rate"] for each in runs.values() for run in each if "failure" not in run]
    print_yardstick(rows, shape, median(rates))
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--methods", nargs="+", choices=[PAIR, *METHODS], metavar="METHOD", help="by lmviz's names")
    parser.add_argument("--repeats", type=int, help="3 by default, 1 for the medium shape")
    parser.add_argument("--shape", choices=SHAPES, default="small")
    parser.add_argument("--tools", nargs="+", choices=ENVIRONMENTS, default=list(ENVIRONMENTS), help="beside lmviz")
    options = parser.parse_args()
    options.repeats = options.repeats or (1 if options.shape == "medium" else 3)
    return options


def _default_methods(shape: str) -> list[str]:
    """What another tool has and lmviz lists today, or the fast ones where only memory counts."""
    listed = subprocess.run(
        [sys.executable, "-c", "import lmviz; print(*(m.name for m in lmviz.attribution_methods()))"],
        cwd=REPOSITORY, check=True, capture_output=True, text=True,
    ).stdout.split()
    if shape == "medium":
        return list(_MEDIUM_METHODS)
    return [PAIR, *(name for name, method in METHODS.items() if name in listed and (method.ecco or method.inseq))]


def _plan(methods: list[str], tools: list[str]) -> list[tuple[str, tuple[str, ...]]]:
    """Runs in the order in which they go, each once: tool and methods of one trace."""
    plan: dict[tuple[str, tuple[str, ...]], None] = {}
    for method in methods:
        parts = ("saliency", "input_x_gradient") if method == PAIR else (method,)
        plan[("lmviz", parts)] = None
        plan |= {(tool, (part,)): None for part in parts for tool in tools if METHODS[part].name_in(tool)}
    return list(plan)


def _run_all(
    plan: list[tuple[str, tuple[str, ...]]], pythons: dict[str, Path], options: argparse.Namespace,
    most_steps: int | None,
) -> Runs:
    asked = request_of(options.shape)
    runs: Runs = {key: [] for key in plan}
    for repeat in range(options.repeats):
        for number, key in enumerate(plan, 1):
            if any("failure" in run for run in runs[key]):
                continue
            tool, methods = key
            of_all = f"[{repeat + 1}/{options.repeats}, {number}/{len(plan)}]"
            print(f"{of_all} {tool}: {', '.join(methods)}", file=sys.stderr)
            runs[key].append(_run(tool, methods, pythons[tool], asked, SHAPES[options.shape], most_steps))
    return runs


def _run(
    tool: str, methods: tuple[str, ...], python: Path, asked: dict, shape: Shape, most_steps: int | None
) -> dict:
    n_steps = max(METHODS[method].n_steps for method in methods)
    request = {
        **asked, "methods": methods, "names": {method: METHODS[method].name_in(tool) for method in methods},
        "n_steps": min(n_steps, most_steps or n_steps) or None, "product": (3072, shape.width, 4 * shape.width),
    }
    paths = [REPOSITORY] if tool == "lmviz" else [lime_folder(BUILD / tool)] if methods == ("lime",) else []
    return run(HERE / f"run_{tool}.py", python, request, f"{tool}-{'-'.join(methods)}", paths)


def _memory_only(rows: list[Row]) -> int:
    for row in rows:
        print(f"{row.method}: " + (row.failure or f"peak memory {row.peak / 1024:.2f} GiB, {row.seconds:.0f} CPU s"))
    over = [row.method for row in rows if row.failure or not row.peak < MOST_MEMORY]
    print("all under 4 GiB" if not over else f"not under 4 GiB: {', '.join(over)}")
    return int(bool(over))


def _save(rows: list[Row], runs: Runs, shape: Shape, options: argparse.Namespace) -> None:
    path = BUILD / f"attribution-{options.shape}.json"
    every = [{"tool": tool, "methods": methods, "repeats": each} for (tool, methods), each in runs.items()]
    saved = {"shape": vars(shape), "repeats": options.repeats, "rows": as_json(rows), "runs": every}
    path.write_text(json.dumps(saved, indent=1) + "\n")
    print(f"written: {path.relative_to(REPOSITORY)}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
