"""The lines of Python that make a figure again with ``lmviz``: its models, its texts, its options, its chart."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from gallery.engine.analyses import targets_of
from gallery.engine.request import generation_of
from gallery.pages.edition import Edition
from gallery.pages.section import drawn_with
from gallery.subjects import CHOICES, TARGETS, Compared, Entry, Figure, ModelStudy, Subject
from gallery.validation.attribution import DEFAULT_BASELINES
from gallery.validation.schema import Model, Prompt

_ANALYSES = {
    "tokens": "token_probabilities", "predictions": "layer_predictions", "layer_predictions": "layer_predictions",
    "rankings": "lens_measures", "characters": "character_lens", "watched_words": "watched_words",
    "attribution": "attribute", "neuron_factors": "neuron_factors",
}
"""By kind of figure of an entry, the analysis that it shows."""

_SIDE_BY_SIDE = {
    "compare_surprisal": "tokens", "compare_ranks": "rankings", "compare_settled": "rankings",
    "compare_watched_words": "watched_words", "compare_attribution": "attribution",
    "training_course": "rankings", "training_ranks": "rankings", "training_factors": "neuron_factors",
    "training_attribution": "attribution", "pair_predictions": "layer_predictions",
}
"""By kind of figure of several entries, the kind of theirs whose results it sets side by side."""

_SHOWN_AT = {
    "predictions": ("position", "layer"), "layer_predictions": ("position",), "attribution": ("position",),
    "pair_predictions": ("position",),
}
"""What a chart is told beside its result."""


def recipe(edition: Edition, subject: Subject, figure: Figure) -> str:
    """Python that ends in the figure's chart, to be run where the gallery lies; empty for a kind that has none."""
    if isinstance(subject, Entry):
        lines = _of_entry(edition, subject, figure)
    elif isinstance(subject, ModelStudy):
        lines = _of_study(subject, figure)
    elif figure.kind == "pair_divergence":
        lines = [*_two_texts(subject), "result = lmviz.prompt_pair(one, two)"]
    elif figure.kind in _SIDE_BY_SIDE:
        lines = _of_comparison(edition, subject, figure)
    else:
        return ""
    at = {name: value for name, value in (("position", figure.position), ("layer", figure.options.get("layer")))
          if value is not None and name in _SHOWN_AT.get(figure.kind, ())}
    shown = "results" if isinstance(subject, Compared) and figure.kind != "pair_divergence" else "result"
    chart = _call(f"lmviz.figures.{figure.kind}", [shown, _literal(edition.language)], at)
    return "\n".join(["import lmviz", *lines, chart])


def _of_entry(edition: Edition, entry: Entry, figure: Figure) -> list[str]:
    lines = [f"lm = {_load(entry.model)}", f"trace = {_trace('lm', entry.prompt)}"]
    if figure.kind == "factor_responses":
        return [*lines, f"passages = {_passages(entry.model)}",
                f"factors = lmviz.model_factors(lm, passages, n_components={figure.options['n_components']})",
                "result = lmviz.factor_responses(trace, factors)"]
    first = drawn_with(edition, entry, figure)["first"]
    return [*lines, f"result = {_analysis(edition, figure, 'trace', first)}"]


def _of_study(study: ModelStudy, figure: Figure) -> list[str]:
    lines = [f"lm = {_load(study.model)}", f"passages = {_passages(study.model)}"]
    if figure.kind == "model_factors":
        return [*lines, f"result = lmviz.model_factors(lm, passages, n_components={figure.options['n_components']})"]
    settings = {"other": _Code(_load(study.models[1]))} if len(study.models) > 1 else {}
    return [*lines, "result = " + _call("lmviz.layer_similarity", ["lm", "passages"], settings)]


def _of_comparison(edition: Edition, subject: Compared, figure: Figure) -> list[str]:
    """Results by the names that the figure has for them; one expression for all where all are asked alike."""
    source, names = _SIDE_BY_SIDE[figure.kind], list(figure.options.get("models") or figure.options.get("steps") or ())
    if names:
        by_name = {entry.model.id: entry for entry in subject.entries}
        by_name |= {str(entry.model.steps or getattr(entry.model, "step", "")): entry for entry in subject.entries}
        entries = [by_name[name] for name in names]
        loaded = {name: _Code(_load(entry.model)) for name, entry in zip(names, entries, strict=True)}
        lines = [f"models = {_literal(loaded)}",
                 f"traces = {{name: {_trace('lm', entries[0].prompt)} for name, lm in models.items()}}"]
        each = [f"traces[{_literal(name)}]" for name in names]
    else:
        names, entries = ["0", "1"], list(subject.entries)
        lines, each = _two_texts(subject), ["one", "two"]
    first = figure.options.get("method") or figure.options.get("n_components")
    parts = [next(own for own in entry.figures if own.kind == source) for entry in entries]
    alike = {_analysis(edition, part, "trace", first and str(first)) for part in parts}
    if len(alike) == 1 and each[0] != "one":
        made = f"results = {{name: {alike.pop()} for name, trace in traces.items()}}"
        return [*lines, made, *_beside(edition, figure, entries[-1])]
    made = {name: _Code(_analysis(edition, part, trace, first and str(first)))
            for name, part, trace in zip(names, parts, each, strict=True)}
    return [*lines, f"results = {_literal(made)}"]


def _beside(edition: Edition, figure: Figure, last: Entry) -> list[str]:
    """What a training's figures show beside one result a step."""
    lines = []
    if TARGETS in figure.results:
        part = next(own for own in last.figures if own.kind == "attribution")
        trace = f"traces[{_literal(figure.options['steps'][-1])}]"
        lines.append(f"results[{_literal(TARGETS)}] = {_analysis(edition, part, trace, None)}")
    if any(name.startswith(CHOICES) for name in figure.results):
        name = f'f"{CHOICES}{{name}}"'
        lines.append(f"results |= {{{name}: lmviz.token_probabilities(trace) for name, trace in traces.items()}}")
    return lines


def _two_texts(subject: Compared) -> list[str]:
    one, two = subject.prompts
    return [f"lm = {_load(subject.models[0])}", f"one = {_trace('lm', one)}", f"two = {_trace('lm', two)}"]


def _load(model: Model) -> str:
    settings: dict[str, Any] = {"revision": model.revision} if model.hub and model.revision else {}
    settings["start"] = model.start
    if model.dtype != "float32":
        settings["dtype"] = model.dtype
    settings |= {name: value for name, value in model.tokenizer.model_dump().items() if value}
    if model.architecture:
        settings["architecture"] = model.architecture.model_dump(exclude_none=True)
    return _call("lmviz.load", [_literal(model.hub or model.directory)], settings)


def _trace(model: str, prompt: Prompt) -> str:
    settings = {name: value for name, value in generation_of(prompt).items() if value is not None}
    return _call(f"{model}.trace", [_literal(prompt.text)], settings)


def _passages(model: Model) -> str:
    text = f'open({_literal(model.reference)}, encoding="utf-8").read()'
    return f'[each.replace("\\n", "") for each in {text}.strip().split("\\n\\n")]'


def _analysis(edition: Edition, figure: Figure, trace: str, first: str | None) -> str:
    """The call that gives the result that a figure of an entry opens with."""
    options, name = figure.options, f"lmviz.{_ANALYSES[figure.kind]}"
    if figure.kind == "watched_words":
        return _call(name, [trace, _literal(options["words"])], {"position": figure.position})
    if figure.kind == "neuron_factors":
        chosen = first or next(str(n) for n in options["n_components"] if str(n) in figure.results)
        layers = options["layers"]
        settings = {"layers": _Code(f"range({layers[0]}, {layers[1] + 1})") if isinstance(layers, list) else layers,
                    "seed": options["seed"]}
        return _call(name, [trace, chosen], {key: value for key, value in settings.items() if value is not None})
    if figure.kind == "attribution":
        method = first or next(method for method in options["methods"] if method in figure.results)
        return _call(name, [trace, _literal(method)], _question(edition, figure, method))
    top_k = options.get("top_k", 10)
    return _call(name, [trace], {"top_k": top_k} if top_k != 10 else {})


def _question(edition: Edition, figure: Figure, method: str) -> dict[str, Any]:
    """What an attribution is asked, as far as it is not what it is asked anyway."""
    options = figure.options
    asked: dict[str, Any] = {}
    if options.get("targets"):
        spans = targets_of(options["targets"], edition.drawings.read(figure.results[method]).tokens)
        asked["targets"] = [_Code(str(span.start) if len(span) == 1 else f"range({span.start}, {span.stop})")
                            for span in spans]
    if options["target"] != "log_probability":
        asked["target"] = options["target"]
    asked |= {name: options[name] for name in ("foil", "n_steps") if options.get(name) is not None}
    baseline = options["baselines"].get(method)
    return asked | ({"baseline": baseline} if baseline not in (None, DEFAULT_BASELINES.get(method)) else {})


class _Code(str):
    """What stands in the lines as it is."""


def _call(name: str, given: list[str], settings: Mapping[str, Any]) -> str:
    return f"{name}({', '.join([*given, *(f'{key}={_literal(value)}' for key, value in settings.items())])})"


def _literal(value: Any) -> str:
    """``value`` as Python writes it, with the quotation marks of the rest of the lines."""
    if isinstance(value, _Code):
        return value
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_literal, value))}]"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{_literal(key)}: {_literal(each)}' for key, each in value.items())}}}"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\x7f")
    return repr(value)
