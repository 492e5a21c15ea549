"""Every attribution method and its receipt, through the gallery, on random models of every family."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from miniature import build_miniature

from gallery.engine.plan import entries
from gallery.store import Store
from gallery.validation import read_catalog
from gallery.validation.attribution import ATTRIBUTION_METHODS

MODEL = """\
- id: {family}
  names: {{ja: "{family}", en: "{family}"}}
  about: {{ja: 重みは乱数です。, en: Its weights are random.}}
  directory: models/{family}
  start: {start}
  licence: MIT
"""
PROMPT = """\
id: mame
titles: {ja: 豆, en: Beans}
about: {ja: 与えた続きを読みます。, en: A given continuation is read.}
text: 豆をまく
source: {kind: own, licence: CC0-1.0}
generation: {continuation: 行事}
tier: full
figures:
  layer_predictions: null
  rankings: null
  neuron_factors: null
  attribution: {n_steps: 8}
"""


@pytest.mark.parametrize(
    ("family", "start"), [("gpt-neox", "none"), ("llama", "bos"), ("qwen2", "none"), ("gemma", "bos")]
)
def test_every_method_runs_in_the_gallery(tmp_path, make_model, in_process, family, start):
    catalog = tmp_path / "gallery" / "catalog"
    (catalog / "prompts").mkdir(parents=True)
    (catalog / "models.yaml").write_text(MODEL.format(family=family, start=start), encoding="utf-8")
    (catalog / "prompts" / "mame.yaml").write_text(PROMPT, encoding="utf-8")
    shutil.copytree(make_model(family.replace("-", "_"), initializer_range=0.1), tmp_path / "models" / family)
    assert build_miniature(tmp_path).ok
    (entry,) = entries(read_catalog(tmp_path), tmp_path)
    (figure,) = (figure for figure in entry.figures if figure.kind == "attribution")
    assert not figure.failure and not figure.incomplete
    results = {name: Store(tmp_path).read(key) for name, key in figure.results.items()}
    receipt = results.pop("receipt")
    assert set(results) == set(receipt.methods) == set(ATTRIBUTION_METHODS)
    for result in results.values():
        for row, target in enumerate(result.target_positions):
            assert np.isfinite(result.scores[row]).all() and result.scores[row, :target].any()
    for drops in (receipt.comprehensiveness, receipt.sufficiency, receipt.random_drops):
        assert np.isfinite(drops).all()
