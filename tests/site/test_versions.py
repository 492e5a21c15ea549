"""Released versions beside the site of today: as they were, with a way to the same page of today on each."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from urllib.parse import urljoin

import pytest
from bs4 import BeautifulSoup

from gallery.command import main
from gallery.pages import versions as versions_page
from gallery.release.versions import NoRelease, read_versions
from gallery.site.editions import open_edition
from gallery.site.side_by_side import add_versions

PAGE = '<!doctype html><html><head><meta charset="utf-8"></head><body data-x="1"><main>{text}</main></body></html>'


def release(directory: Path, version: str, day: str, site: dict[str, str]) -> Path:
    """An archive in the layout that `release` writes, whose own test is elsewhere."""
    path, folder = directory / f"lmviz-gallery-{version}.zip", f"lmviz-gallery-{version}"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{folder}/.zenodo.json", json.dumps({"version": version, "publication_date": day}))
        archive.writestr(f"{folder}/SHA256SUMS", version)
        archive.writestr(f"{folder}/README.md", "not of the site")
        for name, content in site.items():
            archive.writestr(f"{folder}/site/{name}", content)
    return path


@pytest.fixture
def archives(tmp_path) -> Path:
    pages = {name: PAGE.format(text=name) for name in (
        "index.html", "en/index.html", "setsubun/tiny/index.html", "en/gone/index.html", "f/abc/embed/index.html")}
    release(tmp_path, "1.0", "2026-01-01", {"index.html": PAGE})
    release(tmp_path, "1.1", "2026-04-01", {**pages, "assets/a.js": "<body>", "../outside.html": "no"})
    return tmp_path


def test_pages_of_a_version_lead_to_the_same_page_of_today_or_home(archives, tmp_path):
    site = tmp_path / "site"
    for name in ("index.html", "en/index.html", "setsubun/tiny/index.html"):
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text("today", encoding="utf-8")
    found = read_versions(archives)
    assert [version.name for version in found] == ["1.1", "1.0"]
    add_versions(site, found)
    base, leads = "https://example.org/g/", {}
    for name in ("index.html", "en/index.html", "setsubun/tiny/index.html", "en/gone/index.html"):
        page = BeautifulSoup((site / "versions/1.1" / name).read_text(encoding="utf-8"), "html.parser")
        note = page.body.find(role="note")
        day = "1 April 2026" if name.startswith("en/") else "2026年4月1日"
        assert "1.1" in note.get_text() and day in note.get_text() and page.main.get_text() == name
        here = f"{base}versions/1.1/{name.removesuffix('index.html')}"
        leads[name] = [urljoin(here, link["href"]).removeprefix(base) for link in note.find_all("a")]
    assert leads == {
        "index.html": ["", "versions/"], "en/index.html": ["en/", "en/versions/"],
        "setsubun/tiny/index.html": ["setsubun/tiny/", "versions/"], "en/gone/index.html": ["en/", "en/versions/"],
    }
    assert (site / "versions/1.1/assets/a.js").read_text() == "<body>"  # neither files nor frames get a note
    assert "note" not in (site / "versions/1.1/f/abc/embed/index.html").read_text(encoding="utf-8")
    assert (site / "index.html").read_text() == "today" and not list(tmp_path.rglob("outside.html"))
    assert not (site / "versions/1.1/README.md").exists()


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_list_of_versions_leads_to_each_and_is_absent_without_any(built_source, archives, language):
    found = read_versions(archives)
    ((path, text),) = versions_page.pages(open_edition(built_source, language, versions=found))
    own = "" if language == "ja" else "en/"
    page = BeautifulSoup(text, "html.parser")
    links = [urljoin(f"https://x/g/{own}versions/", link["href"]) for link in page.select("ul a")]
    assert links == [f"https://x/g/{own}", f"https://x/g/versions/1.1/{own}", f"https://x/g/versions/1.0/{own}"]
    assert path == "versions/index.md" and {"ja": "2026年1月1日", "en": "1 January 2026"}[language] in text
    assert not list(versions_page.pages(open_edition(built_source, language)))


def test_a_file_that_is_no_release_is_named_and_nothing_built(miniature, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("LMVIZ_GALLERY_ROOT", str(miniature))
    (tmp_path / "releases").mkdir()
    (tmp_path / "releases/other.zip").write_bytes(b"PK")
    with pytest.raises(NoRelease):
        read_versions(tmp_path / "releases")
    assert main(["site", "--versions", str(tmp_path / "releases")]) == 2
    assert "other.zip" in capsys.readouterr().err and not (miniature / "site").exists()
