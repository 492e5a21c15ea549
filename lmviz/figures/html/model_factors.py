"""The factors of a model: how much they explain, and a row each with what is known of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from lmviz.figures import notation
from lmviz.figures.factor_names import entry_name, factor_name, rule_name
from lmviz.figures.factor_passport import Passport
from lmviz.figures.factor_passports import Passports
from lmviz.figures.factor_words import layers_in_words, passports_of
from lmviz.figures.html import factor_marks as marks
from lmviz.figures.html import fragment as f
from lmviz.figures.html.components_curve import components_curve
from lmviz.figures.html.factor_rows import hue
from lmviz.figures.messages import Language, message
from lmviz.results import ModelFactors, Result

_TOKENS = 6


def model_factors(
    results: Mapping[str, Result] | ModelFactors,
    language: Language,
    *,
    figure_id: str,
    position: int | None = None,
    layer: int | None = None,
    interactive: bool = True,
    factor_links: Sequence[str] = (),
) -> str:
    """The reconstruction curve, and the table of factors in order of energy.

    Args:
        results: the factors, or a mapping with them under ``""``, their `FactorEffects` under ``"effects"`` and
            `FactorLabels` under ``"labels"`` where there are any.
        factor_links: the address of each factor's passport; without them names are plain text.
    """
    passports = passports_of(results)
    found = list(passports)
    largest = max((max(each.ablation.divergence, *each.ablation.control_divergences, 0.0)
                   for each in found if each.ablation), default=0.0)
    heaviest = float(passports.factors.layer_shares.max())
    rows = "".join(
        _row(passports, each, language, factor_links[each.factor] if factor_links else "", largest, heaviest)
        for each in found
    )
    heads = ["head", "energy", "layers", "stability", *(["effect"] if largest else [])]
    columns = "".join(f'<th scope="col" class="{name}">{_head(name, passports, language)}</th>' for name in heads)
    orders = _orders(passports, found)
    options = [(name, message(f"model_factors.orders.{name}", language)) for name in orders]
    body = (
        f'{components_curve(passports.factors, language)}'
        f'<div class="tools">{f.switch(message("model_factors.order", language), options, "energy", "order")}</div>'
        f'<table class="lm-factors" aria-label="{f.escape(message("model_factors.table", language))}">'
        f"<thead><tr>{columns}</tr></thead><tbody>{rows}</tbody></table>"
    )
    data = {"scope": f"factors-{figure_id}", "language": language, "orders": orders} if interactive else None
    return f.fragment("model_factors", figure_id, body, data)


def _head(name: str, passports: Passports, language: Language) -> str:
    text = f.escape(message(f"model_factors.{name}", language))
    if name != "layers":
        return text
    ends = passports.factors.layers[[0, -1]].tolist()
    return f'{text}<span class="ends"><span>{ends[0]}</span><span>{ends[1]}</span></span>'


def _row(passports: Passports, passport: Passport, language: Language, link: str, largest: float,
         heaviest: float) -> str:
    factors = passports.factors
    tokens = "".join(f"<span>{f.escape(entry_name(factors.tokens, each.position, language))}</span>"
                     for each in passport.entries[:_TOKENS])
    energy = notation.share(passport.energy_share)
    relative = passport.energy_share / (float(factors.energy_shares.max()) or 1.0)
    cells = [
        f'<th scope="row">{_name(passport, language, link)}<span class="of-tokens" lang="ja">{tokens}</span></th>',
        _cell("energy", marks.bar(relative, energy), language),
        _cell("layers", marks.layer_cells(passport.layers, heaviest, layers_in_words(passport, language)), language),
        _cell("stability", _stability(passport, language), language),
    ]
    if largest:
        cells.append(_cell("effect", _effect(passport, language, largest), language))
    return f'<tr class="{hue(passport.factor)}" data-factor="{passport.factor}">{"".join(cells)}</tr>'


def _cell(name: str, content: str, language: Language) -> str:
    """A cell that says what it holds where a narrow screen has no room for the table's head."""
    return f'<td class="{name}" data-head="{f.escape(message(f"model_factors.{name}", language))}">{content}</td>'


def _name(passport: Passport, language: Language, link: str) -> str:
    name = f.escape(factor_name(passport.factor, language))
    if passport.label is None:
        said = ""
    elif passport.label.why == "proposed":
        said = f'<b class="label">{f.escape(rule_name(passport.label.rule, language))}</b>' \
               f'<span class="soft">{f.escape(message("model_factors.proposed", language))}</span>'
    else:
        said = f'<span class="soft">{f.escape(message("model_factors.no_label", language))}</span>'
    opened = f'<a href="{f.escape(link)}">{name}</a>' if link else f"<span>{name}</span>"
    return f'<span class="of-factor">{opened}{said}</span>'


def _stability(passport: Passport, language: Language) -> str:
    """Cosines with factors of other random starts as dots, with those of half of the passages as rings."""
    groups = [(key, values) for key, values in (("seeds", passport.seeds), ("halves", passport.halves)) if values]
    parts = [
        message(f"factor_passport.{key}", language) + " "
        + message("list.separator", language).join(notation.below_one(value) for value in values)
        for key, values in groups
    ]
    spoken = message("list.separator", language).join(parts)
    lowest = min((value for _, values in groups for value in values if np.isfinite(value)), default=float("nan"))
    line = marks.scale((("ring", passport.halves), ("dot", passport.seeds)), 0.0, 1.0, spoken)
    return f'{line}<span class="value">{notation.below_one(lowest)}</span>'


def _effect(passport: Passport, language: Language, largest: float) -> str:
    if passport.ablation is None:
        return "–"
    own, controls = passport.ablation.divergence, passport.ablation.control_divergences
    spoken = message("factor_passport.nats", language, value=notation.small(own)) + " " + message(
        "factor_passport.controls", language, low=notation.small(min(controls, default=0.0)),
        high=notation.small(max(controls, default=0.0)))
    line = marks.scale((("tick", controls), ("dot", (own,))), 0.0, largest, spoken)
    side = "above" if passport.ablation.above_controls else "within"
    return f'{line}<span class="value {side}">{f.escape(notation.small(own))}</span>'


def _orders(passports: Passports, found: list[Passport]) -> dict[str, list[int]]:
    """Factors in each order that a reader can choose."""
    factors = passports.factors
    centres = factors.layer_shares @ np.arange(len(factors.layers))
    orders = {"energy": list(range(len(found)))}
    if passports.labels is not None:
        orders["label"] = sorted(orders["energy"], key=lambda i: (not passports.labels.proposed[i], i))
    orders["layer"] = np.argsort(centres, kind="stable").tolist()
    lowest = np.concatenate([factors.seed_stability, factors.half_stability], axis=1).min(axis=1)
    orders["stability"] = np.argsort(-np.nan_to_num(lowest), kind="stable").tolist()
    if passports.effects is not None:
        orders["effect"] = np.argsort(-passports.effects.divergences, kind="stable").tolist()
    return orders
