"""What the colours and shapes of the points mean, in lines below them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPen

from gui.i18n import tr, tr_n
from gui.plot.colours import Colours, Key, Palette, score_table
from gui.plot.layout import EDGE, flowed
from gui.plot.raster import Group, Ink, rasterised
from gui.plot.stamps import Shape, stamp
from gui.text import grouped
from gui.theme import Theme, caption
from gui.timeline.painting import image, mixed, pixel_ratio, rgb

_LINE = 20.0
_BAR = 96.0, 8.0
_SIGN = 16.0
"""Width of a colour or shape before its words."""
_DOT = 4.0
_GAP = 16.0
"""Between two entries."""
_NAME = 128.0
"""Pixels of a name, of which more is cut off."""
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter

_Paint = Callable[[QPainter, QPointF], None]
"""Paints a sign around a point."""


@dataclass(frozen=True, slots=True)
class _Entry:
    words: str
    sign: _Paint | None = None
    muted: bool = False
    ends: tuple[str, str] | None = None
    """Of the bar of scores."""


@dataclass(frozen=True, eq=False)
class Legend:
    """The entries, in the theme's colours."""

    theme: Theme
    font: QFont
    entries: tuple[_Entry, ...] = field(default=())

    @classmethod
    def of(
        cls,
        colours: Colours | None,
        palette: Palette,
        marked: Mapping[Shape, int],
        theme: Theme,
        font: QFont,
    ) -> Legend:
        """Of the points' colours, and of how many are marked in which shape."""
        entries = list[_Entry]()
        if colours is not None:
            entries.append(_Entry(colours.title, muted=True))
            if colours.scores is not None:
                entries.append(_Entry("", ends=(_end(colours, 0), _end(colours, 1))))
        entries += [_Entry(_name(key), _sign(key)) for key in palette.keys]
        for shape, count in marked.items():
            if count:
                entries.append(_Entry(_count(shape, count), _shape(shape, theme)))
        return cls(theme, caption(font), tuple(entries))

    def height(self, width: float) -> float:
        """Pixels that it takes in a plot of a width."""
        if not self.entries:
            return 0.0
        return (self._places(width)[-1][1] + 1) * _LINE + 12

    def paint(self, painter: QPainter, where: QRectF) -> None:
        """Into a part of the widget, below a hairline."""
        if not self.entries:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self.theme.well_line), 1))
        painter.drawLine(where.topLeft() + QPointF(0, 0.5), where.topRight() + QPointF(0, 0.5))
        painter.setFont(self.font)
        for entry, (x, line) in zip(self.entries, self._places(where.width()), strict=True):
            self._paint_entry(painter, entry, where.x() + 16 + x, where.y() + 6 + line * _LINE)

    def _places(self, width: float) -> list[tuple[float, int]]:
        return flowed([self._width(entry) for entry in self.entries], width - 32, _GAP)

    def _width(self, entry: _Entry) -> float:
        metrics = QFontMetricsF(self.font)
        if entry.ends is not None:
            low, high = (metrics.horizontalAdvance(end) for end in entry.ends)
            return low + high + _BAR[0] + 2 * EDGE
        sign = _SIGN if entry.sign is not None else 0.0
        return sign + metrics.horizontalAdvance(self._cut(entry.words))

    def _cut(self, words: str) -> str:
        return QFontMetricsF(self.font).elidedText(words, Qt.TextElideMode.ElideRight, _NAME)

    def _paint_entry(self, painter: QPainter, entry: _Entry, x: float, y: float) -> None:
        theme = self.theme
        text = mixed(theme.well_text, theme.well, 0.72) if entry.muted else theme.well_text
        painter.setPen(QColor(text))
        if entry.ends is not None:
            self._paint_bar(painter, entry.ends, x, y)
            return
        if entry.sign is not None:
            painter.save()
            entry.sign(painter, QPointF(x + _SIGN / 2 - 2, y + _LINE / 2))
            painter.restore()
            x += _SIGN
        painter.drawText(QRectF(x, y, _NAME + 2, _LINE), _LEFT, self._cut(entry.words))

    def _paint_bar(self, painter: QPainter, ends: tuple[str, str], x: float, y: float) -> None:
        low, high = (QFontMetricsF(self.font).horizontalAdvance(end) for end in ends)
        painter.drawText(QRectF(x, y, low + 2, _LINE), _LEFT, ends[0])
        left = x + low + EDGE
        painter.drawImage(QRectF(left, y + (_LINE - _BAR[1]) / 2, *_BAR), _bar())
        painter.drawText(QRectF(left + _BAR[0] + EDGE, y, high + 2, _LINE), _LEFT, ends[1])


def _end(colours: Colours, score: int) -> str:
    end = colours.ends[score]
    return grouped(round(end)) if end == round(end) else colours.written(score)


def _name(key: Key) -> str:
    match key.kind:
        case "named":
            return key.name
        case "others":
            return tr("others")
        case "unknown":
            return tr("unknown")
        case "none":
            return tr("none")


def _count(shape: Shape, count: int) -> str:
    match shape:
        case Shape.INCLUDED:
            return tr_n("{count} included", "{count} included", count)
        case Shape.EXCLUDED:
            return tr_n("{count} excluded", "{count} excluded", count)
    return tr_n("{count} selected", "{count} selected", count)


def _sign(key: Key) -> _Paint:
    """A disc, or a circle where nothing is known."""
    hollow = key.kind in ("unknown", "none")

    def paint(painter: QPainter, at: QPointF) -> None:
        painter.setPen(QPen(QColor(key.colour), 1.5) if hollow else Qt.PenStyle.NoPen)
        painter.setBrush(Qt.BrushStyle.NoBrush if hollow else QColor(key.colour))
        painter.drawEllipse(at, *2 * [_DOT - 0.75 * hollow])

    return paint


def _shape(shape: Shape, theme: Theme) -> _Paint:
    """As it is among the points, in a neutral colour."""

    def paint(painter: QPainter, at: QPointF) -> None:
        picture = _picture(shape, theme, pixel_ratio(painter))
        half = picture.deviceIndependentSize().width() / 2
        painter.drawImage(QPointF(round(at.x() - half), round(at.y() - half)), picture)

    return paint


def _picture(shape: Shape, theme: Theme, ratio: float) -> QImage:
    form = stamp(shape, _DOT, ratio, theme.well, theme.well_text)
    side = 2 * form.reach + 1
    centre = (side / 2, side / 2)
    grey = np.array([[0x8A, 0x90, 0x99]], np.uint8)
    point = Group.of(np.zeros((1, 2), np.float32), np.zeros(1, np.int64)), Ink.of(form, grey)
    found = image(rasterised([point], (side, side), 1.0, centre, int(rgb(theme.well))))
    found.setDevicePixelRatio(ratio)
    return found


def _bar() -> QImage:
    colours: Sequence[list[int]] = score_table().tolist()
    line = np.array([[0xFF000000 | r << 16 | g << 8 | b for r, g, b in colours]], np.uint32)
    return image(line)
