"""What this computer offers."""

import os
import platform
import shutil
import sys

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


def has_graphics_device() -> bool:
    """Whether a device that torch could use seems to be there; asking torch takes seconds."""
    if sys.platform == "darwin":
        return platform.machine() == "arm64"
    return shutil.which("nvidia-smi") is not None


def memory_bytes() -> int | None:
    """Memory of this computer, None where that is not known."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # not on Windows
        return None
