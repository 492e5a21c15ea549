"""What a row of logits says: the rank of an entry, and the strongest entries in an order that ties cannot change."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor


def ranks(logits: Tensor, token_ids: Tensor) -> np.ndarray:
    """1 + the number of entries with a strictly greater logit.

    Args:
        logits: ``[row, vocabulary]``.
        token_ids: int64 ``[row]``, the entry to rank in each row.

    Returns:
        int64 ``[row]``.
    """
    own = logits.gather(1, token_ids[:, None])
    return ((logits > own).sum(dim=1) + 1).cpu().numpy()


def strongest(logits: Tensor, k: int) -> tuple[np.ndarray, np.ndarray]:
    """The ``k`` entries with the greatest logits; among equal ones the smaller ids come first.

    Models that compute in bfloat16 have equal logits by the dozen, and which of them `torch.topk` returns depends on
    the device.

    Returns:
        int64 ids and float32 logits, both ``[row, k]``, greatest first.
    """
    reach = min(k + 1, logits.shape[1])
    values, ids = (part.cpu().numpy() for part in torch.topk(logits, reach, dim=1))
    order = np.lexsort((ids, -values), axis=1)
    values, ids = np.take_along_axis(values, order, axis=1), np.take_along_axis(ids, order, axis=1)
    if reach > k:
        for row in np.flatnonzero(values[:, k - 1] == values[:, k]):
            entries = logits[row].cpu().numpy()
            level = np.flatnonzero(entries >= values[row, k - 1])
            ids[row, :k] = level[np.lexsort((level, -entries[level]))[:k]]
            values[row, :k] = entries[ids[row, :k]]
    return ids[:, :k], values[:, :k]
