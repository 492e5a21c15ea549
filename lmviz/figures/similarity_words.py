"""The words of the figure of how alike layers are, its scale, and what a title may claim of one measure."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping
from typing import Any

import numpy as np

from lmviz.figures.messages import Language, headed, message
from lmviz.figures.titles import layer_name
from lmviz.results import LayerSimilarity

MEASURES = ("cka", "svcca", "pwcca")
EDGES = tuple(range(10, 100, 10))
"""Lower ends of steps 1 to 9, in hundredths; step 0 is what lies below, a negative CKA too."""
STEPS = [f"v{i}" for i in range(10)]
LIGHT_INK = {7, 8, 9}

ALIKE = 0.9
"""Layers are much alike from here on."""
UNLIKE = 0.3
"""Below this, and less than this above what unrelated layers reach, layers are not much alike."""
MARKED = 0.1
"""What a title calls more or less alike differs by this much."""
IN_ORDER = 0.8
"""Correlation of a layer's depth with that of the layer most like it, from which on shallow goes with shallow."""


def layer_similarity(results: Any, language: Language, names: Mapping[str, str] | None = None
                     ) -> tuple[str, str, str, str]:
    """Title, caption, alternative and convention, of CKA; ``names`` are what readers see in place of models' names."""
    result = only(results)
    model, other = model_names(result, names)
    caption, convention = ("caption_pair", "convention_pair") if result.other_model else ("caption", "convention")
    directions = [*result.kept.tolist(), *result.other_kept.tolist()]
    return (
        title(result, language, "cka", names),
        message(f"layer_similarity.{caption}", language, model=model, other=other),
        alternative(result, language, "cka", names),
        ("" if language == "ja" else " ").join([
            message(f"layer_similarity.{convention}", language, count=f"{len(result.positions):,}"),
            message("layer_similarity.measures", language, least=min(directions), most=max(directions)),
        ]),
    )


def only(results: Any) -> LayerSimilarity:
    """The `LayerSimilarity` itself, alone or as the one value of a mapping."""
    found = list(results.values()) if isinstance(results, Mapping) else [results]
    if len(found) != 1 or not isinstance(found[0], LayerSimilarity):
        raise ValueError(
            f"layer_similarity draws one LayerSimilarity, not {', '.join(type(r).__name__ for r in found) or 'nothing'}"
        )
    return found[0]


def model_names(result: LayerSimilarity, names: Mapping[str, str] | None) -> tuple[str, str]:
    """What the two models are called; twice the same where a model is compared with itself."""
    first, second = result.model, result.other_model or result.model
    return (names or {}).get(first, first), (names or {}).get(second, second)


def layer_names(result: LayerSimilarity, language: Language, names: Mapping[str, str] | None
                ) -> tuple[list[str], list[str]]:
    """Layers of rows and columns, with their model where there are two."""
    found = []
    for model, n_layers in zip(model_names(result, names), result.cka.shape, strict=True):
        plain = [layer_name(layer, language) for layer in range(n_layers)]
        found.append([message("layer_similarity.layer_of", language, model=model, layer=name) for name in plain]
                     if result.other_model else plain)
    return found[0], found[1]


def hundredths(values: np.ndarray) -> list[list[int | None]]:
    """``[row][column]`` as pages hold them; None where refused."""
    return [[None if math.isnan(v) else round(100 * v) for v in row] for row in values.tolist()]


def step(hundredth: int) -> int:
    """Step 0 to 9 of a similarity in hundredths."""
    return bisect_right(EDGES, hundredth)


def closest(result: LayerSimilarity, measure: str) -> list[int]:
    """The column most like each row, of two models; -1 for none."""
    values = getattr(result, measure)
    if not result.other_model:
        return [-1] * len(values)
    return [-1 if np.isnan(row).all() else int(np.nanargmax(row)) for row in values]


def chance(result: LayerSimilarity, measure: str) -> float:
    """What unrelated layers reach: the root mean square of canonical correlations, sqrt(d / (n - 1)); 0 for CKA."""
    return 0.0 if measure == "cka" else min(1.0, math.sqrt(directions(result, measure) / (len(result.positions) - 1)))


def directions(result: LayerSimilarity, measure: str) -> int:
    """The most directions that canonical correlations are taken of."""
    kept = max(int(result.kept.max()), int(result.other_kept.max()))
    return kept if measure == "svcca" else max(result.widths)


def refusal(result: LayerSimilarity, language: Language, measure: str) -> str:
    """Why some pairs have no value, or nothing."""
    if measure == "cka" or not np.isnan(getattr(result, measure)).any():
        return ""
    return message(f"layer_similarity.refused.{measure}", language, count=f"{len(result.positions):,}",
                   directions=directions(result, measure))


def title(result: LayerSimilarity, language: Language, measure: str, names: Mapping[str, str] | None = None) -> str:
    """What is to be seen in one measure."""
    values = getattr(result, measure)
    said = {"measure": message(f"layer_similarity.measure.{measure}", language)}
    if np.isnan(values).all():
        return message("layer_similarity.title.refused", language, **said)
    if result.other_model:
        model, other = model_names(result, names)
        said |= {"model": model, "other": other}
        variant, more = _between_models(values, language, chance(result, measure))
    else:
        variant, more = _within_model(values, language)
    return message(f"layer_similarity.title.{variant}", language, **said, **more)


def _within_model(values: np.ndarray, language: Language) -> tuple[str, dict[str, str]]:
    def name(layer: int) -> str:
        return layer_name(layer, language)

    n = len(values)
    pairs = [(i, j) for i in range(n) for j in range(i) if not math.isnan(values[i, j])]
    if n < 3 or not pairs:
        return "plain", {}
    low = min(pairs, key=lambda pair: values[pair])
    if values[low] >= ALIKE:
        return "alike", {"value": _written(values[low])}
    excess, layer, near, far = _return(values)
    if excess >= MARKED:
        return "returns", {"layer": headed(name(layer)), "near": name(near), "far": name(far),
                           "low": _written(values[layer, near]), "high": _written(values[layer, far])}
    neighbours = np.diagonal(values, 1)
    if not np.isnan(neighbours).any():
        least = int(neighbours.argmin())
        if np.median(np.delete(neighbours, least)) - neighbours[least] >= MARKED:
            return "break", {"layer": name(least), "next": name(least + 1), "value": _written(neighbours[least])}
        if abs(low[0] - low[1]) > 1 and neighbours[least] - values[low] >= MARKED:
            return "gradual", {"layer": name(low[1]), "far": name(low[0]), "value": _written(values[low])}
    return "plain", {}


def _return(values: np.ndarray) -> tuple[float, int, int, int]:
    """By how much a layer is more like a farther one than like one on the way to it: excess, layer, near, far."""
    n = len(values)
    found = [
        (float(values[layer, far] - values[layer, near]), layer, near, far)
        for layer in range(n) for far in range(n)
        for near in range(min(layer, far) + 1, max(layer, far))
    ]
    return max((each for each in found if not math.isnan(each[0])), default=(0.0, 0, 0, 0))


def _between_models(values: np.ndarray, language: Language, chance: float) -> tuple[str, dict[str, str]]:
    high, low = float(np.nanmax(values)), float(np.nanmin(values))
    if high < max(UNLIKE, chance + MARKED):
        return "unlike", {"value": _written(high)}
    if min(values.shape) > 2 and not np.isnan(values).any() and high - low >= MARKED:
        best = values.argmax(axis=1)
        if np.ptp(best) >= (values.shape[1] - 1) / 2 and np.corrcoef(np.arange(len(best)), best)[0, 1] >= IN_ORDER:
            return "depth", {}
    if high - float(np.nanmean(values)) >= MARKED:
        row, column = np.unravel_index(int(np.nanargmax(values)), values.shape)
        return "closest", {"layer": layer_name(int(row), language), "other_layer": layer_name(int(column), language),
                           "value": _written(high)}
    return "even", {"low": _written(low), "high": _written(high)}


def alternative(result: LayerSimilarity, language: Language, measure: str,
                names: Mapping[str, str] | None = None) -> str:
    """The picture in words: the pairs most and least alike, a layer and itself left out."""
    values = getattr(result, measure)
    rows, columns = layer_names(result, language, names)
    pairs = [(i, j) for i in range(len(rows)) for j in range(len(columns))
             if (result.other_model or i < j) and not math.isnan(values[i, j])]
    pairs.sort(key=lambda pair: -values[pair])
    said = {"rows": len(rows), "columns": len(columns),
            "measure": message(f"layer_similarity.measure.{measure}", language)}
    if not pairs:
        return message("layer_similarity.alternative_refused", language, **said)

    def listed(some: list[tuple[int, int]]) -> str:
        return message("list.separator", language).join(
            message("layer_similarity.pair", language, row=rows[i], column=columns[j], value=_written(values[i, j]))
            for i, j in some)

    return message("layer_similarity.alternative", language, **said, highest=listed(pairs[:3]),
                   lowest=listed(pairs[-3:][::-1]))


def _written(value: float) -> str:
    return f"{float(value):.2f}".replace("-", "−")
