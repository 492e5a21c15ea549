"""How much may pass through a model at once: bytes a row are measured, the budget is a share of the machine's memory.

Neither depends on what else the machine is doing: the size of a batch moves the last bits of a sum.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from lmviz.loading.errors import is_out_of_memory
from lmviz.machine import cores

if TYPE_CHECKING:
    from lmviz.language_model import LanguageModel

_MOST_ON_CPU = 2**24
"""Bytes; past what the caches hold, larger batches gain a CPU nothing."""

_BYTES_OF_LOGIT = 12
"""A float32 logit, its exponential for the sum, and a copy on the way."""


def rows_at_once(model: LanguageModel, length: int, n_targets: int = 1) -> int:
    """Rows of ``length`` positions that may pass together, each with what its backward pass needs kept.

    ``n_targets`` positions of each are unembedded.
    """
    logits = _BYTES_OF_LOGIT * model.vocabulary_size * (n_targets - 1)
    return max(1, _budget(model.device) // (_bytes_of_row(model, length) + logits))


def in_batches(run: Callable[[slice], None], n_rows: int, at_once: int) -> None:
    """Calls ``run`` with slices that cover all rows. Out of memory halves what follows, and the slice is run again.

    ``run`` must change nothing before it is through.
    """
    start = 0
    while start < n_rows:
        try:
            run(slice(start, min(start + at_once, n_rows)))
        except (MemoryError, RuntimeError) as error:
            if not is_out_of_memory(error) or at_once == 1:
                raise
            if torch.cuda.is_available():
                torch.cuda.empty_cache()
            at_once = (at_once + 1) // 2
            continue
        start += at_once


def summed(parts: Callable[[slice], Iterable[Tensor]], n_rows: int, at_once: int) -> list[Tensor]:
    """Sums over all rows of what ``parts`` gives for a slice of them, place by place, as `in_batches`."""
    sums: list[Tensor] = []

    def run(rows: slice) -> None:
        found = list(parts(rows))
        sums[:] = [total + part for total, part in zip(sums, found, strict=True)] if sums else found

    in_batches(run, n_rows, at_once)
    return sums


def _bytes_of_row(model: LanguageModel, length: int) -> int:
    """What one row keeps for its backward pass, weights not counted; measured once a model and length."""
    known: dict[int, int] = vars(model).setdefault("_bytes_of_rows", {})
    if length not in known:
        weights = {parameter.untyped_storage().data_ptr() for parameter in model.parameters()}
        kept: dict[int, int] = {}

        def keep(tensor: Tensor) -> Tensor:
            storage = tensor.untyped_storage()
            if storage.data_ptr() not in weights:
                kept[storage.data_ptr()] = storage.nbytes()
            return tensor

        row = torch.zeros(1, length, model.width, device=model.device, dtype=torch.float32, requires_grad=True)
        with torch.enable_grad(), torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
            logits = model.unembed(model.hidden_from_embeddings(row)[:, -1])
            torch.logsumexp(logits, dim=-1)
        known[length] = max(1, sum(kept.values()))
    return known[length]


def _budget(device: torch.device) -> int:
    if device.type == "cuda":
        return torch.cuda.get_device_properties(device).total_memory // 4
    return min(_MOST_ON_CPU, _memory() // (16 * cores()))


def _memory() -> int:
    """Bytes of this machine's memory, or of what a container may use of it."""
    sizes = [2**33]
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        sizes = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    limit = Path("/sys/fs/cgroup/memory.max")
    if limit.is_file() and (text := limit.read_text(encoding="ascii").strip()).isdigit():
        sizes.append(int(text))
    return min(sizes)
