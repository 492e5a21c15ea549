"""Rules that a prompt asks factors about: those there are, and that asking changes no number."""

from __future__ import annotations

import subprocess
import sys

import pytest

from gallery.engine.request import wanted_figures
from gallery.validation import read_catalog
from gallery.validation.factor_rules import FACTOR_RULES
from gallery.validation.schema import FactorResponsesOptions, FactorsOptions, ReferenceText
from lmviz.analyses.factor_labels.rules import RULES

TEXT = ReferenceText(passages=("節分。", "豆。"), digest="0" * 64)


@pytest.fixture(scope="module")
def asked(miniature_source):
    """The figures of an entry by what its prompt says of the factors' responses."""
    catalog = read_catalog(miniature_source, look_at_models=False)
    model = catalog.models[0].model_copy(update={"factors": FactorsOptions()})

    def figures(options: FactorResponsesOptions | None) -> tuple:
        prompt = catalog.prompts[0]
        chosen = prompt.figures.model_copy(update={"factor_responses": options})
        return wanted_figures(prompt.model_copy(update={"figures": chosen}), model, TEXT)

    return figures


def test_the_rules_are_those_that_labels_are_proposed_from():
    assert sorted(FACTOR_RULES) == sorted(RULES) and len(set(FACTOR_RULES)) == len(FACTOR_RULES)


def test_their_names_are_known_without_what_computes_with_them():
    code = (
        "import sys, gallery.validation.factor_rules as rules; assert 'year' in rules.FACTOR_RULES; "
        "print(sorted({'torch', 'transformers', 'scipy', 'sudachipy', 'altair'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_what_is_asked_changes_neither_results_nor_figures(asked):
    assert asked(FactorResponsesOptions(rules=("year", "country"))) == asked(FactorResponsesOptions())


def test_null_leaves_the_figure_out(asked):
    with_it, without = asked(FactorResponsesOptions()), asked(None)
    assert [figure.kind for figure in with_it if figure not in without] == ["factor_responses"]
