"""What a model's factors do: tokens that they promote, and predictions that change when they are taken away.

With ``v_l`` what a unit of a factor's response adds to the neurons of layer ``l``, in the model's own units:

**Direction of writing.** ``d = sum_l W_l v_l`` with ``W_l`` the down-projections, brought to unit length. It adds
``U norm(d)`` to the logits, ``norm`` being the final norm without its scale and ``U`` the output matrix; the mean over
the vocabulary says nothing and is taken off. This is the direct effect alone, whatever later layers make of it (Geva et
al., "Transformer Feed-Forward Layers Build Predictions by Promoting Concepts in the Vocabulary Space", 2022).

**Ablation.** On the passages where a factor responds most, the model runs with ``response[t] * v_l`` subtracted from
the feed-forward activations of all its layers, at all positions; the responses are those of the unchanged model.
KL(unchanged ‖ without) at the strongest positions says how much the predictions there rest on it. Whatever is taken
away changes something, so the same is done with ``v_l`` permuted among the neurons of each layer: as much, elsewhere.

    effects = lmviz.factor_effects(model, factors, texts)
    effects.divergences[factor], effects.control_divergences[factor]
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch

from lmviz.analyses.factor_effects.ablation import Ablation, ablate
from lmviz.analyses.factor_effects.loadings import of_neurons, permuted
from lmviz.analyses.factor_effects.places import Places
from lmviz.passages import Passages, forward_passes, read_passages
from lmviz.results import FactorEffects, ModelFactors
from lmviz.validation import whole_number

if TYPE_CHECKING:
    from lmviz.language_model import LanguageModel

EXAMPLES = 8
"""Positions shown of each factor, or as many as were measured of the one with the fewest."""


def factor_effects(
    model: LanguageModel, factors: ModelFactors, texts: Sequence[str], n_passages: int = 8, n_controls: int = 4,
    top_k: int = 20,
) -> FactorEffects:
    """Tokens promoted by each factor, and what taking it away does to the predictions.

    Args:
        model: the model that the factors are of.
        factors: from `lmviz.model_factors`.
        texts: the passages that they were fitted to.
        n_passages: in how many of them a factor is taken away.
        n_controls: how many times its loadings are permuted, by NumPy's PCG64 seeded with the factor's index.
        top_k: how many promoted and suppressed vocabulary entries are kept.

    Returns:
        Logits ``[factor, entry]``; divergences in nats, ``[factor]`` and ``[factor, control]``.

    Raises:
        ValueError: the factors are of another model or of other texts, or a number is out of range.
    """
    if not isinstance(factors, ModelFactors):
        raise ValueError(f"factors are those of lmviz.model_factors, not a {type(factors).__name__}")
    whole_number("n_passages", n_passages, 1)
    whole_number("n_controls", n_controls, 1)
    whole_number("top_k", top_k, 1, model.vocabulary_size)
    passages = _passages_of(model, factors, texts)
    amounts = of_neurons(factors)
    logits = _promoted_logits(model, amounts, factors.layers)
    promoted = np.argsort(-logits, axis=1, kind="stable")[:, :top_k]
    suppressed = np.argsort(logits, axis=1, kind="stable")[:, :top_k]
    places = [Places.of(passages, responses, n_passages) for responses in factors.responses]
    found: list[Ablation] = []
    for factor, (place, own) in enumerate(zip(places, amounts, strict=True)):
        variants = torch.from_numpy(np.stack([own, *permuted(own, factor, n_controls)])).to(model.device)
        by_layer = {int(layer): variants[:, index] for index, layer in enumerate(factors.layers)}
        found.append(ablate(model, passages, place, np.nan_to_num(factors.responses[factor]), by_layer))
    n_examples = min(EXAMPLES, *(len(each.positions) for each in found))
    examples = (each.examples(n_examples) for each in found)
    example_positions, example_ids, example_probabilities = map(np.stack, zip(*examples, strict=True))
    return FactorEffects(
        tokens=factors.tokens,
        model=factors.model,
        starts=factors.starts,
        promoted_ids=promoted,
        promoted=np.take_along_axis(logits, promoted, axis=1),
        suppressed_ids=suppressed,
        suppressed=np.take_along_axis(logits, suppressed, axis=1),
        labels=model.tokenizer.labels(np.concatenate([ids.reshape(-1) for ids in (promoted, suppressed, example_ids)])),
        passages=np.stack([place.passages for place in places]),
        divergences=_mean([each.divergences[0] for each in found]),
        control_divergences=_mean([each.divergences[1:] for each in found]),
        changed=_mean([each.changed[0] for each in found]),
        control_changed=_mean([each.changed[1:] for each in found]),
        example_positions=example_positions,
        example_ids=example_ids,
        example_probabilities=example_probabilities.astype(np.float32),
    )


def _mean(measured: list[np.ndarray]) -> np.ndarray:
    """Over the positions of each factor, float32 ``[factor]`` or ``[factor, control]``."""
    return np.stack([each.mean(axis=-1, dtype=np.float64) for each in measured]).astype(np.float32)


def _promoted_logits(model: LanguageModel, amounts: np.ndarray, layers: np.ndarray) -> np.ndarray:
    """float32 ``[factor, entry]``, of directions of unit length; 0 for a factor that writes nothing."""
    by_layer = torch.from_numpy(amounts).unbind(dim=1)
    with torch.inference_mode():
        written = sum(model.feed_forward_writes(int(layer), own) for layer, own in zip(layers, by_layer, strict=True))
        logits = model.direct_logits(torch.nn.functional.normalize(written, dim=1))
        return (logits - logits.mean(dim=1, keepdim=True)).cpu().numpy()


def _passages_of(model: LanguageModel, factors: ModelFactors, texts: Sequence[str]) -> Passages:
    """The texts as ``model`` reads them, which has to be as the factors have them."""
    passages = read_passages(model, texts)
    if not (
        np.array_equal(passages.starts, factors.starts)
        and np.array_equal(passages.tokens.token_ids, factors.tokens.token_ids)
    ):
        raise ValueError(
            f"the factors of {factors.model} were fitted to other tokens than {model.name} reads in these {len(texts)} "
            "texts; give the model and the texts that they were fitted to"
        )
    _, record = next(forward_passes(model, passages))
    found = record.feed_forward[0].shape[-1], model.architecture.gated
    if found != (factors.neurons_per_layer, factors.gated) or factors.layers.max() >= model.n_layers:
        raise ValueError(
            f"these factors are of layers up to {factors.layers.max()} of {factors.neurons_per_layer} neurons, gated: "
            f"{factors.gated}; {model.name} has {model.n_layers} layers of {found[0]} neurons, gated: {found[1]}; give "
            f"the model that they are of, {factors.model}"
        )
    return passages
