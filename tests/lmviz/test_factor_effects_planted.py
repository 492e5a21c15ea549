"""A factor that was planted: found, it promotes what its neurons write, and what it carries goes with it."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from planted_digits import CHARACTERS, KINDS, N_LAYERS, OTHERWISE, digit_model, neurons, token_ids

import lmviz
from lmviz.analyses.factor_effects.places import Places
from lmviz.passages import Passages
from lmviz.tokens import TokenTable


@pytest.fixture(scope="module")
def found():
    model, texts = digit_model()
    factors = lmviz.model_factors(model, texts, n_components=6, n_seeds=1)
    layers, places, _ = factors.places()
    of_digits = (places >= neurons("digit").start) & (places < neurons("digit").stop)
    shares = np.square(factors.loadings[:, of_digits]).sum(axis=1)
    return model, texts, factors, int(shares.argmax()), shares


def test_the_factor_of_digits_is_found_and_promotes_counters(found):
    model, texts, factors, digits, shares = found
    assert shares[digits] > 0.8 and np.delete(shares, digits).max() < 0.01
    effects = lmviz.factor_effects(model, factors, texts, top_k=6)
    strongest = [effects.labels.texts[effects.labels.index(i)] for i in effects.promoted_ids[digits, :5]]
    assert strongest == list(KINDS["counter"])
    assert effects.promoted[digits, 4] > 1 > 0.1 > effects.promoted[digits, 5]


def test_with_it_goes_what_follows_digits_and_nothing_else(found):
    model, texts, factors, digits, _ = found
    effects = lmviz.factor_effects(model, factors, texts)
    ids = factors.tokens.token_ids
    assert effects.divergences[digits] > 10 * effects.control_divergences[digits].max() > 0
    assert effects.changed[digits] == 1 and not effects.control_changed[digits].any()
    assert np.isin(ids[effects.example_positions[digits]], token_ids("digit")).all()
    assert (effects.example_ids[digits] == [CHARACTERS.index("年"), CHARACTERS.index(OTHERWISE)]).all()
    before, after = effects.example_probabilities[digits].T
    assert (before > 0.4).all() and (after < 0.15).all()
    # Everywhere, by plain hooks: positions without a digit keep their predictions.
    columns = (factors.loadings * factors.scales)[digits].reshape(N_LAYERS, -1)
    at_digits, elsewhere = [], []
    for start, stop in zip(factors.starts, [*factors.starts[1:], len(ids)], strict=True):
        amounts = np.nan_to_num(factors.responses[digits, start:stop])
        unchanged, without = (
            plain_log_probabilities(model, ids[start:stop], share * amounts, columns) for share in (0, 1)
        )
        divergences = (np.exp(unchanged) * (unchanged - without)).sum(axis=1)[1:]
        is_digit = np.isin(ids[start + 1 : stop], token_ids("digit"))
        at_digits += divergences[is_digit].tolist()
        elsewhere += divergences[~is_digit].tolist()
    assert min(at_digits) > 0.2 and max(elsewhere) < 0.01


def plain_log_probabilities(model, ids, amounts, columns):
    def without(part):
        return lambda module, inputs: (inputs[0] - torch.tensor(part).float(),)

    blocks = zip(model.network.transformer.h, columns, strict=True)
    hooks = [block.mlp.c_proj.register_forward_pre_hook(without(np.outer(amounts, own))) for block, own in blocks]
    logits = model.network(torch.tensor(ids)[None]).logits[0].double()
    for hook in hooks:
        hook.remove()
    return logits.log_softmax(dim=-1).numpy()


def table(n_positions: int, n_start: int) -> TokenTable:
    return TokenTable(
        token_ids=np.arange(n_positions), texts=("a",) * n_positions, raw_bytes=(b"a",) * n_positions,
        kinds=("text",) * n_positions, groups=np.arange(n_positions), n_start=n_start, n_prompt=n_positions,
    )


def test_places_are_the_passages_and_positions_that_respond_most():
    # Passages of 12, 1, 13 and 3 positions, of which 11, 0, 12 and 2 count.
    starts = np.array([0, 12, 13, 26])
    passages = Passages(("a",) * 4, table(29, n_start=0), starts)
    responses = np.full(29, np.nan)
    responses[1:12] = 1, 0, 0, 0, 0, 7, 0, 0, 0, 0, 3
    responses[14:26] = 5, 0, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0
    responses[27:] = 1, 1
    for n_passages, chosen, measured in [
        (1, [0], [6, 11]), (2, [0, 2], [6, 14, 23]), (3, [0, 2, 3], [6, 14, 23]), (9, [0, 2, 3, 1], [6, 14, 23]),
    ]:
        places = Places.of(passages, responses, n_passages)
        assert places.passages.tolist() == chosen and places.measured.tolist() == measured


def test_a_factor_that_writes_nothing_changes_nothing(found):
    model, texts, factors, _, _ = found
    silent = dataclasses.replace(
        factors, responses=np.nan_to_num(0 * factors.responses), loadings=np.zeros_like(factors.loadings)
    )
    effects = lmviz.factor_effects(model, silent, texts)
    for zero in (effects.promoted, effects.divergences, effects.control_divergences, effects.changed):
        assert not zero.any()


def test_what_does_not_belong_together_is_refused(found, lm):
    model, texts, factors, _, _ = found
    with pytest.raises(ValueError, match="other tokens than planted digits reads in these 79 texts"):
        lmviz.factor_effects(model, factors, texts[1:])
    with pytest.raises(ValueError, match="other tokens than ja-gpt2-mini reads"):
        lmviz.factor_effects(lm, factors, texts)
    for other in ({"neurons_per_layer": 4}, {"gated": True}, {"layers": np.array([1, 2])}):
        with pytest.raises(ValueError, match="has 2 layers of 48 neurons, gated: False; give the model"):
            lmviz.factor_effects(model, dataclasses.replace(factors, **other), texts)
    with pytest.raises(ValueError, match="factors are those of lmviz.model_factors, not a NoneType"):
        lmviz.factor_effects(model, None, texts)
    for wrong in ({"n_passages": 0}, {"n_controls": 0}, {"top_k": 10_000}, {"top_k": 2.5}):
        with pytest.raises(ValueError, match=f"{next(iter(wrong))} is a whole number"):
            lmviz.factor_effects(model, factors, texts, **wrong)
