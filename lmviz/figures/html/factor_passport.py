"""The parts of a factor's passport as HTML: what it responds to, is made of and writes, and how far that holds."""

from __future__ import annotations

from collections.abc import Sequence

from lmviz.figures import labels, notation
from lmviz.figures.factor_names import entry_name, rule_name
from lmviz.figures.factor_passport import Label, Passport, RuleScore
from lmviz.figures.factor_passports import Passports
from lmviz.figures.factor_words import label_verdict, layers_in_words, p_value
from lmviz.figures.html import factor_marks as marks
from lmviz.figures.html.factor_passages import coloured
from lmviz.figures.html.factor_rows import hue
from lmviz.figures.html.fragment import escape
from lmviz.figures.messages import Language, message
from lmviz.figures.titles import layer_name

_RULES = 8
"""How many rules are shown at once; the rest unfolds."""

_CHOSEN = ' class="chosen"'


def part(passport: Passport, body: str) -> str:
    """``body`` as part of a passport, in the hue of its factor."""
    return f'<div class="lmviz lmviz-factor"><div class="{hue(passport.factor)}">{body}</div></div>'


def facts(passports: Passports, passport: Passport, language: Language) -> str:
    """The few numbers that a reader wants first."""

    def words(key: str, **values: object) -> str:
        return message(f"factor_passport.{key}", language, **values)

    whole = words("explained", count=len(passports), explained=notation.share(passports.factors.explained))
    rows = [("share", notation.share(passport.energy_share), whole, "")]
    if passport.label is not None:
        said, more = message("model_factors.no_label", language), ""
        if passport.label.why == "proposed":
            said = rule_name(passport.label.rule, language)
            more = words("score", score=notation.below_one(passport.label.chosen.scores[1]),
                         p=p_value(passport.label.adjusted, language))
        rows.append(("label", said, more, ""))
    if passport.ablation is not None:
        own, controls = passport.ablation.divergence, passport.ablation.control_divergences
        rows.append(("effect", words("nats", value=notation.small(own)), words(
            "controls", low=notation.small(min(controls, default=0.0)), high=notation.small(max(controls, default=0.0)),
        ), marks.scale((("tick", controls), ("dot", (own,))), 0.0, max(own, *controls, 0.0) * 1.04, "")))
    for key, values in (("seeds", passport.seeds), ("halves", passport.halves)):
        if values:
            listed = message("list.separator", language).join(notation.below_one(value) for value in values)
            kind = "dot" if key == "seeds" else "ring"
            rows.append((key, listed, "", marks.scale(((kind, values),), 0.0, 1.0, "")))
    tiles = "".join(
        f"<div><dt>{escape(words(key))}</dt><dd><b>{escape(value)}</b>"
        + (f'<span class="soft">{escape(more)}</span>' if more else "")
        + line.replace('role="img" aria-label=""', 'aria-hidden="true"') + "</dd></div>"
        for key, value, more, line in rows
    )
    return part(passport, f'<dl class="passport-facts">{tiles}</dl>')


def entries(passports: Passports, passport: Passport, language: Language) -> str:
    """Tokens with the highest mean response, with how often they occur."""
    top = max((each.mean for each in passport.entries), default=1.0)
    rows = "".join(
        f'<li><span class="name">{escape(entry_name(passports.factors.tokens, each.position, language))}</span>'
        f'<span class="bar" style="--v:{each.mean / top:.3f}"></span>'
        f'<span class="value">{notation.amount(each.mean)}</span>'
        f'<span class="times">{escape(message("factor_passport.times", language, count=notation.rank(each.count)))}'
        f"</span></li>"
        for each in passport.entries
    )
    note = message("factor_passport.entries_note", language, least=passports.least_count)
    return part(passport, f'{_headed("entries", note, language)}<ol class="entries" lang="ja">{rows}</ol>')


def passages(passports: Passports, passport: Passport, language: Language) -> str:
    """The passages of the reference text to which it responds most, its responses as colour."""
    tokens, row = passports.factors.tokens, passports.responses[passport.factor]
    rows = "".join(
        f'<li lang="ja">{coloured(tokens, each.positions, row, passport.full, each.peak)}</li>'
        for each in passport.passages if each.response > 0
    )
    note = message("factor_passport.passages_note", language)
    return part(passport, f'{_headed("passages", note, language)}<ol class="passages">{rows}</ol>')


def label(passport: Passport, language: Language) -> str:
    """What every rule scored, the chosen one first. Raises ``ValueError`` for a passport without rules."""
    found = passport.label
    if found is None:
        raise ValueError("this passport has no label: its rules were not computed")
    scored = [each for each in found.rules if each.scores[0] == each.scores[0]]
    first, rest = scored[:_RULES], scored[_RULES:]
    more = message("factor_passport.more_rules", language, count=len(rest))
    others = f'<details class="lm-more"><summary>{escape(more)}</summary>{_rules(rest, found, language)}</details>' \
        if rest else ""
    note = message("factor_passport.rules_note", language, least_share=notation.share(found.least_share))
    return part(passport, (
        f'<p class="verdict">{escape(label_verdict(found, language))}</p>'
        f'<h3>{escape(message("factor_passport.rules", language))}</h3><p class="soft note">{escape(note)}</p>'
        f"{_rules(first, found, language)}{others}"
    ))


def _rules(rules: Sequence[RuleScore], found: Label, language: Language) -> str:
    heads = "".join(f'<th scope="col">{escape(message(f"factor_passport.{name}", language))}</th>'
                    for name in ("rule", "count", "first_half", "second_half", "strong"))
    rows = []
    for each in rules:
        chosen = each.rule == found.rule
        mark = f' <span class="soft">{escape(message("factor_passport.chosen", language))}</span>' if chosen else ""
        name, (first, second) = escape(rule_name(each.rule, language)), map(notation.below_one, each.scores)
        share = each.strong_shares[1]
        line = marks.scale((("ring", each.scores[:1]), ("dot", each.scores[1:])), 0.0, 1.0, f"{first} → {second}")
        rows.append(
            f'<tr{_CHOSEN if chosen else ""}><th scope="row">{name}{mark}</th>'
            f"<td>{notation.rank(sum(each.counts))}</td><td>{first}</td><td>{second}</td>"
            f'<td>{notation.share(share) if share == share else "–"}</td><td class="line">{line}</td></tr>'
        )
    caption = escape(message("factor_passport.rules", language))
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{caption}"><table class="rules"><thead><tr>{heads}'
        f"<td></td></tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def made_of(passport: Passport, language: Language) -> str:
    """How its loadings lie in the layers, and its strongest neurons."""
    top = max(share for _, share in passport.layers) or 1.0
    columns = "".join(
        f'<li title="{escape(layer_name(layer, language))} {notation.share(share)}">'
        f'<span style="--v:{share / top:.3f}"></span>{layer}</li>' for layer, share in passport.layers
    )
    neurons = "".join(
        f'<li><span class="name">{_neuron(each.layer, each.neuron, each.sign, language)}</span>'
        f'<span class="bar" style="--v:{each.share / (passport.neurons[0].share or 1.0):.3f}"></span>'
        f'<span class="value">{notation.share(each.share)}</span></li>' for each in passport.neurons
    )
    note = message("factor_passport.neurons_note", language, count=len(passport.neurons),
                   share=notation.share(sum(each.share for each in passport.neurons)))
    layers = _headed("layer_shares", layers_in_words(passport, language), language)
    return part(passport, (
        f'<div class="passport-columns"><section>{layers}<ol class="layer-columns">{columns}</ol></section>'
        f'<section>{_headed("neurons", note, language)}<ol class="entries plain">{neurons}</ol></section></div>'
    ))


def writing(passports: Passports, passport: Passport, language: Language) -> str:
    """Tokens that its direction of writing raises and lowers most."""
    top = max((abs(logit) for _, logit in (*passport.promoted, *passport.suppressed)), default=1.0) or 1.0
    lists = []
    for key, pairs in (("promoted", passport.promoted), ("suppressed", passport.suppressed)):
        rows = "".join(
            f'<li><span class="name">{escape(labels.of_entry(passports.effects.labels, token_id, language))}</span>'
            f'<span class="bar {key}" style="--v:{abs(logit) / top:.3f}"></span>'
            f'<span class="value">{notation.signed(logit)}</span></li>' for token_id, logit in pairs
        )
        lists.append(f'<section>{_headed(key, "", language)}<ol class="entries plain" lang="ja">{rows}</ol></section>')
    note = escape(message("factor_passport.writing_note", language))
    return part(passport, f'<p class="soft note">{note}</p><div class="passport-columns">{"".join(lists)}</div>')


def _neuron(layer: int, neuron: int, sign: int, language: Language) -> str:
    text = message("factor_passport.neuron", language, layer=layer_name(layer, language), neuron=neuron)
    side = "" if sign > 0 else f' <span class="soft">{escape(message("factor_passport.negative", language))}</span>'
    return escape(text) + side


def _headed(key: str, note: str, language: Language) -> str:
    said = f'<p class="soft note">{escape(note)}</p>' if note else ""
    return f'<h3>{escape(message(f"factor_passport.{key}", language))}</h3>{said}'
