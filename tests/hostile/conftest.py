from __future__ import annotations

import os

import pytest


@pytest.fixture(scope="session")
def soaking() -> bool:
    """Whether `make soak` runs the tests, with time for every payload's own page."""
    return bool(os.environ.get("LMVIZ_SOAK"))
