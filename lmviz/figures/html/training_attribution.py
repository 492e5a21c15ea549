"""What a token's prediction rests on under each checkpoint: the text, coloured by its contributions to one target."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from lmviz.figures import training_words
from lmviz.figures.followed import Followed, followed
from lmviz.figures.html import fragment as f
from lmviz.figures.html import stops
from lmviz.figures.html.attribution import legend, shade
from lmviz.figures.html.strip import strip
from lmviz.figures.messages import Language, message
from lmviz.figures.targets import target_span
from lmviz.figures.training_measures import relative, shared_targets
from lmviz.results import Attribution


def training_attribution(
    results: Mapping[str, Any],
    language: Language,
    *,
    figure_id: str,
    position: int | None = None,
    layer: int | None = None,
    interactive: bool = True,
) -> str:
    """A strip a checkpoint, for the target at ``position``."""
    of = followed(results, Attribution, "training_attribution", language)
    rows = shared_targets(of)
    if not rows:
        nothing = message("training_attribution.title.nothing", language)
        return f.fragment("training_attribution", figure_id, f'<p class="soft">{f.escape(nothing)}</p>', None)
    row = training_words.attributed_row(of, position)
    spans = {each: target_span(of.last, each) for each in rows}
    framable = {p for span in spans.values() for p in span}
    signed = of.last.signed

    def stop(i: int) -> str:
        scores, span = relative(of.results[i], row), spans[row]

        def dress(at: int) -> tuple[str, str]:
            can = " can" if at in framable else ""
            if at in span:
                return f"target{' joined' if at > span.start else ''}{' joins' if at + 1 < span.stop else ''}{can}", ""
            return ("after" if at >= span.stop else shade(scores[at], signed)) + can, ""

        return strip(of.tokens, language, dress, chosen=spans[row].start)

    return stops.figure(
        "training_attribution", of, language, figure_id, dressed_as="attribution", stop=stop,
        said=lambda i: training_words.attribution_stop(of, i, row, language),
        below=f'<div class="legend-line">{legend(language, signed, signed, any(of.last.foil_ids))}</div>',
        data=_data(of, rows, row, spans, language, position) if interactive else None,
    )


def _data(of: Followed[Attribution], rows: list[int], row: int, spans: Mapping[int, range], language: Language,
          position: int | None) -> dict[str, Any]:
    return {
        **of.data(language, position, spans[row].start), "signed": of.last.signed, "drawn": rows.index(row),
        "spans": [[span.start, len(span)] for span in (spans[each] for each in rows)],
        "titles": [training_words.attribution_title(of, each, language) for each in rows],
        "scores": [[np.rint(1000 * relative(result, each)).astype(int).tolist() for each in rows]
                   for result in of.results],
        "said": [[training_words.attribution_stop(of, i, each, language) for each in rows]
                 for i in range(len(of.steps))],
    }
