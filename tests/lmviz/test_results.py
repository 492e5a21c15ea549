"""Results survive being stored: arrays without pickle, and a header of strict JSON."""

from __future__ import annotations

import dataclasses
import io
import json

import numpy as np
import pytest

import lmviz
from lmviz.results import Result, result_class


@pytest.fixture(scope="module")
def results(lm):
    trace = lm.trace("鬼は外、福は内と豆をまき、🍣を食べる", max_new_tokens=3)
    return {
        "token_probabilities": lmviz.token_probabilities(trace, top_k=3),
        "layer_predictions": lmviz.layer_predictions(trace, top_k=3),
        "rankings": lmviz.rankings(trace),
        "lens_measures": lmviz.lens_measures(trace),
        "prompt_pair": lmviz.prompt_pair(trace, lm.trace("鬼は外、福は内と豆を食べ、🍣をまく")),
        "character_lens": lmviz.character_lens(trace, top_k=3),
        "watched_words": lmviz.watched_words(trace, ["鬼", "節分の日"]),
        "attribution": lmviz.attribute(trace, "feature_ablation"),
        "neuron_factors": lmviz.neuron_factors(trace, n_components=3),
    }


def assert_equal(stored, original):
    assert type(stored) is type(original)
    if dataclasses.is_dataclass(original):
        for field in dataclasses.fields(original):
            assert_equal(getattr(stored, field.name), getattr(original, field.name))
    elif isinstance(original, np.ndarray):
        assert stored.dtype == original.dtype
        assert np.array_equal(stored, original, equal_nan=original.dtype.kind == "f")
    else:
        assert stored == original


KINDS = (
    "token_probabilities", "layer_predictions", "rankings", "lens_measures", "character_lens", "watched_words",
    "prompt_pair", "attribution", "neuron_factors",
)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_stored_is_what_was_computed(results, kind):
    original = results[kind]
    assert original.kind == kind and result_class(kind) is type(original)
    arrays, header = original.parts()
    file = io.BytesIO()
    np.savez(file, **arrays)
    file.seek(0)
    with np.load(file, allow_pickle=False) as loaded:
        stored = Result.from_parts(dict(loaded), json.loads(json.dumps(header, allow_nan=False)))
    assert_equal(stored, original)


DOUBLE = ("values", "absent_values", "completeness_errors", "tolerance")


@pytest.mark.parametrize("kind", KINDS)
def test_arrays_have_the_types_that_the_result_promises(results, kind):
    for name, array in results[kind].parts()[0].items():
        expected = "float64" if name in DOUBLE else {"i": "int64", "f": "float32"}[array.dtype.kind]
        assert array.dtype == expected, name


def test_another_schema_version_and_an_unknown_kind_are_refused(results):
    arrays, header = results["rankings"].parts()
    with pytest.raises(ValueError, match="compute it again"):
        Result.from_parts(arrays, header | {"schema_version": 99})
    with pytest.raises(ValueError, match="known: attribution"):
        Result.from_parts(arrays, header | {"kind": "ranking"})
