"""Pages with the figures that compare, on plausible results: ``python tests/figures/preview_comparisons.py DIRECTORY``.

Writes the models' figures under ``models/`` and those of two texts under ``pair/``, in both languages.
"""

from __future__ import annotations

import sys
from pathlib import Path

import fake_comparisons
from preview import write


def write_comparisons(directory: Path) -> None:
    found = fake_comparisons.results()
    write(directory / "models", {kind: each for kind, each in found.items() if kind.startswith("compare_")},
          fake_comparisons.NAMES)
    write(directory / "pair", {kind: each for kind, each in found.items() if kind.startswith("pair_")})


if __name__ == "__main__":
    write_comparisons(Path(sys.argv[1]))
