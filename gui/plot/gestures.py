"""What the mouse draws on the plot; see `gui.canvas.gestures`. Free of Qt."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gui.plot.layout import Point

_STEP = 3.0
"""Pixels from one corner of a lasso to the next one."""


class Lasso:
    """A line behind the mouse, which closes when the button is released.

    Args:
        start: Where the button was pressed.
        show: Is given the line so far, or nothing once it is gone.
        closed: Is given the line when the button is released.
    """

    def __init__(
        self,
        start: Point,
        show: Callable[[Sequence[Point]], None],
        closed: Callable[[Sequence[Point]], None],
    ) -> None:
        self._line = [start]
        self._show, self._closed = show, closed

    def move(self, to: Point) -> None:
        last = self._line[-1]
        if abs(to[0] - last[0]) + abs(to[1] - last[1]) >= _STEP:
            self._line.append(to)
            self._show(self._line)

    def end(self, to: Point) -> None:
        self.move(to)
        self._show([])
        self._closed(self._line)

    def cancel(self) -> None:
        self._show([])
