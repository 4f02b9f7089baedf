"""Painting of one frame and its boxes onto any QPainter; nothing is kept between calls.

All lengths are logical pixels. Strokes run along whole device pixels, so that they are sharp at
every display scale.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPen

from gui.canvas.layout import ViewTransform, intersection, place_labels
from gui.canvas.types import Box, BoxState, CanvasBox, Size
from gui.theme import ACCEPTED, DETECTION, IMPUTED, REJECTED, Theme, caption

COLOURS = {
    BoxState.DETECTION: QColor(DETECTION),
    BoxState.IMPUTED: QColor(IMPUTED),
    BoxState.ACCEPTED: QColor(ACCEPTED),
    BoxState.REJECTED: QColor(REJECTED),
}
_OUTLINE = QColor(0, 0, 0, 150)
_CHIP = QColor(14, 16, 20, 205)
_WHITE = QColor(255, 255, 255)
_NEAREST_FROM = 3.0
"""Device pixels per image pixel above which pixels are shown as squares, to be counted."""
_REJECTED_OPACITY = 0.75
_BADGE_RADIUS = 7.0
_DOUBLE_INSET = 4.0
_DASHES = (9.0, 6.0)
_DOTS = (2.0, 4.0)


@dataclass(frozen=True, slots=True)
class CanvasScene:
    """Everything that one painting needs."""

    size: Size
    """Of the widget."""
    picture: QImage | None
    boxes: Sequence[CanvasBox]
    view: ViewTransform
    theme: Theme
    font: QFont
    title: str = ""
    hint: str = ""
    picture_size: Size = (0.0, 0.0)
    """Of the full picture, in which boxes are given; the picture itself may be smaller."""
    note: str = ""
    """What must be known about the picture, empty for nothing."""


def paint_canvas(painter: QPainter, scene: CanvasScene) -> None:
    """The picture and its boxes, or the empty state where there is no picture."""
    painter.fillRect(QRectF(0, 0, *scene.size), QColor(_ground(scene)))
    if scene.picture is None:
        _paint_empty(painter, scene)
        return
    _paint_picture(painter, scene.picture, scene)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    rects = [scene.view.to_widget(box.xyxy) for box in scene.boxes]
    # The focused box is painted last and so lies on top.
    for i in sorted(range(len(rects)), key=lambda i: scene.boxes[i].focused):
        _paint_box(painter, scene.boxes[i], rects[i])
    _paint_chips(painter, scene, rects)
    _paint_note(painter, scene)


def _paint_note(painter: QPainter, scene: CanvasScene) -> None:
    """A chip in the upper left corner of the view."""
    if not scene.note:
        return
    painter.setFont(caption(scene.font))
    metrics = QFontMetricsF(painter.font())
    size = metrics.horizontalAdvance(scene.note) + 24, metrics.height() + 8
    chip = QRectF(8, 8, *size)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_CHIP)
    painter.drawRoundedRect(chip, 3, 3)
    painter.setBrush(COLOURS[BoxState.REJECTED])
    painter.drawRoundedRect(QRectF(chip.x() + 4, chip.y() + 4, 4, chip.height() - 8), 2, 2)
    painter.setPen(_WHITE)
    painter.drawText(chip.adjusted(14, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, scene.note)


def _ground(scene: CanvasScene) -> str:
    return scene.theme.window if scene.picture is None else scene.theme.canvas


def _paint_picture(painter: QPainter, picture: QImage, scene: CanvasScene) -> None:
    whole = scene.view.to_widget((0, 0, *scene.picture_size))
    shown = intersection(whole, (0, 0, *scene.size))
    if shown is None:
        return
    smooth = scene.view.scale * _pixel_ratio(painter) < _NEAREST_FROM
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
    # Only the part in view is handed over, else a deep zoom would scale what nobody sees.
    x1, y1 = scene.view.to_image(shown[:2])
    x2, y2 = scene.view.to_image(shown[2:])
    across, down = picture.width() / scene.picture_size[0], picture.height() / scene.picture_size[1]
    source = QRectF(x1 * across, y1 * down, (x2 - x1) * across, (y2 - y1) * down)
    painter.drawImage(_qrect(shown), picture, source)


def _paint_box(painter: QPainter, box: CanvasBox, rect: Box) -> None:
    painter.save()
    width = 3.0 if box.focused else 2.0
    match box.state:
        case BoxState.DETECTION:
            _stroke(painter, rect, _OUTLINE, width + 2)
            _stroke(painter, rect, COLOURS[box.state], width)
        case BoxState.IMPUTED:
            _stroke(painter, rect, _OUTLINE, width + 2)
            _stroke(painter, rect, COLOURS[box.state], width, dashes=_DASHES)
        case BoxState.ACCEPTED:
            _paint_double(painter, rect, COLOURS[box.state], width)
            _paint_badge(painter, rect, COLOURS[box.state], check=True)
        case BoxState.REJECTED:
            painter.setOpacity(1.0 if box.focused else _REJECTED_OPACITY)
            _stroke(painter, rect, _OUTLINE, width + 2)
            _stroke(painter, rect, COLOURS[box.state], width, dashes=_DOTS)
            _paint_badge(painter, rect, COLOURS[box.state], check=False)
    if box.focused:
        _paint_brackets(painter, rect)
    painter.restore()


def _paint_double(painter: QPainter, rect: Box, colour: QColor, width: float) -> None:
    inner = _inset(rect, _DOUBLE_INSET + width - 2)
    for line in filter(None, (rect, inner)):
        _stroke(painter, line, _OUTLINE, width + 2)
    for line in filter(None, (rect, inner)):
        _stroke(painter, line, colour, width)


def _paint_badge(painter: QPainter, rect: Box, colour: QColor, *, check: bool) -> None:
    """A disc with a check or a cross on the box's top right corner."""
    x, y, r = rect[2], rect[1], _BADGE_RADIUS
    painter.setPen(QPen(_OUTLINE, 1.5))
    painter.setBrush(colour)
    painter.drawEllipse(QPointF(x, y), r, r)
    cap = Qt.PenCapStyle.RoundCap
    painter.setPen(QPen(_WHITE, 1.75, Qt.PenStyle.SolidLine, cap, Qt.PenJoinStyle.RoundJoin))
    if check:
        marks = [QPointF(x - 3.2, y + 0.2), QPointF(x - 0.8, y + 2.6), QPointF(x + 3.4, y - 2.4)]
        painter.drawPolyline(marks)
    else:
        painter.drawLine(QPointF(x - 2.5, y - 2.5), QPointF(x + 2.5, y + 2.5))
        painter.drawLine(QPointF(x - 2.5, y + 2.5), QPointF(x + 2.5, y - 2.5))


def _paint_brackets(painter: QPainter, rect: Box) -> None:
    """White corners just outside the box, as in a viewfinder."""
    x1, y1, x2, y2 = _snapped(_inset(rect, -6) or rect, 2, _pixel_ratio(painter))
    arm = min(14.0, (x2 - x1) / 3, (y2 - y1) / 3)
    corners = [(x1, y1, arm, arm), (x2, y1, -arm, arm), (x2, y2, -arm, -arm), (x1, y2, arm, -arm)]
    for colour, width in ((_OUTLINE, 4.0), (_WHITE, 2.0)):
        pen = QPen(colour, width)
        pen.setCapStyle(Qt.PenCapStyle.SquareCap)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for x, y, dx, dy in corners:
            painter.drawPolyline([QPointF(x + dx, y), QPointF(x, y), QPointF(x, y + dy)])


def _paint_chips(painter: QPainter, scene: CanvasScene, rects: Sequence[Box]) -> None:
    if scene.picture is None or not scene.boxes:
        return
    painter.setFont(caption(scene.font))
    metrics = QFontMetricsF(painter.font())
    height = metrics.height() + 4
    sizes = [
        (metrics.horizontalAdvance(box.label) + 16, height) if box.label else (0.0, 0.0)
        for box in scene.boxes
    ]
    whole = scene.view.to_widget((0, 0, *scene.picture_size))
    bounds = intersection(whole, (0, 0, *scene.size))
    if bounds is None:
        return
    for box, spot in zip(scene.boxes, place_labels(scene.boxes, rects, sizes, bounds), strict=True):
        if spot is not None:
            _paint_chip(painter, box, _snapped(spot, 2, _pixel_ratio(painter)))


def _paint_chip(painter: QPainter, box: CanvasBox, spot: Box) -> None:
    chip = _qrect(spot)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_CHIP)
    painter.drawRoundedRect(chip, 3, 3)
    painter.setBrush(COLOURS[box.state])
    painter.drawRoundedRect(QRectF(chip.x() + 3, chip.y() + 3, 3, chip.height() - 6), 1.5, 1.5)
    painter.setPen(_WHITE)
    painter.drawText(chip.adjusted(10, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, box.label)


def _paint_empty(painter: QPainter, scene: CanvasScene) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    centre_x, centre_y = scene.size[0] / 2, scene.size[1] / 2
    _paint_three_frames(painter, QPointF(centre_x, centre_y - 48), scene.theme)
    title = QFont(scene.font)
    title.setWeight(QFont.Weight.DemiBold)
    flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
    room = max(0.0, min(scene.size[0] - 32, 520.0))
    left = centre_x - room / 2
    painter.setFont(title)
    painter.setPen(QColor(scene.theme.text))
    used = painter.drawText(QRectF(left, centre_y, room, 200), flags, scene.title)
    painter.setFont(scene.font)
    painter.setPen(QColor(scene.theme.text_muted))
    painter.drawText(QRectF(left, used.bottom() + 8, room, 200), flags, scene.hint)


def _paint_three_frames(painter: QPainter, centre: QPointF, theme: Theme) -> None:
    """What a flicker is: seen, missed, seen."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for offset, dashed in ((-44, False), (0, True), (44, False)):
        colour = QColor(theme.imputed_text if dashed else theme.text_muted)
        box = QRectF(centre.x() + offset - 16, centre.y() - 12, 32, 24)
        pen = QPen(colour, 1.75)
        if dashed:
            pen.setDashPattern([2.2, 2.0])
        painter.setPen(pen)
        painter.drawRoundedRect(box, 2, 2)


def _stroke(
    painter: QPainter,
    rect: Box,
    colour: QColor,
    width: float,
    *,
    dashes: tuple[float, float] | None = None,
) -> None:
    """A rectangle's outline; `dashes` are the lengths of dash and space."""
    # Edges lie on whole pixels already; smoothing would only blur dashes and cost time.
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    snapped = _snapped(rect, width, _pixel_ratio(painter))
    if dashes is None:
        # Filled, which is several times faster than a pen where the colour lets light through.
        for edge in _edges(snapped, width):
            painter.fillRect(edge, colour)
    else:
        pen = QPen(colour, width, c=Qt.PenCapStyle.FlatCap, j=Qt.PenJoinStyle.MiterJoin)
        # Qt counts dashes in pen widths.
        pen.setDashPattern([length / width for length in dashes])
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(_qrect(snapped))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)


def _edges(rect: Box, width: float) -> tuple[QRectF, QRectF, QRectF, QRectF]:
    """Top, bottom, left and right of an outline `width` wide, without overlap."""
    x1, y1, x2, y2 = (value - width / 2 for value in rect)
    across, down = x2 - x1 + width, max(0.0, y2 - y1 - width)
    return (
        QRectF(x1, y1, across, width),
        QRectF(x1, y2, across, width),
        QRectF(x1, y1 + width, width, down),
        QRectF(x2, y1 + width, width, down),
    )


def _snapped(rect: Box, width: float, ratio: float) -> Box:
    """Moved by under a device pixel so that both edges of a stroke `width` wide fall on pixels."""
    half = (round(width * ratio) % 2) / 2
    x1, y1, x2, y2 = ((round(value * ratio - half) + half) / ratio for value in rect)
    return x1, y1, x2, y2


def _inset(rect: Box, by: float) -> Box | None:
    x1, y1, x2, y2 = rect[0] + by, rect[1] + by, rect[2] - by, rect[3] - by
    return (x1, y1, x2, y2) if x1 < x2 and y1 < y2 else None


def _pixel_ratio(painter: QPainter) -> float:
    return painter.device().devicePixelRatioF()


def _qrect(box: Box) -> QRectF:
    return QRectF(box[0], box[1], box[2] - box[0], box[3] - box[1])
