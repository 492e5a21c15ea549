"""What callers may get wrong: a type that cannot be answered is one clear ``ValueError``, whatever the analysis."""

from __future__ import annotations

import numpy as np
import pytest

import lmviz


@pytest.fixture(scope="module")
def trace(make_model):
    return lmviz.load(make_model("gpt2"), device="cpu").trace("節分は豆")


ANALYSES = {
    "token_probabilities": {}, "layer_predictions": {}, "rankings": {}, "watched_words": {"words": ["鬼"]},
    "attribute": {}, "neuron_factors": {}, "character_lens": {}, "lens_measures": {}, "prompt_pair": {"other": None},
}


@pytest.mark.parametrize("analysis", ANALYSES)
@pytest.mark.parametrize("found", [None, "節分は", []])
def test_an_analysis_reads_a_trace(analysis, found):
    with pytest.raises(ValueError, match=f"reads a trace, not a {type(found).__name__}; make one with"):
        getattr(lmviz, analysis)(found, **ANALYSES[analysis])


@pytest.mark.parametrize(("analysis", "options", "message"), [
    ("token_probabilities", {"top_k": "3"}, "top_k is a whole number between 1 and .*, not '3'"),
    ("layer_predictions", {"top_k": 2.5}, "top_k is a whole number between 1 and .*, not 2.5"),
    ("layer_predictions", {"top_k": True}, "not True"),
    ("layer_predictions", {"top_k": None}, "not None"),
    ("layer_predictions", {"final_norm": "no"}, "final_norm is True or False, not 'no'"),
    ("rankings", {"final_norm": None}, "final_norm is True or False, not None"),
    ("lens_measures", {"final_norm": "yes"}, "final_norm is True or False, not 'yes'"),
    ("prompt_pair", {"other": None}, "reads a trace, not a NoneType"),
    ("character_lens", {"top_k": 0}, "top_k is a whole number between 1 and .*, not 0"),
    ("character_lens", {"final_norm": 0}, "final_norm is True or False, not 0"),
    ("watched_words", {"words": None}, "words is None; give a list of words"),
    ("watched_words", {"words": 3}, "words is 3; give a list of words"),
    ("watched_words", {"words": ["鬼", b"x"]}, "a text is a string, not bytes"),
    ("watched_words", {"words": ["鬼"], "position": 2.5}, "position is a whole number, not 2.5"),
    ("watched_words", {"words": ["鬼"], "position": "3"}, "position is a whole number, not '3'"),
    ("watched_words", {"words": ["鬼"], "final_norm": 1}, "final_norm is True or False, not 1"),
    ("neuron_factors", {"n_components": "2"}, "n_components is a whole number of at least 0, not '2'"),
    ("neuron_factors", {"n_components": 2.0}, "n_components is a whole number"),
    ("neuron_factors", {"n_components": 2, "layers": 1}, "layers is a list of whole numbers, such as .*, not 1"),
    ("neuron_factors", {"n_components": 2, "layers": [0.5]}, "0.5 is none"),
    ("neuron_factors", {"n_components": 2, "layers": "01"}, "not '01'"),
    ("neuron_factors", {"n_components": 2, "seed": -1}, "seed is a whole number between 0 and 4294967295, not -1"),
    ("neuron_factors", {"n_components": 2, "seed": "0"}, "seed is a whole number"),
    ("neuron_factors", {"n_components": 2, "layers": "erly"}, "all, early, middle, late, or a list .* 'erly'"),
])
def test_wrong_types_are_refused(trace, analysis, options, message):
    with pytest.raises(ValueError, match=message) as raised:
        getattr(lmviz, analysis)(trace, **options)
    assert type(raised.value) is ValueError and "\n" not in str(raised.value)


def test_numbers_of_numpy_are_numbers(trace):
    result = lmviz.layer_predictions(trace, top_k=np.int64(2), final_norm=np.bool_(False))
    assert result.token_ids.shape[2] == 2 and result.final_norm is False
    assert lmviz.attribute(trace, "saliency", targets=np.array([2, 1])).target_positions.tolist() == [2, 1]
    assert lmviz.neuron_factors(trace, n_components=np.int32(1), layers=np.arange(2)).layers.tolist() == [0, 1]


@pytest.mark.parametrize("name", [None, 3, b"x", "", "  "])
def test_a_model_is_named_by_a_text_or_a_path(name):
    with pytest.raises(lmviz.loading.LoadError, match="named by a directory or by owner/name"):
        lmviz.load(name)
