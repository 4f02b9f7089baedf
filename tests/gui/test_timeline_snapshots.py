"""How a timeline in use looks, against kept pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication, QWidget

from gui.theme import DARK, LIGHT, Theme
from gui.timeline import TimelineWidget
from gui.timeline.rows import RULER
from tests.gui.snapshots import check_snapshot
from tests.gui.timeline_scenes import fill, made

WIDTH, HEIGHT = 900, 260


def picture(timeline: TimelineWidget, ratio: float) -> QImage:
    """All of it but the ruler, which holds text, and the label of the counts."""
    image = QImage(round(WIDTH * ratio), round(HEIGHT * ratio), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    timeline.render(image, QPoint(), renderFlags=QWidget.RenderFlag.DrawWindowBackground)
    painter = QPainter(image)
    painter.fillRect(0, 0, WIDTH, round(RULER) - 10, "black")
    painter.fillRect(0, 96, 200, 18, "black")
    painter.end()
    return image


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ratio", [1, 2])
@pytest.mark.parametrize("zoomed", [False, True], ids=["whole", "zoomed"])
def test_a_timeline_in_use(
    qapp: QApplication, tmp_path: Path, theme: Theme, ratio: int, zoomed: bool
) -> None:
    timeline = TimelineWidget()
    timeline.set_theme(theme)
    timeline.resize(WIDTH, HEIGHT)
    fill(timeline, made(1204, 12, runs=7, labels=False))
    timeline.set_playhead(620)
    timeline.set_focused_lane(3)
    timeline.set_range(150, 1000)
    if zoomed:
        timeline.zoom_by(12)
    name = f"timeline-{'zoomed' if zoomed else 'whole'}-{theme.name}-{ratio}x"
    check_snapshot(picture(timeline, ratio), name, tmp_path)
    timeline.deleteLater()


@pytest.mark.parametrize(("theme", "ratio"), [(LIGHT, 1), (DARK, 2)], ids=["light", "dark"])
def test_a_timeline_with_selected_frames(
    qapp: QApplication, tmp_path: Path, theme: Theme, ratio: int
) -> None:
    timeline = TimelineWidget()
    timeline.set_theme(theme)
    timeline.resize(WIDTH, HEIGHT)
    fill(timeline, made(1204, 12, runs=7, labels=False))
    timeline.set_selected(np.array([0, 100, 101, 300, 304, *range(700, 800), 1203]))
    check_snapshot(picture(timeline, ratio), f"timeline-selected-{theme.name}-{ratio}x", tmp_path)
    timeline.deleteLater()
