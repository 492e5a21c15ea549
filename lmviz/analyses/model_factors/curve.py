"""What other numbers of components would explain."""

from __future__ import annotations

import numpy as np

from lmviz.analyses.model_factors.fitting import Fitter
from lmviz.analyses.model_factors.responses import responses
from lmviz.analyses.model_factors.sample import Sample

COMPONENTS = 2, 4, 8, 16, 32
"""Numbers of components that are tried besides the one asked for, as far as there are positions."""

_ROWS = 1024


def curve(sample: Sample, fitter: Fitter, loadings: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of components, int64, and what each explains of the sample, float32; ``loadings`` are of one of them."""
    counts = sorted({*(count for count in COMPONENTS if count <= len(sample.matrix)), len(loadings)})
    found = [loadings if count == len(loadings) else fitter.fit(count).loadings for count in counts]
    explained = [responses(sample.matrix.split(_ROWS), len(sample.matrix), each).explained for each in found]
    return np.array(counts, dtype=np.int64), np.array(explained, dtype=np.float32)
