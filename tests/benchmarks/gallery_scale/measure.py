"""How a gallery's build and site grow: ``python tests/benchmarks/gallery_scale/measure.py [--entries 300 1000 3000]``.

Each figure is of a process of its own and of the processes that it started. Processor seconds are what to compare: the
machine may be shared. Everything lies under ``build/benchmarks/gallery-scale/``; the numbers are kept there as JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "tests")]

from copied_drawings import copy_drawings  # noqa: E402
from gallery_of_size import MODELS, make_gallery  # noqa: E402

WORK = REPOSITORY / "build" / "benchmarks" / "gallery-scale"


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


def measure(n_entries: int, *, draw: bool) -> dict:
    """A gallery of so many entries: its computing, a build without work, one prompt more, its site."""
    n_prompts = n_entries // len(MODELS)
    root = make_gallery(WORK / f"{n_prompts * len(MODELS)}", n_prompts)
    found = {"entries": n_prompts * len(MODELS), "computing": vars(run(root, "build", "--no-site"))}
    found["no_op"] = vars(min((run(root, "build", "--no-site") for _ in range(3)), key=lambda cost: cost.processor))
    make_gallery(root, n_prompts + 1)
    found["one_more"] = vars(run(root, "build", "--no-site")) | _last_run(root)
    make_gallery(root, n_prompts)
    if not draw:
        found["copied_drawings"] = copy_drawings(root)
    found["site"] = vars(run(root, "site"))
    files = [path for path in (root / "site").rglob("*") if path.is_file()]
    found["pages"] = sum(path.suffix == ".html" for path in files)
    found["site_bytes"] = sum(path.stat().st_size for path in files)
    found["results_bytes"] = sum(path.stat().st_size for path in (root / "build/results").rglob("*") if path.is_file())
    return found


def _last_run(root: Path) -> dict:
    """What the last build of the log computed: entries, results, and seconds of its workers."""
    last = json.loads((root / "build/runs.jsonl").read_text(encoding="utf-8").splitlines()[-1])
    return {"n_entries": len(last["entries"]), "n_results": sum(entry["computed"] for entry in last["entries"]),
            "worker_seconds": sum(entry["seconds"] for entry in last["entries"])}


def table(rows: list[dict]) -> str:
    """The measurements as a Markdown table."""
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
    options = parser.parse_args()
    WORK.mkdir(parents=True, exist_ok=True)
    rows = []
    for n_entries in options.entries:
        rows.append(measure(n_entries, draw=options.draw))
        about = {"machine": platform.platform(), "cores": os.cpu_count(), "rows": rows}
        (WORK / "measured.json").write_text(json.dumps(about, indent=1), encoding="utf-8")
        print(json.dumps(rows[-1]), flush=True)
    print(table(rows))


if __name__ == "__main__":
    main()
