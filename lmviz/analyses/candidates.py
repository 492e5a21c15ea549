"""What a row of logits says: the rank of an entry, and the strongest entries in an order that ties cannot change.

Neither sorts: ranks are counts, and of the vocabulary only the blocks that can hold one of the strongest entries are
searched for them.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

_IN_A_BLOCK = 32
"""Near ``sqrt(vocabulary / k)``, where blocks and entries of the chosen blocks are fewest together."""


def ranks(logits: Tensor, token_ids: Tensor) -> np.ndarray:
    """1 + the number of entries with a strictly greater logit.

    Args:
        logits: ``[row, vocabulary]``.
        token_ids: int64 ``[row]``, the entry to rank in each row.

    Returns:
        int64 ``[row]``.
    """
    own = logits.gather(1, token_ids[:, None])
    # Counted in float32, which is exact below 2**24 and several times as fast as sums of booleans.
    stronger = torch.gt(logits, own, out=torch.empty_like(logits)).sum(dim=1)
    return stronger.long().cpu().numpy() + 1


def strongest(logits: Tensor, k: int) -> tuple[np.ndarray, np.ndarray]:
    """The ``k`` entries with the greatest logits; among equal ones the smaller ids come first.

    Models that compute in bfloat16 have equal logits by the dozen, and which of them `torch.topk` returns depends on
    the device.

    Returns:
        int64 ids and float32 logits, both ``[row, k]``, greatest first.
    """
    reach = min(k + 1, logits.shape[1])
    values, ids = (part.cpu().numpy() for part in _largest(logits, reach))
    for row in np.flatnonzero((values[:, 1:] == values[:, :-1]).any(axis=1)):
        entries = logits[row].cpu().numpy()
        level = np.flatnonzero(entries >= values[row, -1])
        ids[row] = level[np.lexsort((level, -entries[level]))[:reach]]
        values[row] = entries[ids[row]]
    return ids[:, :k], values[:, :k]


def _largest(logits: Tensor, k: int) -> tuple[Tensor, Tensor]:
    """As `torch.topk`, but the ``k`` blocks with the greatest maxima are found first: no others are needed."""
    n_blocks = logits.shape[1] // _IN_A_BLOCK
    if n_blocks < 2 * k:
        return torch.topk(logits, k, dim=1)
    # Entry i of block b is entry i * n_blocks + b of the vocabulary, so that maxima are taken over whole vectors.
    in_blocks = logits[:, : _IN_A_BLOCK * n_blocks].unflatten(1, (_IN_A_BLOCK, n_blocks))
    chosen = torch.topk(in_blocks.amax(dim=1), k, dim=1, sorted=False).indices[:, None]
    values = in_blocks.gather(2, chosen.expand(-1, _IN_A_BLOCK, -1)).flatten(1)
    ids = (chosen + n_blocks * torch.arange(_IN_A_BLOCK, device=logits.device)[:, None]).flatten(1)
    rest = torch.arange(_IN_A_BLOCK * n_blocks, logits.shape[1], device=logits.device)
    values = torch.cat([values, logits[:, _IN_A_BLOCK * n_blocks :]], dim=1)
    values, at = torch.topk(values, k, dim=1)
    return values, torch.cat([ids, rest.expand(len(ids), -1)], dim=1).gather(1, at)
