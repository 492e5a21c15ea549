from __future__ import annotations

import pytest
from fakes import results as fake_results


@pytest.fixture(scope="session")
def results() -> dict[str, object]:
    """One plausible result, or dict of results, a figure kind."""
    return fake_results()
