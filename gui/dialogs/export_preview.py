"""What an export would hold: a picture with its labels, to step through, and how much it is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from core.prelabels import Prelabel, Source
from gui.canvas import BoxState, CanvasBox, CanvasWidget
from gui.dialogs.export_legend import Legend
from gui.dialogs.export_work import Pictures
from gui.i18n import tr, tr_n
from gui.icons import icon
from gui.text import data_size, grouped, timecode
from gui.theme import tabular, worn

if TYPE_CHECKING:
    from core.export.base import ExportVideo, LabeledFrame
    from core.export.plan import ExportPlan

STATES = {
    Source.MODEL: BoxState.DETECTION,
    Source.IMPUTED: BoxState.ACCEPTED,
    Source.EDITED: BoxState.EDITED,
    Source.DRAWN: BoxState.DRAWN,
}
"""What a prelabel was while it was under review, and so how it looks on the canvas."""
_SMALLEST = (480, 270)
_Where = tuple[Path, int]
"""A video, and a frame of it."""


class ExportPreview(QWidget):
    """Shows one of the frames that are exported."""

    stepped = Signal()
    """Another frame is shown."""

    def __init__(self) -> None:
        super().__init__()
        self._videos: Sequence[ExportVideo] = ()
        self._frames: Sequence[LabeledFrame] = ()
        self._at = 0
        self._shown: _Where | None = None
        self._canvas = CanvasWidget()
        self._canvas.set_theme(worn())
        self._canvas.set_empty("", "")
        self._canvas.setMinimumSize(*_SMALLEST)
        self._make_steps()
        self._amount = _figures()
        self._legend = Legend()
        self._size_note = _figures("muted")
        self._lay_out()
        self._pictures = Pictures()
        self._pictures.decoded.connect(self._show_picture)
        self._pictures.refused.connect(self._show_damaged)
        self._pictures.start()
        self._show()

    @property
    def frame(self) -> LabeledFrame | None:
        """The frame that is shown, or asked for."""
        return self._frames[self._at] if self._frames else None

    def show_plan(self, plan: ExportPlan | None, free: int | None) -> None:
        """Show what would be exported; the frame stays, or the next one of what is left is shown.

        Args:
            plan: What would be written, None for nothing.
            free: Bytes on the disk.
        """
        before = self._where
        self._videos = plan.labeled.videos if plan is not None else ()
        self._frames = plan.labeled.frames if plan is not None else ()
        self._at = 0
        if before is not None:
            path, frame = before
            again = {at for at, video in enumerate(self._videos) if video.path == path}
            on = (at for at, f in enumerate(self._frames) if f.video in again and f.frame >= frame)
            self._at = next(on, 0)
        self._show_amount(plan, free)
        self._show()

    def step(self, by: int) -> None:
        """Show a frame further on, or back."""
        at = min(max(self._at + by, 0), len(self._frames) - 1)
        if self._frames and at != self._at:
            self._at = at
            self._show()
            self.stepped.emit()

    def stop(self) -> None:
        """End decoding."""
        if self._pictures.isRunning():
            self._pictures.stop()

    @property
    def is_shown(self) -> bool:
        """Whether the picture of the frame that was asked for is there, with its boxes."""
        return self._shown is not None and self.frame is not None

    # Inside

    @property
    def _where(self) -> _Where | None:
        """Where the frame that is shown, or asked for, lies."""
        frame = self.frame
        return None if frame is None else (self._videos[frame.video].path, frame.frame)

    def _show(self) -> None:
        frame = self.frame
        self._back.setEnabled(self._at > 0)
        self._forward.setEnabled(self._at < len(self._frames) - 1)
        if frame is None:
            self._shown = None
            self._canvas.set_picture(None)
            self._canvas.set_badge("")
            self._place.setText("")
            return
        place = tr("{at} of {total}", at=grouped(self._at + 1), total=grouped(len(self._frames)))
        named = tr("frame {frame}", frame=grouped(frame.frame))
        video = self._videos[frame.video]
        said = [place, named, timecode(video.index.timestamp(frame.frame))]
        if len(self._videos) > 1:
            said.insert(1, video.name)
        self._place.setText(" · ".join(said))
        if self._where == self._shown:
            self._show_boxes()
        else:
            self._pictures.want((video, frame.frame))

    def _show_boxes(self) -> None:
        """With the picture that they belong to."""
        if (frame := self.frame) is not None:
            self._canvas.set_boxes([_box(prelabel) for prelabel in frame.prelabels])
            self._canvas.set_badge(tr("Context") if frame.context else "")

    @Slot(object, object)
    def _show_picture(self, wanted: tuple[ExportVideo, int], picture: QImage) -> None:
        video, frame = wanted
        if self._where == (video.path, frame):
            self._shown = self._where
            self._canvas.set_picture(picture, (video.width, video.height))
            self._show_boxes()

    @Slot(object, str)
    def _show_damaged(self, wanted: tuple[ExportVideo, int], sentence: str) -> None:
        video, frame = wanted
        if self._where == (video.path, frame):
            self._shown = None
            self._canvas.set_picture(None)
            title = tr("Frame {frame} cannot be shown", frame=grouped(frame))
            self._canvas.set_empty(title, sentence)

    def _show_amount(self, plan: ExportPlan | None, free: int | None) -> None:
        self._amount.setText("" if plan is None else _amount(plan))
        self._legend.show_counts({} if plan is None else plan.counts.by_source)
        sizes = []
        if plan is not None:
            sizes.append(tr("about {size}", size=data_size(plan.bytes)))
        if free is not None:
            sizes.append(tr("{size} free on this disk", size=data_size(free)))
        self._size_note.setText(" · ".join(sizes))

    # Made once

    def _make_steps(self) -> None:
        self._back, self._forward = QToolButton(), QToolButton()
        for button, name, key, by, tip in (
            (self._back, "step-back", "Alt+Left", -1, tr("Frame before")),
            (self._forward, "step-forward", "Alt+Right", 1, tr("Next frame")),
        ):
            button.setIcon(icon(name, worn()))
            button.setShortcut(key)
            button.setToolTip(f"{tip} ({key})")
            button.setAccessibleName(tip)
            button.setAutoRepeat(True)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            button.clicked.connect(lambda checked=False, by=by: self.step(by))
        self._place = _figures()

    def _lay_out(self) -> None:
        steps = QHBoxLayout()
        steps.setSpacing(8)
        steps.addStretch(1)
        for widget in (self._back, self._place, self._forward):
            steps.addWidget(widget)
        steps.addStretch(1)
        amount = QHBoxLayout()
        amount.setSpacing(16)
        amount.addWidget(self._amount)
        amount.addStretch(1)
        amount.addWidget(self._size_note)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._canvas, 1)
        column.addLayout(steps)
        column.addLayout(amount)
        column.addWidget(self._legend)


def _box(prelabel: Prelabel) -> CanvasBox:
    score = "" if prelabel.source is Source.DRAWN else f" {prelabel.score:.2f}"
    return CanvasBox(prelabel.xyxy, f"{prelabel.class_name}{score}", STATES[prelabel.source])


def _amount(plan: ExportPlan) -> str:
    counts, videos = plan.counts, len(plan.labeled.videos)
    said = [tr_n("{count} frame", "{count} frames", counts.frames)]
    if videos > 1:
        said.insert(0, tr_n("{count} video", "{count} videos", videos))
    if counts.context:
        said.append(tr("{count} as context", count=grouped(counts.context)))
    if "val" in counts.by_split:
        said.append(tr("{count} for validation", count=grouped(counts.by_split["val"])))
    boxes = sum(counts.by_source.values())
    said.append(tr_n("{count} box", "{count} boxes", boxes))
    return " · ".join(said)


def _figures(role: str = "") -> QLabel:
    label = QLabel()
    label.setFont(tabular(label.font()))
    label.setProperty("role", role)
    return label
