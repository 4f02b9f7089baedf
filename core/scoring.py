"""Per-frame flickering scores."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

EmptyWindow = Literal["calm", "median"]

SCORE_CALM = 0.5
SCORE_FLICKERS = 1.0


def tutorial_scores(
    flickering: NDArray[np.bool_],
    counts: NDArray[np.int64],
    empty_window: EmptyWindow = "calm",
) -> NDArray[np.float32]:
    """The tutorial's score: 1.0 where a frame flickers, else 0.5.

    Args:
        flickering: (frames,) whether each frame flickers.
        counts: (frames,) boxes in each frame.
        empty_window: What a frame gets that has no box, like both its neighbours: `calm`
            leaves it at 0.5, `median` gives it the median of all scores.
    """
    scores = np.where(flickering, SCORE_FLICKERS, SCORE_CALM).astype(np.float32)
    if empty_window == "median" and len(scores):
        empty = counts == 0
        window = np.zeros(len(scores), np.bool_)
        window[1:-1] = empty[:-2] & empty[1:-1] & empty[2:]
        scores[window] = np.median(scores)
    return scores


def graded_scores(
    frame: NDArray[np.int64], plausibility: NDArray[np.float32], frame_count: int
) -> NDArray[np.float32]:
    """(frames,) the probability that at least one of a frame's violations is a true one, 0..1.

    Args:
        frame: (m,) frame of each violation or imputed box.
        plausibility: (m,) its probability; they count as independent.
        frame_count: Frames in all.
    """
    doubt = np.log1p(-np.clip(plausibility.astype(np.float64), 0, 1 - 1e-9))
    none_true = np.exp(np.bincount(frame, doubt, frame_count))
    return (1 - none_true).astype(np.float32)
