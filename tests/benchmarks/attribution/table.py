"""What was measured, as rows for people and for programs."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from statistics import median

import numpy as np
from conventions import METHODS, PAIR, largest_difference
from model_directory import Shape
from operations import needed

Runs = dict[tuple[str, tuple[str, ...]], list[dict]]
"""What the runs of a tool on some methods wrote, in the order in which they ran."""


@dataclass(frozen=True)
class Row:
    """A tool on a method; numbers are medians over the repeats.

    Attributes:
        seconds: CPU seconds, user and system, generation included, imports and loading not. Of the pair, for tools that
            take one method a run, of both runs together.
        ratio: as many times what lmviz takes.
        peak: MiB, of the whole process (``ru_maxrss``).
        loading_peak: MiB, before any work.
        loading_seconds: CPU seconds, imports included.
        difference: largest, see `conventions`; or why there is none.
        failure: what the tool said instead.
    """

    method: str
    tool: str
    seconds: float = float("nan")
    ratio: float = float("nan")
    peak: float = float("nan")
    loading_peak: float = float("nan")
    loading_seconds: float = float("nan")
    difference: float | str = ""
    failure: str = ""


def rows_of(runs: Runs, methods: list[str], tools: list[str]) -> list[Row]:
    """A row for each method and each tool that has it, lmviz first."""
    rows = []
    for method in methods:
        parts = ("saliency", "input_x_gradient") if method == PAIR else (method,)
        mine = _row(method, "lmviz", [runs[("lmviz", parts)]], None)
        rows.append(mine)
        for tool in tools:
            own = [runs[(tool, (part,))] for part in parts if (tool, (part,)) in runs]
            if own:
                rows.append(_row(method, tool, own, runs[("lmviz", parts)], mine.seconds))
    return rows


def _row(method: str, tool: str, together: list[list[dict]], ours: list[dict] | None, seconds: float = 0.0) -> Row:
    failures = [run["failure"] for repeats in together for run in repeats if "failure" in run]
    if failures:
        return Row(method, tool, failure=failures[0])
    took = sum(median(run["seconds"] for run in repeats) for repeats in together)
    return Row(
        method, tool, took, took / seconds if ours else 1.0,
        *(max(median(run[key] for run in repeats) for repeats in together) for key in ("peak", "loading_peak")),
        sum(median(run["loading_seconds"] for run in repeats) for repeats in together),
        _difference(method, together, ours) if ours and "failure" not in ours[0] else "",
    )


def _difference(method: str, together: list[list[dict]], ours: list[dict]) -> float | str:
    if method != PAIR and METHODS[method].apart:
        return METHODS[method].apart
    if any(run["token_ids"] != ours[0]["token_ids"] for repeats in together for run in repeats):
        return "other token ids"
    mine, found = np.load(ours[0]["arrays"]), []
    for repeats in together:
        theirs = np.load(repeats[0]["arrays"])
        for part in sorted({key.split("/")[0] for key in theirs.files}):
            found.append(largest_difference(part, _arrays(mine, part), _arrays(theirs, part)))
    return max(found)


def _arrays(loaded: np.lib.npyio.NpzFile, method: str) -> dict[str, np.ndarray]:
    return {key.split("/")[1]: loaded[key] for key in loaded.files if key.split("/")[0] == method}


def print_table(rows: list[Row]) -> None:
    head = ("method", "tool", "CPU s", "ratio", "peak MiB", "of it loading", "largest difference of scores")
    lines = [head]
    for row in rows:
        if row.failure:
            lines.append((row.method, row.tool, "fails", "", "", "", row.failure[:110]))
            continue
        difference = row.difference if isinstance(row.difference, str) else f"{row.difference:.1e}"
        ratio = "" if row.tool == "lmviz" else f"{row.ratio:.2f}"
        memory = f"{row.peak:.0f}", f"{row.loading_peak:.0f}"
        lines.append((row.method, row.tool, f"{row.seconds:.2f}", ratio, *memory, difference))
    widths = [max(len(line[i]) for line in lines) for i in range(6)]
    last = ""
    for line in lines:
        cells = [line[0] if line[0] != last else "", *line[1:]]
        last = line[0]
        left, right = cells[:2], cells[2:6]
        print("  ".join([
            *(cell.ljust(width) for cell, width in zip(left, widths, strict=False)),
            *(cell.rjust(width) for cell, width in zip(right, widths[2:], strict=True)), cells[6],
        ]).rstrip())


def print_yardstick(rows: list[Row], shape: Shape, rate: float) -> None:
    """What each method needs at the rate of a matrix product, beside what lmviz takes."""
    print(f"\nmatrix product in the same runs: {rate / 1e9:.0f} GFLOP a CPU second")
    for row in rows:
        method = "saliency" if row.method == PAIR else row.method
        operations = needed(method, shape, METHODS[method].n_steps)
        if row.tool == "lmviz" and not row.failure and operations is not None:
            least = operations / rate
            print(
                f"{row.method}: needs {operations / 1e9:.1f} GFLOP, {least:.2f} s at that rate; lmviz takes "
                f"{row.seconds / least:.1f} times as long"
            )


def as_json(rows: list[Row]) -> list[dict]:
    """NaN as null."""
    return [
        {key: None if isinstance(value, float) and np.isnan(value) else value for key, value in asdict(row).items()}
        for row in rows
    ]
