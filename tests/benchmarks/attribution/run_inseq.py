"""inseq 0.7.1 on a request. It keeps the width where the method has one: norms and signed sums are taken here.

Its target is the probability, its baseline the embedding of ``<unk>``. Occlusion comes as absolute values.
"""

from __future__ import annotations

import inseq
import measurement
import numpy as np

_STEPS = {
    "integrated_gradients": "n_steps", "sequential_integrated_gradients": "n_steps", "gradient_shap": "n_samples",
    "lime": "n_samples",
}


def load(request: dict):
    (method,) = request["methods"]
    name = request["names"][method]
    model = inseq.load_model(request["model"], name, device="cpu")
    options = {_STEPS[name]: request["n_steps"]} if name in _STEPS else {}

    def work():
        output = model.attribute(
            request["prompt"], generation_args={"max_new_tokens": request["n_new"], "do_sample": False},
            show_progress=False, pretty_progress=False, **options,
        )
        sequence = output.sequence_attributions[0]
        token_ids = [token.id for token in sequence.target]
        found = sequence.target_attributions.float().numpy()
        first = sequence.attr_pos_start
        rows = [found[: first + number, number] for number in range(found.shape[1])]
        if found.ndim == 2:
            arrays = {"scores": rows}
        else:
            norms = [np.linalg.norm(row, axis=1) for row in rows]
            arrays = {"scores": [row.sum(axis=1) for row in rows], "norms": norms}
        return token_ids, {method: {k: measurement.by_target(v, len(token_ids)) for k, v in arrays.items()}}

    return work


if __name__ == "__main__":
    measurement.measure(measurement.request_of_command_line(), load)
