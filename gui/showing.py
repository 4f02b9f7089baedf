"""What a window shows of its project: the run, the frame, the box in focus, the queue."""

import bisect

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from core.assertions.findings import Findings
from core.assertions.imputed import ImputedBox, ImputedBoxes
from core.assertions.thresholds import Thresholds
from core.detections import Detections, empty_detections
from core.errors import UserError
from core.export import frames_in_scope
from core.frames import FrameIndex
from core.pipeline import Seen, current_seen
from core.prelabels import Decision, Verdict
from core.project import Project, Run, SetThresholds
from core.review import Queue, View
from core.roundtrip.recalibration import recalibrated
from core.video.reader import VideoInfo


class Showing(QObject):
    """A project, and where in it the person is; `gui.session.Session` lets them change it."""

    run_changed = Signal()
    """Detections and findings are other ones: a run was chosen, or saw more, or the thresholds
    are other ones."""
    decisions_changed = Signal()
    frame_changed = Signal(int)
    focus_changed = Signal()
    queue_changed = Signal()
    """Another part of the queue is shown, or in another order."""
    range_changed = Signal()
    failed = Signal(object)
    """An exception: a `UserError` to show as it is, anything else is a bug."""

    def __init__(
        self,
        project: Project,
        info: VideoInfo,
        index: FrameIndex,
        parent: QObject | None = None,
        *,
        seen: Seen | None = None,
    ) -> None:
        super().__init__(parent)
        self.project = project
        self.info = info
        self.index = index
        self.frame = 0
        self.focused: ImputedBox | None = None
        self.run: Run | None = None
        self.detections: Detections = empty_detections()
        self.findings: Findings | None = None
        """Within the thresholds."""
        self.boxes = ImputedBoxes()
        """All boxes to review, by frame: those of the run within the thresholds, and those decided
        in any run."""
        self.queue = Queue(self.boxes)
        self.view = View(frames=project.range)
        """Which part of the queue is shown."""
        self.shown: NDArray[np.int64] = np.empty(0, np.int64)
        """Numbers of the violations of that part, in order."""
        self._everything: Findings | None = None
        self._flagged: list[int] = []
        self.damage = self._load_newest_run(seen)
        """Why the newest run cannot be shown, or None."""

    def _load_newest_run(self, seen: Seen | None) -> UserError | None:
        """Show the project's newest run; gives why it cannot be read, if it cannot."""
        self._collect_boxes()
        try:
            seen = seen or current_seen(self.project, self.index)
        except UserError as error:
            return error
        if seen is not None:
            self._show_run(seen.run, seen.detections, seen.findings)
        return None

    # What there is to see

    @property
    def decisions(self) -> list[Decision]:
        """Every decision, in the order in which they were made."""
        return list(self.project.decisions.values())

    @property
    def flagged(self) -> list[int]:
        """Frames that flicker or have a box of the person's, ascending."""
        return self._flagged

    def boxes_in(self, frame: int) -> tuple[ImputedBox, ...]:
        """The boxes to review of one frame."""
        return self.boxes.in_frame(frame)

    def decision(self, box: ImputedBox) -> Decision | None:
        """What was decided about a box, or None."""
        return self.project.decisions.get(box.key)

    def verdict(self, box: ImputedBox) -> Verdict | None:
        """The same in a word."""
        decision = self.decision(box)
        return decision.verdict if decision else None

    def scores(self) -> NDArray[np.float32]:
        """(frames,) flickering scores; NaN for frames that the run has not looked at."""
        scores = np.full(len(self.index), np.nan, np.float32)
        if self.findings is not None:
            known = np.where(self.findings.looked_at, self.findings.scores, np.float32(np.nan))
            scores[: len(known)] = known[: len(scores)]
        return scores

    def counts(self) -> NDArray[np.int32]:
        """(frames,) boxes that the detector saw in each frame."""
        counts = np.zeros(len(self.index), np.int32)
        seen = np.diff(self.detections.offsets)[: len(counts)]
        counts[: len(seen)] = seen
        return counts

    @property
    def class_names(self) -> tuple[str, ...]:
        """Classes of the run, and those that decisions of earlier runs use."""
        run = self.run.info.class_names if self.run is not None else ()
        return tuple(dict.fromkeys([*run, *(d.class_name for d in self.decisions)]))

    @property
    def thresholds(self) -> Thresholds:
        """What of the findings is shown."""
        return self.project.thresholds

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of violations that there may be."""
        return self._everything.kinds if self._everything else ()

    @property
    def everything(self) -> Findings | None:
        """All that was found, whatever the thresholds; as plausible as it is shown."""
        found, wanted = self._everything, self.project.recalibration
        return recalibrated(found, wanted) if found is not None else None

    @property
    def as_found(self) -> Findings | None:
        """The same before any recalibration."""
        return self._everything

    def set_thresholds(self, thresholds: Thresholds) -> None:
        """Show another part of the findings; neither the run nor any decision changes."""
        if thresholds == self.thresholds:
            return
        try:
            self.project.apply(SetThresholds(thresholds))
        except UserError as error:
            self.failed.emit(error)
            return
        self._show_again()

    def set_view(self, view: View) -> None:
        """Show another part of the queue, or sort it in another way."""
        if view != self.view:
            self.view = view
            self._look_through_queue()

    @property
    def complete(self) -> bool:
        """Whether the current run has seen all that it was to look at."""
        if self.run is None:
            return False
        return self.detections.frame_count >= self.run.config.sampling.end(len(self.index))

    # Where we are

    def go_to(
        self, frame: int, focus: ImputedBox | None = None, *, keep_focus: bool = False
    ) -> None:
        """Show a frame, the nearest existing one, and focus a box there.

        Args:
            frame: Where to go.
            focus: The box, by default the first one to do there.
            keep_focus: Leave the focus on the box that has it, in whatever frame that is.
        """
        frame = min(max(frame, 0), len(self.index) - 1)
        moved, self.frame = frame != self.frame, frame
        if moved:
            self.frame_changed.emit(frame)
        if (moved or focus is not None) and not keep_focus:
            self._focus(focus or self._first_to_do(frame))

    def step(self, frames: int) -> None:
        """Go forward, or back for a negative number."""
        self.go_to(self.frame + frames)

    def next_violation(self) -> None:
        """Go to the next frame that flickers, if there is one."""
        at = bisect.bisect_right(self._flagged, self.frame)
        if at < len(self._flagged):
            self.go_to(self._flagged[at])

    def previous_violation(self) -> None:
        """Go to the frame before that flickers, if there is one."""
        at = bisect.bisect_left(self._flagged, self.frame)
        if at:
            self.go_to(self._flagged[at - 1])

    def focus(self, box: ImputedBox) -> None:
        """Put a box under review and show its frame."""
        self.go_to(box.frame, box)

    def unfocus(self) -> None:
        """Put no box under review."""
        self._focus(None)

    def shown_of(self, findings: Findings) -> Findings:
        """What of a run's findings is shown: recalibrated, and within the thresholds."""
        return recalibrated(findings, self.project.recalibration).within(self.thresholds)

    # Inside

    def _show_again(self) -> None:
        """Show the findings anew, after what decides about them has changed."""
        if self.run is not None:
            self._show_run(self.run, self.detections, self._everything)
        self.run_changed.emit()

    def _show_run(self, run: Run, detections: Detections, findings: Findings | None) -> None:
        self.run = run
        self.detections = detections
        self._everything = findings
        self.findings = self.shown_of(findings) if findings is not None else None
        self._collect_boxes()
        # The box under review as this run has it, or else the next one to do.
        here = {box.key: box for box in self.boxes_in(self.frame)}
        kept = here.get(self.focused.key) if self.focused else None
        self.focused = kept or self._first_to_do(self.frame)

    def _collect_boxes(self) -> None:
        columns = self.findings.columns if self.findings else None
        decided = [decision.box for decision in self.decisions]
        self.boxes = ImputedBoxes(columns, decided)
        self.queue = Queue(self.boxes, self.findings, self.project.decisions)
        self.shown = self.queue.shown(self.view)
        self._flag()

    def _look_through_queue(self) -> None:
        self.shown = self.queue.shown(self.view)
        self.queue_changed.emit()

    def _flag(self) -> None:
        self._flagged = frames_in_scope(
            "flagged", self.findings, self.decisions, None, len(self.index)
        )

    def _first_to_do(self, frame: int) -> ImputedBox | None:
        boxes = self.boxes_in(frame)
        return next((box for box in boxes if self.verdict(box) is None), next(iter(boxes), None))

    def _focus(self, box: ImputedBox | None) -> None:
        if box != self.focused:
            self.focused = box
            self.focus_changed.emit()
