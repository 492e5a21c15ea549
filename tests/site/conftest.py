from __future__ import annotations

from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from miniature_site import make_site


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
