"""A release: an archive that is whole and the same each time, metadata as Zenodo and the CFF document them."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

import pytest
import yaml

from gallery.command import main, releasing

PEOPLE = """\
authors:
  - {family: 佐々木, given: 彬, orcid: 0000-0002-1825-0097}
  - {name: 'Team: "A"'}
year: 2026
doi: 10.5281/zenodo.123
"""
DEPOSIT_FIELDS = {
    "upload_type", "publication_type", "image_type", "publication_date", "title", "creators", "description",
    "access_right", "license", "embargo_date", "access_conditions", "doi", "prereserve_doi", "keywords", "notes",
    "related_identifiers", "contributors", "references", "communities", "grants", "version", "language", "locations",
    "dates", "method", "subjects",
}
"""Of a deposit's metadata, as Zenodo's REST API documents them."""
REQUIRED = {"upload_type", "publication_date", "title", "creators", "description", "access_right", "license"}


@pytest.fixture
def gallery(built, monkeypatch) -> Path:
    monkeypatch.setenv("LMVIZ_GALLERY_ROOT", str(built))
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.delenv("LMVIZ_SITE_URL", raising=False)
    (built / "gallery/catalog/gallery.yaml").write_text(PEOPLE, encoding="utf-8")
    return built


def released(root: Path, *options: str, version: str = "1.2.0") -> zipfile.ZipFile:
    assert main(["release", version, "--date", "2026-04-01", "--without-site", *options]) == 0
    return zipfile.ZipFile(root / f"build/releases/lmviz-gallery-{version}.zip")


def test_an_archive_is_whole_and_its_results_can_be_taken_in(gallery, miniature, tmp_path, monkeypatch, capsys):
    with released(gallery) as archive:
        names = {name.removeprefix("lmviz-gallery-1.2.0/") for name in archive.namelist()}
        assert all(name.startswith("lmviz-gallery-1.2.0/") for name in archive.namelist())
        sums = archive.read("lmviz-gallery-1.2.0/SHA256SUMS").decode().splitlines()
        digests = dict(reversed(line.split("  ")) for line in sums)
        assert digests.keys() == names - {"SHA256SUMS"}
        for name, digest in digests.items():
            assert hashlib.sha256(archive.read(f"lmviz-gallery-1.2.0/{name}")).hexdigest() == digest
        archive.extractall(tmp_path)
    assert {"build_gallery.py", "LICENSE", "RELEASE.md", "CITATION.cff", ".zenodo.json", "lmviz/__init__.py",
            "gallery/catalog/models.yaml", "gallery/command/main.py", "docs/ja/about.md"} <= names
    assert not [name for name in names if "__pycache__" in name or "tests/" in name]
    monkeypatch.setenv("LMVIZ_GALLERY_ROOT", str(miniature))
    capsys.readouterr()
    assert main(["import", str(tmp_path / "lmviz-gallery-1.2.0/results.zip")]) == 0
    assert "Taken in" in capsys.readouterr().out
    assert (miniature / "build/entries/setsubun/tiny.json").is_file()


def test_metadata_agree_and_are_what_zenodo_and_the_citation_file_format_ask_for(gallery):
    with released(gallery, "--address", "https://example.org/gallery/") as archive:
        said = json.loads(archive.read("lmviz-gallery-1.2.0/.zenodo.json"))
        cff = yaml.safe_load(archive.read("lmviz-gallery-1.2.0/CITATION.cff"))
    assert said.keys() >= REQUIRED and said.keys() <= DEPOSIT_FIELDS
    assert said["creators"] == [{"name": "佐々木, 彬", "orcid": "0000-0002-1825-0097"}, {"name": 'Team: "A"'}]
    assert said["license"] == "mit" and said["access_right"] == "open"
    assert said["upload_type"] in ("software", "dataset")
    identifiers = {related["relation"]: related["identifier"] for related in said["related_identifiers"]}
    assert identifiers["isVariantFormOf"] == "https://example.org/gallery/"
    assert identifiers["isDerivedFrom"] == "https://ja.wikipedia.org/wiki/節分" and "CC-BY-SA-4.0" in said["notes"]
    assert cff.keys() >= {"cff-version", "message", "title", "authors", "references", "keywords"}
    assert cff["authors"] == [{"family-names": "佐々木", "given-names": "彬",
                               "orcid": "https://orcid.org/0000-0002-1825-0097"}, {"name": 'Team: "A"'}]
    assert (cff["version"], cff["title"]) == (said["version"], said["title"]) == ("1.2.0", cff["title"])
    assert cff["date-released"].isoformat() == said["publication_date"] == "2026-04-01"
    assert cff["doi"] == "10.5281/zenodo.123"


def test_a_second_release_replaces_what_the_first_wrote_beside_the_catalog(gallery):
    released(gallery).close()
    first = (gallery / "CITATION.cff").read_text(encoding="utf-8")
    (gallery / "gallery/catalog/gallery.yaml").write_text("authors: [{name: Others}]\n", encoding="utf-8")
    released(gallery, version="2.0").close()
    second = (gallery / "CITATION.cff").read_text(encoding="utf-8")
    said = yaml.safe_load(second)
    assert said["version"] == "2.0" and said["authors"] == [{"name": "Others"}] and "doi" not in said
    assert said["references"] == yaml.safe_load(first)["references"] and second.count("\nversion:") == 1
    assert json.loads((gallery / ".zenodo.json").read_text(encoding="utf-8"))["version"] == "2.0"


def test_equal_contents_on_an_equal_day_are_equal_bytes_with_the_site_in_it(gallery, monkeypatch, capsys):
    monkeypatch.setattr(releasing, "is_current", lambda *arguments: True)
    (gallery / "site/f").mkdir(parents=True)
    (gallery / "site/f/index.html").write_text("図", encoding="utf-8")
    made = []
    for folder in ("one", "two"):
        out = gallery / folder
        assert main(["release", "1", "--date", "2026-04-01", "--out", str(out), "--log-json"]) == 0
        made.append((out / "lmviz-gallery-1.zip").read_bytes())
    assert made[0] == made[1]
    with zipfile.ZipFile(gallery / "one/lmviz-gallery-1.zip") as archive:
        assert archive.read("lmviz-gallery-1/site/f/index.html").decode() == "図"
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    written = next(event for event in events if event["event"] == "released")
    assert (written["version"], written["date"]) == ("1", "2026-04-01") and written["entries"] > 0


@pytest.mark.parametrize(("imprint", "arguments", "said"), [
    ("year: 2026\n", ["1"], "gallery/catalog/gallery.yaml has no authors"),
    (PEOPLE, ["../1"], "cannot be used"),
    (PEOPLE, ["1", "--date", "heute"], "is no day"),
    (PEOPLE, ["1"], "build_gallery.py site"),
])
def test_what_cannot_be_released_is_refused_in_one_message_and_nothing_written(gallery, capsys, imprint, arguments,
                                                                             said):
    (gallery / "gallery/catalog/gallery.yaml").write_text(imprint, encoding="utf-8")
    assert main(["release", *arguments]) == 2
    assert said in capsys.readouterr().err
    assert not (gallery / "build/releases").exists() and not (gallery / ".zenodo.json").exists()
