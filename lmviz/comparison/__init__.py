"""Results of different models, or of one model under two texts, laid side by side.

    shared = lmviz.comparison.shared_spans([result.tokens, other.tokens])
    shared.texts                                     # the smallest pieces that both tokenizers agree on
    shared.sum(0, result.log_probabilities)          # of each piece, in nats

What is compared is the text, not its tokens. Neither torch nor transformers is needed.
"""

from lmviz.comparison.depth import relative_depth
from lmviz.comparison.factor_tracks import FactorTracks, factor_tracks
from lmviz.comparison.nearest_factors import nearest_factors
from lmviz.comparison.pairs import Parting, difference, parting, shared_beginning, shared_places
from lmviz.comparison.shared_attribution import SharedAttribution, shared_attribution
from lmviz.comparison.shared_spans import SharedSpans, head, shared_spans
from lmviz.comparison.training_course import TrainingCourse, steps_of, training_course

__all__ = [
    "FactorTracks", "Parting", "SharedAttribution", "SharedSpans", "TrainingCourse", "difference", "factor_tracks",
    "head", "nearest_factors", "parting", "relative_depth", "shared_attribution", "shared_beginning", "shared_places",
    "shared_spans", "steps_of", "training_course",
]
