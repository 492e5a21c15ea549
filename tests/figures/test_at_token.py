"""The sentences of the tour say what stands in the results, and their choices are ones that the figures take."""

from __future__ import annotations

from dataclasses import replace

import fakes
import numpy as np
import pytest

from lmviz.figures.at_token import at_token, followed


def sight(kind: str, result, position: int = 5, language: str = "en", **more):
    return at_token(result, position, language, kind=kind, **more)


def test_each_sentence_gives_the_numbers_of_its_token():
    tokens, ranks = fakes.token_probabilities(), fakes.rankings()
    logs, own = tokens.log_probabilities.copy(), tokens.ranks.copy()
    logs[5], own[5] = np.log(0.25), 1234
    seen = sight("tokens", replace(tokens, log_probabilities=logs, ranks=own))
    assert "25%" in seen.sentence and "rank 1,234 " in seen.sentence and seen.choices == {"t": "5"}
    grid = ranks.ranks.copy()
    grid[0, 5], grid[1:-1, 5], grid[-1, 5] = 9876, 55, 3
    said = sight("rankings", replace(ranks, ranks=grid)).sentence
    assert "rank 9,876 at layer 0" in said and said.endswith("rank 3 at the last layer.")


def test_a_target_is_explained_where_the_token_is_none():
    attribution = fakes.attributions()["integrated_gradients"]
    first = int(attribution.target_positions[0])
    assert 1 not in attribution.target_positions
    last = int(attribution.target_positions[-1])
    for position, target in ((1, first), (last, last)):
        seen = sight("attribution", attribution, position, opened_as="integrated_gradients")
        assert seen.choices == {"t": str(target), "m": "integrated_gradients"}


def test_the_strongest_factor_of_the_token_is_chosen_by_its_number():
    responses = fakes.factor_responses()
    activations = np.zeros_like(responses.activations)
    activations[3, 5], activations[1, 5] = 2 * responses.typical[3], responses.typical[1]
    planted = replace(responses, activations=activations)
    names = [None, None, None, "years", *[None] * 20]
    seen = sight("factor_responses", planted, factor_names=names)
    assert seen.choices == {"t": "5", "f": "m-4"} and "Factor 4 (years), at 2.00" in seen.sentence
    assert "f" not in sight("factor_responses", planted, 6).choices


def test_predictions_name_the_first_choice_of_their_layer():
    lens = fakes.layer_predictions()
    names = dict(zip(lens.labels.token_ids.tolist(), lens.labels.texts, strict=True))
    first, last = (names[int(lens.token_ids[layer, 5, 0])] for layer in (0, -1))
    assert first != last
    assert f"first choice is “{last}”, at" in sight("predictions", lens).sentence
    assert f"“{first}” at layer 0, and “{last}” at" in sight("layer_predictions", lens).sentence
    assert sight("predictions", lens).choices == {"t": "5", "l": "7"}


def test_nothing_predicts_the_first_token():
    lens = fakes.layer_predictions()
    for kind, result in (("tokens", fakes.token_probabilities()), ("rankings", fakes.rankings()),
                         ("predictions", lens), ("layer_predictions", lens)):
        assert sight(kind, result, 0).sentence == "This position has no prediction."


def test_the_token_followed_is_the_catalogs_or_the_first_of_the_continuation():
    result = fakes.rankings()
    assert followed(result, 7) == 7
    assert followed(result, None) == result.tokens.n_prompt
    assert followed(result, len(result.tokens)) == len(result.tokens) - 1


def test_what_cannot_be_followed_is_refused():
    with pytest.raises(ValueError, match="known: tokens"):
        sight("characters", fakes.character_lens())
    with pytest.raises(ValueError, match="outside the text"):
        sight("tokens", fakes.token_probabilities(), 10_000)
