"""Results moved between machines: the same bytes, all or nothing, and nothing that is not ours."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from miniature import REPOSITORY, make_miniature
from packaging.requirements import Requirement

from gallery.engine.plan import entries
from gallery.store import Store
from gallery.transfer import BadArchive, Differs, export, import_archive
from gallery.validation import read_catalog

TABLE = "lmviz-archive.json"
ENTRY = "entries/setsubun/tiny.json"
LAPTOP = """  # a machine that has what requirements-site.lock lists, and nothing else
import re, sys
from importlib.machinery import PathFinder
from importlib.metadata import packages_distributions
def plain(name):
    return re.sub("[-_.]+", "-", name).lower()
listed = {plain(line.split("==")[0]) for line in open("requirements-site.lock")} | {"lmviz"}
absent = {name for name, owners in packages_distributions().items() if not listed & set(map(plain, owners))}
assert {"torch", "transformers", "captum", "sklearn"} <= absent
class Installed:
    find_distributions = staticmethod(PathFinder.find_distributions)
    def find_spec(self, name, path=None, target=None):
        return None if name.split(".")[0] in absent else PathFinder.find_spec(name, path, target)
sys.meta_path[:] = [finder for finder in sys.meta_path if finder is not PathFinder] + [Installed()]
from gallery.command import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture(scope="session")
def archive(built_source, tmp_path_factory) -> Path:
    """All that is built of the miniature gallery."""
    path = tmp_path_factory.mktemp("archive") / "results.zip"
    export(read_catalog(built_source), built_source, path)
    return path


@pytest.fixture
def laptop(tmp_path) -> Path:
    """The same catalog where no model is and nothing is built."""
    root = make_miniature(tmp_path / "laptop")
    shutil.rmtree(root / "models")
    return root


def take_in(root: Path, path: Path, **options):
    return import_archive(read_catalog(root, look_at_models=False), root, path, **options)


def files(root: Path) -> dict[str, bytes]:
    """All but the lock, which is empty."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*") if path.is_file() and path.name != ".lock"
    }


def rewritten(path: Path, target: Path, change) -> Path:
    """The archive with its members as ``change`` leaves them, and a table that fits them."""
    with zipfile.ZipFile(path) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist() if info.filename != TABLE}
    change(members)
    table = {name: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()} for name, data in members.items()}
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(TABLE, json.dumps({"format": 1, "members": table}))
        for name, data in members.items():
            archive.writestr(name, data)
    return target


def test_what_is_taken_in_is_what_was_computed_and_stands_where_no_model_is(built_source, archive, laptop):
    done = take_in(laptop, archive)
    assert done.entries == ["mame/tiny", "setsubun/broken", "setsubun/tiny"] and not done.replaced
    there, here = files(built_source / "build"), files(laptop / "build")
    assert here and here.items() <= there.items()
    assert {name for name in there if name.startswith(("entries/", "results/"))} == set(here)
    found = {entry.id: entry.status for entry in entries(read_catalog(laptop, look_at_models=False), laptop)}
    assert found == {"setsubun/tiny": "built", "setsubun/broken": "failed", "setsubun/away": "missing",
                     "mame/tiny": "built"}
    again = take_in(laptop, archive)
    assert again.n_new == 0 and again.n_same == done.n_new == len(here) - 3
    assert files(laptop / "build") == here


def test_equal_results_give_equal_archives_wherever_they_lie(archive, laptop, tmp_path):
    take_in(laptop, archive)
    for path in (laptop / "build").rglob("*"):
        os.utime(path, (0, 10**9))
    export(read_catalog(laptop, look_at_models=False), laptop, tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == archive.read_bytes()


def test_an_archive_unpacked_by_hand_into_build_does_the_same(archive, laptop):
    with zipfile.ZipFile(archive) as members:
        members.extractall(laptop / "build")
    catalog = read_catalog(laptop, look_at_models=False)
    assert {entry.id for entry in entries(catalog, laptop) if entry.status == "built"} == {"setsubun/tiny", "mame/tiny"}


def test_a_part_holds_what_matches_and_its_results_alone(built_source, tmp_path):
    done = export(read_catalog(built_source), built_source, tmp_path / "part.zip", only="setsubun/*")
    assert done.entries == ["setsubun/tiny", "setsubun/broken"] and done.unbuilt == ["setsubun/away"]
    keys = {key for figure in json.loads((built_source / "build" / ENTRY).read_bytes())["figures"]
            for key in figure["results"].values()}
    with zipfile.ZipFile(tmp_path / "part.zip") as archive:
        assert {Path(name).stem for name in archive.namelist() if name.startswith("results/")} == keys


@pytest.mark.parametrize("name", [
    "../outside.json", "/etc/outside", "entries/../../outside.json", "entries/setsubun/../../../outside.json",
    "results/aa/../../../outside.safetensors", "entries\\setsubun\\tiny.json", "C:/outside.json",
    f"results/ab/{'a' * 52}.safetensors", "entries/setsubun/tiny.json/x", "results/", "digests.json",
    "entries/setsubun/節分.json", f"results/aa/{'a' * 52}.safetensors",
])
def test_what_is_foreign_is_refused_and_nothing_is_taken_in(archive, laptop, tmp_path, name):
    before = files(tmp_path)
    bad = rewritten(archive, tmp_path / "bad.zip", lambda members: members.update({name: b"x"}))
    with pytest.raises(BadArchive):
        take_in(laptop, bad)
    assert files(tmp_path).keys() == before.keys() | {"bad.zip"}


def test_links_are_refused(archive, laptop, tmp_path):
    with zipfile.ZipFile(archive) as source, zipfile.ZipFile(tmp_path / "bad.zip", "w") as target:
        for info in source.infolist():
            if info.filename == ENTRY:
                info.external_attr = (stat.S_IFLNK | 0o777) << 16
            target.writestr(info, source.read(info))
    with pytest.raises(BadArchive, match="link"):
        take_in(laptop, tmp_path / "bad.zip")


def test_every_kind_of_damage_is_found_and_nothing_is_taken_in(archive, laptop, tmp_path):
    data = archive.read_bytes()
    bad = tmp_path / "bad.zip"
    places = [*range(0, len(data), len(data) // 40), len(data) - 10]
    for place in places:
        bad.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1:])
        try:
            take_in(laptop, bad)
        except BadArchive:
            assert not (laptop / "build" / "entries").exists() and not (laptop / "build" / "results").exists()
        else:
            # A bit of a date or a comment may say nothing; then what was taken in is what was sent.
            with zipfile.ZipFile(bad) as one, zipfile.ZipFile(archive) as other:
                assert {n: one.read(n) for n in one.namelist()} == {n: other.read(n) for n in other.namelist()}
            shutil.rmtree(laptop / "build")
        bad.write_bytes(data[:place])
        with pytest.raises(BadArchive):
            take_in(laptop, bad)


@pytest.mark.parametrize("field", [12, 16], ids=["size of the directory", "offset of the directory"])
def test_offsets_that_point_before_the_file_are_damage_too(field, archive, laptop, tmp_path):
    data = bytearray(archive.read_bytes())
    data[len(data) - 22 + field + 2] ^= 0x7F  # of the 22 bytes that end a zip
    bad = tmp_path / "bad.zip"
    bad.write_bytes(data)
    with pytest.raises(BadArchive):
        take_in(laptop, bad)


def drop_a_result(members):
    del members[next(name for name in members if name.startswith("results/"))]


def swap_two_results(members):
    first, second = [name for name in members if name.startswith("results/")][:2]
    members[first], members[second] = members[second], members[first]


def claim_another_id(members):
    content = json.loads(members[ENTRY])
    content["figures"][0]["id"] = "a" * 12
    members[ENTRY] = json.dumps(content).encode()


def claim_a_position_of_text(members):
    content = json.loads(members[ENTRY])
    next(figure for figure in content["figures"] if figure["position"])["position"] = "<script>"
    members[ENTRY] = json.dumps(content).encode()


@pytest.mark.parametrize("change", [
    drop_a_result, swap_two_results, claim_another_id, claim_a_position_of_text,
    lambda members: members.update({ENTRY: b"[" * 100_000}), lambda members: members.clear(),
], ids=["dropped", "swapped", "other id", "position", "deep", "empty"])
def test_an_archive_whose_table_fits_is_still_held_against_the_catalog_and_the_keys(archive, laptop, tmp_path, change):
    with pytest.raises(BadArchive):
        take_in(laptop, rewritten(archive, tmp_path / "bad.zip", change))
    assert not files(laptop / "build")


def test_results_of_another_text_or_of_a_prompt_that_is_not_here_are_named(archive, laptop):
    path = laptop / "gallery/catalog/prompts/setsubun.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("豆をまく行事", "豆を食べる行事"), encoding="utf-8")
    with pytest.raises(BadArchive, match="setsubun/tiny"):
        take_in(laptop, archive)
    path.unlink()
    (laptop / "gallery/catalog/gallery.yaml").unlink()  # it names that prompt
    with pytest.raises(BadArchive, match="does not have: setsubun/broken, setsubun/tiny"):
        take_in(laptop, archive)


@pytest.fixture
def moved(laptop, archive, tmp_path) -> tuple[Path, str]:
    """One result of the laptop has moved in its last bits; its key, too."""
    take_in(laptop, archive)
    store = Store(laptop)
    key = next(figure["results"][""] for figure in json.loads((laptop / "build" / ENTRY).read_bytes())["figures"])
    made = store.provenance(key)
    store.write(key, store.read(key), {**made, "device": "cuda (another)"})
    return laptop, key


def test_another_result_of_the_same_key_stays_unless_it_is_to_be_replaced(moved, archive, built_source):
    root, key = moved
    before = files(root / "build")
    with pytest.raises(Differs) as raised:
        take_in(root, archive)
    assert raised.value.entries == ["setsubun/tiny"] and files(root / "build") == before
    assert take_in(root, archive, replace=True).replaced == ["setsubun/tiny"]
    assert Store(root).path(key).read_bytes() == Store(built_source).path(key).read_bytes()


def test_a_damaged_result_is_mended_without_asking(moved, archive):
    root, key = moved
    path = Store(root).path(key)
    path.write_bytes(path.read_bytes()[:-1])
    assert not take_in(root, archive).replaced
    Store(root).read(key)


def test_an_entry_that_stands_is_not_given_up_for_one_that_failed(archive, laptop, tmp_path):
    take_in(laptop, archive)

    def fail(members):
        content = json.loads(members[ENTRY])
        content |= {"status": "failed", "figures": [], "reason": {"ja": "x", "en": "x"}, "provenance": {}}
        kept = json.loads(members["entries/mame/tiny.json"])
        needed = {key for figure in kept["figures"] for key in figure["results"].values()}
        members[ENTRY] = json.dumps(content).encode()
        for name in [name for name in members if name.startswith("results/") and Path(name).stem not in needed]:
            del members[name]

    with pytest.raises(Differs):
        take_in(laptop, rewritten(archive, tmp_path / "failed.zip", fail))


def test_something_in_the_way_is_found_before_anything_is_moved(archive, laptop):
    (laptop / "build" / "entries").mkdir(parents=True)
    (laptop / "build" / "entries" / "setsubun").write_text("in the way", encoding="utf-8")
    with pytest.raises(OSError):
        take_in(laptop, archive)
    assert files(laptop / "build") == {"entries/setsubun": b"in the way"}


def test_an_export_never_replaces_what_is_no_archive(built_source, tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(BadArchive):
        export(read_catalog(built_source), built_source, path)
    assert path.read_text(encoding="utf-8") == "mine"


def test_what_publishing_needs_is_of_the_same_versions_as_what_computes():
    of_all = (REPOSITORY / "requirements-gallery.lock").read_text(encoding="utf-8").splitlines()
    of_the_site = (REPOSITORY / "requirements-site.lock").read_text(encoding="utf-8").splitlines()
    assert set(of_the_site) < set(of_all)
    names = {re.sub("[-_.]+", "-", line.split("==")[0]).lower() for line in of_the_site}
    for line in of_the_site:
        for needed in map(Requirement, metadata.requires(line.split("==")[0]) or []):
            if needed.marker is None or needed.marker.evaluate({"extra": ""}):
                assert re.sub("[-_.]+", "-", needed.name).lower() in names, f"{line} needs {needed}"


def test_the_commands_import_and_publish_with_neither_torch_nor_transformers_nor_models(archive, laptop):
    environment = {**os.environ, "LMVIZ_GALLERY_ROOT": str(laptop), "LC_ALL": "C"}

    def run(*argv):
        ran = subprocess.run([sys.executable, "-c", LAPTOP, *argv], env=environment, cwd=REPOSITORY,
                             capture_output=True, text=True, timeout=300)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    assert "Taken in: 3 entries" in run("import", str(archive))
    run("site")
    page = (laptop / "site/setsubun/tiny/index.html").read_text(encoding="utf-8")
    assert "lmviz-figure" in page
    assert run("export", "setsubun/*", str(laptop / "again.zip")).startswith(str(laptop / "again.zip"))
