"""The figure of a model's factors and the parts of a passport: their numbers, what they claim, and hostile text."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace

import fake_factors
import numpy as np
import pytest
from bs4 import BeautifulSoup

from lmviz import figures
from lmviz.figures import describe, factor_data, factor_words, html, notation
from lmviz.figures.factor_names import entry_name, rule_name
from lmviz.figures.factor_passports import N_WRITTEN, Passports
from lmviz.figures.html import factor_passport as drawn
from lmviz.figures.html.factor_ablation import ablation
from lmviz.figures.html.factor_passages import coloured, window
from lmviz.figures.messages import LANGUAGES
from lmviz.results import FactorLabels


def passports(**options: object) -> Passports:
    factors = fake_factors.model_factors(**options)
    return Passports(factors, fake_factors.factor_effects(factors), fake_factors.factor_labels(factors))


def soup(text: str) -> BeautifulSoup:
    return BeautifulSoup(text, "html.parser")


def every_part(found: Passports, factor: int, language: str) -> str:
    passport = found[factor]
    return "".join([
        drawn.facts(found, passport, language), drawn.entries(found, passport, language),
        drawn.passages(found, passport, language), drawn.label(passport, language), drawn.made_of(passport, language),
        drawn.writing(found, passport, language), ablation(found, passport, language),
    ])


@pytest.mark.parametrize("value, written", [
    (0.0, "0"), (0.31, "0.31"), (0.0996, "0.10"), (0.00423, "0.0042"), (0.00001, "<0.0001"), (1.0, "1.0"),
    (9.96, "10"), (12.4, "12"), (float("nan"), "–"),
])
def test_small_numbers_have_two_significant_digits(value, written):
    assert notation.small(value) == written


@pytest.mark.parametrize("value, written", [
    (0.966, "0.97"), (0.9949, "0.99"), (0.9951, "0.995"), (0.99996, "0.999"), (1.0, "1.00"), (-0.2, "−0.20"),
])
def test_what_is_less_than_one_does_not_read_as_one(value, written):
    assert notation.below_one(value) == written


def test_tokens_come_by_their_mean_response_over_all_counted_places():
    found = passports(n_start=1)
    factors = found.factors
    for passport in found:
        means = {}
        for position, token_id in enumerate(factors.tokens.token_ids.tolist()):
            if np.isfinite(factors.responses[0, position]):
                means.setdefault(token_id, []).append(float(factors.responses[passport.factor, position]))
        expected = sorted(-np.mean(values) for values in means.values())[: len(passport.entries)]
        assert np.allclose([-each.mean for each in passport.entries], expected)
        for each in passport.entries:
            assert each.count == len(means[each.token_id])
            assert factors.tokens.token_ids[each.position] == each.token_id


def test_in_a_long_text_a_token_that_stands_there_once_is_not_the_strongest():
    factors = fake_factors.model_factors()
    ids, counts = np.unique(factors.tokens.token_ids, return_counts=True)
    rare = int(ids[counts == 1][0])
    responses = factors.responses.copy()
    responses[0, factors.tokens.token_ids == rare] = 99
    short, long = (Passports(replace(factors, responses=responses)) for _ in range(2))
    assert short.least_count == 1 and short[0].entries[0].token_id == rare
    long.least_count = 2
    assert rare not in [each.token_id for each in long[0].entries]


def test_passages_are_those_with_the_highest_peak():
    found = passports()
    starts = [*found.factors.starts.tolist(), len(found.factors.tokens)]
    for passport in found:
        row = found.responses[passport.factor]
        peaks = [row[a:b].max() for a, b in zip(starts, starts[1:], strict=False)]
        assert [each.passage for each in passport.passages] == np.argsort(peaks)[::-1][:5].tolist()
        for each in passport.passages:
            assert each.response == pytest.approx(peaks[each.passage]) and row[each.peak] == each.response


def test_neurons_carry_their_layer_and_sign():
    found = passports(gated=True)
    layers, neurons, signs = found.factors.places()
    for passport in found:
        row = found.factors.loadings[passport.factor]
        top = passport.neurons[0]
        column = int(np.argmax(row))
        assert (top.layer, top.neuron, top.sign) == (layers[column], neurons[column], signs[column])
        assert sum(share for _, share in passport.layers) == pytest.approx(1, abs=1e-5)
    negative = next(p for p in found if any(neuron.sign < 0 for neuron in p.neurons))
    assert "負の側" in drawn.made_of(negative, "ja") and "negative side" in drawn.made_of(negative, "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_title_claims_a_label_only_where_one_is_proposed_and_an_effect_only_above_every_control(language):
    found = passports()
    rules = {p.factor: p.label.rule for p in found}
    titles = [factor_words.passport_title(found.factors, p, language) for p in found]
    for factor in range(6):
        claims = rules[factor] and rule_name(rules[factor], language) in titles[factor]
        assert bool(claims) == bool(found.labels.proposed[factor])
        above = found.effects.divergences[factor] > found.effects.control_divergences[factor].max()
        said = {"ja": "対照より大きく", "en": "predictions more than controls do"}[language]
        assert (said in titles[factor]) == above
    equal = replace(found.effects, control_divergences=np.repeat(found.effects.divergences[:, None], 2, axis=1))
    tied = Passports(found.factors, equal, found.labels)
    assert not any(p.ablation.above_controls for p in tied)


@pytest.mark.parametrize(("change", "why"), [
    ({}, "proposed"), ({"adjusted": 0.01}, "no_evidence"), ({"score": 0.7}, "low_score"), ({"share": 0.3}, "low_share"),
    ({"chosen": -1}, "none_chosen"),
])
def test_it_is_said_what_a_label_lacks(change, why):
    found = passports()
    labels = found.labels
    arrays = {name: getattr(labels, name).copy() for name in ("adjusted", "scores", "strong_shares", "chosen",
                                                             "proposed")}
    rule = int(labels.chosen[0])
    arrays["adjusted"][0] = change.get("adjusted", 0.001)
    arrays["scores"][0, rule, 1] = change.get("score", 0.97)
    arrays["strong_shares"][0, rule, 1] = change.get("share", 0.9)
    arrays["chosen"][0] = change.get("chosen", rule)
    arrays["proposed"][0] = why == "proposed"
    changed: FactorLabels = replace(labels, **arrays)
    label = Passports(found.factors, found.effects, changed)[0].label
    assert label.why == why
    for language in LANGUAGES:
        said = factor_words.label_verdict(label, language)
        assert ("を提案する" in said or said.startswith("The label")) == (why == "proposed")
        if why == "low_share":
            assert "30%" in said and "50%" in said
        if why == "low_score":
            assert "0.70" in said and "0.75" in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_has_a_row_a_factor_with_its_numbers_and_its_link(language):
    results = fake_factors.results()
    links = [f"factors:{n}" for n in range(1, 7)]
    page = soup(html.model_factors(results, language, figure_id="x", factor_links=links))
    rows = page.select("tbody tr")
    assert [row.select_one("th a")["href"] for row in rows] == links
    factors, effects = results[""], results["effects"]
    for factor, row in enumerate(rows):
        assert row.select_one(".energy .value").get_text() == notation.share(float(factors.energy_shares[factor]))
        assert row.select_one(".effect .value").get_text() == notation.small(float(effects.divergences[factor]))
        lowest = min(*factors.seed_stability[factor], *factors.half_stability[factor])
        assert row.select_one(".stability .value").get_text() == notation.below_one(lowest)
        assert len(row.select(".layer-cells i")) == len(factors.layers)
        assert (row.select_one(".label") is not None) == bool(results["labels"].proposed[factor])
    orders = json.loads(page.find("script").string)["orders"]
    assert set(orders) == {"energy", "label", "layer", "stability", "effect"}
    assert all(sorted(order) == list(range(6)) for order in orders.values())
    assert orders["effect"] == np.argsort(-effects.divergences).tolist()
    assert not soup(html.model_factors(factors, language, figure_id="x")).select("tbody a, .label, .effect")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_count_labels_and_factors_that_matter(language):
    results = fake_factors.results()
    title = describe("model_factors", results, language).title
    assert {"6", "3", "4"} <= set(re.findall(r"\d+", title))
    none = {**results, "labels": replace(results["labels"], proposed=np.zeros(6, bool))}
    assert {"ja": "どれにも", "en": "None of"}[language] in describe("model_factors", none, language).title
    alone = describe("model_factors", results[""], language)
    assert "44%" in alone.title and "8" in alone.convention


def test_the_chart_holds_the_share_of_every_layer():
    factors = fake_factors.model_factors()
    for language in LANGUAGES:
        chart = figures.model_factors(factors, language)
        values = chart.to_dict()["layer"][0].get("data", chart.to_dict().get("data"))["values"]
        shares = np.array([row["share"] for row in values]).reshape(6, -1)
        assert np.allclose(shares, factors.layer_shares, atol=1e-5)
    assert figures.svg(chart).startswith("<svg")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("options", [{}, {"coarse": True}, {"gated": True, "n_start": 1}, {"n_components": 1}])
def test_every_part_of_every_passport_can_be_written(options, language):
    found = passports(**options)
    for factor in range(len(found)):
        text = every_part(found, factor, language)
        assert "<script" not in text and "<b>太字" not in text
        page = soup(text)
        assert page.select(".entries li") and page.select(".passages li")
        assert not re.search(r"[▁Ġ\ufffd]|\bnan\b|None", page.get_text())
    assert "scale-line" in html.model_factors(
        {"": found.factors, "effects": found.effects, "labels": found.labels}, language, figure_id="x")


def test_what_could_not_be_computed_is_left_out():
    found = Passports(fake_factors.model_factors())
    assert found[0].label is None and found[0].ablation is None and found[0].promoted == ()
    for language in LANGUAGES:
        assert len(soup(drawn.facts(found, found[0], language)).select("dt")) == 3
        assert "対照" not in factor_words.passport_title(found.factors, found[0], language)
    with pytest.raises(ValueError, match="rules"):
        drawn.label(found[0], "ja")
    with pytest.raises(ValueError, match="effects"):
        ablation(found, found[0], "ja")


def test_coloured_text_is_the_text_and_characters_stay_whole():
    found = passports()
    tokens = found.factors.tokens
    row = found.responses[0]
    whole = coloured(tokens, range(len(tokens)), row, found[0].full)
    assert soup(whole).get_text() == tokens.text
    split = tokens.texts.index("鰯")
    assert tokens.texts[split + 1 : split + 3] == ("", "")
    strong = np.zeros(len(tokens))
    strong[split + 2] = 2.0
    marks = soup(coloured(tokens, range(len(tokens)), strong, 4.0)).select("mark")
    assert [(mark.get_text(), mark["style"]) for mark in marks] == [("鰯", "--a:0.50")]
    assert window(tokens, split + 2, 1).start == split
    assert soup(coloured(tokens, range(len(tokens)), strong, 1.0)).mark["style"] == "--a:1.00"


def test_examples_show_the_text_up_to_the_place_and_what_takes_over():
    found = passports()
    example = found[0].ablation.examples[0]
    row = soup(ablation(found, found[0], "ja")).select_one(".examples tbody tr")
    passage = int(np.searchsorted(found.factors.starts, example.position, side="right")) - 1
    so_far = "".join(found.factors.tokens.texts[found.factors.starts[passage] : example.position + 1])
    assert so_far.endswith(row.td.get_text().lstrip("…"))
    names = [found.effects.labels.texts[found.effects.labels.index(i)] for i in (example.before, example.after)]
    assert names[0] in row.select("td")[1].get_text() and names[1] in row.select("td")[2].get_text()


def test_data_hold_every_number_of_the_passport():
    found = passports()
    for passport in found:
        data = factor_data.as_json(found, passport, "ja")
        assert json.loads(json.dumps(data, allow_nan=False)) == data
        assert data["energy_share"] == passport.energy_share
        assert [each["mean_response"] for each in data["tokens"]] == [each.mean for each in passport.entries]
        assert data["ablation"]["control_divergence"] == list(passport.ablation.control_divergences)
        assert len(data["promoted"]) == min(N_WRITTEN, found.effects.promoted.shape[1])
        assert data["label"]["proposed"] == bool(found.labels.proposed[passport.factor])
        rows = list(csv.DictReader(io.StringIO(factor_data.as_csv(found, passport, "ja"))))
        written = {(row["part"], row["item"], row["measure"]): float(row["value"]) for row in rows}
        assert written["ablation", "factor", "divergence"] == pytest.approx(passport.ablation.divergence)
        assert sum(value for (part, _, _), value in written.items() if part == "layer") == pytest.approx(1, abs=1e-5)


def test_vocabulary_entries_are_named_as_elsewhere():
    tokens = fake_factors.model_factors().tokens
    first = tokens.texts.index("鰯")
    assert entry_name(tokens, first, "ja") == "文字の一部 E9" and entry_name(tokens, first, "en").endswith("E9")
    assert entry_name(tokens, tokens.texts.index("<script>alert(1)</script>"), "ja") == "<script>alert(1)</script>"
    raw = ("この".encode() + b"\xe7", b"\x81\x93" + "は".encode(), b" \xe9", b"\x81\x93", b"")
    odd = replace(tokens, raw_bytes=(*raw, *tokens.raw_bytes[len(raw):]))
    assert [entry_name(odd, at, "ja") for at in range(len(raw))] == [
        "この+E7", "81 93+は", "␣+E9", "文字の一部 81 93", "語頭"]
    started = fake_factors.model_factors(n_start=1).tokens
    assert entry_name(started, 0, "ja") == "〔文頭〕"


def test_in_a_notebook_effects_and_labels_are_shown_with_their_factors():
    results = fake_factors.results()
    for alone in ("effects", "labels"):
        assert "lmviz.figures.notebook.show" in soup(results[alone]._repr_html_()).get_text()
    together = figures.notebook.show(results, "en")
    assert "<script" not in together and len(soup(together).select("td.effect")) == 6
    assert not soup(results[""]._repr_html_()).select("td.effect")
