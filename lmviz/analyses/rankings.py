"""The rank of every token of the text at every layer (logit lens).

    result = lmviz.rankings(trace)
    result.ranks[layer, position]              # 1: the layer would have put exactly this token there
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lmviz.analyses.lens import lens_pass
from lmviz.results import Rankings
from lmviz.validation import switch, traced

if TYPE_CHECKING:
    from lmviz.trace import Trace


def rankings(trace: Trace, final_norm: bool = True) -> Rankings:
    """Exact ranks, over the whole vocabulary, of the tokens that stand in the text (see `lmviz.analyses.lens`).

    Args:
        trace: the text as the model read it.
        final_norm: False leaves the final norm out at every layer but the last, which reproduces ecco.

    Returns:
        ``ranks`` int64 ``[layer, position]``; 0 at position 0.
    """
    final_norm = switch("final_norm", final_norm)
    lens = lens_pass(traced(trace), final_norm)
    return Rankings(
        tokens=trace.tokens,
        model=trace.model.name,
        ranks=np.pad(lens.ranks, ((0, 0), (1, 0))),
        vocabulary_size=trace.model.vocabulary_size,
        final_norm=final_norm,
    )
