"""Timelines as they are in use, for tests of their looks and for benchmarks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gui.timeline import Lanes, TimelineWidget

KINDS = "flickering", "appear", "multibox", "class_switch", "tutorial"

Frames = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """What a timeline is told about a video."""

    count: int
    """Frames."""
    scores: NDArray[np.float32]
    counts: NDArray[np.int32]
    lanes: Lanes
    gap_lanes: NDArray[np.int32]
    """Of the gaps that are violations."""
    gap_stops: Frames
    frames: Frames
    """Where those gaps start, and their violations are."""
    states: NDArray[np.uint8]
    kinds: NDArray[np.int8]
    kind_names: tuple[str, ...]


def fill(timeline: TimelineWidget, scene: Scene) -> None:
    """Tell a timeline all of it."""
    timeline.set_video(scene.count, 25.0)
    timeline.set_scores(scene.scores)
    timeline.set_counts(scene.counts)
    timeline.set_lanes(scene.lanes)
    timeline.set_gaps(scene.gap_lanes, scene.frames, scene.gap_stops, scene.states)
    timeline.set_violations(scene.frames, scene.states, scene.kinds, scene.kind_names)


def made(
    frames: int,
    tracks: int,
    *,
    runs: int,
    kinds: tuple[str, ...] = KINDS,
    labels: bool = True,
) -> Scene:
    """Tracks of about `runs` runs each, half of whose gaps are violations; always the same.

    Without `labels` lanes have no names, so that a picture holds less text.
    """
    rng = np.random.default_rng(7)
    columns = [_track(rng, frames, runs) for _ in range(tracks)]
    lane = np.repeat(np.arange(tracks, dtype=np.int32), [len(start) for start, _ in columns])
    start, stop = (np.concatenate(edges) for edges in zip(*columns, strict=True))
    names = tuple(f"{('car', 'person', 'bus')[n % 3]} #{n + 1}" for n in range(tracks))
    gap = np.flatnonzero((lane[1:] == lane[:-1]) & (rng.random(len(lane) - 1) < 0.5))
    shares = 0.5 ** np.arange(len(kinds))
    change = np.bincount(start, minlength=frames + 1) - np.bincount(stop, minlength=frames + 1)
    scores = rng.random(frames).astype(np.float32) * np.float32(0.12)
    scores[stop[gap]] = 0.4 + 0.6 * rng.random(len(gap))
    return Scene(
        frames,
        scores,
        change.cumsum()[:frames].astype(np.int32),
        Lanes(names if labels else ("",) * tracks, lane, start, stop),
        lane[gap],
        start[gap + 1],
        stop[gap],
        rng.choice(4, len(gap), p=[0.5, 0.1, 0.25, 0.15]).astype(np.uint8),
        rng.choice(len(kinds), len(gap), p=shares / shares.sum()).astype(np.int8),
        kinds,
    )


def _track(rng: np.random.Generator, frames: int, runs: int) -> tuple[Frames, Frames]:
    """Starts and stops of a track that comes, flickers and goes."""
    begin, end = (int(edge) for edge in np.sort(rng.integers(0, frames, 2)))
    end = min(max(end, begin + 8 * runs), frames)
    begin = max(0, min(begin, end - 8 * runs))
    most = max(1, (end - begin) // (8 * runs))
    lost = np.sort(rng.choice(np.arange(begin + 1, end - 1), runs - 1, replace=False))
    found = np.minimum(lost + rng.integers(1, most + 2, len(lost)), np.append(lost[1:], end) - 1)
    kept = found > lost
    return np.append(begin, found[kept]), np.append(lost[kept], end)
