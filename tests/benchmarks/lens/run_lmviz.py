"""lmviz on a request: all positions of the text, from one trace that keeps nothing from round to round."""

from __future__ import annotations

import dataclasses

import measurement
import numpy as np

import lmviz


def load(request: dict):
    model = lmviz.load(request["model"], device="cpu")
    read = model.trace(request["prompt"], max_new_tokens=request["n_new"])
    final_norm = request["final_norm"]

    def work():
        trace = dataclasses.replace(read)
        measures = {"entropies": lmviz.lens_measures(trace, final_norm=final_norm).entropies} if request["all"] else {}
        predictions = lmviz.layer_predictions(trace, top_k=request["top_k"], final_norm=final_norm)
        ranks = lmviz.rankings(trace, final_norm=final_norm)
        watched = lmviz.watched_words(trace, request["words"], final_norm=final_norm)
        found = {"probabilities": np.exp(predictions.log_probabilities), "ranks": ranks.ranks, "watched": watched.ranks}
        return trace.token_ids.tolist(), {"lens": found | measures}

    return work


if __name__ == "__main__":
    measurement.measure(measurement.request_of_command_line(), load)
