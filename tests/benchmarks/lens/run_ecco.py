"""ecco 0.1.2 on a request: the tokens that it generated, which are all that it looks at.

It computes and sorts anew for each layer, position and word. What it would draw with Matplotlib is kept instead, so
that drawing costs it nothing.
"""

from __future__ import annotations

import ecco
import ecco.output
import measurement
import numpy as np


def load(request: dict):
    settings = {
        "embedding": "transformer.wte.weight", "type": "causal", "activations": [r"mlp\.c_proj"],
        "token_prefix": "Ġ", "partial_token_prefix": "",
    }
    model = ecco.from_pretrained(request["model"], model_config=settings, verbose=False, gpu=False)
    output = model.generate(request["prompt"], generate=request["n_new"], do_sample=False)
    token_ids = output.token_ids[0].tolist()
    first = len(token_ids) - request["n_new"]
    word_ids = [model.tokenizer(word)["input_ids"][0] for word in request["words"]]
    drawn: list[np.ndarray] = []
    for plot in ("plot_inner_token_rankings", "plot_inner_token_rankings_watch"):
        setattr(ecco.output.lm_plots, plot, lambda inputs, outputs, rankings, *rest, **options: drawn.append(rankings))

    def work():
        predictions = [
            output.layer_predictions(position, topk=request["top_k"], printJson=True)
            for position in range(first, len(token_ids))
        ]
        output.rankings()
        output.rankings_watch(word_ids, first)
        ranks, watched = drawn[-2:]
        probabilities = [[[float(entry["prob"]) for entry in layer] for layer in each] for each in predictions]
        found = {
            "probabilities": np.array(probabilities).transpose(1, 0, 2), "ranks": ranks, "watched": watched.T,
        }
        return token_ids, {"lens": found}

    return work


if __name__ == "__main__":
    measurement.measure(measurement.request_of_command_line(), load)
