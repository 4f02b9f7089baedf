"""The canvas's arithmetic, free of Qt.

Image coordinates are pixels of the picture; widget coordinates are logical (device-independent)
pixels of the widget. Both have their origin at the top left.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from gui.canvas.types import Box, BoxState, CanvasBox, Point, Size

MAX_SCALE = 40.0
ZOOM_STOPS = (
    *(1 / 16, 1 / 12, 1 / 8, 1 / 6, 1 / 4, 1 / 3, 1 / 2, 2 / 3),
    *(1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0, 32.0, 48.0, 64.0, 80.0),
)
"""Scales that zooming by keys halts at."""
KEPT_IN_VIEW = 48.0
"""Logical pixels of the picture that no pan can push out of the widget."""
_WAITING = (BoxState.IMPUTED, BoxState.DOUBTED)
"""States that wait for a decision."""


@dataclass(frozen=True, slots=True)
class ViewTransform:
    """Where the picture lies: ``widget = image * scale + (dx, dy)``."""

    scale: float
    """Logical widget pixels per image pixel."""
    dx: float
    dy: float

    def to_widget(self, xyxy: Box) -> Box:
        """An image box in widget coordinates."""
        x1, y1, x2, y2 = xyxy
        return (
            x1 * self.scale + self.dx,
            y1 * self.scale + self.dy,
            x2 * self.scale + self.dx,
            y2 * self.scale + self.dy,
        )

    def to_image(self, point: Point) -> Point:
        """A widget point in image coordinates, which may lie outside the picture."""
        return (point[0] - self.dx) / self.scale, (point[1] - self.dy) / self.scale

    def panned(self, dx: float, dy: float) -> ViewTransform:
        """Moved by widget pixels."""
        return replace(self, dx=self.dx + dx, dy=self.dy + dy)

    def zoomed_about(
        self, point: Point, factor: float, limits: tuple[float, float]
    ) -> ViewTransform:
        """Scaled by `factor`, within `limits`, with the picture under `point` (widget) held."""
        scale = min(max(self.scale * factor, limits[0]), limits[1])
        ratio = scale / self.scale
        return ViewTransform(
            scale=scale,
            dx=point[0] - (point[0] - self.dx) * ratio,
            dy=point[1] - (point[1] - self.dy) * ratio,
        )

    def on_pixels(self, ratio: float) -> ViewTransform:
        """Moved by under a device pixel so that picture and display pixels coincide.

        That is where a picture pixel takes a whole number of display pixels; `ratio` is the
        number of device pixels per logical one. Elsewhere the view is left as it is.
        """
        steps = self.scale * ratio
        if not math.isclose(steps, max(1, round(steps)), rel_tol=1e-9):
            return self
        return replace(self, dx=round(self.dx * ratio) / ratio, dy=round(self.dy * ratio) / ratio)

    def kept_in_view(self, image: Size, widget: Size) -> ViewTransform:
        """Moved no more than needed for a strip of the picture to stay inside the widget."""
        return replace(
            self,
            dx=_kept(self.dx, image[0] * self.scale, widget[0]),
            dy=_kept(self.dy, image[1] * self.scale, widget[1]),
        )


def fit(image: Size, widget: Size) -> ViewTransform:
    """The whole picture, as large as it goes, centred; whole-pixel offsets keep it crisp."""
    if min(*image, *widget) <= 0:
        return ViewTransform(1.0, 0.0, 0.0)
    scale = min(widget[0] / image[0], widget[1] / image[1], MAX_SCALE)
    return ViewTransform(
        scale=scale,
        dx=float(round((widget[0] - image[0] * scale) / 2)),
        dy=float(round((widget[1] - image[1] * scale) / 2)),
    )


def close_up(xyxy: Box, image: Size, widget: Size) -> ViewTransform:
    """A box in the middle, a third as wide or high as the widget, but all within the picture.

    The whole picture is never shown smaller than it fits, nor ground where picture could be.
    """
    whole = fit(image, widget)
    if min(*image, *widget) <= 0:
        return whole
    width, height = max(xyxy[2] - xyxy[0], 1.0), max(xyxy[3] - xyxy[1], 1.0)
    near = min(widget[0] / width, widget[1] / height) / 3
    scale = min(max(near, whole.scale), MAX_SCALE)
    return ViewTransform(
        scale=scale,
        dx=_covering((xyxy[0] + xyxy[2]) / 2, scale, image[0], widget[0]),
        dy=_covering((xyxy[1] + xyxy[3]) / 2, scale, image[1], widget[1]),
    )


def scale_limits(image: Size, widget: Size, ratio: float = 1.0) -> tuple[float, float]:
    """From half of what fits (or of 1:1, where that is smaller) to `MAX_SCALE`.

    `ratio` is the number of device pixels per logical one.
    """
    return 0.5 * min(fit(image, widget).scale, 1.0 / ratio), MAX_SCALE


def next_stop(scale: float, *, closer: bool) -> float:
    """The next of the round scales, which are device pixels per image pixel."""
    # A stop that is all but reached counts as reached.
    if closer:
        return next((stop for stop in ZOOM_STOPS if stop > scale * 1.001), ZOOM_STOPS[-1])
    return next((stop for stop in reversed(ZOOM_STOPS) if stop < scale * 0.999), ZOOM_STOPS[0])


def box_at(boxes: Sequence[CanvasBox], point: Point, tolerance: float) -> CanvasBox | None:
    """The box to take for a click at `point`, or None.

    Point and `tolerance`, which widens every box, are in image pixels. The focused box wins,
    then the smallest, so that a box inside another can always be reached.
    """
    hits = [box for box in boxes if _contains(box.xyxy, point, tolerance)]
    return min(hits, key=lambda box: (not box.focused, _area(box.xyxy)), default=None)


def intersection(a: Box, b: Box) -> Box | None:
    """The common part of two boxes, or None where they share no area."""
    x1, y1, x2, y2 = max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3])
    return (x1, y1, x2, y2) if x1 < x2 and y1 < y2 else None


def place_labels(
    boxes: Sequence[CanvasBox],
    rects: Sequence[Box],
    sizes: Sequence[Size],
    bounds: Box,
) -> list[Box | None]:
    """Where each box's chip goes, in widget coordinates, or None for no room.

    `rects` are the boxes in widget coordinates, `sizes` their chips'. Chips stay inside
    `bounds` and do not cover each other; where there is no room for all, the focused box goes
    first, then boxes that wait for a decision, then larger ones.
    """
    placed: list[Box | None] = [None] * len(boxes)
    taken: list[Box] = []
    for i in sorted(range(len(boxes)), key=lambda i: _label_rank(boxes[i], rects[i])):
        if sizes[i][0] <= 0 or intersection(rects[i], bounds) is None:
            continue
        spots = label_spots(rects[i], sizes[i], bounds)
        free = (s for s in spots if not any(intersection(s, t) for t in taken))
        spot = next(free, spots[0] if boxes[i].focused else None)
        placed[i] = spot
        if spot is not None:
            taken.append(spot)
    return placed


def _label_rank(box: CanvasBox, rect: Box) -> tuple[bool, bool, float]:
    return not box.focused, box.state not in _WAITING, -_area(rect)


def label_spots(rect: Box, size: Size, bounds: Box) -> list[Box]:
    """Above the box, below it, then inside its top and bottom edges; best first."""
    gap = 4.0
    x = min(max(rect[0], bounds[0]), max(bounds[0], bounds[2] - size[0]))
    tops = (
        rect[1] - gap - size[1],
        rect[3] + gap,
        max(rect[1], bounds[1]) + gap,
        min(rect[3], bounds[3]) - gap - size[1],
    )
    fitting = [y for y in tops if bounds[1] <= y and y + size[1] <= bounds[3]]
    return [(x, y, x + size[0], y + size[1]) for y in fitting or [bounds[1]]]


def _contains(box: Box, point: Point, tolerance: float) -> bool:
    x, y = point
    return (
        box[0] - tolerance <= x <= box[2] + tolerance
        and box[1] - tolerance <= y <= box[3] + tolerance
    )


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _kept(offset: float, extent: float, room: float) -> float:
    margin = min(KEPT_IN_VIEW, extent, room)
    return min(max(offset, margin - extent), room - margin)


def _covering(centre: float, scale: float, extent: float, room: float) -> float:
    """The offset that brings `centre` (image) to the middle, without ground beside the picture."""
    if extent * scale <= room:
        return round((room - extent * scale) / 2)
    return min(max(room / 2 - centre * scale, room - extent * scale), 0.0)
