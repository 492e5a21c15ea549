"""Building and serving: no model, nothing half-done, the same bytes."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from miniature import REPOSITORY

from gallery.site import build as building
from gallery.site.build import SiteError, build_site
from gallery.site.editions import open_edition
from gallery.site.serve import open_server


def bytes_of(site: Path) -> dict[str, bytes]:
    return {path.relative_to(site).as_posix(): path.read_bytes() for path in sorted(site.rglob("*")) if path.is_file()}


def test_mkdocs_alone_builds_the_site_without_torch_or_transformers(addressed):
    assert "lmviz-figure" in (addressed.directory / "setsubun/tiny/index.html").read_text(encoding="utf-8")


def test_lmviz_knows_nothing_of_the_gallery():
    for path in (REPOSITORY / "lmviz").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            assert not [name for name in names if name.split(".")[0] == "gallery"], f"{path}:{node.lineno}"


def test_redrawing_every_figure_reads_the_store_and_no_model(site_root, tmp_path):
    # models gone, drawings thrown away: everything is drawn again from results alone
    root = Path(shutil.copytree(site_root, tmp_path / "root", ignore=shutil.ignore_patterns("models", "drawings")))
    before = bytes_of(site_root / "site")
    shutil.rmtree(root / "site")
    build_site(root, say=lambda line: None, address="", force=True)
    after = bytes_of(root / "site")
    assert after.keys() == before.keys()
    differing = [name for name in before if before[name] != after[name] and not name.startswith("pagefind/")]
    assert differing == ["built-from.txt"] or not differing


def test_a_site_that_is_current_is_left_alone_and_a_changed_catalog_is_not(site_root, tmp_path, monkeypatch):
    root = Path(shutil.copytree(site_root, tmp_path / "root"))
    monkeypatch.setattr(building, "_mkdocs", lambda *arguments: pytest.fail("nothing had changed"))
    build_site(root, say=lambda line: None, address="")
    tags = root / "gallery/catalog/tags.yaml"
    tags.write_text(tags.read_text(encoding="utf-8").replace("ja: 文化", "ja: 行事"), encoding="utf-8")
    with pytest.raises(pytest.fail.Exception):
        build_site(root, say=lambda line: None, address="")


def test_a_build_that_fails_leaves_the_old_site(site_root, tmp_path, monkeypatch):
    site = tmp_path / "site"
    site.mkdir()
    (site / "index.html").write_text("old", encoding="utf-8")

    def fail(*arguments):
        raise SiteError("no")

    monkeypatch.setattr(building, "_mkdocs", fail)
    with pytest.raises(SiteError):
        build_site(site_root, site, say=lambda line: None)
    assert {path.name for path in tmp_path.iterdir()} == {"site", ".site.lock"}
    assert (site / "index.html").read_text(encoding="utf-8") == "old"

WRITES_A_SITE = """
import sys, time
from pathlib import Path
from gallery.site import build as building
def pages(edition, root, site_dir, *rest):
    site_dir.mkdir(exist_ok=True)
    for number in range(20):
        (site_dir / f"{number}.html").write_text(edition)
        time.sleep(0.05)
building.draw_ahead = lambda *arguments, **settings: None
building.fingerprint = lambda *arguments: "of what was there"
building._mkdocs = pages
building._pagefind = lambda *arguments: None
"""
BUILDS_IT = "building.build_site(Path(sys.argv[1]), say=print, address='', language='en')"
DIES_IN_BETWEEN = """
import os, signal
rename = Path.rename
Path.rename = lambda self, to: os.kill(os.getpid(), signal.SIGKILL) if to.name == "site" else rename(self, to)
"""


def python(code: str, root: Path) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-c", code, str(root)], cwd=REPOSITORY, text=True, stdout=subprocess.PIPE)


def test_two_builds_of_one_site_take_turns(miniature):
    builds = [python(WRITES_A_SITE + BUILDS_IT, miniature) for _ in range(2)]
    said = sorted((build.communicate(timeout=120)[0] for build in builds), key=len)
    assert [build.returncode for build in builds] == [0, 0]
    waited = [text for text in said if "Another process is building the site" in text]
    assert len(waited) == 1 and "up to date" in waited[0] and "Writing the Japanese pages" not in waited[0]
    assert {path.name for path in (miniature / "site/en").iterdir()} == {f"{number}.html" for number in range(20)}
    assert not (miniature / ".site.building").exists()


def test_a_site_set_aside_by_a_build_that_was_killed_is_put_back(miniature, monkeypatch):
    (miniature / "site").mkdir()
    (miniature / "site/index.html").write_text("old", encoding="utf-8")
    killed = python(WRITES_A_SITE + DIES_IN_BETWEEN + BUILDS_IT, miniature)
    killed.communicate(timeout=120)
    assert killed.returncode == -9 and not (miniature / "site").exists()

    def fail(*arguments):
        raise SiteError("no")

    monkeypatch.setattr(building, "_mkdocs", fail)
    with pytest.raises(SiteError):
        build_site(miniature, say=lambda line: None)
    assert (miniature / "site/index.html").read_text(encoding="utf-8") == "old"
    assert [path.name for path in miniature.glob(".site.*")] == [".site.lock"]


def test_where_charts_cannot_be_drawn_for_want_of_addresses_the_site_says_so(miniature, monkeypatch):
    monkeypatch.setattr(building, "address_space", lambda: 2**30)
    with pytest.raises(SiteError, match="ulimit -v"):
        build_site(miniature, say=lambda line: None)


def test_a_drawing_that_is_not_whole_or_cannot_be_kept_is_drawn_again(built, monkeypatch):
    shutil.rmtree(built / "build/drawings", ignore_errors=True)
    edition = open_edition(built, "ja")
    subject, figure = next(found for found in edition.figures() if found[1].kind == "tokens")
    whole = edition.drawings.draw(figure, "ja")
    (path,) = (built / "build/drawings").iterdir()
    content = path.read_bytes()
    for damaged in (b"", content[:-9], b"[]"):
        path.write_bytes(damaged)
        assert edition.drawings.draw(figure, "ja") == whole
        assert path.read_bytes() == content
    path.unlink()
    path.parent.rmdir()
    path.parent.write_bytes(b"where drawings would be kept, there can be none")
    assert edition.drawings.draw(figure, "ja") == whole


def test_the_site_is_served_with_the_types_that_browsers_ask_for(site, monkeypatch):
    server = open_server(site, 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}"
    for path, kind in (("/", "text/html; charset=utf-8"), ("/assets/lmviz/main.js", "text/javascript"),
                       ("/search.json", "application/json"), ("/assets/gallery/site.css", None)):
        try:
            with urllib.request.urlopen(base + path) as answer:
                assert answer.headers["Content-Type"] == kind
        except urllib.error.HTTPError as error:
            assert kind is None and error.code == 404
            assert "見つかりません" in error.read().decode()
    other = open_server(site, server.server_port)
    assert other.server_port != server.server_port
    other.server_close()
    server.shutdown()
    server.server_close()


def test_serving_nothing_is_an_error_that_says_what_to_do(tmp_path):
    with pytest.raises(SiteError, match="build_gallery.py site"):
        open_server(tmp_path)


def test_the_search_s_plain_catalog_holds_texts_whole(site):
    rows = json.loads((site / "search.json").read_text(encoding="utf-8"))
    holding = [row["url"] for row in rows if "季節の変わり目" in row["text"]]
    assert holding == ["setsubun/tiny/", "compare/elsewhere/"]


def test_pages_can_be_written_as_plain_files(site_root, tmp_path):
    ran = subprocess.run([sys.executable, "-m", "gallery.pages", str(tmp_path), "--root", str(site_root)],
                         cwd=REPOSITORY, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stderr
    written = {path.relative_to(tmp_path / "ja").as_posix() for path in (tmp_path / "ja").rglob("*.md")}
    assert {"index.md", "gallery/index.md", "setsubun/tiny/index.md", "models/tiny/index.md"} <= written
