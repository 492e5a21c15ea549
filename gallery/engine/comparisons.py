"""Comparisons as they stand on disk: their figures, put together from the results of entries and of minimal pairs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from gallery.engine.asked import asked_pairs
from gallery.engine.plan import Locations, standing_of
from gallery.store import figure_id
from gallery.subjects import CHOICES, TARGETS, Compared, Entry, Figure
from gallery.validation.attribution import METHODS_WITHOUT_SIGN
from gallery.validation.schema import Catalog, Comparison, Model, ModelComparison, TrainingComparison

_DRAWN_FROM = {
    "compare_surprisal": "tokens",
    "compare_ranks": "rankings",
    "compare_settled": "rankings",
    "compare_watched_words": "watched_words",
    "compare_attribution": "attribution",
}
"""By kind of figure: the kind of its entries' figure whose results it sets side by side."""

_FOLLOWED_IN = {
    "training_course": "rankings",
    "training_ranks": "rankings",
    "training_factors": "neuron_factors",
    "training_attribution": "attribution",
}
"""The same for figures that follow a text through a model's training."""


def comparisons(catalog: Catalog, root: Path, entries: Sequence[Entry]) -> list[Compared]:
    """All comparisons, in the catalog's order; a minimal pair once for each of its models."""
    root = Path(root)
    located = Locations(root)
    by_id = {entry.id: entry for entry in entries}
    pairs: dict[str, list[Compared]] = {}
    of_id = {comparison.id: comparison for comparison in catalog.comparisons}
    for asked in asked_pairs(catalog):
        name = asked.subject["comparison"]
        standing = vars(standing_of(asked, root, located))
        read = tuple(by_id[f"{prompt.id}/{asked.model.id}"] for prompt in asked.prompts)
        figures = (*_pair_predictions(name, read), *standing["figures"])
        pairs.setdefault(name, []).append(Compared(asked.id, of_id[name], read, **{**standing, "figures": figures}))
    found = []
    for comparison in catalog.comparisons:
        if isinstance(comparison, ModelComparison):
            found.append(_of_models(comparison, by_id))
        elif isinstance(comparison, TrainingComparison):
            found.append(_of_training(comparison, catalog.course(comparison.model), by_id))
        else:
            found += pairs[comparison.id]
    return found


def _of_models(comparison: ModelComparison, entries: Mapping[str, Entry]) -> Compared:
    read = tuple(entries[f"{comparison.prompt}/{model}"] for model in comparison.models)
    built = [entry for entry in read if entry.status == "built"]
    figures = tuple(_figures(comparison.id, built)) if len(built) > 1 else ()
    return _drawn(comparison, read, figures)


def _of_training(comparison: TrainingComparison, course: Mapping[int, Model], entries: Mapping[str, Entry]) -> Compared:
    read = {step: entries[f"{comparison.prompt}/{model.id}"] for step, model in course.items()}
    built = {step: entry for step, entry in read.items() if entry.status == "built"}
    figures = tuple(_training_figures(comparison, built)) if len(built) > 1 else ()
    return _drawn(comparison, tuple(read.values()), figures)


def _drawn(comparison: Comparison, read: tuple[Entry, ...], figures: tuple[Figure, ...]) -> Compared:
    """A comparison that needs no results of its own."""
    command = f"python build_gallery.py build --only 'compare/{comparison.id}/*'"
    return Compared(f"compare/{comparison.id}", comparison, read, "built", figures, None, command, {})


def _figures(name: str, entries: Sequence[Entry]) -> Iterator[Figure]:
    """The figures whose parts every entry has; what an entry does not show is not compared."""
    for kind, source in _DRAWN_FROM.items():
        parts = {entry.model.id: _figure_of(entry, source) for entry in entries}
        if None in parts.values():
            continue
        options: dict[str, Any] = {"models": list(parts)}
        result = ""
        if source == "attribution" and not any(part.failure for part in parts.values()):
            result = options["method"] = _shared_method(list(parts.values()))
        if result is not None:
            yield _figure(name, kind, options, parts, result)


def _training_figures(comparison: TrainingComparison, entries: Mapping[int, Entry]) -> Iterator[Figure]:
    """Results by step. The course also has the last attribution, whose targets it follows; ranks what comes first."""
    attributed = _figure_of(entries[max(entries)], "attribution")
    for kind, source in _FOLLOWED_IN.items():
        parts = {str(step): _figure_of(entry, source) for step, entry in entries.items()}
        if None in parts.values():
            continue
        options: dict[str, Any] = {"model": comparison.model, "steps": list(parts)}
        whole, result = not any(part.failure for part in parts.values()), ""
        if source == "attribution" and whole:
            result = options["method"] = _shared_method(list(parts.values()))
        if source == "neuron_factors" and whole:
            result = _shared_count(list(parts.values()))
            options["n_components"] = result and int(result)
        if result is None:
            continue
        also: dict[str, str] = {}
        if kind == "training_course" and attributed and not attributed.failure:
            also[TARGETS] = next(attributed.results[name] for name in attributed.options["methods"]
                                 if name in attributed.results)
        if kind == "training_ranks":
            shown = {step: _figure_of(entry, "tokens") for step, entry in entries.items()}
            also |= {f"{CHOICES}{step}": one.results[""] for step, one in shown.items() if one and one.results}
        yield _figure(comparison.id, kind, options, parts, result, also=also)


def _pair_predictions(name: str, entries: Sequence[Entry]) -> Iterator[Figure]:
    """Opens at the place that the first prompt's own figure opens at."""
    parts = {str(i): _figure_of(entry, "layer_predictions") for i, entry in enumerate(entries)}
    if None not in parts.values():
        position = parts["0"].position
        options = {
            "prompts": [entry.prompt.id for entry in entries], "model": entries[0].model.id, "position": position,
        }
        yield _figure(name, "pair_predictions", options, parts, "", position)


def _figure(
    name: str, kind: str, options: dict[str, Any], parts: Mapping[str, Figure], result: str,
    position: int | None = None, also: Mapping[str, str] | None = None,
) -> Figure:
    """The figure that sets a result of each part side by side; it fails where one of them did.

    ``also`` are keys of further results by name. Keys of results cover text, options, digests and schema version, so
    they stand for those in the figure's id.
    """
    failure = next((part.failure for part in parts.values() if part.failure), None)
    results = {} if failure else {**{key: part.results[result] for key, part in parts.items()}, **(also or {})}
    identity = {"subject": {"comparison": name}, "kind": kind, "options": options, "results": results}
    return Figure(kind, figure_id(identity), options, results, position, failure)


def _figure_of(entry: Entry, kind: str) -> Figure | None:
    return next((figure for figure in entry.figures if figure.kind == kind), None)


def _shared_method(attributions: Sequence[Figure]) -> str | None:
    """The first method with a sign of which all have the scores."""
    methods = [name for name in attributions[0].options["methods"] if name not in METHODS_WITHOUT_SIGN]
    return next((name for name in methods if all(name in figure.results for figure in attributions)), None)


def _shared_count(factored: Sequence[Figure]) -> str | None:
    """The first number of components of which all have the factors."""
    counts = [str(n) for n in factored[0].options["n_components"]]
    return next((n for n in counts if all(n in figure.results for figure in factored)), None)
