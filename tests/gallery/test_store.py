"""The store: what is read is what was written, bytes are the same for the same result, damage never goes unseen."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys

import numpy as np
import pytest
from miniature import REPOSITORY

from gallery.store import DamagedResult, Store, canonical_json, figure_id, identity, path_in, read_provenance
from gallery.store import files as store_files
from gallery.store.files import CannotWrite, append_line, remove_leftovers, write_atomically
from gallery.store.lock import only_one
from lmviz.results import LayerPredictions, Rankings, WatchedWords
from lmviz.tokens import TokenTable, VocabularyLabels

TOKENS = TokenTable(
    token_ids=np.array([5, 9, 7]), texts=("鬼", "", "は"), raw_bytes=(b"\xe9", b"\xac\xbc", "は".encode()),
    kinds=("bytes", "bytes", "text"), groups=np.array([0, 0, 1]), n_start=0, n_prompt=2,
)
RANKINGS = Rankings(
    tokens=TOKENS, model="tiny", ranks=np.array([[0, 3, 1], [0, 2, 1]]), vocabulary_size=16_000, final_norm=True
)
PROVENANCE = {"text": "鬼は", "device": "cpu", "seed": None}
KEY = identity("a result")


def test_a_result_comes_back_as_it_was(tmp_path):
    store = Store(tmp_path)
    store.write(KEY, RANKINGS, PROVENANCE)
    back = store.read(KEY)
    assert isinstance(back, Rankings)
    assert back.ranks.tolist() == RANKINGS.ranks.tolist() and back.ranks.dtype == np.int64
    assert back.tokens.texts == TOKENS.texts and back.tokens.raw_bytes == TOKENS.raw_bytes
    assert store.provenance(KEY) == PROVENANCE


def test_values_json_has_no_word_for_survive_in_arrays(tmp_path):
    nan = np.array([[[np.nan, np.nan], [-0.5, -1.5]]], dtype=np.float32)
    predictions = LayerPredictions(
        tokens=TOKENS, model="tiny", token_ids=np.array([[[-1, -1], [3, 4]]]), log_probabilities=nan,
        next_token_ids=np.array([[3, 4]]), next_log_probabilities=nan[:, 1], final_norm=True,
        labels=VocabularyLabels(np.array([3, 4]), ("豆", " "), ("text", "text")),
    )
    store = Store(tmp_path)
    store.write(KEY, predictions, PROVENANCE)
    back = store.read(KEY)
    np.testing.assert_array_equal(back.log_probabilities, nan)
    assert back.labels.texts == ("豆", " ")


def test_an_array_without_dimensions_comes_back_without(tmp_path):
    rankings = Rankings(tokens=TOKENS, model="tiny", ranks=np.array(3), vocabulary_size=16_000, final_norm=True)
    Store(tmp_path).write(KEY, rankings, PROVENANCE)
    assert Store(tmp_path).read(KEY).ranks.shape == ()


def test_nested_tuples_come_back_as_tuples(tmp_path):
    words = WatchedWords(
        tokens=TOKENS, model="tiny", words=("鬼", "豆まき"), word_token_ids=((5,), (6, 7)),
        word_token_texts=(("鬼",), ("豆", "まき")), position=2, log_probabilities=np.zeros((2, 2), np.float32),
        ranks=np.array([[1, 2], [0, 0]]), vocabulary_size=16_000, final_norm=True,
    )
    store = Store(tmp_path)
    store.write(KEY, words, PROVENANCE)
    assert store.read(KEY).word_token_ids == ((5,), (6, 7))


def test_the_same_result_is_the_same_bytes(tmp_path):
    first, second = Store(tmp_path / "a"), Store(tmp_path / "b")
    first.write(KEY, RANKINGS, PROVENANCE)
    columns_first = Rankings(
        tokens=TOKENS, model="tiny", ranks=np.asfortranarray(RANKINGS.ranks), vocabulary_size=np.int64(16_000),
        final_norm=True,
    )
    second.write(KEY, columns_first, dict(reversed(PROVENANCE.items())))
    assert first.path(KEY).read_bytes() == second.path(KEY).read_bytes()


def test_every_flipped_bit_and_every_cut_is_seen_and_named(tmp_path):
    store = Store(tmp_path)
    store.write(KEY, RANKINGS, PROVENANCE)
    path = store.path(KEY)
    whole = path.read_bytes()
    for at in range(len(whole)):
        damaged = bytearray(whole)
        damaged[at] ^= 1 << (at % 8)
        path.write_bytes(damaged)
        with pytest.raises(DamagedResult, match=re.escape(str(path))):
            store.read(KEY)
    for length in range(0, len(whole), 7):
        path.write_bytes(whole[:length])
        with pytest.raises(DamagedResult):
            store.read(KEY)
    path.write_bytes(whole)
    assert store.read(KEY)


def test_a_result_under_another_ones_digest_is_not_believed(tmp_path):
    """A file put together from two results has sound parts and a wrong digest."""
    store = Store(tmp_path)
    store.write(KEY, RANKINGS, PROVENANCE)
    data = store.path(KEY).read_bytes()
    store.path(KEY).write_bytes(data.replace("鬼は".encode(), "鬼も".encode(), 1))
    with pytest.raises(DamagedResult):
        store.provenance(KEY)


def test_a_result_that_is_not_there_is_a_key_error(tmp_path):
    store = Store(tmp_path)
    assert not store.has(KEY)
    with pytest.raises(KeyError, match=KEY):
        store.read(KEY)


def test_what_was_published_is_read_where_nothing_was_built_and_never_written(tmp_path):
    store = Store(tmp_path)
    store.write(KEY, RANKINGS, PROVENANCE)
    published = path_in(store.published, KEY)
    published.parent.mkdir(parents=True)
    store.path(KEY).rename(published)
    assert store.has(KEY) and store.path(KEY) == published
    assert store.read(KEY).tokens.texts == TOKENS.texts and store.provenance(KEY) == PROVENANCE
    store.write(KEY, RANKINGS, {**PROVENANCE, "device": "cuda"})
    assert store.provenance(KEY)["device"] == "cuda" and read_provenance(published) == PROVENANCE
    store.path(KEY).unlink()
    published.write_bytes(published.read_bytes()[:-1])
    with pytest.raises(DamagedResult, match=re.escape(str(published))):
        store.read(KEY)


def test_a_header_with_nan_is_refused_and_leaves_nothing(tmp_path):
    store = Store(tmp_path)
    with pytest.raises(ValueError):
        store.write(KEY, RANKINGS, {"seconds": float("nan")})
    assert not list(tmp_path.rglob("*.safetensors"))


def test_an_interrupted_write_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    path = tmp_path / "deep" / "file"
    write_atomically(path, b"old")
    for name in ("fsync", "replace"):
        with monkeypatch.context() as patch:
            def fail(*arguments):
                raise OSError(28, "No space left on device")

            patch.setattr(store_files.os, name, fail)
            with pytest.raises(CannotWrite, match="No space left"):
                write_atomically(path, b"new")
        assert path.read_bytes() == b"old"
        assert [entry.name for entry in path.parent.iterdir()] == ["file"]


def test_leftovers_of_dead_processes_go_and_those_of_living_ones_stay(tmp_path):
    path = tmp_path / "results" / "file"
    killed = (
        "import os, signal, sys; from pathlib import Path; from gallery.store import files\n"
        "files.os.replace = lambda *names: os.kill(os.getpid(), signal.SIGKILL)\n"
        "files.write_atomically(Path(sys.argv[1]), b'half')"
    )
    child = subprocess.run([sys.executable, "-c", killed, str(path)], cwd=REPOSITORY)
    assert child.returncode == -signal.SIGKILL
    (dead,) = path.parent.iterdir()
    own = dead.with_name(re.sub(r"-\d+-", f"-{os.getpid()}-", dead.name))
    elsewhere = dead.with_name(re.sub("writing-.{6}", "writing-abcdef", dead.name))
    forgotten = elsewhere.with_name(f"{elsewhere.name}0")
    for leftover in (own, elsewhere, forgotten):
        leftover.write_bytes(b"half")
    os.utime(forgotten, (0, 0))
    remove_leftovers(tmp_path)
    assert set(path.parent.iterdir()) == {own, elsewhere}


def test_a_log_keeps_its_lines_where_a_crash_cut_one_short(tmp_path):
    log = tmp_path / "deep" / "log"
    append_line(log, "first")
    with open(log, "ab") as file:
        file.write(b"sec")
    append_line(log, "third")
    assert log.read_bytes() == b"first\nsec\nthird\n"


def test_a_second_process_waits_and_a_killed_one_holds_nothing(tmp_path):
    path, hold = tmp_path / "build" / ".lock", (
        "import sys, time; from pathlib import Path; from gallery.store.lock import only_one\n"
        "with only_one(Path(sys.argv[1]), lambda: None): print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", hold, str(path)], stdout=subprocess.PIPE, cwd=REPOSITORY) as holder:
        assert holder.stdout.readline() == b"held\n"
        waited = []
        with only_one(path, lambda: waited.append(holder.kill())):
            assert waited == [None] and holder.wait() == -signal.SIGKILL
        with only_one(path, pytest.fail):
            pass


def test_a_lock_that_cannot_be_written_says_where(tmp_path):
    (tmp_path / "build").write_bytes(b"a file, not a directory")
    with pytest.raises(CannotWrite, match="build"), only_one(tmp_path / "build" / ".lock", pytest.fail):
        pass


def test_identities_depend_on_content_and_not_on_order():
    assert identity({"a": 1, "b": ["鬼"]}) == identity({"b": ["鬼"], "a": 1}) != identity({"a": 1, "b": ["豆"]})
    assert re.fullmatch("[a-z2-7]{52}", identity({}))
    assert figure_id({"a": 1}) == identity({"a": 1})[:12]
    assert canonical_json({"ろ": 1, "い": None}) == '{"い":null,"ろ":1}'.encode()
    # base32 of SHA-256 of {}, worked out with `printf '{}' | openssl dgst -sha256 -binary | base32`.
    assert identity({}) == "iqjw7i2vwntyuekgvulpp2det2kpwt6cd7tx5ayqybqpmhfk76fa"


def test_reading_needs_neither_torch_nor_transformers():
    code = "import sys, gallery.store; print({'torch', 'transformers'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=REPOSITORY)
    assert done.stdout.strip() == "set()"
