"""Ranks at every layer under each checkpoint, where predictions settle, and what the checkpoint would have written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lmviz.comparison import training_course
from lmviz.figures import labels, training_words
from lmviz.figures.followed import CHOICES, Followed, followed
from lmviz.figures.html import fragment as f
from lmviz.figures.html import stops
from lmviz.figures.html.measure_legends import settled_key
from lmviz.figures.html.rankings import grid
from lmviz.figures.messages import Language, message
from lmviz.results import LensMeasures, TokenProbabilities


def training_ranks(
    results: Mapping[str, Any],
    language: Language,
    *,
    figure_id: str,
    position: int | None = None,
    layer: int | None = None,
    interactive: bool = True,
) -> str:
    """A grid a checkpoint; ``results`` are lens measures by step and, under `CHOICES` with the step, what is first."""
    of = followed(results, LensMeasures, "training_ranks", language)
    course = training_course(dict(zip(of.steps, of.results, strict=True)))
    chosen = labels.default_position(of.tokens) if position is None else position
    name = f.escape(message("rankings.legend", language))

    def stop(i: int) -> str:
        table = grid(of.results[i], language, chosen, _choices(of, i, language))
        return f'<div class="scroll" tabindex="0" role="region" aria-label="{name}">{table}</div>'

    data = None
    if interactive:
        data = {
            **of.data(language, position, chosen), "tokens": labels.of_positions(of.tokens, language),
            "ranks": course.ranks.tolist(),
            "path": message("training.at_step", language, step="\0", value="\1"),
            "rank": message("training.rank", language, rank="\0"),
            "separator": message("list.separator", language),
        }
    return stops.figure(
        "training_ranks", of, language, figure_id, dressed_as="rankings", stop=stop,
        said=lambda i: training_words.ranks_stop(of, course, i, language),
        above=f'<div class="tools lmviz-rankings">{f.rank_legend(language)}{settled_key(language)}</div>',
        below='<p class="readout" aria-live="polite"></p>', data=data,
    )


def _choices(of: Followed[LensMeasures], checkpoint: int, language: Language) -> str:
    """A row with the first choice at each position; empty where it is not among the results."""
    found = of.beside.get(f"{CHOICES}{of.steps[checkpoint]}")
    if not isinstance(found, TokenProbabilities):
        return ""
    cells = []
    for at, token_id in enumerate(found.candidate_ids[:, 0].tolist()):
        text = labels.of_entry(found.labels, token_id, language) if token_id >= 0 else ""
        right = " right" if found.ranks[at] == 1 else ""
        begins = " begins" if at == of.tokens.n_prompt else ""
        cells.append(f'<td class="would{right}{begins}" title="{f.escape(text)}"><span>{f.escape(text)}</span></td>')
    head = f.escape(message("training_ranks.choice", language))
    return f'<tr><th scope="row">{head}</th>{"".join(cells)}</tr>'
