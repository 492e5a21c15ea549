"""The page of a table that is too large for its figure's page."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from gallery.pages.data_table import MOST, inline_table, table_page
from gallery.pages.edition import Edition

TABLE = '<div class="data-tables"><table><tr><td>1</td></tr></table></div>'


@pytest.mark.parametrize("language, other", [("ja", "../../../en/f/abc/table/"), ("en", "../../../../f/abc/table/")])
def test_a_large_table_has_a_page_and_a_small_one_stands_below_its_figure(language, other):
    edition = Edition(None, (), None, language)
    assert list(table_page(edition, "f/abc/", "題", TABLE, MOST, "源")) == [] and inline_table(TABLE, MOST) == TABLE
    assert inline_table(TABLE, MOST + 1) == ""
    ((path, text),) = table_page(edition, "f/abc/", "<豆>", TABLE, MOST + 1, "源")
    page = BeautifulSoup(text, "html.parser")
    assert path == "f/abc/table/index.html" and page.html["lang"] == language
    assert page.h1.get_text() == "<豆>" and TABLE in text
    assert [link["href"] for link in page.select(".ways a")] == ["../", "../figure.csv", other]
