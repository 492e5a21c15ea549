"""The GPUs that workers share out among themselves."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path


def gpus_for(device: str) -> tuple[str, ...]:
    """The GPUs that ``device`` leaves to choose from, by the names that ``CUDA_VISIBLE_DEVICES`` takes.

    All of them for ``auto`` and ``cuda``; none for the CPU, and for a GPU that is named (``cuda:1``), which a worker
    finds by itself.
    """
    return _visible() if device in ("auto", "cuda") else ()


@cache
def _visible() -> tuple[str, ...]:
    if not Path("/proc/driver/nvidia").exists():
        return ()
    import torch

    count = torch.cuda.device_count()
    named = [name.strip() for name in os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",") if name.strip()]
    return tuple((named or [str(number) for number in range(count)])[:count])
