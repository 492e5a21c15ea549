"""The unit ladder: one text in bytes, tokens, characters, words, 文節 or sentences, and numbers moved between them.

    rung = lmviz.units.rung(result.tokens, "word")
    rung.texts                                       # joined, they are the text exactly as it was written
    rung.sum(result.log_probabilities)               # of each word, in nats

What adds up is summed: log-probabilities over the tokens of a unit, signed attribution over sources. Ranks, entropies
and norms do not add up and stay with their tokens. Neither torch nor transformers is needed.
"""

from lmviz.units.alignment import Alignment, align
from lmviz.units.boundaries import NAMES, UNITS, Unit, boundaries
from lmviz.units.rung import Rung, rung

__all__ = ["Alignment", "NAMES", "Rung", "UNITS", "Unit", "align", "boundaries", "rung"]
