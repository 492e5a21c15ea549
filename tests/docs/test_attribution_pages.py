"""The pages on attribution follow the list of methods, and the code on them runs."""

import re
from pathlib import Path

import pytest

import lmviz

PAGES = Path(__file__).resolve().parents[2] / "docs" / "ja" / "figures" / "attribution"
METHODS = {method.name: method for method in lmviz.attribution_methods()}
_ROW = re.compile(r"^\| \[[^]]+\]\((\w+)\.md\) \|[^|]+\| ([^|]+) \|", re.MULTILINE)


def _fences(page, name):
    text = (PAGES / f"{page}.md").read_text(encoding="utf-8")
    return re.findall(rf"^```{name}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("name", METHODS)
def test_every_method_has_a_page_with_its_own_figure(name):
    (request,) = _fences(name, "figure")
    assert request.split()[1:] == ["attribution", f"method={name}"]


def test_the_overview_lists_all_methods_in_order_and_whether_they_are_signed():
    rows = _ROW.findall((PAGES / "index.md").read_text(encoding="utf-8"))
    assert [name for name, _ in rows] == list(METHODS)
    for name, sign in rows:
        assert sign.startswith("符号あり" if METHODS[name].signed else "大きさ"), name


def test_figures_of_costly_methods_are_of_the_talk_s_topics():
    for name, method in METHODS.items():
        (request,) = _fences(name, "figure")
        topics = {"celeste", "setsubun", "hoshi-no-samidare", "maglev-chronology"}
        assert method.tier == "fast" or request.split("/")[0] in topics, request


def test_the_page_of_refusals_names_all_and_its_example_is_refused(monkeypatch):
    from lmviz.analyses.attribution.registry import REFUSED

    page = (PAGES / "refused.md").read_text(encoding="utf-8")
    assert re.findall(r"^`(\w+)` は", page, re.MULTILINE) == list(REFUSED)
    (code,) = _fences("refused", "python")
    monkeypatch.chdir(PAGES.parents[3])
    with pytest.raises(ValueError, match="guided_backprop is not computed"):
        exec(code, {})


@pytest.mark.slow
@pytest.mark.parametrize("page", ["index", "receipt", *METHODS])
def test_the_code_of_a_page_runs(page, monkeypatch):
    (code,) = _fences(page, "python")
    monkeypatch.chdir(PAGES.parents[3])
    drawn = {}
    exec(code, drawn)
    assert "result" in drawn or "receipt" in drawn
