"""All that the assertions found in a run, and the part of it that a person wants to see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.assertions.base import MissingBoxes, Violations
from core.assertions.imputed import ImputedBoxes, ImputedColumns
from core.assertions.thresholds import Thresholds
from core.scoring import graded_scores
from core.tracks.pairs import Rows, best, spans
from core.tracks.segments import Segments


@dataclass(frozen=True, eq=False)
class Findings:
    """Violations of all kinds in columns, and the boxes that they say are missing."""

    kinds: tuple[str, ...]
    kind: NDArray[np.int8]
    """(v,) index into `kinds`."""
    violations: Violations
    """`violations.missing` is always there."""
    class_names: tuple[str, ...]
    seconds: NDArray[np.float64]
    """(frames,) when each frame shows."""
    detector_score: NDArray[np.float32]
    """(n,) scores of all detections."""
    tutorial_scores: NDArray[np.float32]
    """(frames,) the tutorial's score, 0.5 or 1."""
    looked_at: NDArray[np.bool_]
    """(frames,) whether the run looked at the frame."""
    tracks: Segments
    """Every track of the run, whatever the thresholds."""

    @property
    def frame_count(self) -> int:
        """Frames that the run has seen."""
        return len(self.seconds)

    @property
    def missing(self) -> MissingBoxes:
        """Every missing box."""
        if self.violations.missing is None:
            raise ValueError("findings always have a table of missing boxes")
        return self.violations.missing

    def within(self, thresholds: Thresholds) -> "Findings":
        """The part that passes the thresholds; linking and imputing are not repeated."""
        kept = self._kept(thresholds)
        missing = self.missing
        good = kept[missing.violation] & (missing.plausibility >= thresholds.plausibility)
        good &= self._wanted(missing.class_id, thresholds)
        if not thresholds.hidden:
            good &= ~missing.hidden
        with_boxes = np.bincount(missing.violation, minlength=len(kept)) > 0
        left = np.bincount(missing.violation[good], minlength=len(kept)) > 0
        kept &= np.where(with_boxes, left, self.violations.plausibility >= thresholds.plausibility)
        return self._part(kept, good)

    def spread(self, frames: range, seconds: NDArray[np.float64]) -> "Findings":
        """What was found in some frames of a video, as findings of the whole video.

        Args:
            frames: The video's frame behind each frame of these findings.
            seconds: (frames of the video,) when each shows.
        """
        if len(frames) == len(seconds):
            return self
        place = np.asarray(frames, np.int64)
        found, missing = self.violations, self.missing
        scores = np.zeros(len(seconds), np.float32)
        scores[place] = self.tutorial_scores
        found = replace(
            found,
            start=place[found.start],
            stop=place[found.stop - 1] + 1,
            missing=replace(missing, frame=place[missing.frame]),
        )
        looked_at = np.zeros(len(seconds), np.bool_)
        looked_at[place] = True
        return replace(
            self,
            violations=found,
            seconds=seconds,
            tutorial_scores=scores,
            looked_at=looked_at,
            tracks=self.tracks.spread(place),
        )

    @cached_property
    def scores(self) -> NDArray[np.float32]:
        """(frames,) graded flickering score, 0..1; see `core.scoring.graded_scores`."""
        frame, plausibility = self._marks
        return graded_scores(frame, plausibility, self.frame_count)

    @cached_property
    def counts(self) -> Rows:
        """(frames,) missing boxes and violations without any, in each frame."""
        return np.bincount(self._marks[0], minlength=self.frame_count)

    @cached_property
    def flagged(self) -> Rows:
        """The frames with a missing box or another violation, ascending, each once."""
        return np.flatnonzero(self.counts)

    @cached_property
    def imputed(self) -> ImputedBoxes:
        """Every missing box, by frame."""
        return ImputedBoxes(_by_frame(self._missing_columns))

    @cached_property
    def columns(self) -> ImputedColumns:
        """What there is to review, by frame: every missing box, and one box for each violation
        without any."""
        return _by_frame(_stacked([self._missing_columns, self._doubted_columns]))

    @cached_property
    def _missing_columns(self) -> ImputedColumns:
        missing, of = self.missing, self.missing.violation
        score = np.full(len(of), np.nan, np.float32)
        own = missing.source >= 0
        score[own] = self.detector_score[missing.source[own]]
        return ImputedColumns(
            missing.frame,
            _tenths(missing.xyxy),
            missing.class_id,
            missing.plausibility,
            self.kind[of],
            self.violations.start[of],
            self.violations.stop[of],
            self.violations.track[of],
            missing.hidden,
            score,
            of,
            np.zeros(len(of), np.bool_),
            self.class_names,
            self.kinds,
        )

    @cached_property
    def _doubted_columns(self) -> ImputedColumns:
        found, bare = self.violations, self._bare
        return ImputedColumns(
            found.start[bare],
            _tenths(np.nan_to_num(found.where[bare])),
            found.class_id[bare],
            found.plausibility[bare],
            self.kind[bare],
            found.start[bare],
            found.stop[bare],
            found.track[bare],
            np.zeros(len(bare), np.bool_),
            np.full(len(bare), np.nan, np.float32),
            bare,
            np.ones(len(bare), np.bool_),
            self.class_names,
            self.kinds,
        )

    @cached_property
    def _bare(self) -> Rows:
        """Violations without missing boxes."""
        of = self.missing.violation
        return np.flatnonzero(np.bincount(of, minlength=len(self.violations)) == 0)

    @cached_property
    def _marks(self) -> tuple[Rows, NDArray[np.float32]]:
        """Frame and plausibility of every missing box, and of every frame of other violations."""
        missing, found = self.missing, self.violations
        bare = self._bare
        row, frame = spans(found.start[bare], found.stop[bare])
        row, frame = row[self.looked_at[frame]], frame[self.looked_at[frame]]
        return (
            np.concatenate([missing.frame, frame]),
            np.concatenate([missing.plausibility, found.plausibility[bare][row]]),
        )

    def _kept(self, thresholds: Thresholds) -> NDArray[np.bool_]:
        """Violations that are wanted, whatever their plausibility."""
        found = self.violations
        wanted = np.array([thresholds.wants(kind) for kind in self.kinds], np.bool_)
        kept = wanted[self.kind] & self._wanted(found.class_id, thresholds)
        gap = self._of_kind("flickering")
        kept &= ~gap | (found.stop - found.start <= thresholds.max_gap)
        if thresholds.max_gap_seconds is not None:
            kept &= ~gap | (self._lasting <= thresholds.max_gap_seconds)
        kept &= ~self._of_kind("appear") | (self._lasting <= thresholds.max_life)
        return kept & (~self._of_kind("multibox") | (found.overlap >= thresholds.overlap))

    @cached_property
    def _lasting(self) -> NDArray[np.float64]:
        """(v,) seconds from the first frame to the end of the last one."""
        if self.frame_count < 2:
            return np.zeros(len(self.violations))
        ends = np.append(self.seconds, 2 * self.seconds[-1] - self.seconds[-2])
        found = self.violations
        return np.asarray(ends[np.minimum(found.stop, self.frame_count)] - ends[found.start])

    def _of_kind(self, kind: str) -> NDArray[np.bool_]:
        number = self.kinds.index(kind) if kind in self.kinds else -1
        return np.asarray(self.kind == number)

    def _wanted(self, class_id: NDArray[np.int16], thresholds: Thresholds) -> NDArray[np.bool_]:
        if thresholds.classes is None:
            return np.ones(len(class_id), np.bool_)
        known = [name in thresholds.classes for name in self.class_names]
        # A violation of no class passes: the last entry is what -1 finds.
        return np.array([*known, True], np.bool_)[class_id]

    def _part(self, kept: NDArray[np.bool_], good: NDArray[np.bool_]) -> "Findings":
        missing = _rows(self.missing, np.flatnonzero(good))
        number = np.cumsum(kept) - 1
        missing = replace(missing, violation=number[missing.violation])
        table = replace(self.violations, missing=None)
        found = _rows(table, np.flatnonzero(kept))
        likeliest = best(missing.violation, missing.plausibility.astype(np.float64), len(found))
        plausibility = np.where(np.isfinite(likeliest), likeliest, found.plausibility)
        found = replace(found, plausibility=plausibility.astype(np.float32), missing=missing)
        return replace(self, kind=self.kind[kept], violations=found)


def join(
    found: Mapping[str, Violations],
    class_names: tuple[str, ...],
    seconds: NDArray[np.float64],
    detector_score: NDArray[np.float32],
    tutorial_scores: NDArray[np.float32],
    tracks: Segments,
) -> Findings:
    """One table of what every assertion, by its kind, has found."""
    sizes = [len(each) for each in found.values()]
    first = np.cumsum([0, *sizes])[:-1]
    missing = [
        replace(each.missing, violation=each.missing.violation + start)
        for each, start in zip(found.values(), first, strict=True)
        if each.missing is not None
    ]
    table = _stacked([replace(each, missing=None) for each in found.values()])
    return Findings(
        tuple(found),
        np.repeat(np.arange(len(sizes)), sizes).astype(np.int8),
        replace(table, missing=_stacked(missing)),
        class_names,
        seconds,
        detector_score,
        tutorial_scores,
        np.ones(len(seconds), np.bool_),
        tracks,
    )


def _tenths(xyxy: NDArray[np.float64]) -> NDArray[np.float64]:
    rounded: NDArray[np.float64] = np.round(xyxy, 1) + 0.0
    return rounded


def _by_frame(columns: ImputedColumns) -> ImputedColumns:
    by_frame: ImputedColumns = _rows(columns, np.argsort(columns.frame, kind="stable"))
    return by_frame


def _columns(table: Any) -> dict[str, NDArray[Any]]:
    return {name: value for name, value in vars(table).items() if isinstance(value, np.ndarray)}


def _rows(table: Any, rows: Rows) -> Any:
    """The same table with some of its rows."""
    return replace(table, **{name: column[rows] for name, column in _columns(table).items()})


def _stacked(tables: Sequence[Any]) -> Any:
    """One table with the rows of all."""
    names = _columns(tables[0])
    joined = {name: np.concatenate([vars(each)[name] for each in tables]) for name in names}
    return replace(tables[0], **joined)
