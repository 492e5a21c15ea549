"""The lines of Python under figures of studies, run: they give the numbers that the figures are drawn from."""

from __future__ import annotations

import ast
from functools import cache

import numpy as np
import pytest

import lmviz
from gallery.pages.recipe import recipe
from gallery.site.editions import open_edition


@pytest.mark.slow
@pytest.mark.parametrize(("study", "kind", "name"), [
    ("models/tiny+second", "layer_similarity", ""), ("mame/tiny", "factor_responses", ""),
])
def test_the_lines_of_a_study_give_its_result(studied_source, monkeypatch, study, kind, name):
    edition = open_edition(studied_source, "ja")
    subject, figure = next((of, one) for of, one in edition.figures() if (of.id, one.kind) == (study, kind))
    monkeypatch.chdir(studied_source)
    monkeypatch.setattr(lmviz, "load", cache(lmviz.load))
    names: dict = {}
    exec(compile(ast.Module(ast.parse(recipe(edition, subject, figure)).body[:-1], []), "lines", "exec"), names)
    stored, again = edition.drawings.read(figure.results[name]).parts()[0], names["result"].parts()[0]
    assert stored.keys() == again.keys()
    for array in stored:
        np.testing.assert_allclose(again[array], stored[array], rtol=1e-3, atol=1e-4, err_msg=array)
