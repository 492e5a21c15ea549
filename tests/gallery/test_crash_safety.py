"""Builds that are killed, run beside another, or find a disk that takes nothing: nothing lost, and the same bytes.

``tests/soak/kills.py`` does the same at length.
"""

from __future__ import annotations

import errno
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from miniature import REPOSITORY, build_miniature
from soak.kills import Undisturbed, files_of, finish, soak, start

from gallery.command import main
from gallery.engine.machine import KnownFiles
from gallery.engine.plan import entries
from gallery.engine.startup import took_too_long
from gallery.store import DamagedResult, Store
from gallery.store import files as store_files
from gallery.validation import read_catalog


@pytest.mark.slow
def test_builds_killed_at_random_end_as_if_undisturbed(compared_source, tmp_path):
    source = shutil.copytree(compared_source, tmp_path / "source", ignore=shutil.ignore_patterns("build"))
    soak(Path(source), tmp_path, Undisturbed(files_of(compared_source), 15), 5, 0, print)


@pytest.mark.slow
def test_two_builds_at_once_take_turns_and_a_killed_one_holds_nobody_up(miniature, built):
    first = start(miniature, jobs=1)
    while not (miniature / "build/.lock").exists():
        time.sleep(0.02)
    second = start(miniature, jobs=1)
    said = miniature / "said.txt"
    while "Another build" not in said.read_text(encoding="utf-8"):
        assert first.poll() is second.poll() is None
        time.sleep(0.05)
    os.killpg(first.pid, signal.SIGKILL)
    assert first.wait() == -signal.SIGKILL and second.wait(300) == 1
    assert files_of(miniature) == files_of(built)
    finish(miniature, jobs=1)
    assert said.read_text(encoding="utf-8").count("Another build") == 1


def test_number_of_workers_changes_no_byte_of_entries_or_pairs(compared_source, tmp_path):
    """The base of ``compared_source`` was built by two workers, its comparisons by one."""
    root = Path(shutil.copytree(compared_source, tmp_path / "root", ignore=shutil.ignore_patterns("build")))
    build_miniature(root, jobs=1, only="[sm]*/*")
    assert not (root / "build/entries/compare").exists()
    build_miniature(root, jobs=2)
    assert files_of(root) == files_of(compared_source)


def test_a_disk_that_takes_nothing_more_stops_a_build_that_the_next_one_ends(
    miniature, built, in_process, monkeypatch, capsys
):
    monkeypatch.setenv("LMVIZ_GALLERY_ROOT", str(miniature))
    monkeypatch.setenv("LC_ALL", "C")
    chosen, n_stopped, flush, full = random.Random(1), 0, os.fsync, os.strerror(errno.ENOSPC)

    def build_on_a_disk_with_room_for(n_flushes):
        left = iter(range(n_flushes))

        def flush_while_there_is_room(descriptor):
            if next(left, None) is None:
                raise OSError(errno.ENOSPC, full)
            flush(descriptor)

        monkeypatch.setattr(store_files.os, "fsync", flush_while_there_is_room)
        return main(["build", "--no-site", "--device", "cpu"]), capsys.readouterr().err

    while True:
        status, said = build_on_a_disk_with_room_for(chosen.randint(4, 40))
        assert status == 1
        if "Stopped" not in said:
            break
        n_stopped += 1
        assert said.count(full) == 1 and "Traceback" not in said and str(miniature) in said
        assert files_of(miniature).items() <= files_of(built).items()
    assert n_stopped > 1
    assert files_of(miniature) == files_of(built)


def test_a_directory_that_cannot_be_written_is_one_message(miniature, monkeypatch, capsys):
    monkeypatch.setenv("LMVIZ_GALLERY_ROOT", str(miniature))
    monkeypatch.setenv("LC_ALL", "C")
    (miniature / "build").write_bytes(b"a file where the directory would be")
    assert main(["build", "--no-site"]) == 1
    said = capsys.readouterr().err.splitlines()
    assert [line for line in said if line.startswith("Stopped: Cannot write") and str(miniature / "build") in line]


def test_damage_that_a_page_meets_is_seen_by_the_next_build(built):
    """A disk that loses a bit changes neither the size nor the time of a file that builds trust since they read it."""
    store = Store(built)
    path = next(store.directory.rglob("*.safetensors"))
    before, data = path.stat(), bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert KnownFiles(built).is_known(path.stem, path)
    with pytest.raises(DamagedResult, match=path.stem):
        store.read(path.stem)
    assert not KnownFiles(built).is_known(path.stem, path)


def test_an_entry_whose_model_cannot_be_read_says_so(built, monkeypatch):
    def unreadable(self, directory):
        raise ValueError(f"{directory.name}: config.json is not JSON")

    with monkeypatch.context() as patch:
        patch.setattr(KnownFiles, "digests", unreadable)
        assert not build_miniature(built, only="mame/tiny").ok
    entry = next(entry for entry in entries(read_catalog(built), built) if entry.id == "mame/tiny")
    assert entry.status == "failed" and "config.json is not JSON" in entry.reason["ja"]
    results = files_of(built)
    assert build_miniature(built, only="mame/tiny").outcomes[0].computed == []
    assert files_of(built).keys() == results.keys()


TOO_LITTLE_MEMORY = """
import resource
import torch
from gallery.engine import startup
startup.LOADING = 5
held = 1024 * int(next(line for line in open("/proc/self/status") if line.startswith("VmSize")).split()[1])
resource.setrlimit(resource.RLIMIT_AS, (held + 50 * 2**20,) * 2)
try:
    startup.load_libraries()
except ValueError as error:
    print(error, flush=True)
startup.ADDRESS_SPACE = 0
startup.load_libraries()
"""
"""PyTorch is loaded; what is left to address is less than SciPy takes, whose OpenBLAS then tries for ever."""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc to tell what a process holds")
def test_with_too_little_memory_to_address_a_worker_says_so_and_never_hangs():
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    tried = subprocess.run([sys.executable, "-c", TOO_LITTLE_MEMORY], cwd=REPOSITORY, env=environment, timeout=300,
                           capture_output=True, text=True)
    assert "ulimit -v" in tried.stdout
    assert took_too_long(tried.returncode) or "Error" in tried.stderr
