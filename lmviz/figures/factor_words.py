"""The sentences about a model's factors: words of their figure, titles of passports, and what an experiment showed."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from lmviz.figures import notation
from lmviz.figures.factor_names import entry_name, factor_name, listed, rule_name
from lmviz.figures.factor_passport import Ablation, Label, Passport, Why
from lmviz.figures.factor_passports import Passports
from lmviz.figures.messages import Language, message, quoted
from lmviz.figures.titles import layer_name
from lmviz.results import ModelFactors, Result

_WHY: dict[Why, str] = {
    "proposed": "why_proposed", "low_share": "why_low_share", "low_score": "why_low_score",
    "no_evidence": "why_no_evidence", "none_chosen": "why_none_chosen",
}


def passports_of(results: Mapping[str, Result] | ModelFactors) -> Passports:
    """The passports that the results of a figure give: factors under ``""``, ``"effects"`` and ``"labels"``."""
    if isinstance(results, ModelFactors):
        return Passports(results)
    return Passports(results[""], results.get("effects"), results.get("labels"))


def model_factors(results: Mapping[str, Result] | ModelFactors, language: Language) -> tuple[str, str, str, str]:
    """Title, caption, alternative and convention of the figure of all factors."""
    passports = passports_of(results)
    found = list(passports)
    factors = passports.factors
    alternative = message(
        "model_factors.alternative", language, count=len(found),
        list=message("list.separator", language).join(_in_words(factors, each, language) for each in found),
    )
    return _title(passports, found, language), message("model_factors.caption", language), alternative, \
        _convention(factors, language)


def passport_title(factors: ModelFactors, passport: Passport, language: Language) -> str:
    """What the factor responds to, by its proposed label or else its strongest tokens, and whether it matters."""
    name = factor_name(passport.factor, language)
    if passport.label is not None and passport.label.why == "proposed":
        first = message("factor_passport.title.proposed", language, factor=name,
                        rule=quoted(rule_name(passport.label.rule, language), language))
    elif passport.entries:
        first = message("factor_passport.title.strongest", language, factor=name,
                        list=strongest(factors, passport, language))
    else:
        first = message("factor_passport.title.silent", language, factor=name)
    if passport.ablation is None:
        return first
    side = "above" if passport.ablation.above_controls else "within"
    return _sentences([first, message(f"factor_passport.title.{side}", language)], language)


def strongest(factors: ModelFactors, passport: Passport, language: Language, count: int = 3) -> str:
    """The tokens with the highest mean response, in quotation marks."""
    return listed((entry_name(factors.tokens, each.position, language) for each in passport.entries[:count]), language)


def what(factors: ModelFactors, passport: Passport, language: Language, count: int = 3) -> str:
    """A factor in a few words: its proposed label, or else its ``count`` strongest tokens."""
    if passport.label is not None and passport.label.why == "proposed":
        return rule_name(passport.label.rule, language)
    return strongest(factors, passport, language, count) or message("model_factors.no_label", language)


def label_verdict(label: Label, language: Language) -> str:
    """Whether a label is proposed, and why."""
    chosen = label.chosen
    return message(
        f"factor_passport.{_WHY[label.why]}", language, shifts=notation.rank(label.n_shifts),
        rule=quoted(rule_name(label.rule, language), language) if label.rule else "–",
        score=notation.below_one(chosen.scores[1]) if chosen else "–", p=p_value(label.adjusted, language),
        share=notation.share(chosen.strong_shares[1]) if chosen and chosen.strong_shares[1] == chosen.strong_shares[1]
        else "–", least=notation.amount(label.least_score), least_share=notation.share(label.least_share),
    )


def p_value(value: float, language: Language) -> str:
    """A p-value with two significant digits, or the bound that it lies below."""
    written = notation.small(value)
    return message("factor_passport.below", language, value=written[1:]) if written.startswith("<") else written


def ablation_verdict(ablation: Ablation, language: Language) -> str:
    """Whether predictions change more without the factor than without its controls."""
    side = "ablation_above" if ablation.above_controls else "ablation_within"
    return message(
        f"factor_passport.{side}", language, value=notation.small(ablation.divergence),
        n=len(ablation.control_divergences), high=notation.small(max(ablation.control_divergences, default=0.0)),
    )


def layers_in_words(passport: Passport, language: Language) -> str:
    """The layer that holds most of the factor, and how much."""
    layer, share = max(passport.layers, key=lambda pair: pair[1])
    return message("factor_passport.layer_share", language, layer=layer_name(layer, language),
                   share=notation.share(share))


def _title(passports: Passports, found: list[Passport], language: Language) -> str:
    count = len(found)
    if passports.labels is None:
        parts = [message("model_factors.title.plain", language, count=count,
                         explained=notation.share(passports.factors.explained))]
    else:
        labelled = int(passports.labels.proposed.sum())
        parts = [message(f"model_factors.title.{'labelled' if labelled else 'unlabelled'}", language, count=count,
                         labelled=labelled)]
    if passports.effects is not None:
        moved = sum(each.ablation.above_controls for each in found)
        parts.append(message("model_factors.title.moved", language, moved=moved))
    return _sentences(parts, language)


def _convention(factors: ModelFactors, language: Language) -> str:
    first, last = int(factors.layers[0]), int(factors.layers[-1])
    negatives = message("model_factors.gated", language) if factors.gated else message(
        "model_factors.clipped", language, clipped=notation.share(factors.clipped_share))
    return message(
        "model_factors.convention", language, passages=notation.rank(len(factors.starts)),
        positions=notation.rank(len(factors.tokens)), count=len(factors.responses),
        layers=message("neuron_factors.layer_one" if first == last else "neuron_factors.layer_range", language,
                       first=first, last=last),
        fitted=notation.rank(factors.n_fitted), explained=notation.share(factors.explained), negatives=negatives,
    )


def _in_words(factors: ModelFactors, passport: Passport, language: Language) -> str:
    layer = int(np.argmax([share for _, share in passport.layers]))
    return message(
        "model_factors.alternative_one", language, factor=factor_name(passport.factor, language),
        what=what(factors, passport, language), share=notation.share(passport.energy_share),
        layer=layer_name(passport.layers[layer][0], language),
    )


def _sentences(parts: list[str], language: Language) -> str:
    return ("" if language == "ja" else " ").join(parts)
