"""How a worker process begins: it ends with the process that started it, and its libraries load or it says why not."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading

from gallery.engine.analyses import NotPossible
from gallery.engine.words import words

LOADING = 120
"""Seconds of processor time (not of waiting for a slow disk) that libraries may take; a few are usual."""
ADDRESS_SPACE = 5 * 2**28
"""Bytes that the libraries and a small model take of what ``ulimit -v`` limits: 1.25 GiB."""


def end_with_parent() -> None:
    """From now on, end this process when the one that started it has ended.

    A build that is killed cannot tell its workers. They would go on at their task, beside the workers of the next
    build, or wait for ever.
    """
    parent = multiprocessing.parent_process()

    def watch() -> None:
        parent.join()
        os._exit(1)

    if parent is not None:
        threading.Thread(target=watch, daemon=True).start()


def load_libraries() -> None:
    """Load what computes, with one thread between operations.

    OpenBLAS asks for memory again and again where it gets none, for ever and with Python's lock held: SciPy's when it
    is loaded, NumPy's at its first product. So both do it here. A process that takes longer than `LOADING` ends
    with the signal SIGPROF.

    Raises:
        NotPossible: processes may not have as much memory as the libraries take.
        Exception: whatever a library raises that cannot be loaded.
    """
    _check_address_space()
    _limit_processor_time(LOADING)
    import numpy as np
    import torch
    from scipy.linalg.blas import dgemm

    torch.set_num_interop_threads(1)
    square = np.ones((64, 64))
    dgemm(1.0, square, square @ square)
    _limit_processor_time(0)


def took_too_long(exit_code: int) -> bool:
    """Whether a process ended in `load_libraries` because it took too long."""
    return hasattr(signal, "SIGPROF") and exit_code == -signal.SIGPROF


def _limit_processor_time(seconds: float) -> None:
    """0: no limit. Windows has none."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)


def address_space() -> int | None:
    """Bytes that a process may address (``ulimit -v``); None where there is no limit."""
    try:
        import resource
    except ImportError:
        return None
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    return None if limit == resource.RLIM_INFINITY else limit


def _check_address_space() -> None:
    limit = address_space()
    if limit is not None and limit < ADDRESS_SPACE:
        raise NotPossible(words("address_space", limit=limit // 1024, needed=ADDRESS_SPACE // 1024))
