"""The state of one window: project, current run, current frame, focused box.

The only mutator: gestures call methods here, views repaint on the signals. It is built in three
layers: what is shown (`gui.showing`), what a person decides (`gui.deciding`), and here detection
and the runs.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from core.detections import empty_detections
from core.detectors.base import DetectorConfig, Notice, Preparing
from core.errors import UserError
from core.export import Scope, frames_in_scope
from core.export.request import ExportRequest
from core.frames import FrameIndex
from core.imported_runs import add_imported, for_video
from core.importing.base import ImportOptions
from core.paths import ProxyPlace
from core.pipeline import Progress, Seen
from core.planning import plan_run
from core.project import (
    Handover,
    Project,
    Run,
    Selecting,
    Selection,
    SetExporting,
    SetHandover,
    SetRecalibration,
    SetSelecting,
    SetSelection,
)
from core.project.changes import SetValue
from core.project.exported import with_exported
from core.roundtrip.recalibration import Recalibration
from core.video.reader import VideoInfo
from gui.deciding import Deciding
from gui.detection import DetectionPlan, Started, Update, detection_work
from gui.jobs import Job
from gui.run_loading import RunReader


class Session(Deciding):
    """One project under review."""

    detection_changed = Signal()
    """Detection began, became ready or ended; see `detecting`."""
    detection_progressed = Signal(object)
    """A `core.pipeline.Progress`."""
    detection_completed = Signal(object)
    """A run has seen all that it was to look at: its last `Update`."""
    detection_told = Signal(object)
    """A `Preparing` or a `Notice`."""
    handover_changed = Signal()
    """Where the project is handed over to, or how far that is; see `handover`."""
    selection_changed = Signal()
    """The frames that are chosen for labeling; see `selection`."""
    selecting_changed = Signal()
    """How they are chosen here, or what was handed over; see `selecting`."""

    def __init__(
        self,
        project: Project,
        info: VideoInfo,
        index: FrameIndex,
        parent: QObject | None = None,
        *,
        seen: Seen | None = None,
    ) -> None:
        super().__init__(project, info, index, parent, seen=seen)
        self._job: Job[Update | None] | None = None
        self._detected: str | None = None
        self.reader = RunReader(index, (info.width, info.height), self)
        """Reads other runs."""
        self.reader.read.connect(self._take_run)
        self.reader.failed.connect(self.failed)

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

    # The round trip

    @property
    def recalibration(self) -> Recalibration | None:
        """How plausibilities are corrected, None for not at all."""
        return self.project.recalibration

    def set_recalibration(self, recalibration: Recalibration | None) -> None:
        """Correct plausibilities, or show them as the assertions give them."""
        if recalibration != self.recalibration and self._keep(SetRecalibration(recalibration)):
            self._show_again()

    # The cloud

    @property
    def handover(self) -> Handover:
        """Where the project is handed over to, and how far that is."""
        return self.project.handover

    def set_handover(self, handover: Handover) -> None:
        """Remember where the project is handed over to, or how far that is."""
        if handover != self.handover and self._keep(SetHandover(handover)):
            self.handover_changed.emit()

    @property
    def selection(self) -> Selection | None:
        """The frames that are chosen for labeling, None for no choice."""
        return self.project.selection

    @property
    def selected(self) -> tuple[int, ...]:
        """Those frames, ascending; none without a choice."""
        return self.selection.frames if self.selection is not None else ()

    def is_selected(self, frame: int) -> bool:
        """Whether a frame is one of those."""
        at = bisect_left(self.selected, frame)
        return self.selected[at : at + 1] == (frame,)

    def set_selection(self, selection: Selection | None) -> bool:
        """Choose frames for labeling, or forget the choice; gives whether that was kept."""
        if selection == self.selection:
            return True
        if not self._keep(SetSelection(selection)):
            return False
        self.selection_changed.emit()
        if self.view.selected is not None:
            self.set_view(replace(self.view, selected=self.selected or None))
        return True

    @property
    def selecting(self) -> Selecting:
        """How frames are chosen here, and what was chosen and handed over before."""
        return self.project.selecting

    def set_selecting(self, selecting: Selecting) -> None:
        """Remember how frames are chosen here, or what was chosen or handed over."""
        if selecting != self.selecting and self._keep(SetSelecting(selecting)):
            self.selecting_changed.emit()

    @property
    def exporting(self) -> ExportRequest:
        """What was asked to be handed over last, and in which form."""
        return self.project.exporting

    def set_exporting(self, request: ExportRequest) -> None:
        """Remember what was asked to be handed over; nothing that is shown follows from it."""
        if request != self.exporting:
            self._keep(SetExporting(request))

    def frames_in(self, scope: Scope) -> list[int]:
        """The frames that are handed over, ascending."""
        frames, decisions = len(self.index), self.decisions
        return frames_in_scope(scope, self.findings, decisions, self.selection, frames)

    def note_exported(self, frames: Iterable[int]) -> None:
        """Remember that these frames were handed over."""
        self.set_selecting(with_exported(self.selecting, frames))

    def next_selected(self) -> None:
        """Go to the next selected frame, if there is one."""
        at = bisect_right(self.selected, self.frame)
        if at < len(self.selected):
            self.go_to(self.selected[at])

    def previous_selected(self) -> None:
        """Go to the selected frame before, if there is one."""
        at = bisect_left(self.selected, self.frame)
        if at:
            self.go_to(self.selected[at - 1])

    # Inside

    def _keep(self, change: SetValue) -> bool:
        try:
            self.project.apply(change)
        except UserError as error:
            self.failed.emit(error)
            return False
        return True

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
