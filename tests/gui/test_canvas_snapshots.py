"""How the canvas looks, without text, in both looks and at two display scales."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QFont, QImage, QLinearGradient, QPainter
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui.canvas import Box, BoxState, CanvasBox, SplitPanel, SplitView, Tool
from gui.canvas.layout import ViewTransform
from gui.canvas.render import CanvasScene, paint_canvas
from gui.canvas.tool_marks import ToolScene
from gui.theme import DARK, LIGHT, Theme
from tests.gui.snapshots import check_snapshot

SIZE = (480, 272)
PICTURE = (480, 256)
STATES = [state for state in BoxState if not state.value.startswith("ghost")]
FOCUSED = BoxState.IMPUTED
TOLERANCE = 0.0005
"""Less than one missing badge."""
DRAFT: Box = (160.0, 60.0, 290.0, 170.0)

both_themes = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
both_scales = pytest.mark.parametrize("ratio", [1, 2])


@pytest.fixture(autouse=True)
def _application(qapp: QApplication) -> None:
    """Fonts need an application."""


def picture() -> QImage:
    """From sky to street."""
    image = QImage(*PICTURE, QImage.Format.Format_RGB32)
    gradient = QLinearGradient(0, 0, 0, PICTURE[1])
    for at, colour in ((0.0, "#9cc4e8"), (0.5, "#e8e4d8"), (0.55, "#5a6b4a"), (1.0, "#3c4048")):
        gradient.setColorAt(at, QColor(colour))
    painter = QPainter(image)
    painter.fillRect(image.rect(), gradient)
    painter.end()
    return image


def boxes() -> list[CanvasBox]:
    """One of each state, in two rows, without labels."""
    return [
        CanvasBox(place(i), "", state, focused=state is FOCUSED) for i, state in enumerate(STATES)
    ]


def place(i: int) -> Box:
    x, y = 24 + i % 4 * 116, 28 + i // 4 * 112
    return float(x), float(y), x + 84.0, y + 80.0


def moved(box: Box, by: float) -> Box:
    return box[0] + by, box[1] + by / 2, box[2] + by, box[3] + by / 2


def painted(theme: Theme, ratio: int, tool: ToolScene | None = None) -> QImage:
    image = QImage(SIZE[0] * ratio, SIZE[1] * ratio, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    ghosts = [place(i) for i in (0, 7)]
    scene = CanvasScene(
        size=SIZE,
        picture=picture(),
        boxes=boxes(),
        view=ViewTransform(1.0, 0.0, 8.0),
        theme=theme,
        font=QFont(),
        picture_size=PICTURE,
        before=[moved(ghost, -9) for ghost in ghosts],
        after=[moved(ghost, 9) for ghost in ghosts],
        tool=tool,
    )
    painter = QPainter(image)
    paint_canvas(painter, scene)
    painter.end()
    return image


def without_readout(image: QImage, ratio: int) -> QImage:
    """What is below the draft says numbers."""
    painter = QPainter(image)
    painter.fillRect(140, 184, 200, 32, QColor("black"))
    painter.end()
    return image


@both_themes
@both_scales
def test_every_state_the_focus_and_ghosts(theme: Theme, ratio: int, tmp_path: Path) -> None:
    check_snapshot(
        painted(theme, ratio), f"canvas-states-{theme.name}-{ratio}x", tmp_path, tolerance=TOLERANCE
    )


@both_themes
@both_scales
def test_editing(theme: Theme, ratio: int, tmp_path: Path) -> None:
    image = painted(theme, ratio, ToolScene(Tool.EDIT, DRAFT))
    name = f"canvas-edit-{theme.name}-{ratio}x"
    check_snapshot(without_readout(image, ratio), name, tmp_path, tolerance=TOLERANCE)


@both_scales
def test_editing_what_is_small(ratio: int, tmp_path: Path) -> None:
    image = painted(DARK, ratio, ToolScene(Tool.EDIT, (220, 120, 228, 125)))
    painter = QPainter(image)
    painter.fillRect(180, 152, 240, 32, QColor("black"))
    painter.end()
    check_snapshot(image, f"canvas-edit-small-{ratio}x", tmp_path, tolerance=TOLERANCE)


@both_themes
@both_scales
def test_drawing(theme: Theme, ratio: int, tmp_path: Path) -> None:
    tool = ToolScene(Tool.DRAW, DRAFT, cursor=(290.0, 178.0), handles=False)
    name = f"canvas-draw-{theme.name}-{ratio}x"
    check_snapshot(
        without_readout(painted(theme, ratio, tool), ratio), name, tmp_path, tolerance=TOLERANCE
    )


@both_themes
def test_three_frames(theme: Theme, qtbot: QtBot, tmp_path: Path) -> None:
    split = SplitView()
    qtbot.addWidget(split)
    split.set_theme(theme)
    split.resize(720, 180)
    states = (BoxState.DETECTION, BoxState.IMPUTED, BoxState.DETECTION)
    split.set_frames(
        [
            SplitPanel("", picture(), PICTURE, [CanvasBox(DRAFT, "", state, focused=i == 1, key=i)])
            for i, state in enumerate(states)
        ]
    )
    split.focus_on(DRAFT)
    check_snapshot(
        split.grab().toImage(), f"canvas-split-{theme.name}", tmp_path, tolerance=TOLERANCE
    )
