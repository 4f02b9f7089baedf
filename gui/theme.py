"""Light and dark looks of the window, from one table of named colour tokens.

``base.qss`` names tokens as ``@token``; `stylesheet` fills them in. Widgets that paint
themselves are given the `Theme` itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.resources import files
from typing import Literal

from PySide6.QtCore import QDir, Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory

Mode = Literal["light", "dark", "system"]

DETECTION = "#0072b2"
IMPUTED = "#e69f00"
ACCEPTED = "#009e73"
REJECTED = "#d55e00"
DRAWN = "#cc79a7"
"""Okabe-Ito colours of the box states, for marks on pictures and on `Theme.well`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """Colours by purpose, each as ``#rrggbb``."""

    name: Literal["light", "dark"]

    window: str
    """Chrome: toolbars, docks, dialogs, the timeline's ruler."""
    surface: str
    """Where content sits: lists, tables, input fields."""
    raised: str
    """What lies above: buttons, menus, header cells."""
    border: str
    """Quiet division between areas."""
    border_strong: str
    """Outline of something that can be operated; 3:1 against its surroundings."""

    text: str
    text_muted: str
    text_disabled: str

    accent: str
    """Fill of the one primary action, of checked boxes and of progress."""
    accent_hover: str
    accent_pressed: str
    on_accent: str
    accent_text: str
    """The accent as text, focus ring or thin line."""

    hover: str
    pressed: str
    selection: str

    canvas: str
    """Around the picture."""
    well: str
    """Dark in both looks: cividis yellow and the state colours need it to be seen."""
    well_raised: str
    """Chips on a well."""
    well_line: str
    """Hatching and hairlines on a well."""
    well_text: str

    detection_text: str
    imputed_text: str
    accepted_text: str
    rejected_text: str

    error_surface: str
    error_text: str
    info_surface: str
    info_text: str
    tooltip: str
    tooltip_text: str


LIGHT = Theme(
    name="light",
    window="#eceef0",
    surface="#f8f9fa",
    raised="#fdfdfe",
    border="#cfd3d8",
    border_strong="#80868f",
    text="#1b1e23",
    text_muted="#535963",
    text_disabled="#959ba4",
    accent="#4a55c4",
    accent_hover="#414bb3",
    accent_pressed="#38419e",
    on_accent="#ffffff",
    accent_text="#3f49b0",
    hover="#dfe2e6",
    pressed="#d0d4da",
    selection="#d8dcf6",
    canvas="#76787c",
    well="#202329",
    well_raised="#343942",
    well_line="#4a505b",
    well_text="#e6e8eb",
    detection_text="#005f96",
    imputed_text="#7a5000",
    accepted_text="#00664a",
    rejected_text="#a03f00",
    error_surface="#f8dfd3",
    error_text="#7a2e00",
    info_surface="#dde1f7",
    info_text="#2c3488",
    tooltip="#23272d",
    tooltip_text="#eef0f2",
)

DARK = Theme(
    name="dark",
    window="#1d1f23",
    surface="#17191c",
    raised="#282b31",
    border="#34383f",
    border_strong="#767c87",
    text="#e2e4e7",
    text_muted="#a3a9b2",
    text_disabled="#666c76",
    accent="#5662d2",
    accent_hover="#5e69d8",
    accent_pressed="#4751b8",
    on_accent="#ffffff",
    accent_text="#a6b0ff",
    hover="#2e3238",
    pressed="#383d45",
    selection="#333a66",
    canvas="#0d0e10",
    well="#101114",
    well_raised="#2a2e35",
    well_line="#3a3f47",
    well_text="#e2e4e7",
    detection_text="#63b8ea",
    imputed_text="#eeae2c",
    accepted_text="#3fc79b",
    rejected_text="#ff9560",
    error_surface="#43281c",
    error_text="#ffb590",
    info_surface="#2a2f50",
    info_text="#c3caff",
    tooltip="#30343b",
    tooltip_text="#eef0f2",
)


def stylesheet(theme: Theme) -> str:
    """The Qt style sheet of `theme`; raises `AttributeError` for a token that no theme has."""
    template = files("resources").joinpath("styles", "base.qss").read_text(encoding="utf-8")
    return re.sub(r"@([a-z_]+)", lambda match: str(getattr(theme, match[1])), template)


def palette(theme: Theme) -> QPalette:
    """Colours for what no style sheet rule reaches, such as rich text and native dialogs."""
    role = QPalette.ColorRole
    colours = {
        role.Window: theme.window,
        role.WindowText: theme.text,
        role.Base: theme.surface,
        role.AlternateBase: theme.window,
        role.Text: theme.text,
        role.PlaceholderText: theme.text_muted,
        role.Button: theme.raised,
        role.ButtonText: theme.text,
        role.BrightText: theme.on_accent,
        role.Highlight: theme.selection,
        role.HighlightedText: theme.text,
        role.Accent: theme.accent,
        role.Link: theme.accent_text,
        role.LinkVisited: theme.accent_text,
        role.ToolTipBase: theme.tooltip,
        role.ToolTipText: theme.tooltip_text,
        role.Light: theme.raised,
        role.Midlight: theme.hover,
        role.Mid: theme.border,
        role.Dark: theme.border_strong,
        role.Shadow: theme.border_strong,
    }
    result = QPalette()
    for colour_role, colour in colours.items():
        result.setColor(colour_role, QColor(colour))
    for colour_role in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        result.setColor(QPalette.ColorGroup.Disabled, colour_role, QColor(theme.text_disabled))
    return result


def apply_theme(app: QApplication, mode: Mode) -> Theme:
    """Dress the whole application and return the theme that `mode` came to.

    With ``"system"`` the desktop's own preference decides at this moment; call again on
    ``QStyleHints.colorSchemeChanged`` to follow it.
    """
    scheme = {
        "light": Qt.ColorScheme.Light,
        "dark": Qt.ColorScheme.Dark,
        "system": Qt.ColorScheme.Unknown,
    }[mode]
    hints = app.styleHints()
    # Told to Qt as well, so that title bars and native file dialogs agree with the window.
    hints.setColorScheme(scheme)
    dark = mode == "dark" or (mode == "system" and hints.colorScheme() == Qt.ColorScheme.Dark)
    theme = DARK if dark else LIGHT
    QDir.setSearchPaths("control", [str(files("resources").joinpath("icons", "control"))])
    app.setStyle(QStyleFactory.create("Fusion"))
    app.setPalette(palette(theme))
    app.setStyleSheet(stylesheet(theme))
    return theme


def worn() -> Theme:
    """The theme that the application wears now."""
    ground = QGuiApplication.palette().color(QPalette.ColorRole.Window).name()
    return DARK if ground == DARK.window else LIGHT


def tabular(font: QFont) -> QFont:
    """A copy of `font` whose digits are all of one width, for times and frame numbers."""
    result = QFont(font)
    result.setFeature(QFont.Tag("tnum"), 1)
    return result


def caption(font: QFont) -> QFont:
    """The one smaller size, for chips, ticks and notes; with tabular digits."""
    result = tabular(font)
    if font.pixelSize() > 0:
        result.setPixelSize(max(10, font.pixelSize() - 2))
    else:
        result.setPointSizeF(max(7.5, font.pointSizeF() - 1.0))
    return result
