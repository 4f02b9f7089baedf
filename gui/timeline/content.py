"""All that the timeline was told about one video; every change gives a new one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from gui.i18n import tr
from gui.text import grouped, timecode
from gui.timeline.clock import Clock
from gui.timeline.lane_render import LaneScene, boxes
from gui.timeline.lanes import Spans
from gui.timeline.layout import TimelineLayout
from gui.timeline.marks import Marks, nearest
from gui.timeline.pyramid import ScorePyramid
from gui.timeline.rows import Rows
from gui.timeline.types import Lanes
from gui.words import kind_word

_NOTHING = np.empty(0, np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Content:
    """Scores, violations, tracks and counts of a video's frames."""

    frames: int = 0
    clock: Clock = Clock(fps=1.0)  # noqa: RUF009 - frozen
    scores: NDArray[np.float32] = field(default_factory=_NOTHING.copy)
    pyramid: ScorePyramid = field(default_factory=lambda: ScorePyramid.of(_NOTHING))
    marks: Marks = field(default_factory=Marks.none)
    labels: tuple[str, ...] = ()
    seen: Spans = field(default_factory=lambda: Spans.of_lanes(Lanes.none()))
    gaps: Spans = field(default_factory=lambda: Spans.of_lanes(Lanes.none()))
    selected: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    """Frames that were chosen for labeling, ascending."""
    counts: NDArray[np.int32] | None = None
    most: int = 0
    """Detections in the frame that has most."""
    count_pyramid: ScorePyramid = field(default_factory=lambda: ScorePyramid.of(_NOTHING))
    """Counts as a share of `most`."""

    @classmethod
    def of_video(cls, frames: int, fps: float, timestamps: NDArray[np.float64] | None) -> Content:
        """A video of which nothing is known yet but its time."""
        if fps <= 0:
            raise ValueError(f"expected fps > 0, got {fps}")
        if timestamps is not None:
            _expect_shape("timestamps", timestamps, (frames,))
        empty = cls(frames, Clock(fps, timestamps if frames else None))
        return empty.with_scores(np.full(frames, np.nan, np.float32))

    def with_scores(self, scores: NDArray[np.float32]) -> Content:
        """One score a frame, NaN where none is known; copied."""
        _expect_shape("scores", scores, (self.frames,))
        own = np.array(scores, np.float32)
        return replace(self, scores=own, pyramid=ScorePyramid.of(own))

    def with_violations(
        self,
        frames: NDArray[np.int64],
        states: NDArray[np.uint8],
        kinds: NDArray[np.int8],
        kind_names: tuple[str, ...],
    ) -> Content:
        """One row a violated frame and kind, in any order."""
        _expect_shape("states", states, frames.shape)
        _expect_shape("kinds", kinds, frames.shape)
        _expect_below("kinds", kinds, len(kind_names))
        return replace(self, marks=Marks.of(frames, states, kinds, kind_names))

    def with_states(self, states: NDArray[np.uint8]) -> Content:
        """Other states of the violations."""
        _expect_shape("states", states, self.marks.frames.shape)
        return replace(self, marks=self.marks.with_states(states))

    def with_lanes(self, lanes: Lanes) -> Content:
        """Other tracks, none of their gaps violating anything yet."""
        for name, column in (("start", lanes.start), ("stop", lanes.stop)):
            _expect_shape(name, column, lanes.lane.shape)
        _expect_below("lane", lanes.lane, len(lanes.labels))
        none = Spans.of_lanes(Lanes.none())
        return replace(self, labels=lanes.labels, seen=Spans.of_lanes(lanes), gaps=none)

    def with_gaps(
        self,
        lane: NDArray[np.int32],
        start: NDArray[np.int64],
        stop: NDArray[np.int64],
        states: NDArray[np.uint8],
    ) -> Content:
        """Gaps ``[start, stop)`` of tracks that are violations, in any order."""
        for name, column in (("start", start), ("stop", stop), ("states", states)):
            _expect_shape(name, column, lane.shape)
        _expect_below("lane", lane, len(self.labels))
        return replace(self, gaps=Spans.of(lane, start, stop, states))

    def with_gap_states(self, states: NDArray[np.uint8]) -> Content:
        """Other states of the gaps."""
        _expect_shape("states", states, self.gaps.lane.shape)
        return replace(self, gaps=self.gaps.with_states(states))

    def with_selected(self, frames: NDArray[np.int64]) -> Content:
        """Other frames that were chosen, ascending."""
        _expect_below("frames", frames, self.frames)
        return replace(self, selected=frames)

    def with_counts(self, counts: NDArray[np.int32] | None) -> Content:
        """Detections, one number a frame; copied. None where nothing was counted."""
        if counts is None:
            return replace(self, counts=None)
        _expect_shape("counts", counts, (self.frames,))
        own = np.array(counts, np.int32)
        most = int(own.max(initial=0))
        shares = (own / max(most, 1)).astype(np.float32)
        return replace(self, counts=own, most=most, count_pyramid=ScorePyramid.of(shares))

    def rows(self, height: float, scroll: float) -> Rows:
        """How a height is shared among what there is."""
        counted = self.counts is not None
        chosen, several = bool(len(self.selected)), self.marks.of_several_kinds
        return Rows(height, len(self.labels), several, counted, scroll, chosen)

    def nearest(self, layout: TimelineLayout, x: float, reach: float) -> int | None:
        """The violated or selected frame in view that is nearest to x, within `reach` pixels."""
        found = [nearest(of, layout, x, reach) for of in (self.marks.frames, self.selected)]
        near = [frame for frame in found if frame is not None]
        return min(near, key=lambda frame: abs(layout.x_of(frame) - x), default=None)

    def lane_scene(self, focused: int | None) -> LaneScene:
        """What painting lanes and counts needs."""
        pyramid, most = self.count_pyramid, self.most
        return LaneScene(self.labels, self.seen, self.gaps, focused, pyramid, most)

    def note(self, frame: int) -> tuple[str, str]:
        """A frame's number and time, and what is known about it."""
        score = float(self.scores[frame])
        known = [
            tr("not scored yet") if np.isnan(score) else tr("score {value}", value=f"{score:.2f}")
        ]
        if self.counts is not None:
            known.append(boxes(int(self.counts[frame])))
        if self._is_selected(frame):
            known.append(tr("selected"))
        violated = self.marks.kinds_in(frame)
        known += [f"{count} {kind_word(kind)}" for kind, count in violated.items()]
        when = timecode(self.clock.seconds(frame))
        return tr("frame {frame} · {time}", frame=grouped(frame), time=when), " \u00b7 ".join(known)

    def _is_selected(self, frame: int) -> bool:
        at = np.searchsorted(self.selected, frame)
        return bool(at < len(self.selected) and self.selected[at] == frame)


def _expect_shape(name: str, array: NDArray[np.generic], shape: tuple[int, ...]) -> None:
    if array.shape != shape:
        raise ValueError(f"expected {name} of shape {shape}, got {array.shape}")


def _expect_below(name: str, numbers: NDArray[np.integer], limit: int) -> None:
    if len(numbers) and not (numbers.min() >= 0 and numbers.max() < limit):
        raise ValueError(
            f"expected {name} from 0 to {limit - 1}, got {numbers.min()} to {numbers.max()}"
        )
