"""The words of the figures that compare two texts under one model: names of the texts and places, titles.

The functions of a figure give title, caption, alternative and convention, in this order.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from typing import Any

import numpy as np

from lmviz.comparison import difference, parting, shared_places
from lmviz.comparison.pairs import FELT
from lmviz.figures import labels, notation
from lmviz.figures.compared import Compared, compared
from lmviz.figures.messages import Language, message, quoted
from lmviz.figures.titles import Thresholds, candidates, layer_name
from lmviz.results import LayerPredictions, PromptPair
from lmviz.tokens import TokenTable

Words = tuple[str, str, str, str]

DIVERGENCE_EDGES = (0.01, 0.03, 0.1, 0.2, 0.35, 0.5, 0.75)
"""Lower ends of steps 1 to 7 of Jensen–Shannon divergence, in bits."""
STEPS = [f"d{i}" for i in range(8)]
LIGHT_INK = {5, 6, 7}


def differing(tables: list[TokenTable]) -> list[tuple[str, str, str]]:
    """Each prompt as what stands before, in and after the difference."""
    first, second = ("".join(table.texts[:table.n_prompt]) for table in tables)
    return difference(first, second)


def text_names(tables: list[TokenTable], names: Mapping[str, str] | None, language: Language) -> tuple[str, str]:
    """What the two texts are called: as given, or by what differs in them, or by number."""
    pieces = [piece for _, piece, _ in differing(tables)]
    usual = [
        message("pair.name.differing", language, text=quoted(labels.visible(piece), language)) if all(pieces) else
        message("pair.name.numbered", language, number=number) for number, piece in enumerate(pieces, start=1)
    ]
    first, second = ((names or {}).get(str(i), each) for i, each in enumerate(usual))
    return first, second


def place_name(tokens: TokenTable, position: int, language: Language, *, marks: bool = True) -> str:
    """The token that stands at a place, in quotation marks unless told otherwise; or what comes after the prompt."""
    if position == tokens.n_prompt:
        return message("pair.after", language)
    name = labels.of_position(tokens, position, language)
    return quoted(name, language) if marks else name


def lens_pair(results: Mapping[str, Any], language: Language, names: Mapping[str, str] | None) -> Compared:
    """The lens's predictions for the two texts, named."""
    of = compared(results, LayerPredictions, "pair_predictions", names, language)
    if len(of.results) != 2:
        raise ValueError(f"pair_predictions compares two texts, not {len(of.results)}")
    keyed = {str(i): names[key] for i, key in enumerate(results) if key in names} if names else None
    return Compared(text_names(of.tables, keyed, language), of.results)


def predictions_title(of: Compared, place: tuple[int, int], layer: int, language: Language) -> str:
    """Whether both texts lead to the same first choice; so does ``static/pair_predictions.js``."""
    tops = [candidates(r, layer, p, language)[:1] for r, p in zip(of.results, place, strict=True)]
    where = {"place": place_name(of.results[0].tokens, place[0], language), "layer": layer_name(layer, language)}
    if not all(tops) or min(top[0][1] for top in tops) < np.log(Thresholds.UNDECIDED):
        return message("pair_predictions.title.plain", language, **where)
    (first, _), (second, _) = tops[0][0], tops[1][0]
    if first == second:
        return message("pair_predictions.title.same", language, token=first, **where)
    return message("pair_predictions.title.differ", language, token=first, other=second, first=of.names[0],
                   second=of.names[1], **where)


def chosen_place(of: Compared, position: int | None) -> tuple[int, int]:
    """The place whose first position is ``position``; by default what comes first after the prompts."""
    places = dict(shared_places(*of.tables).tolist())
    first = position if position in places else usual_position(of.results[0].tokens, list(places))
    return first, places[first]


def usual_position(tokens: TokenTable, positions: list[int]) -> int:
    """The position of the first text at which figures open: the first after the prompt, or else the last there is."""
    return tokens.n_prompt if tokens.n_prompt in positions else positions[-1]


def pair_predictions(results: Mapping[str, Any], language: Language, names: Mapping[str, str] | None,
                     position: int | None = None, layer: int | None = None) -> Words:
    """The title names both texts' first choices at one place and layer."""
    of = lens_pair(results, language, names)
    layer = of.results[0].token_ids.shape[0] - 1 if layer is None else layer
    place = chosen_place(of, position)
    spoken = [
        message("pair_predictions.listed", language, text=name, list=message("list.separator", language).join(
            message("list.item", language, token=token, value=notation.percent(log))
            for token, log in candidates(r, layer, p, language)[:5]) or "–")
        for name, r, p in zip(of.names, of.results, place, strict=True)
    ]
    return (
        predictions_title(of, place, layer, language), message("pair_predictions.caption", language),
        message("pair_predictions.alternative", language, layer=layer_name(layer, language),
                place=place_name(of.results[0].tokens, place[0], language),
                list=message("compare.lists", language).join(spoken)),
        message("pair_predictions.convention", language),
    )


def only_pair(results: Any) -> PromptPair:
    """The `PromptPair` itself, alone or as the one value of a mapping."""
    found = list(results.values()) if isinstance(results, Mapping) else [results]
    if len(found) != 1 or not isinstance(found[0], PromptPair):
        raise ValueError(f"pair_divergence draws one PromptPair, not {', '.join(type(r).__name__ for r in found)}")
    return found[0]


def pair_divergence(results: Any, language: Language, names: Mapping[str, str] | None) -> Words:
    """The title names the layer at which the texts part, or says that they do not."""
    pair = only_pair(results)
    bits = in_bits(pair)
    found = parting(pair)
    if found is None:
        variant = "at_once" if bits.max(initial=0) >= FELT else "plain"
        title = message(f"pair_divergence.title.{variant}", language, bits=f"{bits.max(initial=0):.2f}")
    else:
        place = place_name(pair.tokens, int(pair.places[found.place, 0]), language)
        title = message(f"pair_divergence.title.{'part' if found.layer else 'early'}", language, place=place,
                        layer=layer_name(found.layer, language), bits=f"{found.bits:.2f}")
    spoken = message("list.separator", language).join(
        message("list.item", language, token=place_name(pair.tokens, int(pair.places[i, 0]), language),
                value=f"{bits[-1, i]:.2f}")
        for i in np.argsort(-bits[-1], kind="stable")[:5]) if bits.size else "–"
    return (title, message("pair_divergence.caption", language),
            message("pair_divergence.alternative", language, places=bits.shape[1], layers=bits.shape[0], list=spoken),
            message("pair_divergence.convention", language, felt=f"{FELT:g}"))


def divergence_step(bits: float) -> int:
    """Step 0 to 7 of a divergence in bits."""
    return bisect_right(DIVERGENCE_EDGES, bits)


def in_bits(pair: PromptPair) -> np.ndarray:
    """Divergences ``[layer, place]`` in bits; what has none is 0."""
    return np.clip(np.nan_to_num(pair.divergences.astype(float), nan=0.0) / np.log(2), 0, 1)
