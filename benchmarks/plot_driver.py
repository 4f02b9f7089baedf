"""The embedding plot in a window, and a hand that moves over it, with a clock."""

import math
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QEventLoop, QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QImage, QMouseEvent, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

from gui.plot import Colours, EmbeddingPlot
from gui.theme import apply_theme

_MOST_SECONDS = 30.0
_NOTCHES = 12
"""Of the wheel from all points to the closest look."""
_NO_KEY, _CTRL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier


class _Watched(EmbeddingPlot):
    """The plot; counts how often it has painted."""

    paints = 0

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        self.paints += 1


class PlotDriver:
    """A plot that is seen on the screen; times are from an event to the picture that answers it.

    Args:
        xy: Points (n, 2).
        scores: (n,) their colours.
        selected: How many of them are marked as selected, and as many as excluded.
        size: Of the plot, in pixels.
    """

    def __init__(
        self,
        xy: NDArray[np.float32],
        scores: NDArray[np.float32],
        selected: int,
        size: tuple[int, int],
    ) -> None:
        found = QApplication.instance()
        self._app = found if isinstance(found, QApplication) else QApplication([])
        self._plot = plot = _Watched()
        plot.set_theme(apply_theme(self._app, "dark"))
        plot.resize(*size)
        plot.set_points(xy)
        plot.set_colours(Colours(title="Flickering", scores=scores))
        rows = np.random.default_rng(1).permutation(len(xy))
        plot.set_selected(rows[:selected])
        self._rows, self._selected = rows, selected
        plot.set_excluded(rows[selected : 2 * selected])
        plot.hovered.connect(self._answer)
        plot.lassoed.connect(self._count)
        self._middle = size[0] / 2, size[1] / 2
        self._thumbnail = QImage(320, 180, QImage.Format.Format_RGB32)
        self._thumbnail.fill(Qt.GlobalColor.gray)
        self.inside = 0
        """Points in the last lasso."""

    def show(self) -> float:
        """Milliseconds until the window is there."""
        return self._timed([self._plot.show])[0]

    def panning(self, steps: int) -> list[float]:
        """Dragging in a circle, twice as close as with all points in view."""
        self._plot.fit()
        self._plot.zoom_by(2.0)
        return self._dragging(steps, 250, _NO_KEY)

    def zooming(self, steps: int) -> list[float]:
        """Notches of the wheel: from all points to a few and back, about several places."""
        self._plot.fit()
        turns = range(steps)
        return self._timed(
            partial(self._wheel, self._around(n // (2 * _NOTCHES), 150), n // _NOTCHES % 2 == 0)
            for n in turns
        )

    def pointing(self, steps: int) -> list[float]:
        """Moves of the mouse without a button, each to another point, with its card."""
        self._plot.fit()
        places = [self._around(0.7 * number, 60 + number) for number in range(steps)]
        return self._timed(partial(self._mouse, QEvent.Type.MouseMove, at) for at in places)

    def lasso(self, steps: int) -> list[float]:
        """Going round the middle, with how many points are inside."""
        self._plot.fit()
        return self._dragging(steps, 240, _CTRL)

    def selecting(self, steps: int) -> list[float]:
        """Other frames are selected, as while a choice is previewed."""
        self._plot.fit()
        return self._timed(partial(self._plot.set_selected, rows) for rows in self._choices(steps))

    def close(self) -> None:
        """Close the window."""
        self._plot.close()
        self._plot.deleteLater()
        QApplication.processEvents()

    def _choices(self, count: int) -> Iterator[NDArray[np.int64]]:
        for number in range(1, count + 1):
            yield np.roll(self._rows, -100 * number)[: self._selected]

    def _dragging(self, steps: int, radius: float, keys: Qt.KeyboardModifier) -> list[float]:
        turns = np.linspace(0, 2 * math.pi, steps + 2).tolist()
        places = [self._around(turn, radius) for turn in turns]
        self._mouse(QEvent.Type.MouseButtonPress, places[0], keys)
        # The first move does not yet make it a drag.
        self._mouse(QEvent.Type.MouseMove, places[1], keys)
        move = partial(self._mouse, QEvent.Type.MouseMove, keys=keys, pressed=True)
        took = self._timed(partial(move, at) for at in places[2:])
        self._mouse(QEvent.Type.MouseButtonRelease, places[-1], keys)
        return took

    def _timed(self, steps: Iterable[Callable[[], object]]) -> list[float]:
        took = list[float]()
        self._settle()
        for step in steps:
            before, began = self._plot.paints, time.perf_counter()
            step()
            while self._plot.paints == before:
                QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
                if time.perf_counter() - began > _MOST_SECONDS:
                    raise TimeoutError("the plot was not painted")
            # Until the display has it, too.
            QGuiApplication.sync()
            took.append((time.perf_counter() - began) * 1000)
        return took

    def _settle(self) -> None:
        for _ in range(3):
            QApplication.processEvents()
            QGuiApplication.sync()

    def _around(self, turn: float, radius: float) -> QPointF:
        x, y = self._middle
        return QPointF(x + radius * math.cos(turn), y + radius * math.sin(turn))

    def _mouse(
        self,
        kind: QEvent.Type,
        at: QPointF,
        keys: Qt.KeyboardModifier = _NO_KEY,
        *,
        pressed: bool = False,
    ) -> None:
        left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
        moves = kind == QEvent.Type.MouseMove
        down = left if pressed or kind == QEvent.Type.MouseButtonPress else none
        event = QMouseEvent(
            kind, at, self._plot.mapToGlobal(at), none if moves else left, down, keys
        )
        QApplication.sendEvent(self._plot, event)

    def _wheel(self, at: QPointF, closer: bool) -> None:
        event = QWheelEvent(
            at,
            self._plot.mapToGlobal(at),
            QPoint(),
            QPoint(0, 120 if closer else -120),
            Qt.MouseButton.NoButton,
            _NO_KEY,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(self._plot, event)

    def _answer(self, row: int | None) -> None:
        """As the page does, but at once."""
        if row is not None:
            self._plot.set_thumbnail(row, self._thumbnail)
            self._plot.set_caption(row, f"0:08.840 · {row}")

    def _count(self, rows: NDArray[np.int64], includes: bool) -> None:
        self.inside = len(rows)
