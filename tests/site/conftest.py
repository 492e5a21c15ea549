from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from bs4 import BeautifulSoup
from miniature import REPOSITORY
from miniature_site import make_site

BLOCKER = """
import sys
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("torch", "transformers"):
            raise AssertionError(f"{name} was imported")
sys.meta_path.insert(0, Blocker())
from mkdocs.__main__ import cli
cli(["build", "--quiet", "--config-file", sys.argv[1], "--site-dir", sys.argv[2]])
"""


class Addressed(NamedTuple):
    """One edition that MkDocs alone built, and where it is published."""

    language: str
    directory: Path
    address: str


@pytest.fixture(scope="session")
def site_root(compared_source, tmp_path_factory) -> Path:
    """The gallery under the miniature site. Do not change it."""
    return make_site(compared_source, tmp_path_factory.getbasetemp() / "miniature-site")


@pytest.fixture(scope="session")
def site(site_root) -> Path:
    """The built miniature site."""
    return site_root / "site"


@pytest.fixture(scope="session")
def page(site):
    """Reads a page: ``page("setsubun/tiny/")``."""
    return lambda url: BeautifulSoup((site / url / "index.html").read_text(encoding="utf-8"), "html.parser")


@pytest.fixture(scope="session", params=["ja", "en"])
def addressed(request, site_root, tmp_path_factory) -> Addressed:
    """An edition of the miniature site for a known address, built where there is neither torch nor transformers."""
    language, directory = request.param, tmp_path_factory.mktemp("addressed") / "site"
    root, configuration = "https://example.org/gallery/", f"mkdocs{'' if language == 'ja' else '.en'}.yml"
    environment = {**os.environ, "LMVIZ_GALLERY_ROOT": str(site_root), "LMVIZ_SITE_URL": root}
    ran = subprocess.run([sys.executable, "-c", BLOCKER, str(REPOSITORY / configuration), str(directory)],
                         env=environment, cwd=directory.parent, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stderr
    return Addressed(language, directory, root if language == "ja" else f"{root}en/")
