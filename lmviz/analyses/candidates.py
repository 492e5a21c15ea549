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


def ranks(logits: Tensor, token_ids: Tensor, scratch: Tensor | None = None) -> np.ndarray:
    """1 + the number of entries with a strictly greater logit.

    Args:
        logits: ``[row, vocabulary]``.
        token_ids: int64 ``[row]``, the entry to rank in each row.
        scratch: memory like the logits' that may be written over.

    Returns:
        int64 ``[row]``.
    """
    own = logits.gather(1, token_ids[:, None])
    # Counted in float32, which is exact below 2**24 and several times as fast as sums of booleans.
    stronger = torch.gt(logits, own, out=torch.empty_like(logits) if scratch is None else scratch).sum(dim=1)
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
    if (values[:, 1:] == values[:, :-1]).any():
        order = np.lexsort((ids, -values), axis=1)
        values, ids = np.take_along_axis(values, order, axis=1), np.take_along_axis(ids, order, axis=1)
    if reach > k:
        for row in np.flatnonzero(values[:, k - 1] == values[:, k]):
            entries = logits[row].cpu().numpy()
            level = np.flatnonzero(entries >= values[row, k - 1])
            ids[row, :k] = level[np.lexsort((level, -entries[level]))[:k]]
            values[row, :k] = entries[ids[row, :k]]
    return ids[:, :k], values[:, :k]


def _largest(logits: Tensor, k: int) -> tuple[Tensor, Tensor]:
    """As `torch.topk`, but the ``k`` blocks with the greatest maxima are found first: no others are needed."""
    n_blocks = logits.shape[1] // _IN_A_BLOCK
    if n_blocks < 2 * k:
        return torch.topk(logits, k, dim=1)
    in_blocks = logits[:, : n_blocks * _IN_A_BLOCK].unflatten(1, (n_blocks, _IN_A_BLOCK))
    chosen = torch.topk(in_blocks.amax(dim=2), k, dim=1, sorted=False).indices[:, :, None]
    values = in_blocks.gather(1, chosen.expand(-1, -1, _IN_A_BLOCK)).flatten(1)
    ids = (chosen * _IN_A_BLOCK + torch.arange(_IN_A_BLOCK, device=logits.device)).flatten(1)
    rest = torch.arange(n_blocks * _IN_A_BLOCK, logits.shape[1], device=logits.device)
    values, at = torch.topk(torch.cat([values, logits[:, n_blocks * _IN_A_BLOCK :]], dim=1), k, dim=1)
    return values, torch.cat([ids, rest.expand(len(ids), -1)], dim=1).gather(1, at)
