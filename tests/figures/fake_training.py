"""Plausible results of a training at four steps: ranks that rise, factors that come about, attributions that turn."""

from __future__ import annotations

import numpy as np
from fake_comparisons import attribution
from fake_text import tokens

from lmviz.results import Attribution, LensMeasures, NeuronFactors, TokenProbabilities
from lmviz.tokens import VocabularyLabels

STEPS = (4, 32, 256, 2048)
_LAYERS, _VOCABULARY = 4, 2000


def results() -> dict[str, dict[str, object]]:
    """Results by kind of figure, as pages pass them."""
    found = {str(step): measures(i) for i, step in enumerate(STEPS)}
    attributed = {str(step): attributions(i) for i, step in enumerate(STEPS)}
    return {
        "training_course": {**found, "targets": attributed["2048"]},
        "training_ranks": found | {f"choices-{step}": choices(i, found[str(step)]) for i, step in enumerate(STEPS)},
        "training_factors": {str(step): factors(i) for i, step in enumerate(STEPS)},
        "training_attribution": attributed,
    }


def measures(checkpoint: int) -> LensMeasures:
    """Nothing is first at the first checkpoint; from the second on は and 、 are, from the third every fourth token."""
    table, rng = tokens(), np.random.default_rng(checkpoint)
    n = len(table)
    ranks = np.maximum(2, (1500 / 6**checkpoint * rng.uniform(0.5, 1.5, (_LAYERS, n))).astype(np.int64))
    for p, text in enumerate(table.texts):
        if (checkpoint >= 1 and text in ("は", "、")) or (checkpoint >= 2 and p % 4 == 0):
            ranks[-1, p] = 1
    ranks[:, 0] = 0
    logs = -np.log(np.maximum(ranks, 1) + 1).astype(np.float32)
    logs[:, 0] = np.nan
    settled = np.where(np.arange(n) > 0, rng.integers(0, _LAYERS, n), -1)
    return LensMeasures(table, f"small-{checkpoint}", ranks, _VOCABULARY, True, logs, -logs, -logs, settled)


def choices(checkpoint: int, found: LensMeasures) -> TokenProbabilities:
    """Everywhere 、 at first; where the actual token is first, that one."""
    table = tokens()
    texts = ["、", "<b>の", *dict.fromkeys(text for text in table.texts if text)]
    names = VocabularyLabels(np.arange(len(texts)), tuple(texts), ("text",) * len(texts))
    first = np.array([[texts.index(text) if rank == 1 and text else int(checkpoint > 0 and p % 3 == 0)]
                      for p, (text, rank) in enumerate(zip(table.texts, found.ranks[-1], strict=True))])
    first[0] = -1
    return TokenProbabilities(table, found.model, found.log_probabilities[-1], found.ranks[-1], first,
                              np.zeros(first.shape, np.float32), names)


def factors(checkpoint: int) -> NeuronFactors:
    """Three factors: from the second checkpoint on the same ones, in another order each time."""
    table, rng = tokens(), np.random.default_rng(7 if checkpoint else 1)
    base = rng.gamma(0.3, 1, (3, len(table))).astype(np.float32)[np.roll(np.arange(3), checkpoint)]
    base[:, 0] = np.nan
    loadings = np.full((3, 2 * _LAYERS), (2 * _LAYERS) ** -0.5, np.float32)
    return NeuronFactors(table, f"small-{checkpoint}", base, loadings, np.ones(2 * _LAYERS, np.float32),
                         np.arange(_LAYERS), 2, False, np.full(3, 1 / 3, np.float32), 0.5, 0.4,
                         np.linspace(0.3, 0.9, 4).astype(np.float32), 0.1, 20, True, None)


def attributions(checkpoint: int) -> Attribution:
    """The source that stands out is the token before the target at first, and the first of the text at the end."""
    found = attribution(tokens(), f"small-{checkpoint}", 5)
    scores = 0.01 * found.scores
    for row, target in enumerate(found.target_positions.tolist()):
        scores[row, 2 if checkpoint == len(STEPS) - 1 else target - 1] = 1.0
    return Attribution(**{**vars(found), "scores": scores, "values": np.full(len(scores), -3.0 + 0.5 * checkpoint)})
