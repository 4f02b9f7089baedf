"""What this computer offers."""

import os

CORES_VARIABLE = "FLICKERSCOPE_CORES"
"""Environment variable with the most cores that a process may use."""

_LIBRARIES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""Where numerical libraries look when they are loaded."""


def usable_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        there = len(os.sched_getaffinity(0))
    else:
        there = os.cpu_count() or 1
    limit = os.environ.get(CORES_VARIABLE, "")
    return min(there, max(int(limit), 1)) if limit.isdecimal() else there


def limit_cores(count: int) -> None:
    """Use at most so many cores in this process; call it before numpy and torch are imported."""
    for name in (CORES_VARIABLE, *_LIBRARIES):
        os.environ[name] = str(count)
