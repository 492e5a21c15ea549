"""A passport as data: JSON that holds all of it, and one long table for a spreadsheet."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator
from typing import Any

from lmviz.figures import labels
from lmviz.figures.factor_names import entry_name
from lmviz.figures.factor_passport import Passport
from lmviz.figures.factor_passports import Passports
from lmviz.figures.messages import Language


def as_json(passports: Passports, passport: Passport, language: Language) -> dict[str, Any]:
    """Plain JSON: numbers as computed, null for none; ``language`` is that of words for tokens without a text."""
    tokens, row = passports.factors.tokens, passports.responses[passport.factor]
    data: dict[str, Any] = {
        "factor": passport.factor + 1,
        "energy_share": passport.energy_share,
        "responses": {"percentile_99": passport.typical, "largest": passport.largest},
        "tokens": [
            {"token_id": each.token_id, "text": entry_name(tokens, each.position, language), "count": each.count,
             "mean_response": each.mean} for each in passport.entries
        ],
        "passages": [
            {"passage": each.passage, "text": "".join(tokens.texts[each.positions.start : each.positions.stop]),
             "tokens": list(tokens.texts[each.positions.start : each.positions.stop]),
             "responses": [round(value, 4) for value in row[each.positions.start : each.positions.stop].tolist()],
             "peak": each.peak - each.positions.start} for each in passport.passages
        ],
        "layers": [{"layer": layer, "share": share} for layer, share in passport.layers],
        "neurons": [
            {"layer": each.layer, "neuron": each.neuron, "sign": each.sign, "loading": each.loading}
            for each in passport.neurons
        ],
        "stability": {"seeds": list(passport.seeds), "halves": list(passport.halves)},
    }
    if passports.effects is not None:
        data |= {key: [{"token_id": token_id, "text": _entry(passports, token_id, language), "logit": logit}
                       for token_id, logit in pairs]
                 for key, pairs in (("promoted", passport.promoted), ("suppressed", passport.suppressed))}
    if passport.ablation is not None:
        data["ablation"] = _ablation(passports, passport, language)
    if passport.label is not None:
        data["label"] = _label(passport)
    return _without_nan(data)


def as_csv(passports: Passports, passport: Passport, language: Language) -> str:
    """One row a number, in columns ``part, item, measure, value``."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["part", "item", "measure", "value"])
    writer.writerows(row for row in _rows(as_json(passports, passport, language)) if row[-1] is not None)
    return text.getvalue()


def _rows(data: dict[str, Any]) -> Iterator[tuple[str, str, str, Any]]:
    yield "factor", "", "energy_share", data["energy_share"]
    for measure, value in data["responses"].items():
        yield "factor", "", measure, value
    for each in data["tokens"]:
        yield "token", each["text"], "mean_response", each["mean_response"]
        yield "token", each["text"], "count", each["count"]
    for each in data["passages"]:
        yield "passage", each["text"], "largest_response", each["responses"][each["peak"]]
    for each in data["layers"]:
        yield "layer", str(each["layer"]), "share", each["share"]
    for each in data["neurons"]:
        yield "neuron", f"{each['layer']}/{each['neuron']}{'-' if each['sign'] < 0 else ''}", "loading", each["loading"]
    for kind, values in data["stability"].items():
        for number, value in enumerate(values):
            yield "stability", f"{kind} {number + 1}", "cosine", value
    for part in ("promoted", "suppressed"):
        for each in data.get(part, ()):
            yield part, each["text"], "logit", each["logit"]
    for measure in ("divergence", "changed"):
        if "ablation" in data:
            yield "ablation", "factor", measure, data["ablation"][measure]
            for number, value in enumerate(data["ablation"][f"control_{measure}"]):
                yield "ablation", f"control {number + 1}", measure, value
    for each in data.get("label", {}).get("rules", ()):
        for half, name in enumerate(("first_half", "second_half")):
            yield "rule", each["rule"], f"score_{name}", each["scores"][half]
            yield "rule", each["rule"], f"strong_share_{name}", each["strong_shares"][half]


def _ablation(passports: Passports, passport: Passport, language: Language) -> dict[str, Any]:
    found = passport.ablation
    return {
        "divergence": found.divergence, "control_divergence": list(found.control_divergences),
        "changed": found.changed, "control_changed": list(found.control_changed),
        "above_controls": found.above_controls,
        "examples": [
            {"position": each.position, "before": _entry(passports, each.before, language),
             "after": _entry(passports, each.after, language),
             "probability_before": each.probability_before, "probability_after": each.probability_after}
            for each in found.examples
        ],
    }


def _label(passport: Passport) -> dict[str, Any]:
    found = passport.label
    return {
        "proposed": found.why == "proposed", "why": found.why, "rule": found.rule or None, "p_value": found.p_value,
        "adjusted_p_value": found.adjusted, "least_score": found.least_score, "least_share": found.least_share,
        "n_shifts": found.n_shifts,
        "rules": [
            {"rule": each.rule, "positions": list(each.counts), "scores": list(each.scores),
             "strong_shares": list(each.strong_shares)} for each in found.rules
        ],
    }


def _entry(passports: Passports, token_id: int, language: Language) -> str:
    return labels.of_entry(passports.effects.labels, token_id, language)


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nan(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_without_nan(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
