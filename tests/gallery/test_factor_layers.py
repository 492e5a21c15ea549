"""The layers of neuron factors as the catalog says them: a name, a range, or nothing."""

from __future__ import annotations

import json

import pytest

import lmviz
from gallery.engine.analyses import compute
from gallery.engine.request import Wanted
from gallery.validation.schema import NeuronFactorsOptions


@pytest.mark.parametrize(("layers", "used"), [
    (None, [0, 1, 2]), ("all", [0, 1, 2]), ("early", [0]), ("middle", [1]), ("late", [2]), ([1, 2], [1, 2]),
])
def test_the_layers_that_a_prompt_asks_for_are_factored(make_model, layers, used):
    trace = lmviz.load(make_model("gpt2")).trace("豆まき", max_new_tokens=0)
    asked = NeuronFactorsOptions.model_validate_json(json.dumps({"layers": layers})).model_dump(mode="json")
    wanted = Wanted("neuron_factors", "2", {"n_components": 2, "layers": asked["layers"], "seed": asked["seed"]})
    result = compute(wanted, [trace], stored=None)
    assert result.layers.tolist() == used and result.seed is None
