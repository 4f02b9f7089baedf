"""Embeddings as points on a plane: frames that look alike lie together."""

import numpy as np
from numpy.typing import NDArray

from core.selection.likeness import distances, evenly
from core.selection.mundig import lightly_mundig
from core.selection.pool import Vectors

MOST_LANDMARKS = 3_000
"""Frames that lightly_mundig lays out itself: it takes minutes for 100,000."""
_FEWEST = 20
"""Under this many frames there is nothing for it to learn from."""
_BESIDE = 4
"""Nearest landmarks among which another frame is placed."""

Points = NDArray[np.float32]


def plane(embeddings: Vectors) -> Points:
    """(n, 2) points in [0, 1]; the same embeddings give the same points.

    Evenly spread landmarks are laid out by lightly_mundig (PaCMAP), and every other frame is placed
    among the landmarks that it resembles most. Few frames are projected on the two directions in
    which they differ most; frames that are all alike lie in the middle.

    Args:
        embeddings: (n, d) unit vectors.
    """
    landmarks = evenly(len(embeddings), MOST_LANDMARKS)
    own = embeddings[landmarks]
    if len(own) < _FEWEST or (own == own[:1]).all():
        return _fitted(_projected(embeddings))
    points = np.array(_laid_out(own), np.float32)
    if len(landmarks) < len(embeddings):
        points = _beside(embeddings, landmarks, points)
    return _fitted(points)


def _laid_out(vectors: Vectors) -> list[tuple[float, float]]:
    engine = lightly_mundig().TwoDimEmbedding(vectors)
    found: list[tuple[float, float]] = engine.calculate_2d_embedding()
    return found


def _beside(embeddings: Vectors, landmarks: NDArray[np.int64], points: Points) -> Points:
    """Every frame at the mean of its nearest landmarks, weighted by 1 / distance."""
    found: list[Points] = []
    for block in distances(embeddings, embeddings[landmarks]):
        nearest = np.argpartition(block, _BESIDE, axis=1)[:, :_BESIDE]
        weight = 1 / (np.take_along_axis(block, nearest, axis=1) + 1e-3)
        weight /= weight.sum(axis=1, keepdims=True)
        found.append((points[nearest] * weight[:, :, np.newaxis]).sum(axis=1))
    joined = np.concatenate(found)
    joined[landmarks] = points
    return joined


def _projected(vectors: Vectors) -> Points:
    found = np.zeros((len(vectors), 2), np.float32)
    if len(vectors) > 1:
        centred = vectors - vectors.mean(axis=0)
        left, size, _ = np.linalg.svd(centred, full_matrices=False)
        flat = (left * size)[:, :2]
        found[:, : flat.shape[1]] = flat
    return found


def _fitted(points: Points) -> Points:
    """In [0, 1], in the middle, with the same scale in both directions."""
    if not len(points):
        return points
    low, high = points.min(axis=0), points.max(axis=0)
    # Rounding alone is no extent.
    extent = float((high - low).max())
    scale = 1 / extent if extent > 1e-4 else 0.0
    found: Points = np.clip(0.5 + (points - (low + high) / 2) * scale, 0, 1).astype(np.float32)
    return found
