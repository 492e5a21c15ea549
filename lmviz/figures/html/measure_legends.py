"""The legends of figure 4, one a measure, of which the chosen one shows, and the sign of where predictions settle."""

from __future__ import annotations

from lmviz.figures.html import fragment as f
from lmviz.figures.measures import SCALES, measures
from lmviz.figures.messages import Language, message
from lmviz.results import Rankings


def legends(result: Rankings, language: Language) -> str:
    """The legend of every measure that the result has, all but the rank's hidden."""
    found = measures(result)
    if found == ["rank"]:
        return f'<div class="legend-line">{f.rank_legend(language)}</div>'
    lines = "".join(
        f'<div class="measure" data-legend="{measure}"{"" if measure == "rank" else " hidden"}>'
        f"{f.rank_legend(language) if measure == 'rank' else _bits_legend(measure, language)}"
        f'<p class="soft">{f.escape(message(f"rankings.meaning.{measure}", language))}</p></div>'
        for measure in found
    )
    return f'<div class="measures">{lines}{settled_key(language)}</div>'


def _bits_legend(measure: str, language: Language) -> str:
    scale = SCALES[measure]
    steps = "".join(
        f'<li><i class="{colour}"></i><span>{edge:g}</span></li>'
        for colour, edge in zip(scale.colours, (0, *scale.edges), strict=True)
    )
    none = f.escape(message("term.no_prediction", language))
    return (
        f'<div class="legend edges"><span>{f.escape(message(f"rankings.legend_{measure}", language))}</span>'
        f'<ol>{steps}</ol><span class="key"><i class="none"></i>{none}</span></div>'
    )


def settled_key(language: Language) -> str:
    """The sign of where predictions settle."""
    return f'<p class="legend"><span class="key"><i class="settles"></i>' \
           f'{f.escape(message("rankings.settled_key", language))}</span></p>'
