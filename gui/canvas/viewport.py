"""What part of a picture a widget shows, and how that follows resizing, zooming and panning."""

from __future__ import annotations

from gui.canvas.layout import ViewTransform, close_up, fit, next_stop, scale_limits
from gui.canvas.types import Box, Point, Size


class Viewport:
    """A view that stays whole, or close to one box, until it is zoomed or panned."""

    def __init__(self) -> None:
        self.view = ViewTransform(1.0, 0.0, 0.0)
        self.image: Size = (0.0, 0.0)
        """Pixels of the picture; zero for none."""
        self.room: Size = (0.0, 0.0)
        """Logical pixels of the widget."""
        self.ratio = 1.0
        """Device pixels per logical pixel."""
        self._kept = True
        self._subject: Box | None = None

    def show(self, image: Size) -> None:
        """Another picture; the view is kept where it has the size of the one before."""
        if image != self.image:
            self.image = image
            self.fit()

    def resize(self, room: Size, ratio: float) -> None:
        """The widget's size or display changed."""
        self.room, self.ratio = room, ratio
        self._follow()

    def fit(self) -> None:
        """Show the whole picture, also after a change of size."""
        self._kept, self._subject = True, None
        self._follow()

    def focus_on(self, xyxy: Box) -> None:
        """Show a box (image px) and what is around it, also after a change of size."""
        self._kept, self._subject = True, xyxy
        self._follow()

    def zoom_by(self, factor: float, about: Point | None = None) -> None:
        """Zoom about a point of the widget, or about its middle."""
        self._kept = False
        point = about or (self.room[0] / 2, self.room[1] / 2)
        limits = scale_limits(self.image, self.room, self.ratio)
        self._show(self.view.zoomed_about(point, factor, limits))

    def zoom_to(self, scale: float) -> None:
        """Zoom about the middle; `scale` is in device pixels per image pixel."""
        self.zoom_by(scale / self.ratio / self.view.scale)

    def step(self, *, closer: bool) -> None:
        """Zoom to the next round scale."""
        self.zoom_to(next_stop(self.view.scale * self.ratio, closer=closer))

    def pan(self, dx: float, dy: float) -> None:
        """Move the picture by logical pixels."""
        self._kept = False
        self._show(self.view.panned(dx, dy))

    def visible(self) -> Box:
        """The part of the picture in view, in image pixels."""
        x1, y1 = self.view.to_image((0.0, 0.0))
        x2, y2 = self.view.to_image(self.room)
        return max(x1, 0.0), max(y1, 0.0), min(x2, self.image[0]), min(y2, self.image[1])

    def _follow(self) -> None:
        if not self._kept:
            self._show(self.view)
        elif self._subject is None:
            self._show(fit(self.image, self.room))
        else:
            self._show(close_up(self._subject, self.image, self.room))

    def _show(self, view: ViewTransform) -> None:
        if min(self.image) > 0:
            self.view = view.kept_in_view(self.image, self.room).on_pixels(self.ratio)
