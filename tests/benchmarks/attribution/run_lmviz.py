"""lmviz on a request: one trace, and all the methods that are asked for from it."""

from __future__ import annotations

import measurement

import lmviz


def load(request: dict):
    model = lmviz.load(request["model"], device="cpu")
    attribute = lmviz.attribute  # loaded on first use

    def work():
        trace = model.trace(request["prompt"], max_new_tokens=request["n_new"])
        found = {
            method: attribute(trace, method, target="probability", n_steps=request["n_steps"])
            for method in request["methods"]
        }
        return trace.token_ids.tolist(), {
            method: {"scores": result.scores, "norms": result.norms} for method, result in found.items()
        }

    return work


if __name__ == "__main__":
    measurement.measure(measurement.request_of_command_line(), load)
