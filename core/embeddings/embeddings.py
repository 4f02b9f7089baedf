"""Embeddings in columns beside the detections of a run."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float16]


@dataclass(frozen=True, eq=False)
class Embeddings:
    """Vectors of a run's frames and boxes, not normalised; rows of zeros are frames that nobody
    looked at.
    """

    source: str
    """What made them, such as `yolov8n backbone`."""
    frames: Vectors
    """(frames, d)."""
    objects: Vectors | None
    """(boxes, e) in the order of the run's detections; None where the source has none."""


def unit_vectors(vectors: NDArray[np.floating]) -> NDArray[np.float32]:
    """(n, d) rows of length 1; rows without a length, or not finite, become zeros."""
    found = np.array(vectors, np.float32)
    found[~np.isfinite(found).all(axis=1)] = 0
    length: NDArray[np.float32] = np.linalg.norm(found, axis=1, keepdims=True)
    length[length == 0] = 1
    return found / length
