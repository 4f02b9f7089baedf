"""Mouse and keys on the embedding plot, and what it shows."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

import gui.plot.layer
from gui.plot import Colours, EmbeddingPlot, Mode
from gui.plot.content import Content
from gui.plot.layer import Layer
from gui.plot.layout import MARGIN, PlotLayout
from gui.plot.widget import EMPTY_MESSAGE
from gui.theme import DARK, LIGHT, REJECTED

Key, Keys = Qt.Key, Qt.KeyboardModifier
NO_KEY, CTRL, SHIFT = Keys.NoModifier, Keys.ControlModifier, Keys.ShiftModifier
LEFT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton
SIDE = 400
STEP = SIDE // 4


@pytest.fixture
def plot(qtbot: QtBot) -> EmbeddingPlot:
    """5 x 5 points, 100 pixels apart; row = 5 * y + x, from the bottom left corner."""
    widget = EmbeddingPlot()
    qtbot.addWidget(widget)
    widget.resize(SIDE + round(2 * MARGIN), SIDE + round(2 * MARGIN))
    y, x = np.divmod(np.arange(25), 5)
    widget.set_points((np.stack([x, y], axis=1) / 4).astype(np.float32))
    widget.show()
    return widget


@pytest.fixture
def clicked(plot: EmbeddingPlot) -> list[int]:
    """Rows that were clicked."""
    rows: list[int] = []
    plot.clicked.connect(rows.append)
    return rows


@pytest.fixture
def hovered(plot: EmbeddingPlot) -> list[int | None]:
    """Rows that were pointed at."""
    rows: list[int | None] = []
    plot.hovered.connect(rows.append)
    return rows


@pytest.fixture
def lassoed(plot: EmbeddingPlot) -> list[tuple[list[int], bool]]:
    """What was gone round, and whether to include it."""
    found: list[tuple[list[int], bool]] = []
    plot.lassoed.connect(lambda rows, includes: found.append((rows.tolist(), includes)))
    return found


def at(row: int, dx: int = 0, dy: int = 0) -> QPoint:
    y, x = divmod(row, 5)
    margin = round(MARGIN)
    return QPoint(margin + STEP * x + dx, margin + SIDE - STEP * y + dy)


def point_at(plot: EmbeddingPlot, place: QPoint) -> None:
    """Move the mouse there; sent to the plot itself, whatever other window lies over it."""
    here, there = QPointF(place), QPointF(plot.mapToGlobal(place))
    none = Qt.MouseButton.NoButton
    move = QMouseEvent(QEvent.Type.MouseMove, here, there, none, none, NO_KEY)
    QApplication.sendEvent(plot, move)


def drag(
    plot: EmbeddingPlot,
    places: list[QPoint],
    keys: Qt.KeyboardModifier = NO_KEY,
    button: Qt.MouseButton = LEFT,
) -> None:
    QTest.mousePress(plot, button, keys, places[0])
    for place in places[1:]:
        QTest.mouseMove(plot, place)
    QTest.mouseRelease(plot, button, keys, places[-1])


def around(row: int) -> list[QPoint]:
    """A line round one point."""
    corners = [(-30, -30), (30, -30), (30, 30), (-30, 30)]
    return [at(row, *corner) for corner in corners]


def wheel(plot: EmbeddingPlot, place: QPoint, notches: float) -> None:
    where = QPointF(place)
    delta = QPoint(0, round(120 * notches))
    nothing, phase = Qt.MouseButton.NoButton, Qt.ScrollPhase.NoScrollPhase
    globally = plot.mapToGlobal(where)
    event = QWheelEvent(where, globally, QPoint(), delta, nothing, NO_KEY, phase, False)
    QApplication.sendEvent(plot, event)


def colour(plot: EmbeddingPlot, place: QPoint) -> str:
    return plot.grab().toImage().pixelColor(place).name()


def rows(*numbers: int) -> NDArray[np.int64]:
    return np.array(numbers, np.int64)


# Mouse


def test_a_click_tells_the_point(plot: EmbeddingPlot, clicked: list[int]) -> None:
    QTest.mouseClick(plot, LEFT, NO_KEY, at(7, 4, -3))
    QTest.mouseClick(plot, LEFT, NO_KEY, at(7, 40, 40))
    assert clicked == [7]


def test_the_point_under_the_mouse_is_told_once(
    plot: EmbeddingPlot, hovered: list[int | None]
) -> None:
    for place in (at(7, 3), at(7), at(7, 50), at(8)):
        point_at(plot, place)
    QApplication.sendEvent(plot, QEvent(QEvent.Type.Leave))
    assert hovered == [7, None, 8, None]


def test_dragging_moves_the_points(
    plot: EmbeddingPlot, clicked: list[int], lassoed: list[tuple[list[int], bool]]
) -> None:
    drag(plot, [at(12), at(12, 60), at(12, 60, -20)])
    QTest.mouseClick(plot, LEFT, NO_KEY, at(12, 60, -20))
    assert clicked == [12]
    assert lassoed == []


@pytest.mark.parametrize("mode", ["point", "include", "exclude"])
def test_middle_drag_always_moves_them(plot: EmbeddingPlot, clicked: list[int], mode: Mode) -> None:
    plot.set_mode(mode)
    drag(plot, [at(12), at(12, 60)], button=MIDDLE)
    QTest.mouseClick(plot, LEFT, NO_KEY, at(12, 60))
    assert clicked == [12]


def test_the_wheel_zooms_about_the_mouse(plot: EmbeddingPlot, clicked: list[int]) -> None:
    wheel(plot, at(13), 4)
    for place in (at(13), at(14)):
        QTest.mouseClick(plot, LEFT, NO_KEY, place)
    assert clicked == [13]


def test_a_double_click_shows_all(plot: EmbeddingPlot, clicked: list[int]) -> None:
    wheel(plot, at(13), 4)
    QTest.mouseDClick(plot, LEFT, NO_KEY, at(13, 20))
    QTest.mouseClick(plot, LEFT, NO_KEY, at(14))
    assert clicked == [14]


@pytest.mark.parametrize(
    ("mode", "keys", "includes"),
    [
        ("point", CTRL, True),
        ("point", CTRL | SHIFT, False),
        ("include", NO_KEY, True),
        ("include", SHIFT, False),
        ("exclude", NO_KEY, False),
    ],
)
def test_a_lasso_includes_or_excludes(
    plot: EmbeddingPlot,
    lassoed: list[tuple[list[int], bool]],
    mode: Mode,
    keys: Keys,
    includes: bool,
) -> None:
    plot.set_mode(mode)
    drag(plot, [*around(7), *around(7)[::-1], *around(8)], keys)
    assert lassoed == [([8], includes)]


def test_a_lasso_round_nothing_tells_nothing(
    plot: EmbeddingPlot, lassoed: list[tuple[list[int], bool]], clicked: list[int]
) -> None:
    drag(plot, [at(7, 20, 20), at(7, 40, 20), at(7, 30, 40)], CTRL)
    assert (lassoed, clicked) == ([], [])


def test_escape_drops_a_lasso(
    plot: EmbeddingPlot, lassoed: list[tuple[list[int], bool]], qtbot: QtBot
) -> None:
    places = around(7)
    QTest.mousePress(plot, LEFT, CTRL, places[0])
    for place in places[1:]:
        QTest.mouseMove(plot, place)
    drawn = plot.grab().toImage()
    qtbot.keyClick(plot, Key.Key_Escape)
    assert plot.grab().toImage() != drawn
    QTest.mouseRelease(plot, LEFT, CTRL, places[-1])
    assert lassoed == []


# Keys


def test_arrow_keys_go_from_point_to_point(
    plot: EmbeddingPlot, hovered: list[int | None], clicked: list[int], qtbot: QtBot
) -> None:
    qtbot.keyClick(plot, Key.Key_Right)
    for key in (Key.Key_Right, Key.Key_Up, Key.Key_Left, Key.Key_Left, Key.Key_Down):
        qtbot.keyClick(plot, key)
    qtbot.keyClick(plot, Key.Key_Return)
    assert hovered == [12, 13, 18, 17, 16, 11]
    assert clicked == [11]


def test_arrow_keys_begin_at_the_current_frame(
    plot: EmbeddingPlot, hovered: list[int | None], qtbot: QtBot
) -> None:
    plot.set_current(0)
    qtbot.keyClick(plot, Key.Key_Up)
    qtbot.keyClick(plot, Key.Key_Down)
    qtbot.keyClick(plot, Key.Key_Down)
    assert hovered == [5, 0]


def test_arrow_keys_bring_the_point_into_view(
    plot: EmbeddingPlot, clicked: list[int], qtbot: QtBot
) -> None:
    for key in (Key.Key_Left, *[Key.Key_Plus] * 8, Key.Key_Right):
        qtbot.keyClick(plot, key)
    QTest.mouseClick(plot, LEFT, NO_KEY, plot.rect().center())
    assert clicked == [13]


def test_keys_zoom_and_show_all(plot: EmbeddingPlot, clicked: list[int], qtbot: QtBot) -> None:
    for key in (Key.Key_Plus, Key.Key_Plus, Key.Key_Minus, Key.Key_Plus):
        qtbot.keyClick(plot, key)
    QTest.mouseClick(plot, LEFT, NO_KEY, at(13))
    qtbot.keyClick(plot, Key.Key_0)
    QTest.mouseClick(plot, LEFT, NO_KEY, at(13))
    assert clicked == [13]


@pytest.mark.parametrize(
    ("key", "takes"),
    [(Key.Key_Left, True), (Key.Key_0, True), (Key.Key_Escape, False), (Key.Key_A, False)],
)
def test_shortcuts_of_the_window_leave_the_plot_its_keys(
    plot: EmbeddingPlot, key: Qt.Key, takes: bool
) -> None:
    event = QKeyEvent(QEvent.Type.ShortcutOverride, key, NO_KEY)
    event.ignore()
    QApplication.sendEvent(plot, event)
    assert event.isAccepted() == takes


# What it shows


def test_points_have_the_colours_of_their_values(plot: EmbeddingPlot) -> None:
    plot.set_theme(DARK)
    categories = np.zeros(25, np.int16)
    categories[12] = 1
    plot.set_colours(Colours(title="Class", categories=categories, names=("car", "bus")))
    shown = plot.grab().toImage()
    colours = {shown.pixelColor(x, y).name() for x in range(448) for y in range(400)}
    assert {"#e69f00", "#56b4e9", DARK.well} <= colours


def test_excluded_points_are_crosses_and_selected_ones_larger(plot: EmbeddingPlot) -> None:
    plot.set_theme(LIGHT)
    plain = plot.grab().toImage()
    plot.set_selected(rows(6))
    plot.set_excluded(rows(12))
    plot.set_included(rows(18))
    # The legend takes some height, and the points move up.
    shown = plot.grab().toImage()
    assert shown != plain
    found = [shown.pixelColor(x, y).name() for x in range(448) for y in range(400)]
    assert REJECTED in found
    assert LIGHT.well_text in found


def test_a_card_shows_the_pointed_row_only(plot: EmbeddingPlot) -> None:
    picture = QImage(160, 90, QImage.Format.Format_RGB32)
    picture.fill(QColor("#ff00ff"))
    point_at(plot, at(6))
    plot.set_thumbnail(8, picture)
    plot.set_caption(8, "another")
    beside = at(6, 100)
    assert colour(plot, beside) != "#ff00ff"
    plot.set_thumbnail(6, picture)
    plot.set_caption(6, "0:08.840 · 221")
    assert colour(plot, beside) == "#ff00ff"
    assert "0:08.840 · 221" in plot.accessibleDescription()


def test_the_description_says_the_pointed_value(plot: EmbeddingPlot, qtbot: QtBot) -> None:
    scores = np.linspace(0, 1, 25).astype(np.float32)
    scores[13] = np.nan
    plot.set_colours(Colours(title="Flickering", scores=scores))
    qtbot.keyClick(plot, Key.Key_Right)
    assert "Flickering: 0.50" in plot.accessibleDescription()
    qtbot.keyClick(plot, Key.Key_Right)
    assert "Flickering: unknown" in plot.accessibleDescription()


def test_panning_far_shows_what_zooming_shows(plot: EmbeddingPlot) -> None:
    """The picture that is kept may not hide points beyond its edge."""
    for _ in range(8):
        plot.zoom_by(1.25)
    for _ in range(4):
        drag(plot, [at(12), at(12, -190)])
    moved = plot.grab().toImage()
    plot.set_theme(DARK)
    assert plot.grab().toImage() == moved


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_the_picture_has_the_pixels_of_the_screen(ratio: float) -> None:
    content = Content().with_points(np.array([[0, 0], [1, 1]], np.float32))
    layout = PlotLayout.fitted((300, 200), content.points.bounds).on_pixels(ratio)
    where, picture = Layer().picture(content.scene(DARK), layout, ratio)
    assert where == QRectF(0, 0, 300, 200)
    assert picture.width() == 300 * ratio
    x, y = layout.to_widget((1, 1))
    assert picture.pixelColor(int(x * ratio), int(y * ratio)).name() == "#56b4e9"


def test_the_picture_is_kept_while_it_is_panned() -> None:
    content = Content().with_points(np.array([[0, 0], [1, 1]], np.float32))
    scene, layer = content.scene(DARK), Layer()
    layout = PlotLayout.fitted((300, 200), content.points.bounds).zoomed_about((150, 100), 20)
    first = layer.picture(scene, layout, 1.0)[1]
    moved = layer.picture(scene, layout.panned(0, -20), 1.0)[1]
    where, again = layer.picture(scene, layout.panned(0, -60), 1.0)
    assert first.cacheKey() != moved.cacheKey() == again.cacheKey()
    assert where == QRectF(-160, -200, 620, 520)


def test_where_drawing_is_slow_a_turning_wheel_stretches_the_picture(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gui.plot.layer, "_SLOW", 0.0)
    content = Content().with_points(np.array([[0, 0], [1, 1]], np.float32))
    scene, layer = content.scene(DARK), Layer()
    layout = PlotLayout.fitted((300, 200), content.points.bounds)
    sharp = layer.picture(scene, layout, 1.0)[1]
    closer = layout.zoomed_about((150, 100), 2)
    where, stretched = layer.picture(scene, closer, 1.0, hurried=True)
    assert stretched.cacheKey() == sharp.cacheKey()
    assert where == QRectF(-150, -100, 600, 400)
    far = layer.picture(scene, closer.zoomed_about((150, 100), 2), 1.0, hurried=True)[1]
    assert far.cacheKey() != sharp.cacheKey()
    where, exact = layer.picture(scene, closer, 1.0)
    assert exact.cacheKey() != far.cacheKey()
    assert where == QRectF(0, 0, 300, 200)


def test_points_are_sharp_soon_after_the_wheel(
    plot: EmbeddingPlot, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr(gui.plot.layer, "_SLOW", 0.0)
    plot.grab()
    wheel(plot, at(12), 3)
    stretched = plot.grab().toImage()
    qtbot.waitUntil(lambda: plot.grab().toImage() != stretched)


# Few points, and none


def test_without_points_it_says_what_to_do(qtbot: QtBot) -> None:
    plot = EmbeddingPlot()
    qtbot.addWidget(plot)
    plot.resize(500, 300)
    plot.show()
    empty = plot.grab().toImage()
    assert plot.accessibleDescription() == EMPTY_MESSAGE
    plot.set_busy("Arranging 12 000 frames…")
    assert plot.accessibleDescription() == "Arranging 12 000 frames…"
    assert plot.grab().toImage() != empty
    plot.set_busy("")
    assert plot.grab().toImage() == empty
    QTest.mouseClick(plot, LEFT, NO_KEY, QPoint(250, 150))
    qtbot.keyClick(plot, Key.Key_Right)


def test_points_end_being_busy(plot: EmbeddingPlot, clicked: list[int]) -> None:
    plot.set_busy("Arranging")
    QTest.mouseClick(plot, LEFT, NO_KEY, at(12))
    plot.set_points(np.zeros((1, 2), np.float32))
    QTest.mouseClick(plot, LEFT, NO_KEY, at(12))
    assert clicked == [0]


@pytest.mark.parametrize("count", [1, 20])
def test_points_on_one_spot_lie_in_the_middle(
    plot: EmbeddingPlot, clicked: list[int], count: int
) -> None:
    plot.set_points(np.full((count, 2), 0.25, np.float32))
    QTest.mouseClick(plot, LEFT, NO_KEY, at(12))
    wheel(plot, at(12), 3)
    QTest.mouseClick(plot, LEFT, NO_KEY, at(12))
    assert clicked == [count - 1] * 2


def test_rows_keep_their_numbers_where_some_are_no_points(
    plot: EmbeddingPlot, clicked: list[int], qtbot: QtBot
) -> None:
    xy = np.array([[np.nan, np.nan], [0, 0], [1, 1]], np.float32)
    plot.set_selected(rows(0, 2, 99))
    plot.set_points(xy)
    plot.set_current(0)
    QTest.mouseClick(plot, LEFT, NO_KEY, at(20))
    assert clicked == []
    qtbot.keyClick(plot, Key.Key_Right)
    qtbot.keyClick(plot, Key.Key_Right)
    qtbot.keyClick(plot, Key.Key_Return)
    assert clicked == [2]


def test_colours_wait_for_as_many_points(plot: EmbeddingPlot, qtbot: QtBot) -> None:
    plain = plot.grab().toImage()
    plot.set_colours(Colours(title="Boxes", scores=np.full(3, 0.5, np.float32), ends=(3, 41)))
    assert plot.grab().toImage() == plain
    plot.set_points(np.array([[0, 0], [0.5, 0.5], [1, 1]], np.float32))
    qtbot.keyClick(plot, Key.Key_Right)
    assert "Boxes: 22" in plot.accessibleDescription()
