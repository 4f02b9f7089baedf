"""Both looks are readable, complete and told apart; icons follow the theme."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from importlib.resources import files
from itertools import product

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QIcon, QImage
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from gui import icons
from gui.action_table import SPECS
from gui.text import THIN_SPACE, data_size, grouped, percent, timecode
from gui.theme import (
    ACCEPTED,
    DARK,
    IMPUTED,
    LIGHT,
    Mode,
    Theme,
    apply_theme,
    caption,
    stylesheet,
)

THEMES = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)

GROUNDS = ("window", "surface", "raised")
TEXT_PAIRS = [
    *product(("text", "text_muted", "accent_text"), GROUNDS),
    *product(
        ("detection_text", "imputed_text", "accepted_text", "rejected_text"),
        (*GROUNDS, "selection", "hover"),
    ),
    *product(("text",), ("hover", "pressed", "selection")),
    *product(("on_accent",), ("accent", "accent_hover", "accent_pressed")),
    *product(("well_text",), ("well", "well_raised")),
    ("text_muted", "hover"),
    ("error_text", "error_surface"),
    ("info_text", "info_surface"),
    ("tooltip_text", "tooltip"),
]


def contrast(a: str, b: str) -> float:
    """The contrast ratio of WCAG 2.2, 1 to 21."""

    def luminance(colour: str) -> float:
        channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    lighter, darker = sorted((luminance(a), luminance(b)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_of_black_on_white_is_21() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@THEMES
@pytest.mark.parametrize(("text", "ground"), TEXT_PAIRS)
def test_text_can_be_read(theme: Theme, text: str, ground: str) -> None:
    assert contrast(getattr(theme, text), getattr(theme, ground)) >= 4.5


@THEMES
@pytest.mark.parametrize("line", ["border_strong", "accent_text"])
@pytest.mark.parametrize("ground", GROUNDS)
def test_outlines_and_focus_can_be_seen(theme: Theme, line: str, ground: str) -> None:
    assert contrast(getattr(theme, line), getattr(theme, ground)) >= 3


@THEMES
@pytest.mark.parametrize("colour", [IMPUTED, ACCEPTED, "#d55e00", "#fee838"])
def test_marks_and_high_scores_can_be_seen_on_the_well(theme: Theme, colour: str) -> None:
    assert contrast(colour, theme.well) >= 3


@THEMES
def test_arrows_of_controls_can_be_seen(theme: Theme) -> None:
    arrow = files("resources").joinpath("icons", "control", "chevron-down.svg").read_text()
    colour = arrow.split('stroke="')[1][:7]
    assert contrast(colour, theme.surface) >= 3
    assert contrast(colour, theme.raised) >= 3


@THEMES
def test_every_token_is_a_colour(theme: Theme) -> None:
    for field in fields(theme):
        if field.name != "name":
            assert QColor(getattr(theme, field.name)).isValid(), field.name


@THEMES
def test_style_sheet_is_filled_in(theme: Theme) -> None:
    sheet = stylesheet(theme)
    assert "@" not in sheet
    assert theme.accent in sheet
    assert sheet.count("{") == sheet.count("}")


def test_the_video_is_the_brightest_thing_in_the_dark() -> None:
    assert QColor(DARK.canvas).lightness() < QColor(DARK.window).lightness()


@pytest.fixture
def restored_app(qapp: QApplication) -> Iterator[QApplication]:
    """The application, undressed again after the test."""
    yield qapp
    qapp.setStyleSheet("")
    qapp.styleHints().setColorScheme(Qt.ColorScheme.Unknown)
    qapp.setPalette(qapp.style().standardPalette())


@pytest.mark.parametrize(("mode", "expected"), [("light", LIGHT), ("dark", DARK)])
def test_apply_theme_paints_widgets(
    restored_app: QApplication, qtbot: QtBot, mode: Mode, expected: Theme
) -> None:
    assert apply_theme(restored_app, mode) is expected
    field = QLineEdit()
    qtbot.addWidget(field)
    field.resize(100, 28)
    middle = field.grab().toImage().pixelColor(80, 14)
    assert middle.name() == expected.surface
    assert restored_app.palette().window().color().name() == expected.window


def test_system_theme_is_what_the_desktop_says(restored_app: QApplication) -> None:
    theme = apply_theme(restored_app, "system")
    dark = restored_app.styleHints().colorScheme() == Qt.ColorScheme.Dark
    assert theme is (DARK if dark else LIGHT)


def test_focus_changes_the_look(restored_app: QApplication, qtbot: QtBot) -> None:
    apply_theme(restored_app, "dark")
    field = QLineEdit()
    qtbot.addWidget(field)
    field.show()
    field.activateWindow()
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    edge = field.grab().toImage().pixelColor(field.width() // 2, 0)
    assert edge.name() == DARK.accent_text


EXPECTED_ICONS = {
    *("open", "detect", "cancel", "export", "play", "pause", "step-back", "step-forward"),
    *("previous-flicker", "next-flicker", "home", "end", "accept", "reject", "edit", "undo"),
    *("redo", "fit", "help", "warning", "check", "film", "demo", "settings", "scrub"),
    *("flickerscope", "menu"),
    *(spec.icon for spec in SPECS),
}


def test_no_icon_is_missing() -> None:
    assert set(icons.names()) >= EXPECTED_ICONS


@pytest.mark.parametrize("name", sorted(EXPECTED_ICONS))
@pytest.mark.parametrize("size", [16, 20, 24])
def test_icons_are_drawn_inside_their_square(qapp: QApplication, name: str, size: int) -> None:
    picture = icons.icon(name, DARK).pixmap(size, size).toImage()
    assert picture.width() == size
    inked = {(x, y) for x in range(size) for y in range(size) if _alpha(picture, x, y) > 60}
    assert len(inked) > size
    if name != icons.APP_ICON:
        edge = {0, size - 1}
        assert not any(x in edge or y in edge for x, y in inked)


def test_icons_take_the_theme_and_the_state(qapp: QApplication) -> None:
    normal = _ink(icons.icon("pause", DARK), QIcon.Mode.Normal)
    assert normal == QColor(DARK.text)
    assert _ink(icons.icon("pause", LIGHT), QIcon.Mode.Normal) == QColor(LIGHT.text)
    assert _ink(icons.icon("pause", DARK), QIcon.Mode.Disabled) == QColor(DARK.text_disabled)
    assert _ink(icons.icon("pause", DARK, tint=ACCEPTED), QIcon.Mode.Normal) == QColor(ACCEPTED)


def test_an_unknown_icon_is_refused(qapp: QApplication) -> None:
    with pytest.raises(FileNotFoundError):
        icons.icon("no-such-icon", DARK)


def test_caption_is_one_size_smaller(qapp: QApplication) -> None:
    font = qapp.font()
    font.setPointSizeF(11)
    assert caption(font).pointSizeF() == 10
    font.setPixelSize(14)
    assert caption(font).pixelSize() == 12


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0.0, "0:00.000"),
        (8.84, "0:08.840"),
        (59.9996, "1:00.000"),
        (3599.999, "59:59.999"),
        (3600.0, "1:00:00.000"),
        (36061.5, "10:01:01.500"),
        (-0.04, "\u22120:00.040"),
        (-0.0001, "0:00.000"),
    ],
)
def test_timecode(seconds: float, expected: str) -> None:
    assert timecode(seconds) == expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [(0, "0"), (999, "999"), (1204, "1_204"), (1000000, "1_000_000"), (-1204, "-1_204")],
)
def test_grouped(number: int, expected: str) -> None:
    assert grouped(number) == expected.replace("_", THIN_SPACE)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (0, "0_B"),
        (999, "999_B"),
        (1000, "1_KiB"),
        (1023 * 1024, "1_MiB"),
        (500 << 20, "500_MiB"),
        (1 << 30, "1.0_GiB"),
        (1234 << 30, "1_234.0_GiB"),
    ],
)
def test_data_size(size: int, expected: str) -> None:
    assert data_size(size) == expected.replace("_", THIN_SPACE)


@pytest.mark.parametrize(("share", "expected"), [(0.0, "0_%"), (0.414, "41_%"), (1.0, "100_%")])
def test_percent(share: float, expected: str) -> None:
    assert percent(share) == expected.replace("_", THIN_SPACE)


def _alpha(picture: QImage, x: int, y: int) -> int:
    return picture.pixelColor(x, y).alpha()


def _ink(icon: QIcon, mode: QIcon.Mode) -> QColor:
    """The colour of the pixel that is covered most."""
    picture = icon.pixmap(24, 24, mode).toImage()
    places = product(range(24), range(24))
    x, y = max(places, key=lambda place: _alpha(picture, *place))
    return QColor(picture.pixelColor(x, y).name())
