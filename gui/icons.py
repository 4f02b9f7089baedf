"""The program's own icons: SVG files drawn with ``currentColor``, tinted for a theme."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QImage, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from gui.theme import Theme

APP_ICON = "flickerscope"

# Logical pixels. QIcon takes the nearest larger picture, and each is drawn from the outline anew.
_SIZES = (16, 20, 24)
_APP_SIZES = (16, 24, 32, 48, 64, 128)


def icon(name: str, theme: Theme, *, tint: str | None = None) -> QIcon:
    """The icon called `name`, in the theme's text colour unless `tint` (``#rrggbb``) is given.

    Raises `FileNotFoundError` for a name that has no drawing.
    """
    result = QIcon()
    colours = {
        QIcon.Mode.Normal: tint or theme.text,
        # Else Qt mixes it with the ground of the selected row.
        QIcon.Mode.Selected: tint or theme.text,
        QIcon.Mode.Disabled: theme.text_disabled,
    }
    for mode, colour in colours.items():
        outline = QSvgRenderer(QByteArray(_source(name).replace("currentColor", colour).encode()))
        for size in _device_sizes(_APP_SIZES if name == APP_ICON else _SIZES):
            result.addPixmap(QPixmap.fromImage(_drawn(outline, size)), mode)
    return result


def names() -> list[str]:
    """Every icon there is, sorted."""
    found = files("resources").joinpath("icons").iterdir()
    return sorted(entry.name[:-4] for entry in found if entry.name.endswith(".svg"))


def _device_sizes(logical: tuple[int, ...]) -> list[int]:
    """The sizes in pixels of the screens that there are, ascending."""
    ratios = {screen.devicePixelRatio() for screen in QGuiApplication.screens()}
    return sorted({round(size * ratio) for size in logical for ratio in ratios | {1.0}})


def _drawn(outline: QSvgRenderer, size: int) -> QImage:
    image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    outline.render(painter, QRectF(0, 0, size, size))
    painter.end()
    return image


@cache
def _source(name: str) -> str:
    return files("resources").joinpath("icons", f"{name}.svg").read_text(encoding="utf-8")
