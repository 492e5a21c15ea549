"""How a gallery's build and site grow: ``python tests/benchmarks/gallery_scale/measure.py [--entries 300 1000 3000]``.

``--no-site`` measures the builds alone: one without work, one of one prompt more, and one of a gallery of one prompt.
Each figure is of a process of its own and of the processes that it started. Processor seconds are what to compare: the
machine may be shared. Everything lies under ``build/benchmarks/gallery-scale/``; the numbers are kept there as JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "tests")]

from copied_drawings import copy_drawings  # noqa: E402
from gallery_of_size import MODELS, make_gallery  # noqa: E402

from gallery.store.store import path_in  # noqa: E402

WORK = REPOSITORY / "build" / "benchmarks" / "gallery-scale"
TIMES = 3
"""Runs of each build, of which the one that took least counts."""


@dataclass
class Cost:
    """Of a command: seconds by the clock, processor seconds, MiB of its largest process."""

    seconds: float
    processor: float
    peak: float


def run(root: Path, *arguments: str) -> Cost:
    """The gallery's command over the gallery under ``root``. Raises ``SystemExit`` where it fails."""
    environment = os.environ | {"LMVIZ_GALLERY_ROOT": str(root), "LC_ALL": "C.UTF-8"}
    command = [sys.executable, str(REPOSITORY / "build_gallery.py"), *arguments]
    with open(WORK / "last-output.txt", "w", encoding="utf-8") as output:
        begun = time.monotonic()
        process = subprocess.Popen(command, env=environment, cwd=REPOSITORY, stdout=output, stderr=output)
        _, status, used = os.wait4(process.pid, 0)
        took = time.monotonic() - begun
    if status:
        raise SystemExit(f"{' '.join(arguments)} failed, see {WORK / 'last-output.txt'}")
    return Cost(took, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def measure(n_entries: int, *, draw: bool, with_site: bool) -> dict:
    """A gallery of so many entries: its computing, a build without work, one prompt more, its site."""
    n_prompts = n_entries // len(MODELS)
    root = make_gallery(WORK / f"{n_prompts * len(MODELS)}", n_prompts)
    found = {"entries": n_prompts * len(MODELS), "computing": vars(run(root, "build", "--no-site"))}
    found["no_op"] = vars(_least([run(root, "build", "--no-site") for _ in range(TIMES)]))
    found["one_more"] = vars(_least([_build_of(root, n_prompts + more) for more in range(1, TIMES + 1)]))
    found["alone"] = vars(_least([_build_alone() for _ in range(TIMES)]))
    make_gallery(root, n_prompts)
    return found | (_measure_site(root, draw=draw) if with_site else {})


def _build_of(root: Path, n_prompts: int) -> Cost:
    """A build of a gallery that had one prompt less, or the same whose last prompt is computed anew."""
    make_gallery(root, n_prompts)
    _forget(root, n_prompts - 1)
    cost = run(root, "build", "--no-site")
    last = json.loads((root / "build/runs.jsonl").read_text(encoding="utf-8").splitlines()[-1])
    computed = [entry["computed"] > 0 for entry in last["entries"]]
    if computed != [True] * len(MODELS):
        raise SystemExit(f"{sum(computed)} entries of {len(computed)} were computed, not those of one prompt")
    return cost


def _forget(root: Path, number: int) -> None:
    for manifest in (root / "build/entries" / f"p{number:05d}").glob("*.json"):
        for figure in json.loads(manifest.read_bytes())["figures"]:
            for key in figure["results"].values():
                path_in(root / "build/results", key).unlink(missing_ok=True)
        manifest.unlink()


def _build_alone() -> Cost:
    """The first build of a gallery of one prompt."""
    root = make_gallery(WORK / "alone", 0)
    shutil.rmtree(root / "build", ignore_errors=True)
    return _build_of(root, 1)


def _least(costs: list[Cost]) -> Cost:
    return min(costs, key=lambda cost: cost.processor)


def _measure_site(root: Path, *, draw: bool) -> dict:
    found = {} if draw else {"copied_drawings": copy_drawings(root)}
    found["site"] = vars(run(root, "site"))
    files = [path for path in (root / "site").rglob("*") if path.is_file()]
    found["pages"] = sum(path.suffix == ".html" for path in files)
    found["site_bytes"] = sum(path.stat().st_size for path in files)
    found["results_bytes"] = sum(path.stat().st_size for path in (root / "build/results").rglob("*") if path.is_file())
    return found


def of_builds(rows: list[dict]) -> str:
    """What one prompt more costs, a line a gallery."""
    return "\n".join(
        f"{row['entries']:,} entries: without work {row['no_op']['processor']:.1f} s; one prompt more "
        f"{row['one_more']['processor']:.1f} s, alone {row['alone']['processor']:.1f} s: "
        f"{100 * (row['one_more']['processor'] / row['alone']['processor'] - 1):+.0f} %"
        for row in rows
    )


def table(rows: list[dict]) -> str:
    """What was measured of builds and sites, as a Markdown table."""
    heads = ("entries", "pages", "build without work", "site", "a page", "peak memory", "site's size", "results")
    lines = [f"| {' | '.join(heads)} |", "|" + "--:|" * len(heads)]
    for row in rows:
        site = row["site"]
        lines.append(
            f"| {row['entries']:,} | {row['pages']:,} | {row['no_op']['processor']:.1f} s | {site['processor']:.0f} s "
            f"| {1000 * site['processor'] / row['pages']:.0f} ms | {site['peak']:.0f} MiB "
            f"| {row['site_bytes'] / 2**20:.0f} MiB | {row['results_bytes'] / 2**20:.1f} MiB |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, nargs="+", default=[300, 1000, 3000])
    parser.add_argument("--draw", action="store_true", help="draw every figure instead of copying drawings")
    parser.add_argument("--no-site", action="store_true", help="measure the builds alone")
    options = parser.parse_args()
    WORK.mkdir(parents=True, exist_ok=True)
    rows = []
    for n_entries in options.entries:
        rows.append(measure(n_entries, draw=options.draw, with_site=not options.no_site))
        about = {"machine": platform.platform(), "cores": os.cpu_count(), "rows": rows}
        (WORK / "measured.json").write_text(json.dumps(about, indent=1), encoding="utf-8")
        print(json.dumps(rows[-1]), flush=True)
    print(of_builds(rows))
    if not options.no_site:
        print(table(rows))


if __name__ == "__main__":
    main()
