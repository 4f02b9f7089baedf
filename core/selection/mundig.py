"""Lightly's engine, imported when it is needed, such that it computes the same every time."""

import os
from typing import Any


def lightly_mundig() -> Any:
    """The module.

    Several threads would lay out frames differently each time (0.1.16), and choosing uses one
    anyway. It reads how many it may have when it computes for the first time in a process.
    """
    os.environ["RAYON_NUM_THREADS"] = "1"
    import lightly_mundig

    return lightly_mundig
