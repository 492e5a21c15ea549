"""Fixtures that several rooms share: the miniature gallery, unbuilt and built, and a browser."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from family_models import make_model, sentencepiece_file, write_byte_level  # noqa: F401 (fixtures)
from miniature import build_miniature, make_miniature
from miniature_comparisons import add_comparisons

CHROMIUM_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]

TESTS = Path(__file__).parent
TOGETHER = {"browser": "site", "hostile": "site", "site": "site", "gallery": "gallery", "soak": "gallery"}
"""Folders whose tests share what takes long to make, a computed gallery or its site."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where two processes run the tests (`make test`), those that share fixtures run in the same one: a folder of
    `TOGETHER`, or a module."""
    for item in items:
        place = item.path.relative_to(TESTS)
        item.add_marker(pytest.mark.xdist_group(TOGETHER.get(place.parts[0], place.as_posix())))


@pytest.fixture(scope="session")
def miniature_source(tmp_path_factory) -> Path:
    """The miniature gallery, nothing built. Do not change it; take ``miniature``."""
    return make_miniature(tmp_path_factory.mktemp("miniature") / "root")


@pytest.fixture(scope="session")
def built_source(miniature_source, tmp_path_factory) -> Path:
    """The miniature gallery, computed (no site). Do not change it; take ``built``."""
    root = tmp_path_factory.mktemp("built") / "root"
    shutil.copytree(miniature_source, root)
    build_miniature(root)
    return root


@pytest.fixture(scope="session")
def compared_source(built_source, tmp_path_factory) -> Path:
    """The computed miniature gallery with comparisons, computed too (no site). Do not change it."""
    root = tmp_path_factory.mktemp("compared") / "root"
    shutil.copytree(built_source, root)
    build_miniature(add_comparisons(root), jobs=1)
    return root


@pytest.fixture
def miniature(miniature_source, tmp_path) -> Path:
    """A miniature gallery of the test's own, nothing built."""
    return Path(shutil.copytree(miniature_source, tmp_path / "root"))


@pytest.fixture
def built(built_source, tmp_path) -> Path:
    """A computed miniature gallery of the test's own."""
    return Path(shutil.copytree(built_source, tmp_path / "built"))


@pytest.fixture(scope="session")
def chromium():
    """Headless Chromium of the system. One for all tests: Playwright's synchronous API starts once a process."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("no Chromium on this machine; `make test` installs it on Debian, where it may")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()
