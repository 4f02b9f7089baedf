"""The state of one window: project, current run, current frame, focused box.

The only mutator: gestures call methods here, views repaint on the signals.
"""

import bisect
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from core.assertions.findings import Findings
from core.assertions.imputed import ImputedBox, ImputedBoxes
from core.assertions.thresholds import Thresholds
from core.detections import Detections, empty_detections
from core.detectors.base import DetectorConfig, Notice, Preparing
from core.errors import UserError
from core.export import flagged_frames
from core.frames import FrameIndex
from core.imported_runs import add_imported, for_video
from core.importing.base import ImportOptions
from core.paths import ProxyPlace
from core.pipeline import Progress, Seen, current_seen
from core.planning import plan_run
from core.prelabels import Decision, Verdict
from core.project import Project, Run, SetThresholds, SetVerdicts
from core.video.reader import VideoInfo
from gui.commands import DecideCommand
from gui.detection import DetectionPlan, Started, Update, detection_work
from gui.jobs import Job
from gui.run_loading import RunReader


class Session(QObject):
    """One project under review."""

    run_changed = Signal()
    """Detections and findings are other ones: a run was chosen, or saw more, or the thresholds
    are other ones."""
    decisions_changed = Signal()
    frame_changed = Signal(int)
    focus_changed = Signal()
    detection_changed = Signal()
    """Detection began, became ready or ended; see `detecting`."""
    detection_progressed = Signal(object)
    """A `core.pipeline.Progress`."""
    detection_completed = Signal(object)
    """A run has seen all that it was to look at: its last `Update`."""
    detection_told = Signal(object)
    """A `Preparing` or a `Notice`."""
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
        self.undo_stack = QUndoStack(self)
        self.frame = 0
        self.focused: ImputedBox | None = None
        self.run: Run | None = None
        self.detections: Detections = empty_detections()
        self.findings: Findings | None = None
        """Within the thresholds."""
        self.boxes = ImputedBoxes()
        """All imputed boxes by frame: those of the run within the thresholds, and those decided in
        any run."""
        self._everything: Findings | None = None
        self._job: Job[Update | None] | None = None
        self._detected: str | None = None
        self.reader = RunReader(index, (info.width, info.height), self)
        """Reads other runs."""
        self.reader.read.connect(self._take_run)
        self.reader.failed.connect(self.failed)
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
        """Frames that flicker or have an accepted box, ascending."""
        return self._flagged

    def boxes_in(self, frame: int) -> tuple[ImputedBox, ...]:
        """The imputed boxes of one frame."""
        return self.boxes.in_frame(frame)

    def verdict(self, box: ImputedBox) -> Verdict | None:
        """What was decided about a box, or None."""
        decision = self.project.decisions.get(box.key)
        return decision.verdict if decision else None

    def scores(self) -> NDArray[np.float32]:
        """(frames,) flickering scores; NaN for frames that the run has not looked at."""
        scores = np.full(len(self.index), np.nan, np.float32)
        if self.findings is not None:
            known = np.where(self.findings.looked_at, self.findings.scores, np.float32(np.nan))
            scores[: len(known)] = known[: len(scores)]
        return scores

    @property
    def thresholds(self) -> Thresholds:
        """What of the findings is shown."""
        return self.project.thresholds

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of violations that there may be."""
        return self._everything.kinds if self._everything else ()

    def set_thresholds(self, thresholds: Thresholds) -> None:
        """Show another part of the findings; neither the run nor any decision changes."""
        if thresholds == self.thresholds:
            return
        try:
            self.project.apply(SetThresholds(thresholds))
        except UserError as error:
            self.failed.emit(error)
            return
        if self.run is not None:
            self._show_run(self.run, self.detections, self._everything)
        self.run_changed.emit()

    @property
    def complete(self) -> bool:
        """Whether the current run has seen all that it was to look at."""
        if self.run is None:
            return False
        return self.detections.frame_count >= self.run.config.sampling.end(len(self.index))

    # Where we are

    def go_to(self, frame: int, focus: ImputedBox | None = None) -> None:
        """Show a frame, the nearest existing one, and focus a box there."""
        frame = min(max(frame, 0), len(self.index) - 1)
        moved, self.frame = frame != self.frame, frame
        if moved:
            self.frame_changed.emit(frame)
        if moved or focus is not None:
            self._focus(focus or self._first_to_do(frame))

    def step(self, frames: int) -> None:
        """Go forward, or back for a negative number."""
        self.go_to(self.frame + frames)

    def next_flagged(self) -> None:
        """Go to the next frame that flickers, if there is one."""
        at = bisect.bisect_right(self._flagged, self.frame)
        if at < len(self._flagged):
            self.go_to(self._flagged[at])

    def previous_flagged(self) -> None:
        """Go to the frame before that flickers, if there is one."""
        at = bisect.bisect_left(self._flagged, self.frame)
        if at:
            self.go_to(self._flagged[at - 1])

    def focus(self, box: ImputedBox) -> None:
        """Put a box under review and show its frame."""
        self.go_to(box.frame, box)

    # What a person decides

    def decide(self, verdict: Verdict) -> None:
        """Give the focused box a verdict, and focus the next one to do in this frame."""
        box = self.focused
        if box is None or self.verdict(box) is verdict:
            return
        change = SetVerdicts(((box, verdict),))
        try:
            inverse = self.project.apply(change)
        except UserError as error:
            self.failed.emit(error)
            return
        word = "Accept" if verdict is Verdict.ACCEPTED else "Reject"
        self.undo_stack.push(
            DecideCommand(
                f"{word} {box.class_name} in frame {box.frame}",
                done=change,
                inverse=inverse,
            )
        )
        self._decided()
        following = self._first_to_do(self.frame)
        if following is not None and self.verdict(following) is None:
            self._focus(following)

    def undo(self) -> None:
        """Take back the last decision; one that cannot be written stays to be tried again."""
        command = self.undo_stack.command(self.undo_stack.index() - 1)
        if isinstance(command, DecideCommand) and self._apply_again(command.inverse):
            self.undo_stack.undo()

    def redo(self) -> None:
        """Make the decision again that was taken back last."""
        command = self.undo_stack.command(self.undo_stack.index())
        if isinstance(command, DecideCommand) and self._apply_again(command.done):
            self.undo_stack.redo()

    # Detection

    @property
    def detecting(self) -> bool:
        """Whether detection is under way."""
        return self._job is not None

    def detect(
        self, config: DetectorConfig, *, restart: bool = False, proxy: ProxyPlace | None = None
    ) -> None:
        """Begin a run, or go on with an unfinished one of the same configuration.

        Args:
            config: What to detect with.
            restart: Begin a new run in any case.
            proxy: Where to keep small copies of the frames, for scrubbing.
        """
        if self._job is not None:
            return
        try:
            run = plan_run(self.project, self.index, config, restart=restart, proxy=proxy)
        except UserError as error:
            self.failed.emit(error)
            return
        plan = DetectionPlan(run, (self.info.width, self.info.height))
        self._follow(Job(detection_work(plan), self))

    def _follow(self, job: Job[Update | None]) -> None:
        self._job = job
        job.progressed.connect(self._receive)
        job.succeeded.connect(self.detection_completed)
        job.failed.connect(self.failed)
        job.finished.connect(self._detection_ended)
        job.start()
        self.detection_changed.emit()

    def cancel_detection(self) -> None:
        """Stop detection; what was seen until then is kept and can be resumed."""
        if self._job is not None:
            self._job.cancel()

    def close(self) -> None:
        """End detection and let go of the project."""
        self.reader.close()
        if self._job is not None:
            # A report that comes late would find the project closed.
            self._job.blockSignals(True)
            self._job.cancel()
            self._job.wait()
        self.project.close()

    # Other runs

    def choose_run(self, run: Run) -> None:
        """Show another run of the project, as soon as it is read; decisions stay."""
        if run != self.run:
            self.reader.read_run(run, self.project.run_file(run.id))

    def import_detections(self, path: Path, options: ImportOptions) -> None:
        """Make another program's detections a run of the project, and show it."""
        self.reader.import_run(path, for_video(self.project), options)

    def _take_run(self, seen: Seen) -> None:
        try:
            if seen.run in self.project.runs:
                self.project.choose(seen.run)
            else:
                add_imported(self.project, seen.run, seen.detections)
        except UserError as error:
            self.failed.emit(error)
            return
        self._show_run(seen.run, seen.detections, seen.findings)
        self.run_changed.emit()

    # Inside

    def _receive(self, report: object) -> None:
        try:
            if isinstance(report, Started):
                self._start_run(report)
            elif isinstance(report, Update):
                # The person may have chosen another run meanwhile.
                if self.run is not None and self.run.id == self._detected:
                    self._show_run(self.run, report.detections, report.findings)
                    self.run_changed.emit()
                self.detection_progressed.emit(report.progress)
            elif isinstance(report, Progress):
                self.detection_progressed.emit(report)
            elif isinstance(report, Preparing | Notice):
                self.detection_told.emit(report)
        except UserError as error:
            self.cancel_detection()
            self.failed.emit(error)

    def _start_run(self, started: Started) -> None:
        run, seen = started.run, started.seen or empty_detections()
        self.project.choose(run)
        if run != self.run:
            self._show_run(run, seen, None)
            self.run_changed.emit()
        self._detected = run.id
        self.detection_changed.emit()
        sampling = run.config.sampling
        done = len(sampling.frames(seen.frame_count))
        total = len(sampling.frames(len(self.index)))
        self.detection_progressed.emit(Progress(done, total, 0.0, len(seen)))

    def _detection_ended(self) -> None:
        if self._job is not None:
            self._job.deleteLater()
            self._job = None
        self.detection_changed.emit()

    def _show_run(self, run: Run, detections: Detections, findings: Findings | None) -> None:
        self.run = run
        self.detections = detections
        self._everything = findings
        self.findings = findings.within(self.thresholds) if findings is not None else None
        self._collect_boxes()
        # The box under review as this run has it, or else the next one to do.
        here = {box.key: box for box in self.boxes_in(self.frame)}
        kept = here.get(self.focused.key) if self.focused else None
        self.focused = kept or self._first_to_do(self.frame)

    def _collect_boxes(self) -> None:
        columns = self.findings.columns if self.findings else None
        self.boxes = ImputedBoxes(columns, _boxes_of(self.decisions))
        self._flag()

    def _flag(self) -> None:
        accepted = [d for d in self.decisions if d.verdict is Verdict.ACCEPTED]
        self._flagged = (
            flagged_frames(self.findings, accepted)
            if self.findings
            else sorted({d.box.frame for d in accepted})
        )

    def _apply_again(self, change: SetVerdicts) -> bool:
        try:
            self.project.apply(change)
        except UserError as error:
            self.failed.emit(error)
            return False
        self._decided()
        self.focus(change.verdicts[0][0])
        return True

    def _decided(self) -> None:
        self._flag()
        self.decisions_changed.emit()

    def _first_to_do(self, frame: int) -> ImputedBox | None:
        boxes = self.boxes_in(frame)
        return next((box for box in boxes if self.verdict(box) is None), next(iter(boxes), None))

    def _focus(self, box: ImputedBox | None) -> None:
        if box != self.focused:
            self.focused = box
            self.focus_changed.emit()


def _boxes_of(decisions: Iterable[Decision]) -> Iterable[ImputedBox]:
    return (decision.box for decision in decisions)
