"""Fixtures that several rooms share: the miniature gallery, unbuilt and built."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from miniature import build_miniature, make_miniature


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


@pytest.fixture
def miniature(miniature_source, tmp_path) -> Path:
    """A miniature gallery of the test's own, nothing built."""
    return Path(shutil.copytree(miniature_source, tmp_path / "root"))


@pytest.fixture
def built(built_source, tmp_path) -> Path:
    """A computed miniature gallery of the test's own."""
    return Path(shutil.copytree(built_source, tmp_path / "built"))
