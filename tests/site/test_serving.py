"""A served site follows its sources: changes are seen, built once, and shown; the last good site stays."""

from __future__ import annotations

import json
import shutil
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from gallery.command.arguments import parse
from gallery.command.speech import Speech
from gallery.site import fingerprint
from gallery.site.build import MARK
from gallery.site.live import watching
from gallery.site.live.news import News
from gallery.site.live.rebuilding import Rebuilding
from gallery.site.live.watching import REPOSITORY, watch
from gallery.site.policy import protect
from gallery.site.serve import open_server
from gallery.store.files import write_atomically

PAGE = """\
<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8"><title>{title}</title></head><body></body></html>
"""
HOSTILE = "</script><img src=x onerror='document.title=1'> 節分"


def until(holds, seconds: float = 10.0):
    """What ``holds`` gives once that is true."""
    end = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.02)
    return found


def write_site(directory: Path, title: str) -> None:
    """A site of two pages under the policy of the real ones."""
    for language, folder in (("ja", directory), ("en", directory / "en")):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "index.html").write_text(protect(PAGE.format(title=title, language=language)), encoding="utf-8")
    (directory / "404.html").write_text(protect(PAGE.format(title="404", language="ja")), encoding="utf-8")
    write_atomically(directory / MARK, f"{title}\n".encode())


@pytest.fixture
def directory(tmp_path) -> Path:
    write_site(tmp_path / "site", "first")
    return tmp_path / "site"


@pytest.fixture
def served(directory):
    """A running server for a small site: its address, and what tells its pages."""
    news = News(directory)
    server = open_server(directory, 0, news=news)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", news
    server.shutdown()
    server.server_close()


def got(address: str) -> str:
    with urllib.request.urlopen(address, timeout=5) as answer:
        return answer.read().decode()


def test_pages_get_the_script_as_they_are_handed_out_and_none_on_disk_has_it(served, directory):
    address, _ = served
    for page in ("/", "/index.html", "/en/", "/?t=3"):
        assert '<script defer src="/_live/reload.js" data-site="first"></script></head>' in got(address + page)
    with pytest.raises(urllib.error.HTTPError) as raised:
        got(f"{address}/nowhere/")
    assert "/_live/reload.js" in raised.value.read().decode()
    assert "EventSource" in got(f"{address}/_live/reload.js")
    assert not [path for path in directory.rglob("*.html") if "_live" in path.read_text(encoding="utf-8")]
    plain = open_server(directory, 0)
    threading.Thread(target=plain.serve_forever, daemon=True).start()
    assert "_live" not in got(f"http://127.0.0.1:{plain.server_port}/")
    plain.shutdown()
    plain.server_close()


def test_what_is_told_begins_with_the_present_and_goes_on_with_changes(served, directory):
    address, news = served
    with urllib.request.urlopen(f"{address}/_live/events", timeout=5) as stream:
        assert stream.headers["Content-Type"] == "text/event-stream"

        def told():
            line, _ = stream.readline().decode(), stream.readline()
            return json.loads(line.removeprefix("data: "))

        assert (first := told())["site"] == "first" and first["state"] == "still"
        news.tell("failed", HOSTILE)
        assert (failed := told())["details"] == HOSTILE and set(failed["message"]) == {"ja", "en"}
        write_site(directory, "second")  # by whatever command
        assert told()["site"] == "second"


def build(script: str) -> list[str]:
    return [sys.executable, "-c", script]


def test_changes_are_built_once_they_rest_and_once_more_if_more_come_meanwhile(directory, tmp_path):
    log = tmp_path / "log"
    script = f"import time; open({str(log)!r}, 'a').write('x'); time.sleep(1)"
    begun = []
    rebuilding = Rebuilding(build(script), News(directory), begun.append)
    for name in ("a", "b", "a"):
        rebuilding.change(name)
    until(log.is_file)
    rebuilding.change("c")
    until(lambda: log.read_text() == "xx")
    rebuilding.end()
    assert begun == [["a", "b"], ["c"]]


def test_a_build_that_fails_is_told_with_its_last_lines_and_one_that_works_takes_it_back(directory, tmp_path, capfd):
    news, wrong = News(directory), tmp_path / "wrong"
    wrong.touch()
    script = f"""
import os, sys
if os.path.exists({str(wrong)!r}):
    for i in range(100):
        print("line", i, file=sys.stderr)
    sys.exit(2)
"""
    rebuilding = Rebuilding(build(script), news)
    rebuilding.change("x")
    until(lambda: news.state == "failed")
    assert news.details.splitlines() == [f"line {i}" for i in range(80, 100)]
    assert "line 0\n" in capfd.readouterr().err
    wrong.unlink()
    rebuilding.change("x")
    until(lambda: news.state == "still" and not news.details)
    rebuilding.end()


def test_where_the_site_is_new_and_entries_failed_it_is_not_called_the_one_before(directory):
    news = News(directory)
    script = f"open({str(directory / MARK)!r}, 'w').write('second'); import sys; sys.exit('setsubun/broken: NaN')"
    rebuilding = Rebuilding(build(script), news)
    rebuilding.change("x")
    until(lambda: news.state == "partly")
    assert "NaN" in news.details and news.site == "second"
    rebuilding.end()


def test_ending_ends_a_build_that_runs(directory, tmp_path):
    begun = tmp_path / "begun"
    rebuilding = Rebuilding(build(f"import time; open({str(begun)!r}, 'w'); time.sleep(60)"), News(directory))
    rebuilding.change("x")
    until(begun.is_file)
    started = time.monotonic()
    rebuilding.end()
    assert time.monotonic() - started < 5


def test_changes_of_the_catalog_are_seen_and_reading_and_leftovers_are_none(tmp_path):
    catalog = tmp_path / "gallery/catalog"
    (catalog / "prompts").mkdir(parents=True)
    one = catalog / "prompts/one.yaml"
    one.write_text("id: one\n", encoding="utf-8")
    changed: list[str] = []
    observer = watch(tmp_path, changed.append)
    try:
        one.read_bytes()
        (catalog / "prompts/.one.yaml.swp").write_text("x", encoding="utf-8")
        (catalog / "prompts/one.yaml~").write_text("x", encoding="utf-8")
        (catalog / "__pycache__").mkdir()
        (catalog / "__pycache__/x.py").write_text("x", encoding="utf-8")
        (REPOSITORY / "mkdocs.yml").read_bytes()
        time.sleep(0.5)
        mine = [name for name in changed if name.startswith("gallery/catalog")]
        assert mine == []
        for change in (
            lambda: one.write_text("id: two\n", encoding="utf-8"),
            lambda: one.rename(catalog / "prompts/two.yaml"),
            lambda: (catalog / "prompts/two.yaml").unlink(),
            lambda: shutil.copytree(catalog / "prompts", catalog / "comparisons"),
        ):
            changed.clear()
            change()
            until(lambda: [name for name in changed if name.startswith("gallery/catalog")])
    finally:
        observer.stop()
        observer.join()


def test_every_folder_that_the_site_is_written_from_is_watched(monkeypatch):
    scheduled = []

    class Recorder:
        def schedule(self, handler, path, recursive=False):
            scheduled.append(Path(path))

        def start(self):
            pass

    monkeypatch.setattr(watching, "Observer", Recorder)
    watch(REPOSITORY, lambda name: None)
    for folder in (*fingerprint._OF_THE_CODE, "gallery/catalog"):
        assert any((REPOSITORY / folder).is_relative_to(path) for path in scheduled if path != REPOSITORY), folder


def test_the_command_takes_its_options():
    arguments = parse(["serve", "--no-watch", "--port", "9000", "--address", "https://example.org/"], Speech("en"))
    assert arguments.no_watch and arguments.port == 9000


@pytest.mark.browser
def test_an_open_page_reloads_shows_failures_as_text_and_loads_nothing_from_elsewhere(served, directory, chromium):
    address, news = served
    context = chromium.new_context()
    page = context.new_page()
    requests, complaints = [], []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(f"{address}/en/")
    assert page.title() == "first"
    news.tell("building")
    page.wait_for_selector("#live-notice >> text=building anew")
    news.tell("failed", HOSTILE)
    page.wait_for_selector("#live-notice pre")
    assert page.inner_text("#live-notice pre") == HOSTILE and page.title() == "first"
    assert "as it was before" in page.inner_text("#live-notice")
    write_site(directory, "second")
    until(lambda: page.title() == "second")
    page.wait_for_selector("#live-notice")
    news.tell("still")
    page.wait_for_selector("#live-notice", state="detached")
    assert all(url.startswith(address) for url in requests)
    assert not [line for line in complaints if "Content Security Policy" in line]
    context.close()
