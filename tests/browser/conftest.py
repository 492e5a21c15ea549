from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from miniature import build_miniature
from miniature_card import add_card
from miniature_site import make_site
from miniature_studies import add_studies


@contextmanager
def _serving(directory: Path) -> Iterator[str]:
    from gallery.site.serve import open_server

    server = open_server(directory, 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def served(compared_source, tmp_path_factory) -> Iterator[str]:
    """Address of the miniature site, served as ``build_gallery.py serve`` does it."""
    root = make_site(compared_source, tmp_path_factory.getbasetemp() / "miniature-site")
    with _serving(root / "site") as address:
        yield address


@pytest.fixture(scope="session")
def served_studies(built_source, tmp_path_factory) -> Iterator[str]:
    """Address of a site with what only a model's studies and its card bring; every table is a page of its own."""
    from gallery.pages import data_table
    from gallery.site.build import build_site

    root = Path(shutil.copytree(built_source, tmp_path_factory.mktemp("studied") / "root"))
    build_miniature(add_card(add_studies(root)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(data_table, "MOST", 0)
        build_site(root, say=lambda line: None, address="")
    with _serving(root / "site") as address:
        yield address


@dataclass
class Watched:
    """A page and what it complained of: console errors, exceptions, answers of 400 and above, other hosts."""

    page: object
    base: str
    complaints: list[str] = field(default_factory=list)

    def open(self, address: str):
        self.page.goto(self.base + address, wait_until="load")
        return self.page


@pytest.fixture
def watched(chromium, served):
    """Makes pages of a given width that must not have complained when the test ends."""
    made: list[Watched] = []
    contexts = []

    def make(width: int = 1280, **options) -> Watched:
        context = chromium.new_context(viewport={"width": width, "height": 844}, **options)
        contexts.append(context)
        page = context.new_page()
        new = Watched(page, served)
        page.on("console", lambda message: new.complaints.append(message.text)
                if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: new.complaints.append(str(error)))
        page.on("request", lambda request: new.complaints.append(f"another host: {request.url}")
                if not request.url.startswith((served, "data:", "blob:")) else None)
        page.on("response", lambda answer: new.complaints.append(f"{answer.status} {answer.url}")
                if answer.status >= 400 else None)
        made.append(new)
        return new

    yield make
    for context in contexts:
        context.close()
    assert [complaint for new in made for complaint in new.complaints] == []
