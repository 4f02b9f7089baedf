"""The picture of the current frame: editing and drawing on it, its neighbours, its ghosts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.assertions.imputed import DRAWN, ImputedBox
from core.frames import FrameIndex
from core.prelabels import Verdict
from core.project import Project
from core.settings import Settings
from core.video.reader import VideoInfo
from gui.canvas import BoxState, Tool
from gui.canvas.class_menu import ClassMenu
from gui.picture_pane import PicturePane
from gui.session import Session
from tests.conftest import index_at_any_size
from tests.gui.making import CAR_BOX, COUNT, LIGHT_BOX, pixels

opens_menu = pytest.mark.qt_log_ignore("plugin does not support", extend=True)
"""The offscreen platform warns of what a popup asks of it."""

OpenSession = Callable[[Path], Session]
LEFT, NO_KEY = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def make_pane(qtbot: QtBot) -> Iterator[Callable[[Session], PicturePane]]:
    """Makes panes that follow their session, as they do in the workspace."""
    panes: list[PicturePane] = []

    def make(session: Session) -> PicturePane:
        pane = PicturePane(session, Settings())
        panes.append(pane)
        qtbot.addWidget(pane)
        session.frame_changed.connect(pane.show_frame)
        session.focus_changed.connect(pane.show_boxes)
        session.decisions_changed.connect(pane.show_boxes)
        pane.resize(800, 480)
        pane.show()
        qtbot.waitUntil(pane.isActiveWindow)
        pane.show_frame(0)
        return pane

    yield make
    for pane in panes:
        pane.close_loader()


@pytest.fixture
def pane(make_pane: Callable[[Session], PicturePane], session: Session) -> PicturePane:
    return make_pane(session)


def go_to(qtbot: QtBot, pane: PicturePane, frame: int) -> None:
    pane._session.go_to(frame)
    qtbot.waitUntil(lambda: pane.shown_frame == frame and pane.shown_in_full)


def press(pane: PicturePane, *keys: Qt.Key) -> None:
    for key in keys:
        QTest.keyClick(pane.canvas, key)


def drag(pane: PicturePane, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Drag from a point of the picture to another one (image px)."""
    points = []
    for x, y in (start, end):
        left, top, *_ = pane.canvas.view().to_widget((x, y, x, y))
        points.append(QPoint(round(left), round(top)))
    QTest.mousePress(pane.canvas, LEFT, NO_KEY, points[0])
    QTest.mouseMove(pane.canvas, (points[0] + points[1]) / 2)
    QTest.mouseMove(pane.canvas, points[1])
    QTest.mouseRelease(pane.canvas, LEFT, NO_KEY, points[1])


def menu_of(qtbot: QtBot) -> ClassMenu:
    def menus() -> list[ClassMenu]:
        return [w for w in QApplication.topLevelWidgets() if isinstance(w, ClassMenu)]

    qtbot.waitUntil(lambda: any(menu.isVisible() for menu in menus()))
    return next(menu for menu in menus() if menu.isVisible())


def focused(session: Session) -> ImputedBox:
    assert session.focused is not None
    return session.focused


# Editing


def test_the_focused_box_is_edited_and_the_change_is_kept(
    qtbot: QtBot, pane: PicturePane, session: Session, reviewed: Path
) -> None:
    go_to(qtbot, pane, 9)
    box = focused(session)
    pane.edit()
    assert pane.canvas.tool() is Tool.EDIT
    press(pane, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down)
    assert session.decisions == []
    press(pane, Qt.Key.Key_Return)
    assert pane.canvas.tool() is Tool.LOOK
    x0, y0, x1, y1 = CAR_BOX
    with closing(Project.open(reviewed)) as project:
        (decision,) = project.decisions.values()
    assert (decision.box, decision.verdict) == (box, Verdict.EDITED)
    assert decision.xyxy == pytest.approx((x0 + 2, y0 + 1, x1 + 2, y1 + 1))
    assert session.focused == box
    assert pane.canvas._boxes[-1].state is BoxState.EDITED


def test_escape_drops_an_edit_and_going_elsewhere_keeps_it(
    qtbot: QtBot, pane: PicturePane, session: Session
) -> None:
    go_to(qtbot, pane, 9)
    pane.edit()
    press(pane, Qt.Key.Key_Right, Qt.Key.Key_Escape)
    assert session.decisions == []
    pane.edit()
    press(pane, Qt.Key.Key_Right)
    session.go_to(12)
    (decision,) = session.decisions
    assert decision.xyxy[0] == pytest.approx(CAR_BOX[0] + 1)
    # The box that was edited must not take us back to its frame.
    assert session.frame == 12
    assert session.focused is None


def test_without_a_focused_box_nothing_is_edited(
    qtbot: QtBot, pane: PicturePane, session: Session
) -> None:
    go_to(qtbot, pane, 12)
    pane.edit()
    assert pane.canvas.tool() is Tool.LOOK
    pane.change_class()
    assert not [w for w in QApplication.topLevelWidgets() if isinstance(w, ClassMenu)]


def test_a_click_on_a_box_of_the_models_puts_it_under_review_and_it_can_be_edited(
    qtbot: QtBot, pane: PicturePane, session: Session
) -> None:
    go_to(qtbot, pane, 9)
    light = pane.canvas._boxes[0]
    x0, y0, x1, y1 = pane.canvas.view().to_widget(light.xyxy)
    at = QPointF((x0 + x1) / 2, (y0 + y1) / 2).toPoint()
    QTest.mouseClick(pane.canvas, LEFT, NO_KEY, at)
    assert session.focused == light.key
    pane.edit()
    press(pane, Qt.Key.Key_Right, Qt.Key.Key_Return)
    (decision,) = session.decisions
    assert decision.box == light.key
    assert decision.xyxy == pytest.approx((101, 20, 113.5, 60))


# Drawing and classes


@opens_menu
def test_a_drawn_box_is_kept_and_asks_for_its_class(
    qtbot: QtBot, pane: PicturePane, session: Session
) -> None:
    go_to(qtbot, pane, 2)
    pane.draw()
    assert pane.canvas.tool() is Tool.DRAW
    drag(pane, (10, 10), (40, 50))
    (decision,) = session.decisions
    assert (decision.box.assertion, decision.box.frame) == (DRAWN, 2)
    assert decision.xyxy == pytest.approx((10, 10, 40, 50), abs=0.5)
    menu = menu_of(qtbot)
    assert set(menu.shown()) >= {"car", "traffic light"}
    QTest.keyClicks(menu.focusWidget(), "traf")
    QTest.keyClick(menu.focusWidget(), Qt.Key.Key_Return)
    (decision,) = session.decisions
    assert decision.class_name == "traffic light"
    assert [box.label for box in pane.canvas._boxes if box.state is BoxState.DRAWN] == [
        "traffic light"
    ]
    assert pane.canvas.tool() is Tool.LOOK


@opens_menu
def test_the_next_drawn_box_has_the_class_that_was_chosen_last(
    qtbot: QtBot, pane: PicturePane, session: Session
) -> None:
    go_to(qtbot, pane, 9)
    pane.change_class()
    menu = menu_of(qtbot)
    assert menu.shown()[0] == "car"
    QTest.keyClicks(menu.focusWidget(), "person")
    QTest.keyClick(menu.focusWidget(), Qt.Key.Key_Return)
    (decision,) = session.decisions
    assert (decision.verdict, decision.class_name) == (Verdict.EDITED, "person")
    assert decision.xyxy == CAR_BOX
    pane.draw()
    drag(pane, (10, 10), (40, 50))
    menu_of(qtbot).close()
    assert session.decisions[-1].class_name == "person"


@opens_menu
def test_a_box_can_be_drawn_where_no_class_is_known(
    qtbot: QtBot,
    make_pane: Callable[[Session], PicturePane],
    open_session: OpenSession,
    folder: Path,
    clip_facts: tuple[VideoInfo, FrameIndex],
) -> None:
    Project.create(folder, clip_facts[0]).close()
    session = open_session(folder)
    pane = make_pane(session)
    go_to(qtbot, pane, 2)
    pane.draw()
    drag(pane, (10, 10), (40, 50))
    menu_of(qtbot).close()
    assert [(d.box.assertion, d.class_name) for d in session.decisions] == [(DRAWN, "object")]


# Three frames side by side


def panels(pane: PicturePane) -> list[tuple[str, int | None]]:
    """Title of each panel, and the index that its picture shows."""
    return [
        (panel.title, None if panel.picture is None else index_at_any_size(pixels(panel.picture)))
        for panel in pane.split._panels
    ]


def expected(frame: int) -> list[tuple[str, int | None]]:
    return [
        (f"frame {near}", near) if 0 <= near < COUNT else ("", None)
        for near in (frame - 1, frame, frame + 1)
    ]


@pytest.mark.parametrize("frame", [0, 9, COUNT - 1])
def test_the_frames_before_and_after_are_beside_the_current_one(
    qtbot: QtBot, pane: PicturePane, frame: int
) -> None:
    go_to(qtbot, pane, frame)
    pane.set_split(True)
    assert pane.is_split
    assert pane.picture is pane.split
    qtbot.waitUntil(lambda: panels(pane) == expected(frame))
    sizes = [panel.size for panel in pane.split._panels]
    assert sizes == [(160, 96) if picture is not None else None for _, picture in panels(pane)]


def test_the_neighbours_follow_the_frame_and_its_boxes(
    qtbot: QtBot, pane: PicturePane, session: Session
) -> None:
    pane.set_split(True)
    for frame in (9, 10, 22, 3):
        session.go_to(frame)
        qtbot.waitUntil(lambda wanted=frame: panels(pane) == expected(wanted))
    states = [[box.state for box in panel.boxes] for panel in pane.split._panels]
    assert states == [
        [BoxState.DETECTION] * 2,
        [BoxState.DETECTION] * 2,
        [BoxState.IMPUTED] * 2,
    ]
    session.focus(session.boxes_in(4)[0])
    session.decide(Verdict.ACCEPTED)
    session.go_to(3)
    qtbot.waitUntil(lambda: panels(pane) == expected(3))
    after = pane.split._panels[2].boxes
    assert [box.state for box in after] == [BoxState.ACCEPTED, BoxState.IMPUTED]


def test_editing_and_drawing_take_one_picture(
    qtbot: QtBot, pane: PicturePane, session: Session
) -> None:
    go_to(qtbot, pane, 9)
    pane.set_split(True)
    pane.edit()
    assert not pane.is_split
    assert pane.canvas.tool() is Tool.EDIT
    pane.set_split(True)
    assert pane.canvas.tool() is Tool.LOOK
    pane.draw()
    assert not pane.is_split
    assert pane.canvas.tool() is Tool.DRAW
    assert pane.picture is pane.canvas


def test_other_settings_keep_the_neighbours(
    qtbot: QtBot, pane: PicturePane, session: Session
) -> None:
    go_to(qtbot, pane, 9)
    pane.set_split(True)
    pane.use(Settings(proxy_gib=0))
    session.go_to(15)
    qtbot.waitUntil(lambda: panels(pane) == expected(15))


# Ghosts


def test_ghosts_are_the_boxes_of_the_frames_beside(
    qtbot: QtBot, pane: PicturePane, session: Session
) -> None:
    go_to(qtbot, pane, 4)
    assert pane.canvas._ghosts == ((), ())
    pane.set_ghosts(True)
    beside = (CAR_BOX, LIGHT_BOX)
    assert [list(boxes) for boxes in pane.canvas._ghosts] == [
        [pytest.approx(box) for box in beside]
    ] * 2
    go_to(qtbot, pane, 5)
    before, after = pane.canvas._ghosts
    assert before == ()
    assert len(after) == 2
    session.focus(session.boxes_in(4)[0])
    session.decide(Verdict.ACCEPTED)
    go_to(qtbot, pane, 5)
    assert pane.canvas._ghosts[0] == (CAR_BOX,)
    go_to(qtbot, pane, 0)
    assert pane.canvas._ghosts[0] == ()
    pane.set_ghosts(False)
    assert pane.canvas._ghosts == ((), ())
