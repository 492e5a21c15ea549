"""How heavy the largest entry's page is, and how soon it is there: ``python tests/benchmarks/page_weight/measure.py``.

Everything lies under ``build/benchmarks/page-weight/``; the numbers are kept there as JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
from statistics import median

from compressed import LEVEL, serving
from largest_site import ENTRY, WORK, largest_site
from visit import Visit, chromium, visit

WINDOWS = {"desktop": (1440, 900), "phone": (390, 844)}


def middle(visits: list[Visit]) -> dict:
    """The median of each number, and every other host that was asked for."""
    found = {name: median(getattr(one, name) for one in visits)
             for name in ("first_view", "whole_page", "largest_paint", "blocking", "main_thread")}
    return found | {"by_type": visits[0].by_type, "elsewhere": sorted({url for one in visits for url in one.elsewhere})}


def table(rows: list[dict]) -> str:
    """The measurements as a Markdown table."""
    heads = ("page", "window", "first view", "whole page", "largest paint", "blocking", "main thread")
    lines = [f"| {' | '.join(heads)} |", "|---|---" + "|--:" * (len(heads) - 2) + "|"]
    for row in rows:
        lines.append(
            f"| {row['language']} | {row['window']} | {row['first_view'] / 1000:.0f} KB "
            f"| {row['whole_page'] / 1000:.0f} KB | {row['largest_paint']:.0f} ms "
            f"| {row['blocking']:.0f} ms | {row['main_thread']:.0f} ms |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visits", type=int, default=5, help="of each page in each window; the median counts")
    parser.add_argument("--compute", action="store_true", help="compute attributions too, which takes long")
    options = parser.parse_args()
    site = largest_site(compute=options.compute)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    rows = []
    with serving(site) as base, chromium() as browser:
        for language, prefix in (("ja", ""), ("en", "en/")):
            for window, size in WINDOWS.items():
                visit(browser, base, f"{prefix}{ENTRY}/", *size)  # the server has all it sends compressed by then
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
