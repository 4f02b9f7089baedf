"""Made-up pools of candidates."""

from pathlib import Path

import numpy as np

from core.embeddings.embeddings import unit_vectors
from core.selection.pool import Pool, PoolVideo

CLASSES = ("car", "person", "truck")


def pool_of_noise(
    frames: int = 60,
    *,
    videos: int = 1,
    width: int = 8,
    seed: int = 0,
    objects: bool = False,
) -> Pool:
    """Candidates about which everything is known, and all of it is chance."""
    rng = np.random.default_rng(seed)
    n = frames * videos
    counts = rng.integers(0, 3, (n, len(CLASSES))).astype(np.int32)
    boxes = counts.sum(axis=1)
    return Pool(
        tuple(
            PoolVideo(
                f"clip{i}.mp4", Path(f"clip{i}.mp4"), Path(f"clip{i}"), frames, 25.0, f"run{i}", "m"
            )
            for i in range(videos)
        ),
        np.repeat(np.arange(videos, dtype=np.int32), frames),
        np.tile(np.arange(frames), videos),
        {
            "flickering": rng.uniform(0, 1, n) * rng.integers(0, 2, n),
            "objectness_least_confidence": rng.uniform(0, 1, n),
            "brightness": rng.uniform(-3, 3, n),
        },
        CLASSES,
        counts,
        unit_vectors(rng.normal(size=(n, width))),
        unit_vectors(rng.normal(size=(int(boxes.sum()), width))) if objects else None,
        np.concatenate([[0], np.cumsum(boxes)]) if objects else None,
        {"exported": rng.random(n) < 0.1, "reviewed": np.zeros(n, np.bool_)},
        {"flickering": rng.uniform(0, 1, n) * (rng.random(n) < 0.4),
         "appear": rng.uniform(0, 1, n) * (rng.random(n) < 0.2)},
    )  # fmt: skip
