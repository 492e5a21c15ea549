"""How probable each token was under the model's own logits, and which others it considered.

    result = lmviz.token_probabilities(trace)
    np.exp(result.log_probabilities[5])        # the probability that the model gave to the token at position 5
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from lmviz.analyses.candidates import ranks, strongest
from lmviz.results import TokenProbabilities
from lmviz.validation import traced, whole_number

if TYPE_CHECKING:
    from lmviz.trace import Trace


def token_probabilities(trace: Trace, top_k: int = 10) -> TokenProbabilities:
    """Probability and rank of the tokens of the text, and the candidates at each position.

    Args:
        trace: the text as the model read it.
        top_k: candidates a position.

    Returns:
        Position ``p`` read from row ``p - 1`` of ``trace.logits``; position 0 has no prediction.

    Raises:
        ValueError: ``top_k`` is not between 1 and the size of the vocabulary.
    """
    top_k = whole_number("top_k", top_k, 1, traced(trace).logits.shape[1])
    n_positions = len(trace.token_ids)
    log_probabilities = np.full(n_positions, np.nan, dtype=np.float32)
    own_ranks = np.zeros(n_positions, dtype=np.int64)
    ids = np.full((n_positions, top_k), -1, dtype=np.int64)
    candidates = np.full((n_positions, top_k), np.nan, dtype=np.float32)
    if n_positions > 1:
        logits = torch.tensor(trace.logits[:-1])
        own = torch.tensor(trace.token_ids[1:])
        normalizer = torch.logsumexp(logits, dim=1, keepdim=True)
        log_probabilities[1:] = (logits.gather(1, own[:, None]) - normalizer)[:, 0].numpy()
        own_ranks[1:] = ranks(logits, own)
        ids[1:], values = strongest(logits, top_k)
        candidates[1:] = values - normalizer.numpy()
    return TokenProbabilities(
        tokens=trace.tokens,
        model=trace.model.name,
        log_probabilities=log_probabilities,
        ranks=own_ranks,
        candidate_ids=ids,
        candidate_log_probabilities=candidates,
        labels=trace.model.tokenizer.labels(ids),
    )
