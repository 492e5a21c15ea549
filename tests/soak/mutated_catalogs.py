"""Mutated catalogs through `check`: whatever a catalog says, the command ends at once, with exit status 2 and a file,
line and column for each problem, or with 0 where a second reading (`second_reading.py`) finds the catalog valid too.

    python tests/soak/mutated_catalogs.py [--catalogs 10000] [--commands 200] [--seed 0]

Catalogs are read in this one process, half of them changed by Hypothesis; commands each start
`python build_gallery.py check`.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import random
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "tests"), str(Path(__file__).parent)]

import hypothesis  # noqa: E402
from catalog_mutator import TEXTS, Catalog, mutated, places_of, written  # noqa: E402
from every_key import add_every_key  # noqa: E402
from hypothesis import HealthCheck, given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402
from miniature import make_miniature  # noqa: E402
from miniature_comparisons import add_comparisons  # noqa: E402
from miniature_studies import add_studies  # noqa: E402
from second_reading import why_invalid  # noqa: E402

LONGEST = 5.0
"""Seconds of computing that one check may take."""
STUCK = 60
"""Seconds after which a check is stopped, computing or waiting, on a machine however busy."""
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.integers(-3, 70) | st.floats() | st.text(max_size=30)
    | st.sampled_from(TEXTS),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=8) | st.sampled_from(TEXTS), inner),
    max_leaves=12,
)
PLACED = re.compile(r"(?P<file>(?:gallery/catalog|models/tiny)[^:]*):(?P<line>\d+):(?P<column>\d+): \S.*")


class Stuck(BaseException):
    """Raised in a check that does not end; nothing in it may catch it."""


@dataclass(frozen=True)
class Outcome:
    """What a check did: exit status, what it printed on each stream, and the seconds it computed."""

    status: int
    out: str
    err: str
    seconds: float


class Gallery:
    """A miniature gallery under ``root`` whose catalog is written anew for each check."""

    def __init__(self, root: Path):
        self.root = add_every_key(add_studies(add_comparisons(make_miniature(root))))
        (root / "models/out").symlink_to(tempfile.gettempdir())
        (root / "models/loop").symlink_to("loop")
        self.directory = root / "gallery/catalog"
        self.original: Catalog = {
            path.relative_to(self.directory).as_posix(): path.read_bytes()
            for path in sorted(self.directory.rglob("*.*"))
        }
        self.there = dict(self.original)

    def write(self, catalog: Catalog) -> None:
        for name in self.there.keys() - catalog.keys():
            (self.directory / name).unlink()
        for name, data in catalog.items():
            if self.there.get(name) != data:
                (self.directory / name).write_bytes(data)
        self.there = dict(catalog)

    def check_here(self, language: str = "ja") -> Outcome:
        """The command's own ``main``, in this process."""
        from gallery.command.main import main

        out, err = io.StringIO(), io.StringIO()
        os.environ.update(LMVIZ_GALLERY_ROOT=str(self.root), LC_ALL=f"{language}.UTF-8")
        signal.signal(signal.SIGALRM, _stuck)
        signal.alarm(STUCK)
        began = time.process_time()
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                status = main(["check"])
        finally:
            signal.alarm(0)
        return Outcome(status, out.getvalue(), err.getvalue(), time.process_time() - began)

    def check_by_command(self, language: str = "ja") -> Outcome:
        """``python build_gallery.py check``."""
        environment = {**os.environ, "LMVIZ_GALLERY_ROOT": str(self.root), "LC_ALL": f"{language}.UTF-8"}
        began = resource.getrusage(resource.RUSAGE_CHILDREN)
        ran = subprocess.run(
            [sys.executable, str(REPOSITORY / "build_gallery.py"), "check"], env=environment, timeout=STUCK,
            capture_output=True, text=True, encoding="utf-8", check=False,
        )
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds = ended.ru_utime + ended.ru_stime - began.ru_utime - began.ru_stime
        return Outcome(ran.returncode, ran.stdout, ran.stderr, seconds)

    def complaints(self, outcome: Outcome) -> list[str]:
        """What is wrong with how a check of the catalog that stands here ended; nothing where it did as it must."""
        found = []
        if outcome.seconds > LONGEST:
            found.append(f"took {outcome.seconds:.1f} s")
        if "Traceback" in outcome.out + outcome.err or (self.root / "build/last-error.txt").exists():
            found.append("a traceback")
        why = why_invalid(self.root)
        if outcome.status == 0 and why:
            found.append(f"was let through, but: {why}")
        elif outcome.status == 2:
            if why is None:
                found.append("was refused, but is valid")
            found += self._misplaced(outcome.err)
        elif outcome.status != 0:
            found.append(f"exit status {outcome.status}")
        return found

    def _misplaced(self, err: str) -> list[str]:
        lines = err.splitlines()[:-1]
        if not lines:
            return ["no place is named"]
        found = []
        for line in lines:
            match = PLACED.fullmatch(line)
            if match is None:
                found.append(f"no file, line and column in: {line[:200]}")
                continue
            name = match["file"].removeprefix("gallery/catalog/").replace("\\n", "\n")
            data = self.there.get(name) or self._text(name)
            rows = re.split("\r\n|\r|\n", data.decode("utf-8-sig", "replace"))
            at = int(match["line"])
            if at > len(rows) or int(match["column"]) > len(rows[at - 1]) + 1:
                found.append(f"there is no such place: {line[:200]}")
        return found

    def _text(self, name: str) -> bytes:
        """What a model's file holds that a catalog names as its text."""
        path = self.root / name
        return path.read_bytes() if name.startswith("models/") else b""


def _stuck(*signal_and_frame: object) -> None:
    raise Stuck


def soak(gallery: Gallery, check: Callable[[str], Outcome], n: int, seed: int) -> Counter[int]:
    """Checks ``n`` mutated catalogs, in both languages in turn.

    Returns:
        How many ended with which exit status.

    Raises:
        AssertionError: for the first that did not end as it must, with the seed that makes it again.
    """
    statuses: Counter[int] = Counter()
    for i in range(n):
        gallery.write(mutated(gallery.original, random.Random(f"{seed}-{i}")))
        outcome = check("ja" if i % 2 else "en")
        statuses[outcome.status] += 1
        complaints = gallery.complaints(outcome)
        assert not complaints, f"catalog {seed}-{i} in {gallery.root}: {complaints}\n{outcome.err[-1500:]}"
    return statuses


def soak_by_hypothesis(gallery: Gallery, check: Callable[[str], Outcome], n: int, seed: int) -> Counter[int]:
    """As `soak`, with a value anywhere in a file replaced by what Hypothesis thinks of, which it makes as simple as it
    can where one is not dealt with."""
    statuses: Counter[int] = Counter()

    @hypothesis.seed(seed)
    @settings(max_examples=n, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def run(data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(name for name in gallery.original if name.endswith(".yaml"))))
        tree, places = places_of(gallery.original[name])
        holder, key = data.draw(st.sampled_from(places))
        holder[key] = data.draw(VALUES)
        gallery.write({**gallery.original, name: written(tree, data.draw(st.integers(0, 3)))})
        outcome = check(data.draw(st.sampled_from(["ja", "en"])))
        statuses[outcome.status] += 1
        assert gallery.complaints(outcome) == []

    run()
    return statuses


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--catalogs", type=int, default=10_000)
    parser.add_argument("--commands", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="soak-") as directory:
        gallery = Gallery(Path(directory) / "root")
        for kind, n, run in (
            ("one process", arguments.catalogs - arguments.catalogs // 2, soak),
            ("one process, by Hypothesis", arguments.catalogs // 2, soak_by_hypothesis),
            ("a command each", arguments.commands, soak),
        ):
            check = gallery.check_by_command if kind == "a command each" else gallery.check_here
            began = time.monotonic()
            statuses = run(gallery, check, n, arguments.seed)
            print(f"{kind}: {n} catalogs, {statuses[2]} refused with their places, {statuses[0]} valid by the second "
                  f"reading too, {time.monotonic() - began:.0f} s", flush=True)


if __name__ == "__main__":
    main()
