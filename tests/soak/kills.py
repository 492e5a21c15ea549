"""Builds of the miniature gallery killed by SIGKILL at random moments: what is on disk is whole after each kill, and
the build that is let finish ends with the bytes of an undisturbed one.

    python tests/soak/kills.py [--kills 100] [--seed 0]

A gallery is killed again and again until nothing is missing from it or a build outlives its moment, then let finish
and compared; then comes the next one. Half of the moments are points of time in a build, half come shortly after a
file was written, since a build spends most of its time elsewhere. Half of the kills take the workers too, half the
command alone: its workers then have to end by themselves. Nobody may edit the code meanwhile: results name its version.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "tests")]

from miniature import make_miniature  # noqa: E402
from miniature_comparisons import add_comparisons  # noqa: E402

KEPT = ("results", "entries")
"""What must come out the same, under ``build``; the run log and what is remembered of files differ by nature."""
LONGEST = 900
"""Seconds that a build may take; one that takes longer hangs."""
GONE = 30
"""Seconds after which the workers of a command that was killed have ended."""


@dataclass
class Undisturbed:
    """A gallery built without a kill: its files by name, and the seconds that took."""

    files: dict[str, bytes]
    seconds: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="soak-") as directory:
        source = add_comparisons(make_miniature(Path(directory) / "source"))
        undisturbed = build_undisturbed(Path(shutil.copytree(source, Path(directory) / "undisturbed")))
        print(f"undisturbed: {len(undisturbed.files)} files, {undisturbed.seconds:.0f} s", flush=True)
        n_galleries = soak(source, Path(directory), undisturbed, arguments.kills, arguments.seed, print_line)
    print_line(f"{arguments.kills} kills, {n_galleries} galleries: all results and manifests as if undisturbed")


def print_line(text: str) -> None:
    print(text, flush=True)


def build_undisturbed(root: Path) -> Undisturbed:
    """Build the gallery under ``root``, whose entries are not all sound, and time it."""
    started = time.monotonic()
    finish(root, jobs=2)
    return Undisturbed(files_of(root), time.monotonic() - started)


def soak(
    source: Path, directory: Path, undisturbed: Undisturbed, n_kills: int, seed: int, say: Callable[[str], None]
) -> int:
    """Kill builds of copies of ``source`` until ``n_kills`` have been killed; the number of galleries that took.

    Raises:
        AssertionError: something on disk is not whole, or not as in an undisturbed build.
    """
    chosen = random.Random(seed)
    killed = galleries = 0
    while killed < n_kills:
        galleries += 1
        root = Path(shutil.copytree(source, directory / f"gallery-{galleries}"))
        while killed < n_kills and count(root) < len(undisturbed.files) and kill_once(root, undisturbed, chosen):
            killed += 1
            check_whole(root, undisturbed)
            say(f"{killed} of {n_kills} kills: {len(files_of(root))} of {len(undisturbed.files)} files, all whole")
        finish(root, jobs=chosen.choice((1, 2)))
        found = files_of(root)
        differing = [name for name in undisturbed.files if found.get(name) != undisturbed.files[name]]
        assert not differing and len(found) == len(undisturbed.files), f"{root} differs: {differing}, {seed=}"
        say(f"gallery {galleries}: the same bytes")
        shutil.rmtree(root)
    return galleries


def kill_once(root: Path, undisturbed: Undisturbed, chosen: random.Random) -> bool:
    """Start a build and kill it at a moment that is drawn; False where it ended before."""
    by_time, workers_too = chosen.random() < 0.5, chosen.random() < 0.5
    seconds = chosen.uniform(0, undisturbed.seconds)
    n_more, delay = chosen.randint(1, 6), chosen.uniform(0, 0.05)
    before = len(files_of(root))
    process = start(root, jobs=chosen.choice((1, 2)))
    started = time.monotonic()
    while process.poll() is None:
        if by_time and time.monotonic() - started > seconds:
            break
        if not by_time and count(root) >= before + n_more:
            time.sleep(delay)
            break
        assert time.monotonic() - started < LONGEST, f"a build of {root} hangs"
        time.sleep(0.002)
    if process.poll() is not None:
        return False
    if workers_too:
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()
    wait_until_gone(process.pid)
    return True


def start(root: Path, *, jobs: int) -> subprocess.Popen:
    """A build as users start it, in a group of processes of its own."""
    command = [sys.executable, "build_gallery.py", "build", "--no-site", "--device", "cpu", "--jobs", str(jobs)]
    environment = {**os.environ, "LMVIZ_GALLERY_ROOT": str(root), "LANG": "C"}
    with open(root / "said.txt", "ab") as said:
        return subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=said, stderr=said,
                                start_new_session=True)


def finish(root: Path, *, jobs: int) -> None:
    """Build without a kill. Status 1 is right: the miniature gallery has entries that are made to fail."""
    process = start(root, jobs=jobs)
    try:
        status = process.wait(LONGEST)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
    assert status == 1, f"status {status}: {(root / 'said.txt').read_text(encoding='utf-8', errors='replace')[-2000:]}"


def wait_until_gone(group: int) -> None:
    """Wait until no process of a group is left: workers end with the command that started them."""
    started = time.monotonic()
    while time.monotonic() - started < GONE:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    os.killpg(group, signal.SIGKILL)
    raise AssertionError(f"workers went on {GONE} seconds after their build was killed")


def check_whole(root: Path, undisturbed: Undisturbed) -> None:
    """Whatever is there under its own name is as in the undisturbed build, and manifests name what is there."""
    found = files_of(root)
    for name, content in found.items():
        assert content == undisturbed.files.get(name), f"{name} is not whole"
        if name.endswith(".json"):
            keys = [key for figure in json.loads(content)["figures"] for key in figure["results"].values()]
            lost = [key for key in keys if f"results/{key[:2]}/{key}.safetensors" not in found]
            assert not lost, f"{name} names {lost}, not there"


def files_of(root: Path) -> dict[str, bytes]:
    """Results and manifests by their path under ``build``."""
    return {path.relative_to(root / "build").as_posix(): path.read_bytes() for path in _paths(root)}


def count(root: Path) -> int:
    return len(_paths(root))


def _paths(root: Path) -> list[Path]:
    return [path for kept in KEPT for path in (root / "build" / kept).rglob("[!.]*.*") if path.is_file()]


if __name__ == "__main__":
    main()
