"""What all that paints the timeline needs of Qt."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from gui.theme import Theme
from gui.timeline.layout import Rect


def centred(painter: QPainter, value: float) -> float:
    """The middle of the device pixels that a one-pixel line (logical) at `value` covers."""
    ratio = pixel_ratio(painter)
    half = (round(ratio) % 2) / 2
    return (round(value * ratio - half) + half) / ratio


def pixel_ratio(painter: QPainter) -> float:
    """Device pixels per logical pixel."""
    return painter.device().devicePixelRatioF()


def paint_separator(painter: QPainter, below: Rect, theme: Theme) -> None:
    """A hairline on a well, along the top of what lies below it."""
    painter.setPen(QPen(QColor(theme.well_line), 1))
    y = centred(painter, below.y)
    painter.drawLine(QLineF(below.x, y, below.right, y))


def qrect(rect: Rect) -> QRectF:
    """The same rectangle for Qt."""
    return QRectF(rect.x, rect.y, rect.width, rect.height)


def rgb(colour: str) -> np.uint32:
    """Opaque ``0xAARRGGBB``."""
    return np.uint32(QColor(colour).rgb())


def mixed(colour: str, ground: str, share: float) -> str:
    """`share` 0..1 of a colour on a ground, both ``#rrggbb``."""
    top, bottom = QColor(colour), QColor(ground)
    pairs = (
        (top.red(), bottom.red()),
        (top.green(), bottom.green()),
        (top.blue(), bottom.blue()),
    )
    return QColor(*(round(a * share + b * (1 - share)) for a, b in pairs)).name()


def blank(width: int, height: int) -> tuple[QImage, NDArray[np.uint32]]:
    """A picture, and its pixels to be written: ``0xAARRGGBB``, height x width."""
    picture = QImage(width, height, QImage.Format.Format_RGB32)
    # A line of such pixels is never padded.
    return picture, np.frombuffer(picture.bits(), np.uint32).reshape(height, width)


def image(pixels: NDArray[np.uint32]) -> QImage:
    """A picture of ``0xAARRGGBB``, height x width."""
    height, width = pixels.shape
    picture, own = blank(width, height)
    own[:] = pixels
    return picture
