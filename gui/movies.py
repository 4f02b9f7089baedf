"""Movies with boxes drawn in: the whole video, or a clip of one violation. Asked, then a job."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from core.frames import FrameRange
from core.prelabels import Decision, Prelabel, Source, prelabels_of_frame
from gui.asked_job import AskedJob
from gui.exporting import reveal, source_in, tell_frames
from gui.i18n import mark, tr
from gui.jobs import IsCancelled, Report, Work
from gui.words import kind_word

if TYPE_CHECKING:
    from core.assertions.imputed import ImputedBoxes
    from core.export.plan import ExportSource
    from core.review import Item
    from gui.session import Session

_VIDEO = mark("Video (*.mp4)")
_CLIPS = mark("Animated picture (*.gif);;Video (*.mp4)")


@dataclass(frozen=True, eq=False)
class Shown:
    """What is drawn into the frames of a movie; any thread may ask for it."""

    source: ExportSource
    open: ImputedBoxes
    """Imputed boxes, of which those count that nobody has decided about."""
    min_score: float
    """Of the model's own boxes."""

    def boxes(self) -> Callable[[int], list[Prelabel]]:
        """Gives the boxes of a frame: what is handed over, and what waits for a decision."""
        decisions: defaultdict[int, list[Decision]] = defaultdict(list)
        for decision in self.source.decisions:
            decisions[decision.box.frame].append(decision)

        def boxes_of(frame: int) -> list[Prelabel]:
            here = decisions.get(frame, [])
            settled = {decision.box.key for decision in here}
            detections, names = self.source.detections, self.source.class_names
            known = frame < detections.frame_count
            found = prelabels_of_frame(frame, detections, names, here) if known else []
            sure = [
                box
                for box in found
                if box.source is not Source.MODEL or box.score >= self.min_score
            ]
            return sure + [
                Prelabel(frame, box.xyxy, box.class_name, box.plausibility, Source.IMPUTED)
                for box in self.open.in_frame(frame)
                if not box.doubted and box.key not in settled
            ]

        return boxes_of


class MovieMaker(AskedJob):
    """Makes one movie at a time."""

    def ask_video(self, session: Session) -> None:
        """Let the person choose a file, then write the video with its boxes."""
        name = f"{session.info.path.stem}-boxes.mp4"
        out = self._choose(tr("Export video with boxes"), name, tr(_VIDEO))
        if out is not None:
            frames = session.project.range or FrameRange(0, len(session.index))
            work = partial(_render, shown_in(session), frames, out)
            self._make(tr("Writing the video with boxes"), work)

    def ask_clip(self, session: Session) -> None:
        """Let the person choose a file, then write a clip of the violation in focus."""
        box = session.focused
        number = session.queue.number_of(box)
        if box is None or number is None:
            return
        item = session.queue[number]
        name = f"{session.info.path.stem}-{item.start}.gif"
        out = self._choose(tr("Save clip of this violation"), name, tr(_CLIPS))
        if out is not None:
            work = partial(_clip, shown_in(session), item, box.xyxy, out)
            self._make(tr("Writing a clip"), work)

    def _choose(self, title: str, name: str, kinds: str) -> Path | None:
        """A file to write; one that is there, the person has been asked about."""
        path, kind = QFileDialog.getSaveFileName(
            self._window, title, str(Path.home() / name), kinds
        )
        if not path:
            return None
        usual = ".mp4" if "mp4" in kind else Path(name).suffix
        return Path(path) if Path(path).suffix else Path(path).with_suffix(usual)

    def _make(self, title: str, work: Work[Path]) -> None:
        self._start(title, work, self._succeed, tr("Stopped; nothing was left behind"))

    def _succeed(self, file: Path) -> str:
        said = tr("Saved {file}", file=file)
        self._banner.show_message("info", said, (tr("Open folder"), partial(reveal, file)))
        return said


def shown_in(session: Session) -> Shown:
    """What is drawn into the frames of the video that is open."""
    return Shown(source_in(session), session.boxes, session.exporting.min_score)


def _render(
    shown: Shown, frames: FrameRange, out: Path, report: Report, cancelled: IsCancelled
) -> Path:
    from core.export.movies import render_video
    from core.video.reader import VideoReader

    with VideoReader(shown.source.path, shown.source.index) as reader:
        return render_video(
            reader, shown.boxes(), out, frames,
            class_names=shown.source.class_names, overwrite=True,
            on_progress=partial(tell_frames, report), cancelled=cancelled,
        )  # fmt: skip


def _clip(
    shown: Shown,
    item: Item,
    focus: tuple[float, float, float, float],
    out: Path,
    report: Report,
    cancelled: IsCancelled,
) -> Path:
    from core.export.clips import write_clip
    from core.video.reader import VideoReader

    title = f"{item.class_name} · {kind_word(item.kind)}"
    with VideoReader(shown.source.path, shown.source.index) as reader:
        return write_clip(
            reader, shown.boxes(), out, FrameRange(item.start, item.stop),
            title=title, focus=focus, class_names=shown.source.class_names, overwrite=True,
            on_progress=partial(tell_frames, report), cancelled=cancelled,
        )  # fmt: skip
