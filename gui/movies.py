"""Movies with boxes drawn in: the whole video, or a clip of one violation. Asked, then a job."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from gui.asked_job import AskedJob
from gui.exporting import reveal, source_in, tell_frames
from gui.i18n import mark, tr
from gui.jobs import IsCancelled, Report, Work
from gui.words import kind_word

if TYPE_CHECKING:
    from core.assertions.imputed import Xyxy
    from core.export.plan import ExportSource
    from core.frames import FrameRange
    from gui.session import Session

_VIDEO = mark("Video (*.mp4)")
_CLIPS = mark("Animated picture (*.gif);;Video (*.mp4)")


@dataclass(frozen=True, eq=False)
class _Order:
    """All that the job's thread needs; nothing of it changes any more."""

    source: ExportSource
    min_score: float
    """Of the model's own boxes."""
    frames: FrameRange
    """To write, or the violation's."""
    out: Path


class MovieMaker(AskedJob):
    """Makes one movie at a time."""

    def ask_video(self, session: Session) -> None:
        """Let the person choose a file, then write the video with its boxes."""
        name = f"{session.info.path.stem}-boxes.mp4"
        out = self._choose(tr("Export video with boxes"), name, tr(_VIDEO))
        if out is not None:
            wanted = session.project.range
            start, stop = (wanted.start, wanted.stop) if wanted else (0, len(session.index))
            work = partial(_render, _order(session, start, stop, out))
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
            order = _order(session, item.start, item.stop, out)
            title = f"{item.class_name} · {kind_word(item.kind)}"
            self._make(tr("Writing a clip"), partial(_clip, order, title, box.xyxy))

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


def _order(session: Session, start: int, stop: int, out: Path) -> _Order:
    from core.frames import FrameRange

    return _Order(source_in(session), session.exporting.min_score, FrameRange(start, stop), out)


def _render(order: _Order, report: Report, cancelled: IsCancelled) -> Path:
    from core.export.commands import boxes_of
    from core.export.movies import render_video
    from core.video.reader import VideoReader

    source = order.source
    with VideoReader(source.path, source.index) as reader:
        return render_video(
            reader, boxes_of(source, order.frames, order.min_score), order.out, order.frames,
            class_names=source.class_names, overwrite=True,
            on_progress=partial(tell_frames, report), cancelled=cancelled,
        )  # fmt: skip


def _clip(order: _Order, title: str, focus: Xyxy, report: Report, cancelled: IsCancelled) -> Path:
    from core.export.clips import frames_around, write_clip
    from core.export.commands import boxes_of
    from core.video.reader import VideoReader

    source = order.source
    near = frames_around(source.index, order.frames)
    with VideoReader(source.path, source.index) as reader:
        return write_clip(
            reader, boxes_of(source, near, order.min_score), order.out, order.frames,
            title=title, focus=focus, class_names=source.class_names,
            overwrite=True, on_progress=partial(tell_frames, report), cancelled=cancelled,
        )  # fmt: skip
