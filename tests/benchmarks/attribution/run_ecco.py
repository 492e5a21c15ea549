"""ecco 0.1.2 on a request. Its scores: L2 norms over the width, divided by their sum; the target is the probability."""

from __future__ import annotations

import ecco
import measurement
import numpy as np


def load(request: dict):
    (method,) = request["methods"]
    settings = {
        "embedding": "transformer.wte.weight", "type": "causal", "activations": [r"mlp\.c_proj"],
        "token_prefix": "Ġ", "partial_token_prefix": "",
    }
    model = ecco.from_pretrained(request["model"], model_config=settings, verbose=False, gpu=False)

    def work():
        output = model.generate(
            request["prompt"], generate=request["n_new"], do_sample=False, attribution=[request["names"][method]]
        )
        token_ids = output.token_ids[0].tolist()
        rows = [np.asarray(row) for row in output.attribution[request["names"][method]]]
        return token_ids, {method: {"norms": measurement.by_target(rows, len(token_ids))}}

    return work


if __name__ == "__main__":
    measurement.measure(measurement.request_of_command_line(), load)
