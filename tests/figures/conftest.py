from __future__ import annotations

import altair
import pytest
from fakes import results as fake_results


@pytest.fixture(scope="session")
def results() -> dict[str, object]:
    """One plausible result, or dict of results, a figure kind."""
    return fake_results()


@pytest.fixture(scope="module", autouse=True)
def charts_are_held_to_the_schema():
    """Every chart that a test of figures draws is one that Vega-Lite allows; pages are drawn without asking again."""
    written = altair.TopLevelMixin.to_dict

    def checked(chart, validate=True, **rest):
        return written(chart, validate or rest.get("context") is None, **rest)  # a part of a chart has a context

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(altair.TopLevelMixin, "to_dict", checked)
        yield
