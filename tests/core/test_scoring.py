"""Per-frame flickering scores."""

from typing import Literal

import numpy as np
import pytest

from core.scoring import tutorial_scores


@pytest.mark.parametrize(
    ("flickers", "counts", "window", "expected"),
    [
        ([0, 1, 0], [1, 0, 1], "calm", [0.5, 1.0, 0.5]),
        ([0, 1, 0], [1, 0, 1], "median", [0.5, 1.0, 0.5]),
        # Frame 2 and both its neighbours are empty; the median of the others' scores is 0.5.
        ([0, 0, 0, 0, 0], [1, 0, 0, 0, 1], "median", [0.5] * 5),
        # Most frames flicker: the median is 1.0, and only the frame amid an empty window gets it.
        ([0, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0], [1] * 7 + [0] * 3 + [1], "median",
         [0.5] + [1.0] * 6 + [0.5, 1.0, 0.5, 0.5]),
        ([0, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0], [1] * 7 + [0] * 3 + [1], "calm",
         [0.5] + [1.0] * 6 + [0.5] * 4),
        # The first and the last frame have one neighbour only, so no window.
        ([0, 1, 1, 1, 0], [0, 0, 1, 0, 0], "median", [0.5, 1.0, 1.0, 1.0, 0.5]),
        ([], [], "median", []),
        ([0], [0], "median", [0.5]),
        ([0, 0], [0, 0], "median", [0.5, 0.5]),
    ],
)  # fmt: skip
def test_scores_are_half_or_one_and_empty_windows_as_asked(
    flickers: list[int],
    counts: list[int],
    window: Literal["calm", "median"],
    expected: list[float],
) -> None:
    scores = tutorial_scores(np.array(flickers, np.bool_), np.array(counts, np.int64), window)
    assert scores.dtype == np.float32
    assert scores.tolist() == expected


def test_empty_windows_are_calm_unless_asked_otherwise() -> None:
    flickers = np.array([1, 1, 1, 1, 0, 0, 0], np.bool_)
    counts = np.array([1, 1, 1, 1, 0, 0, 0], np.int64)
    assert tutorial_scores(flickers, counts).tolist() == [1, 1, 1, 1, 0.5, 0.5, 0.5]
