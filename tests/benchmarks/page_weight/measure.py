"""How heavy the largest entry's page is, and how soon it is there: ``python tests/benchmarks/page_weight/measure.py``.

Everything lies under ``build/benchmarks/page-weight/``; the numbers are kept there as JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
from pathlib import Path
from statistics import median

REPOSITORY = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "tests")]

from compressed import LEVEL, serving  # noqa: E402
from largest_entry import ENTRY, make_gallery, store_attributions  # noqa: E402
from visit import Visit, chromium, visit  # noqa: E402

WORK = REPOSITORY / "build" / "benchmarks" / "page-weight"
WINDOWS = {"desktop": (1440, 900), "phone": (390, 844)}


def run(root: Path, *arguments: str) -> None:
    """The gallery's command over the gallery under ``root``. Raises ``SystemExit`` where it fails."""
    environment = os.environ | {"LMVIZ_GALLERY_ROOT": str(root), "LC_ALL": "C.UTF-8"}
    done = subprocess.run([sys.executable, str(REPOSITORY / "build_gallery.py"), *arguments], env=environment,
                          cwd=REPOSITORY, check=False)
    if done.returncode:
        raise SystemExit(f"build_gallery.py {' '.join(arguments)} failed")


def middle(visits: list[Visit]) -> dict:
    """The median of each number, and every other host that was asked for."""
    found = {name: median(getattr(one, name) for one in visits)
             for name in ("first_view", "whole_page", "largest_paint", "blocking", "scrolling")}
    return found | {"by_type": visits[0].by_type, "elsewhere": sorted({url for one in visits for url in one.elsewhere})}


def table(rows: list[dict]) -> str:
    """The measurements as a Markdown table."""
    heads = ("page", "window", "first view", "whole page", "largest paint", "blocking", "blocking while scrolling")
    lines = [f"| {' | '.join(heads)} |", "|---|---" + "|--:" * (len(heads) - 2) + "|"]
    for row in rows:
        lines.append(
            f"| {row['language']} | {row['window']} | {row['first_view'] / 1000:.0f} KB "
            f"| {row['whole_page'] / 1000:.0f} KB | {row['largest_paint']:.0f} ms "
            f"| {row['blocking']:.0f} ms | {row['scrolling']:.0f} ms |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visits", type=int, default=5, help="of each page in each window; the median counts")
    parser.add_argument("--compute", action="store_true", help="compute attributions too, which takes long")
    options = parser.parse_args()
    root = make_gallery(WORK / ("computed" if options.compute else "made-up"), factors=True)
    if not options.compute:
        store_attributions(root)
    run(root, "build", "--no-site")
    run(root, "site")
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    rows = []
    with serving(root / "site") as base, chromium() as browser:
        for language, prefix in (("ja", ""), ("en", "en/")):
            for window, size in WINDOWS.items():
                visits = [visit(browser, base, f"{prefix}{ENTRY}/", *size) for _ in range(options.visits)]
                rows.append({"language": language, "window": window, **middle(visits)})
                print(json.dumps(rows[-1]), flush=True)
    about = {"machine": platform.platform(), "cores": os.cpu_count(), "gzip": LEVEL,
             "processor_seconds": used.ru_utime + used.ru_stime, "rows": rows}
    (WORK / "measured.json").write_text(json.dumps(about, indent=1), encoding="utf-8")
    print(f"gzip level {LEVEL}; computing and writing took {about['processor_seconds']:.0f} s of processor time")
    print(table(rows))


if __name__ == "__main__":
    main()
