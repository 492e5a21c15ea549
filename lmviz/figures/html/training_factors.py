"""The text in the colours of its factors under each checkpoint; a factor keeps its colour through the training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from lmviz.comparison import FactorTracks, factor_tracks
from lmviz.figures import labels, notation, titles, training_words
from lmviz.figures.factor_names import factor_name
from lmviz.figures.factor_strengths import strengths
from lmviz.figures.followed import Followed, followed
from lmviz.figures.html import fragment as f
from lmviz.figures.html import stops
from lmviz.figures.html.factor_rows import factor_strip, hue, strength_legend
from lmviz.figures.messages import Language, message
from lmviz.results import NeuronFactors


def training_factors(
    results: Mapping[str, Any],
    language: Language,
    *,
    figure_id: str,
    position: int | None = None,
    layer: int | None = None,
    interactive: bool = True,
) -> str:
    """A strip a checkpoint, and below it the checkpoint's factors with the tokens that they respond to most."""
    of = followed(results, NeuronFactors, "training_factors", language)
    tracks = factor_tracks(of.results)
    chosen = labels.default_position(of.tokens)

    def stop(i: int) -> str:
        found = on_tracks(of.results[i], tracks, i)
        return f"{factor_strip(of.tokens, found, language)}{_list(of, tracks, i, language)}"

    legend = f'<div class="legend-line">{strength_legend(message("training_factors.legend", language))}</div>'
    return stops.figure(
        "training_factors", of, language, figure_id, dressed_as="neuron_factors", stop=stop, below=legend,
        said=lambda i: training_words.factors_stop(of, tracks, i, language),
        data=of.data(language, position, chosen) if interactive else None,
    )


def on_tracks(result: NeuronFactors, tracks: FactorTracks, checkpoint: int) -> np.ndarray:
    """float64 ``[track, position]``: strengths of a checkpoint's factors, 0 for tracks that it does not have."""
    found = np.zeros((tracks.n_tracks, result.activations.shape[1]))
    found[tracks.tracks[checkpoint]] = strengths(result)
    return found


def _list(of: Followed[NeuronFactors], tracks: FactorTracks, checkpoint: int, language: Language) -> str:
    rows, last = [], checkpoint == len(of.steps) - 1
    for factor in np.argsort(tracks.tracks[checkpoint]).tolist():
        track, likeness = int(tracks.tracks[checkpoint, factor]), float(tracks.correlations[checkpoint, factor])
        note = ""
        if not last:
            key = "with_next" if np.isfinite(likeness) else "without_next"
            note = message(f"training_factors.{key}", language, next=notation.rank(of.steps[checkpoint + 1]),
                           value=notation.correlation(likeness))
        peaks = titles.strongest_names(of.results[checkpoint], factor, language)
        rows.append(f'<li class="{hue(track)}"><i></i><b>{f.escape(factor_name(track, language))}</b>'
                    f'<span>{f.escape(peaks)}</span><span class="soft">{f.escape(note)}</span></li>')
    return f'<ul class="lm-tracks">{"".join(rows)}</ul>'
