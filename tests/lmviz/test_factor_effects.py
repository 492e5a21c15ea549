"""Effects of factors in models of every family, held against plain forward passes with hooks."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from family_models import TEXTS

import lmviz
from lmviz.analyses.factor_effects.loadings import of_neurons, permuted
from lmviz.passages import read_passages
from lmviz.results import FactorEffects, ModelFactors

FAMILIES = ["gpt2", "gpt_neox", "llama", "qwen2", "gemma", "gemma2"]
DOWN = {"gpt2": "transformer.h.{}.mlp.c_proj", "gpt_neox": "gpt_neox.layers.{}.mlp.dense_4h_to_h"}
BLOCK = {"gpt2": "transformer.h.{}", "gpt_neox": "gpt_neox.layers.{}"}
LAYERS = [0, 2]
N_FACTORS = 3


def made_factors(model, texts, n_neurons, layers=LAYERS, seed=0) -> ModelFactors:
    """Factors that nothing was fitted to: sparse random responses and loadings."""
    rng = np.random.default_rng(seed)
    passages = read_passages(model, texts)
    gated = model.architecture.gated
    n_columns = len(layers) * n_neurons * (2 if gated else 1)
    responses = rng.exponential(size=(N_FACTORS, len(passages.tokens))) * (rng.random(len(passages.tokens)) < 0.5)
    responses[:, ~passages.counted] = np.nan
    loadings = rng.exponential(size=(N_FACTORS, n_columns)) * (rng.random((N_FACTORS, n_columns)) < 0.3)
    loadings /= np.linalg.norm(loadings, axis=1, keepdims=True)
    unused = np.zeros(0, np.float32)
    return ModelFactors(
        tokens=passages.tokens, model=model.name, starts=passages.starts, responses=responses.astype(np.float32),
        loadings=loadings.astype(np.float32), scales=rng.uniform(0.2, 2, n_columns).astype(np.float32),
        layers=np.array(layers), neurons_per_layer=n_neurons, gated=gated, energy_shares=unused, explained=0.0,
        n_fitted=0, clipped_share=0.0, curve_components=unused, curve=unused, ceilings=unused, seed_stability=unused,
        half_stability=unused, n_iterations=0, converged=True,
    )


@dataclasses.dataclass(frozen=True)
class Case:
    family: str
    model: lmviz.LanguageModel
    factors: ModelFactors
    effects: FactorEffects

    def module(self, paths, layer):
        return self.model.network.get_submodule(paths[self.family].format(layer))

    def down(self, layer):
        return self.module(DOWN | dict.fromkeys(FAMILIES[2:], "model.layers.{}.mlp.down_proj"), layer)

    def block(self, layer):
        return self.module(BLOCK | dict.fromkeys(FAMILIES[2:], "model.layers.{}"), layer)

    def by_hand(self, factor):
        """What a unit of response adds, neuron by neuron and column by column: ``{layer: [neuron]}``."""
        added = {layer: np.zeros(self.factors.neurons_per_layer) for layer in LAYERS}
        for column, (layer, neuron, sign) in enumerate(zip(*self.factors.places(), strict=True)):
            loading = float(self.factors.loadings[factor, column]) * float(self.factors.scales[column])
            added[layer][neuron] += sign * loading
        return added


@pytest.fixture(scope="module", params=FAMILIES)
def case(request, make_model) -> Case:
    model = lmviz.load(make_model(request.param), device="cpu")
    factors = made_factors(model, TEXTS, 128 if request.param == "gpt2" else 48)
    return Case(request.param, model, factors, lmviz.factor_effects(model, factors, TEXTS, n_passages=4, n_controls=2))


def output_of(module, run):
    """What a block puts out for the last position."""
    kept = []
    hook = module.register_forward_hook(
        lambda module, inputs, output: kept.append(output if isinstance(output, torch.Tensor) else output[0])
    )
    with torch.no_grad():
        run()
    hook.remove()
    return kept[0][0, -1]


def written_by(case, factor):
    """The sum of what blocks put out more for it, each with the factor's part added to its activations alone."""
    ids = torch.tensor(case.factors.tokens.token_ids[None, :5])
    total = torch.zeros(case.model.width)
    for layer, added in case.by_hand(factor).items():
        part = torch.tensor(added, dtype=torch.float32)
        if case.family == "gemma2":
            # A norm follows the down-projection, whose scale no direction has for itself: its gain is 1 + weight.
            total += (1 + case.block(layer).post_feedforward_layernorm.weight) * (case.down(layer).weight @ part)
            continue
        before = output_of(case.block(layer), lambda: case.model.network(ids))
        hook = case.down(layer).register_forward_pre_hook(lambda module, inputs, part=part: (inputs[0] + part,))
        total += output_of(case.block(layer), lambda: case.model.network(ids)) - before
        hook.remove()
    return total


@pytest.mark.parametrize("factor", range(N_FACTORS))
def test_promoted_logits_are_the_slope_along_what_blocks_write(case, factor):
    direction = torch.nn.functional.normalize(written_by(case, factor), dim=0)
    # A state at a right angle to the direction, so that a small step along it leaves the norm's scale as it is.
    state = torch.randn(case.model.width, generator=torch.Generator().manual_seed(factor))
    state -= state.mean()
    centred = direction - direction.mean()
    state -= centred * (state @ centred) / (centred @ centred)
    norm = case.model.network.get_submodule(case.model.architecture.final_norm)
    step = 0.03
    with torch.no_grad():
        up, down = (case.model.network.lm_head(norm(state + sign * step * direction)) for sign in (1, -1))
    slope = ((up - down) / (2 * step) * state.square().mean().sqrt()).numpy()
    slope -= slope.mean()
    near = 2e-3 * np.abs(slope).max()
    effects, ascending = case.effects, np.sort(slope)
    assert np.allclose(effects.promoted[factor], slope[effects.promoted_ids[factor]], atol=near)
    assert np.allclose(effects.suppressed[factor], slope[effects.suppressed_ids[factor]], atol=near)
    assert np.allclose(effects.promoted[factor], ascending[::-1][:20], atol=near)
    assert np.allclose(effects.suppressed[factor], ascending[:20], atol=near)


def log_probabilities(case, ids, amounts, added):
    """float64 ``[position, vocabulary]`` of one text by a plain forward pass, with parts taken away."""

    def without(part):
        return lambda module, inputs: (inputs[0] - torch.tensor(part).float(),)

    hooks = [
        case.down(layer).register_forward_pre_hook(without(np.outer(amounts, neurons)))
        for layer, neurons in added.items()
    ]
    with torch.no_grad():
        logits = case.model.network(torch.tensor(ids)[None]).logits[0].double()
    for hook in hooks:
        hook.remove()
    return logits.log_softmax(dim=-1).numpy()


@pytest.mark.parametrize("factor", range(N_FACTORS))
def test_taking_away_is_what_plain_hooks_make_of_it(case, factor):
    factors, effects = case.factors, case.effects
    responses = factors.responses[factor].astype(np.float64)
    edges = [*factors.starts, len(responses)]
    passages = [range(*edge) for edge in zip(edges, edges[1:], strict=False)]
    means = [np.nanmean(responses[at.start : at.stop]) for at in passages]
    chosen = sorted(range(len(passages)), key=lambda passage: -means[passage])[:4]
    assert effects.passages[factor].tolist() == chosen
    counted = [p for passage in chosen for p in passages[passage] if not np.isnan(responses[p])]
    measured = sorted(counted, key=lambda p: -responses[p])[: int(np.ceil(len(counted) / 10))]
    controls = permuted(of_neurons(factors)[factor], factor, 2)
    variants = [case.by_hand(factor), *(dict(zip(LAYERS, control, strict=True)) for control in controls)]
    divergences, tops, kept = {}, {}, {}
    for passage in chosen:
        at = passages[passage]
        ids, amounts = factors.tokens.token_ids[at.start : at.stop], np.nan_to_num(responses[at.start : at.stop])
        unchanged = log_probabilities(case, ids, amounts, {})
        changed = [log_probabilities(case, ids, amounts, added) for added in variants]
        for p in set(measured) & set(at):
            row = p - at.start
            before, after = unchanged[row], [each[row] for each in changed]
            divergences[p] = [np.sum(np.exp(before) * (before - each)) for each in after]
            tops[p] = [each.argmax() for each in (before, *after)]
            kept[p] = [np.exp(each[tops[p][0]]) for each in (before, after[0])]
    expected = np.mean([divergences[p] for p in measured], axis=0)
    assert expected.min() > 1e-3
    assert np.allclose([effects.divergences[factor], *effects.control_divergences[factor]], expected, rtol=2e-3)
    moved = np.mean([[top != tops[p][0] for top in tops[p][1:]] for p in measured], axis=0)
    assert np.allclose([effects.changed[factor], *effects.control_changed[factor]], moved)
    examples = effects.example_positions[factor].tolist()
    assert examples == sorted(measured, key=lambda p: -divergences[p][0])[: len(examples)]
    assert effects.example_ids[factor].tolist() == [tops[p][:2] for p in examples]
    assert np.allclose(effects.example_probabilities[factor], [kept[p] for p in examples], rtol=2e-3)
    for token in [*effects.example_ids[factor].reshape(-1), *effects.promoted_ids[factor]]:
        assert effects.labels.token_ids[effects.labels.index(token)] == token


def test_controls_have_the_same_amounts_elsewhere_in_each_layer(case):
    amounts = of_neurons(case.factors)[1]
    controls = permuted(amounts, 1, 3)
    assert np.array_equal(np.sort(controls, axis=2), np.broadcast_to(np.sort(amounts, axis=1), controls.shape))
    assert len({each.tobytes() for each in (amounts, *controls)}) == 4
    assert not np.array_equal(permuted(amounts, 2, 3), controls)


def test_the_same_call_gives_the_same_bytes(case):
    again = lmviz.factor_effects(case.model, case.factors, TEXTS, n_passages=4, n_controls=2)
    for name, array in case.effects.parts()[0].items():
        assert array.tobytes() == again.parts()[0][name].tobytes(), name
    assert case.effects.parts()[1] == again.parts()[1]


def test_a_model_in_bfloat16_has_its_directions_in_float32(make_model):
    rounded, full = (lmviz.load(make_model("llama"), device="cpu", dtype=dtype) for dtype in ("bfloat16", "float32"))
    full.network.load_state_dict(rounded.network.state_dict())
    factors = made_factors(full, TEXTS[:2], 48)
    of_rounded, of_full = (lmviz.factor_effects(model, factors, TEXTS[:2]) for model in (rounded, full))
    assert np.allclose(of_rounded.promoted, of_full.promoted, rtol=1e-4, atol=1e-5)
    assert np.allclose(of_rounded.divergences, of_full.divergences, rtol=0.2)
