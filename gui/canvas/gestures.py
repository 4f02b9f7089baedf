"""One object for one gesture of the mouse: made by the press, then moved, and ended or cancelled.

Points are logical pixels of the widget.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from gui.canvas.editing import Handle, is_drawn, resized, spanned
from gui.canvas.types import Box, Point, Size

ToImage = Callable[[Point], Point]
"""From the widget to the picture, as it lies at that moment."""


class Gesture(Protocol):
    """What a press began."""

    def move(self, to: Point) -> None:
        """The mouse is at `to`, with the button still down."""

    def end(self, to: Point) -> None:
        """The button was released."""

    def cancel(self) -> None:
        """Take back what the gesture did so far."""


class Pan:
    """The picture follows the mouse."""

    def __init__(self, start: Point, pan: Callable[[float, float], None]) -> None:
        self._start, self._last = start, start
        self._pan = pan

    def move(self, to: Point) -> None:
        self._pan(to[0] - self._last[0], to[1] - self._last[1])
        self._last = to

    def end(self, to: Point) -> None:
        self.move(to)

    def cancel(self) -> None:
        self.move(self._start)


class Click:
    """A press and release at one place; a drag on the way does `drag` instead, if there is one."""

    def __init__(
        self,
        start: Point,
        clicked: Callable[[Point], None],
        distance: float,
        drag: Gesture | None = None,
    ) -> None:
        self._start, self._clicked, self._distance = start, clicked, distance
        self._drag = drag
        self._dragged = False

    def move(self, to: Point) -> None:
        far = abs(to[0] - self._start[0]) + abs(to[1] - self._start[1])
        self._dragged = self._dragged or far >= self._distance
        if self._dragged and self._drag is not None:
            self._drag.move(to)

    def end(self, to: Point) -> None:
        self.move(to)
        if not self._dragged:
            self._clicked(to)
        elif self._drag is not None:
            self._drag.end(to)

    def cancel(self) -> None:
        if self._dragged and self._drag is not None:
            self._drag.cancel()


class Edit:
    """A box, or some of its sides, follow the mouse."""

    def __init__(
        self,
        start: Point,
        box: Box,
        handle: Handle,
        size: Size,
        to_image: ToImage,
        show: Callable[[Box], None],
    ) -> None:
        self._start = to_image(start)
        self._box, self._handle, self._size = box, handle, size
        self._to_image, self._show = to_image, show

    def move(self, to: Point) -> None:
        x, y = self._to_image(to)
        dx, dy = x - self._start[0], y - self._start[1]
        self._show(resized(self._box, self._handle, dx, dy, self._size))

    def end(self, to: Point) -> None:
        self.move(to)

    def cancel(self) -> None:
        self._show(self._box)


class Draw:
    """A box between the press and the mouse."""

    def __init__(
        self,
        start: Point,
        size: Size,
        to_image: ToImage,
        show: Callable[[Box | None], None],
        drawn: Callable[[Box], None],
    ) -> None:
        self._start = to_image(start)
        self._size, self._to_image = size, to_image
        self._show, self._drawn = show, drawn

    def move(self, to: Point) -> None:
        self._show(self._box(to))

    def end(self, to: Point) -> None:
        self._show(None)
        box = self._box(to)
        if is_drawn(box):
            self._drawn(box)

    def cancel(self) -> None:
        self._show(None)

    def _box(self, to: Point) -> Box:
        return spanned(self._start, self._to_image(to), self._size)
