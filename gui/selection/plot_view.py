"""The middle of the page: the plot, what it is coloured by, and what dragging in it does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.selection.pool import Pool
from core.selection.request import FrameId, SelectRequest
from gui.i18n import mark, tr
from gui.plot import EmbeddingPlot, Mode
from gui.review.controls import in_row
from gui.selection.colouring import CHOSEN, VIDEOS, Choice, choices, colours
from gui.selection.offers import Offers
from gui.text import grouped, timecode
from gui.theme import Theme, tabular

_MODES: tuple[tuple[Mode, str, str], ...] = (
    ("point", mark("Look"), mark("Dragging moves the plot, a click goes to the frame")),
    (
        "include",
        mark("Include"),
        mark("Draw around frames that are chosen in any case (Ctrl+drag)"),
    ),
    (
        "exclude",
        mark("Exclude"),
        mark("Draw around frames that are never chosen (Ctrl+Shift+drag)"),
    ),
)
_UNLIKE = mark(
    "Not all of the videos have embeddings of one model: detect in them again, or run "
    "\u201cflickerscope\u00a0embed\u201d"
)
_NO_ROWS = np.empty(0, np.int64)


class PlotView(QWidget):
    """Shows a pool, and says which of its frames a person points at."""

    frame_clicked = Signal(object)
    """A `FrameId`."""
    frame_opened = Signal(object)
    """A `FrameId` of another video than the one that is open."""
    picture_wanted = Signal(object)
    """A `FrameId` whose picture is to be shown beside its point."""
    pointed_at = Signal(object, bool)
    """A list of `FrameId` that were drawn around, and whether to include them rather than to
    exclude them."""
    cleared = Signal()
    """No frame is to be included or excluded any more."""

    def __init__(self) -> None:
        super().__init__()
        self._pool: Pool | None = None
        self._chosen = _NO_ROWS
        self._choices: list[Choice] = []
        self.plot = EmbeddingPlot()
        self.colour = QComboBox()
        self.colour.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.colour.setAccessibleName(tr("Colour by"))
        self.colour.setToolTip(tr("What the colour of a point says of its frame"))
        self.colour.currentIndexChanged.connect(self._colour)
        self.modes = self._make_modes()
        self._said = QLabel()
        self._said.setFont(tabular(self._said.font()))
        self.clear = QPushButton(tr("Clear"), flat=True)
        self.clear.setAccessibleName(tr("Clear included and excluded frames"))
        self.clear.setToolTip(tr("Include and exclude no frame any more"))
        self.clear.clicked.connect(self.cleared)
        self.open = QPushButton()
        self.open.clicked.connect(self._open)
        self._other: FrameId | None = None
        self.plot.hovered.connect(self._hover)
        self.plot.clicked.connect(self._click)
        self.plot.lassoed.connect(self._point)
        self._lay_out()

    def set_theme(self, theme: Theme) -> None:
        """Colours of everything but points."""
        self.plot.set_theme(theme)

    def show_pool(self, pool: Pool, offers: Offers) -> None:
        """Other frames are there to choose from; where they lie comes later."""
        self._pool, self._chosen = pool, _NO_ROWS
        self._choices = choices(offers, len(pool.videos))
        before = self.colour.currentText()
        with QSignalBlocker(self.colour):
            self.colour.clear()
            self.colour.addItems([choice.title for choice in self._choices])
            self.colour.setCurrentIndex(max(self.colour.findText(before), 0))
        if pool.embeddings is None:
            self.plot.set_points(np.empty((0, 2), np.float32))
            # One run without them is said by the plot itself.
            self.plot.set_busy(tr(_UNLIKE) if len(pool.videos) > 1 else "")
        else:
            self.plot.set_busy(tr("Laying out the frames…"))

    def show_nothing(self, sentence: str) -> None:
        """There are no frames to choose from now, or other ones are on their way."""
        self._pool, self._chosen, self._other = None, _NO_ROWS, None
        self.open.hide()
        self.plot.set_points(np.empty((0, 2), np.float32))
        self.plot.set_busy(sentence)

    def show_plane(self, pool: Pool, plane: NDArray[np.float32]) -> None:
        """It is known where the frames of a pool lie."""
        if pool is self._pool:
            self.plot.set_points(plane)
            self._colour()
            self.plot.set_selected(self._chosen)

    def show_chosen(self, rows: NDArray[np.int64]) -> None:
        """Other frames are chosen."""
        self._chosen = rows
        self.plot.set_selected(rows)
        if self._choice is not None and self._choice.key == CHOSEN:
            self._colour()

    def show_pointed(self, request: SelectRequest) -> None:
        """Mark the frames that a person includes and excludes, and count them."""
        self.plot.set_included(self._rows(request.include))
        self.plot.set_excluded(self._rows(request.exclude))
        included, excluded = len(request.include), len(request.exclude)
        self._said.setText(
            tr("{included} included, {excluded} excluded",
               included=grouped(included), excluded=grouped(excluded))
        )  # fmt: skip
        for widget in (self._said, self.clear):
            widget.setVisible(bool(included or excluded))

    def show_frame(self, where: FrameId, *, other: bool = False) -> None:
        """Mark the frame that is looked at.

        Args:
            where: The frame.
            other: Whether it is of another video than the one that is open, and can be opened.
        """
        self.plot.set_current(self._row(where))
        self._other = where if other else None
        self.open.setVisible(other)
        if other and self._pool is not None:
            said = tr("Open {name} at frame {frame}", name=self._pool.videos[where.video].name,
                      frame=grouped(where.frame))  # fmt: skip
            self.open.setText(said.replace("&", "&&"))
            self.open.setAccessibleName(said)
            self.open.setToolTip(tr("Show this frame's video, at this frame"))

    def show_picture(self, where: FrameId, image: QImage) -> None:
        """What a frame looks like."""
        row = self._row(where)
        if row is not None:
            self.plot.set_thumbnail(row, image)

    @property
    def _choice(self) -> Choice | None:
        at = self.colour.currentIndex()
        return self._choices[at] if 0 <= at < len(self._choices) else None

    def _colour(self) -> None:
        if self._pool is not None and self._choice is not None:
            self.plot.set_colours(colours(self._pool, self._choice, self._chosen))

    def _row(self, where: FrameId) -> int | None:
        return None if self._pool is None else self._pool.row(where)

    def _open(self) -> None:
        if self._other is not None:
            self.frame_opened.emit(self._other)

    def _rows(self, frames: tuple[FrameId, ...]) -> NDArray[np.int64]:
        if self._pool is None:
            return _NO_ROWS
        rows = [self._pool.row(where) for where in frames]
        return np.array([row for row in rows if row is not None], np.int64)

    def _hover(self, row: int | None) -> None:
        if row is None or self._pool is None:
            return
        pool, where = self._pool, self._pool.where(row)
        time = timecode(float(pool.seconds[row]))
        said = tr("Frame {frame} · {time}", frame=grouped(where.frame), time=time)
        by_video = self._choice is not None and self._choice.key == VIDEOS
        named = len(pool.videos) > 1 and not by_video
        names = [pool.videos[where.video].name] if named else []
        self.plot.set_caption(row, " · ".join([*names, said]))
        self.picture_wanted.emit(where)

    def _click(self, row: int) -> None:
        if self._pool is not None:
            self.frame_clicked.emit(self._pool.where(row))

    def _point(self, rows: NDArray[np.int64], include: bool) -> None:
        if self._pool is not None:
            where = [self._pool.where(row) for row in rows.tolist()]
            self.pointed_at.emit(where, include)

    def _make_modes(self) -> dict[Mode, QToolButton]:
        buttons: dict[Mode, QToolButton] = {}
        for mode, word, tip in _MODES:
            button = QToolButton()
            button.setCheckable(True)
            button.setAutoExclusive(True)
            button.setChecked(mode == "point")
            button.setText(tr(word))
            button.setAccessibleName(tr(word))
            button.setToolTip(tr(tip))
            button.toggled.connect(lambda on, mode=mode: self.plot.set_mode(mode) if on else None)
            buttons[mode] = button
        return buttons

    def _lay_out(self) -> None:
        self.colour.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        label = QLabel(tr("Colour by"))
        label.setBuddy(self.colour)
        bar = in_row(label, self.colour, None, *self.modes.values())
        bar.setContentsMargins(8, 4, 8, 4)
        line = QHBoxLayout()
        line.setContentsMargins(8, 2, 8, 2)
        line.addWidget(self._said)
        line.addWidget(self.clear)
        line.addStretch(1)
        line.addWidget(self.open)
        self.open.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(bar)
        layout.addWidget(self.plot, 1)
        layout.addLayout(line)
        self.show_pointed(SelectRequest())


def pointed(request: SelectRequest, frames: list[FrameId], include: bool) -> SelectRequest:
    """The request that includes, or excludes, more frames; the last word counts."""
    more = set(frames)
    kept, lost = set(request.include), set(request.exclude)
    kept, lost = (kept | more, lost - more) if include else (kept - more, lost | more)
    return replace(request, include=tuple(sorted(kept)), exclude=tuple(sorted(lost)))


def within(pool: Pool, request: SelectRequest) -> SelectRequest:
    """The request without frames that are no candidates."""
    include = tuple(where for where in request.include if pool.row(where) is not None)
    return replace(request, include=include)
