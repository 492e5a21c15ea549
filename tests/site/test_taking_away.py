"""What pages hand out: files that are there, a frame for other sites, and Python that gives the page's numbers."""

from __future__ import annotations

import ast
import csv
import html
import io
import json
import math
from functools import cache

import pytest
from bs4 import BeautifulSoup

import lmviz
from gallery.pages.drawings import table


def figures(site) -> dict[str, str]:
    """An id by kind of figure, of every kind that the miniature site has; a contrast among them."""
    found = {}
    for entry in ("mame/tiny", "setsubun/tiny", "compare/two-models", "compare/fuku-oni",
                  "compare/second-learns"):
        soup = BeautifulSoup((site / entry / "index.html").read_text(encoding="utf-8"), "html.parser")
        for section in soup.select("section[data-figure-id]:not(.lmviz-figure--failed)"):
            kind = section["data-figure"] + ("/contrast" if entry.startswith("mame") else "")
            if kind in ("attribution/contrast", section["data-figure"]):
                found.setdefault(kind, section["data-figure-id"])
    return found


def same(ours: str, theirs: str) -> bool:
    try:
        return math.isclose(float(ours), float(theirs), rel_tol=1e-4, abs_tol=1e-5)
    except ValueError:
        return ours == theirs


def run(lines: str):
    """What the last line gives."""
    *statements, last = ast.parse(lines).body
    names: dict = {}
    exec(compile(ast.Module(statements, []), "lines", "exec"), names)
    return eval(compile(ast.Expression(last.value), "lines", "eval"), names)


@pytest.mark.slow
def test_the_lines_of_python_give_the_page_its_numbers(site, site_root, page, monkeypatch):
    monkeypatch.chdir(site_root)
    monkeypatch.setattr(lmviz, "load", cache(lmviz.load))
    kinds = figures(site)
    assert {"tokens", "predictions", "watched_words", "attribution/contrast", "compare_attribution", "pair_predictions",
            "pair_divergence", "training_course", "training_ranks"} <= set(kinds)
    for kind, figure_id in kinds.items():
        lines = page(f"f/{figure_id}/").select_one("[data-recipe] code").get_text()
        assert len(lines.splitlines()) <= 7
        ours = list(csv.reader(io.StringIO(table(run(lines).to_dict(validate=False)))))
        theirs = list(csv.reader(io.StringIO((site / f"f/{figure_id}/figure.csv").read_text(encoding="utf-8"))))
        assert len(ours) == len(theirs) > 2, kind
        assert all(same(*cells) for rows in zip(ours, theirs, strict=True) for cells in zip(*rows, strict=True)), kind


@pytest.mark.parametrize("edition", ["", "en/"])
def test_every_file_on_offer_is_there_and_below_each_figure_of_an_entry(site, edition):
    entry = BeautifulSoup((site / edition / "setsubun/tiny/index.html").read_text(encoding="utf-8"), "html.parser")
    sections = entry.select("section[data-figure-id]:not(.lmviz-figure--failed)")
    assert len(sections) > 5
    for section in sections:
        short = section.select_one("details.takeaway--compact")
        folder = site / edition / "f" / section["data-figure-id"]
        alone = BeautifulSoup((folder / "index.html").read_text(encoding="utf-8"), "html.parser")
        for links, base in ((short, site / edition / "setsubun/tiny"), (alone.select_one("#take-away"), folder)):
            offered = [base / link["href"] for link in links.select("a[download]")]
            assert len(offered) in (4, 7) and all(path.resolve().is_file() for path in offered)
        content = json.loads((folder / "data.json").read_text(encoding="utf-8"))
        rows = list(csv.DictReader(io.StringIO((folder / "figure.csv").read_text(encoding="utf-8"))))
        assert [{name: str(value) for name, value in row.items() if value is not None} for row in content["rows"]] == [
            {name: value for name, value in row.items() if name in content["rows"][i] and value != ""}
            for i, row in enumerate(rows)
        ]
        assert content["title"] == alone.select_one("h1").get_text()


@pytest.mark.parametrize("edition", ["", "en/"])
def test_the_page_for_frames_is_the_figure_its_source_and_a_way_back(site, edition):
    figure_id = figures(site)["rankings"]
    folder = site / edition / "f" / figure_id
    text = (folder / "embed/index.html").read_text(encoding="utf-8")
    frame = BeautifulSoup(text, "html.parser")
    assert text.startswith("<!doctype html>\n<html") and frame.body.get_text().strip().startswith(frame.h1.get_text())
    assert not frame.select("nav, header, footer, dialog")
    assert frame.head.select_one("meta[http-equiv=Content-Security-Policy]")["content"].startswith("default-src 'none'")
    assert frame.select_one(".source a")["href"] == "../" and figure_id in frame.select_one(".source").get_text()
    for element, name in (("link[rel=stylesheet]", "href"), ("script[src]", "src")):
        assert all((folder / "embed" / each[name]).resolve().is_file() for each in frame.select(element))
    alone = BeautifulSoup((folder / "index.html").read_text(encoding="utf-8"), "html.parser")
    code = BeautifulSoup(alone.select_one("[data-embed] code").get_text(), "html.parser").iframe
    assert code["src"] == f"/{edition}f/{figure_id}/embed/" and code["title"] == alone.select_one("h1").get_text()
    assert html.escape(code["title"]) in text
