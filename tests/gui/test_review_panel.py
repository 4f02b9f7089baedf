"""The queue of imputed boxes beside the canvas."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QAbstractItemModel, QPoint, Qt
from PySide6.QtGui import QColor, QIcon
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QTableView
from pytestqt.qtbot import QtBot

from core.frames import FrameIndex
from core.prelabels import Verdict
from core.project import Project
from core.video.reader import VideoInfo
from gui.review.panel import ReviewPanel
from gui.review.queue_model import QueueModel
from gui.session import Session
from gui.theme import LIGHT
from tests.gui.making import add_run, nothing_seen, texts

OpenSession = Callable[[Path], Session]


@pytest.fixture
def panel(qtbot: QtBot, session: Session) -> ReviewPanel:
    return shown(qtbot, session)


def shown(qtbot: QtBot, session: Session) -> ReviewPanel:
    panel = ReviewPanel(session, [])
    qtbot.addWidget(panel)
    panel.set_theme(LIGHT)
    panel.resize(360, 400)
    panel.show()
    return panel


def table_of(panel: ReviewPanel) -> QTableView:
    table = panel.findChild(QTableView)
    assert isinstance(table, QTableView)
    return table


def rows_of(model: QAbstractItemModel) -> list[list[str]]:
    return [
        [model.index(row, column).data() for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def selected(panel: ReviewPanel) -> list[int]:
    return [index.row() for index in table_of(panel).selectionModel().selectedRows()]


def test_each_imputed_box_is_a_row_in_the_order_of_the_video(panel: ReviewPanel) -> None:
    assert rows_of(table_of(panel).model()) == [
        ["4", "car", "0.74", "to do"],
        ["4", "traffic light", "0.48", "to do"],
        ["9", "car", "0.79", "to do"],
        ["15", "car", "0.79", "to do"],
        ["20", "traffic light", "0.46", "to do"],
    ]
    assert "0 of 5 done" in texts(panel)


def test_a_decision_shows_in_its_row_and_in_the_count(panel: ReviewPanel, session: Session) -> None:
    session.focus(session.boxes[2])
    session.decide(Verdict.ACCEPTED)
    session.focus(session.boxes[4])
    session.decide(Verdict.REJECTED)
    panel.show_decisions()
    states = [row[3] for row in rows_of(table_of(panel).model())]
    assert states == ["to do", "to do", "accepted", "to do", "rejected"]
    assert "2 of 5 done" in texts(panel)
    session.undo()
    panel.show_decisions()
    assert "1 of 5 done" in texts(panel)


def test_states_differ_in_colour_and_in_mark(panel: ReviewPanel, session: Session) -> None:
    for number, verdict in ((2, Verdict.ACCEPTED), (4, Verdict.REJECTED)):
        session.focus(session.boxes[number])
        session.decide(verdict)
    model = table_of(panel).model()
    cells = [model.index(row, 3) for row in (0, 2, 4)]
    colours = [cell.data(Qt.ItemDataRole.ForegroundRole) for cell in cells]
    assert colours == [
        QColor(LIGHT.imputed_text),
        QColor(LIGHT.accepted_text),
        QColor(LIGHT.rejected_text),
    ]
    icons: list[QIcon] = [cell.data(Qt.ItemDataRole.DecorationRole) for cell in cells]
    assert icons[0].isNull()
    accepted, rejected = (icon.pixmap(16).toImage() for icon in icons[1:])
    assert accepted != rejected


def test_the_row_of_the_focused_box_is_selected_and_explained(
    panel: ReviewPanel, session: Session
) -> None:
    session.focus(session.boxes[3])
    panel.show_focus()
    assert selected(panel) == [3]
    why = "Frames 14 and 16 show “car”; the frame between does not."
    assert f"{why} About 79% of such boxes are right." in texts(panel)
    session.go_to(0)
    panel.show_focus()
    assert selected(panel) == []
    assert not any("places that agree" in text for text in texts(panel))


def test_following_the_focus_is_not_taken_for_a_choice(
    qtbot: QtBot, panel: ReviewPanel, session: Session
) -> None:
    with qtbot.assertNotEmitted(panel.focus_requested):
        for box in session.boxes:
            session.focus(box)
            panel.show_focus()


def test_clicking_a_row_asks_for_its_box(
    qtbot: QtBot, panel: ReviewPanel, session: Session
) -> None:
    table = table_of(panel)
    place = table.visualRect(table.model().index(3, 1)).center()
    with qtbot.waitSignal(panel.focus_requested) as asked:
        qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place))
    assert asked.args == [session.boxes[3]]


def test_the_arrow_keys_in_the_list_go_through_the_boxes(
    qtbot: QtBot, panel: ReviewPanel, session: Session
) -> None:
    session.focus(session.boxes[1])
    panel.show_focus()
    with qtbot.waitSignal(panel.focus_requested) as asked:
        qtbot.keyClick(table_of(panel), Qt.Key.Key_Down)
    assert asked.args == [session.boxes[2]]


def test_without_a_run_it_says_how_to_get_one(
    qtbot: QtBot,
    open_session: OpenSession,
    folder: Path,
    clip_facts: tuple[VideoInfo, FrameIndex],
) -> None:
    Project.create(folder, clip_facts[0]).close()
    panel = shown(qtbot, open_session(folder))
    assert "Detect (D) to see where the model flickers." in texts(panel)
    assert not any("done" in text for text in texts(panel))


def test_a_model_that_does_not_flicker_is_said_to_be_so(
    qtbot: QtBot, open_session: OpenSession, reviewed: Path
) -> None:
    session = open_session(reviewed)
    add_run(session.project, nothing_seen())
    panel = shown(qtbot, open_session(reviewed))
    assert any("does not flicker" in text for text in texts(panel))


def test_another_session_brings_its_own_rows(
    qtbot: QtBot, open_session: OpenSession, reviewed: Path
) -> None:
    first = open_session(reviewed)
    first.go_to(9)
    first.decide(Verdict.ACCEPTED)
    add_run(first.project, nothing_seen())
    panel = shown(qtbot, open_session(reviewed))
    assert rows_of(table_of(panel).model()) == [["9", "car", "0.79", "accepted"]]
    assert "1 of 1 done" in texts(panel)


def test_the_model_keeps_every_promise_of_a_table_model(session: Session) -> None:
    model = QueueModel()
    tester = QAbstractItemModelTester(
        model, QAbstractItemModelTester.FailureReportingMode.Fatal, model
    )
    model.set_theme(LIGHT)
    model.set_boxes(session.boxes, session.project.decisions)
    session.go_to(9)
    session.decide(Verdict.ACCEPTED)
    model.refresh()
    assert tester.model() is model
    assert [model.headerData(i, Qt.Orientation.Horizontal) for i in range(4)] == [
        "Frame",
        "Class",
        "Plausible",
        "State",
    ]
    assert model.row_of(session.boxes[2]) == 2
    assert model.row_of(None) is None
    assert model.reviewed() == 1
    model.set_boxes((), {})
    assert rows_of(model) == []
