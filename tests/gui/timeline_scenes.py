"""Timelines as they are in use, for tests and benchmarks of their looks."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gui.timeline import Lanes, TimelineWidget

KINDS = "flickering", "appear", "multibox", "class_switch", "tutorial"


def fill(
    timeline: TimelineWidget,
    frames: int,
    tracks: int,
    *,
    runs: int,
    names: tuple[str, ...] = KINDS,
    labels: bool = True,
) -> None:
    """Fill a timeline with tracks of `runs` runs each; half of their gaps are violations.

    Without `labels` lanes have no names, so that a picture holds less text.
    """
    rng = np.random.default_rng(7)
    columns = [_track(rng, frames, runs) for _ in range(tracks)]
    lane = np.repeat(np.arange(tracks, dtype=np.int32), [len(start) for start, _ in columns])
    start, stop = (np.concatenate(edges) for edges in zip(*columns, strict=True))
    timeline.set_video(frames, 25.0)
    timeline.set_counts(_counts(frames, start, stop))
    words = tuple(f"{('car', 'person', 'bus')[n % 3]} #{n + 1}" for n in range(tracks))
    timeline.set_lanes(Lanes(words if labels else ("",) * tracks, lane, start, stop))
    gap = np.flatnonzero((lane[1:] == lane[:-1]) & (rng.random(len(lane) - 1) < 0.5))
    states = _states(rng, len(gap))
    timeline.set_gaps(lane[gap], stop[gap], start[gap + 1], states)
    kinds = rng.choice(len(names), len(gap), p=_shares(len(names))).astype(np.int8)
    timeline.set_violations(stop[gap], states, kinds, names)
    timeline.set_scores(_scores(rng, frames, stop[gap]))


def _track(
    rng: np.random.Generator, frames: int, runs: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Starts and stops of a track that comes, flickers and goes."""
    begin, end = np.sort(rng.choice(frames, 2, replace=False))
    end = max(end, min(begin + 4 * runs, frames))
    begin = max(0, min(begin, end - 4 * runs))
    most = max(1, (end - begin) // (8 * runs))
    lost = np.sort(rng.choice(np.arange(begin + 1, end - 1), runs - 1, replace=False))
    found = np.minimum(lost + rng.integers(1, most + 2, len(lost)), np.append(lost[1:], end) - 1)
    kept = found > lost
    return np.append(begin, found[kept]), np.append(lost[kept], end)


def _counts(frames: int, start: NDArray[np.int64], stop: NDArray[np.int64]) -> NDArray[np.int32]:
    change = np.bincount(start, minlength=frames + 1) - np.bincount(stop, minlength=frames + 1)
    return change.cumsum()[:frames].astype(np.int32)


def _states(rng: np.random.Generator, n: int) -> NDArray[np.uint8]:
    return rng.choice(4, n, p=[0.5, 0.1, 0.25, 0.15]).astype(np.uint8)


def _shares(n: int) -> Any:
    shares = 0.5 ** np.arange(n)
    return shares / shares.sum()


def _scores(
    rng: np.random.Generator, frames: int, violated: NDArray[np.int64]
) -> NDArray[np.float32]:
    scores = rng.random(frames).astype(np.float32) * 0.12
    scores[violated] = 0.4 + 0.6 * rng.random(len(violated))
    return scores
