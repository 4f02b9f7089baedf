"""The queue of violations beside the canvas."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QAbstractItemModel, QPoint, Qt
from PySide6.QtGui import QColor, QIcon
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QTableView
from pytestqt.qtbot import QtBot

from core.assertions.imputed import ImputedBoxes
from core.frames import FrameIndex
from core.prelabels import Verdict
from core.project import Project
from core.review import Queue, ReviewState, View
from core.video.reader import VideoInfo
from gui.review.panel import ReviewPanel
from gui.review.queue_model import COLUMNS, QueueModel
from gui.session import Session
from gui.theme import LIGHT
from tests.gui.making import add_run, nothing_seen, seen, texts

OpenSession = Callable[[Path], Session]


@pytest.fixture
def panel(qtbot: QtBot, session: Session) -> ReviewPanel:
    return shown(qtbot, session)


def shown(qtbot: QtBot, session: Session) -> ReviewPanel:
    """A panel that follows its session, as it does in the workspace."""
    panel = ReviewPanel(session, [])
    qtbot.addWidget(panel)
    panel.set_theme(LIGHT)
    session.queue_changed.connect(panel.show_queue)
    session.decisions_changed.connect(panel.show_decisions)
    session.focus_changed.connect(panel.show_focus)
    panel.resize(360, 640)
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


def column(panel: ReviewPanel, name: str) -> list[str]:
    at = COLUMNS.index(name)
    return [row[at] for row in rows_of(table_of(panel).model())]


def click_header(qtbot: QtBot, panel: ReviewPanel, name: str) -> tuple[str, Qt.SortOrder]:
    """Click on a column's header; which column the header says it is sorted by, and how."""
    header = table_of(panel).horizontalHeader()
    at = COLUMNS.index(name)
    place = QPoint(header.sectionViewportPosition(at) + 8, header.height() // 2)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)
    return COLUMNS[header.sortIndicatorSection()], header.sortIndicatorOrder()


def decide(session: Session, number: int, verdict: Verdict) -> None:
    """Decide about a box by its number in `BOXES`."""
    session.focus(session.boxes[number])
    session.decide(verdict)


def test_each_violation_is_a_row_and_those_with_most_to_gain_come_first(
    panel: ReviewPanel,
) -> None:
    assert rows_of(table_of(panel).model()) == [
        ["9", "car", "0.8", "0.79", "to do"],
        ["15", "car", "0.8", "0.79", "to do"],
        ["4", "car", "0.7", "0.74", "to do"],
        ["4", "traffic light", "0.5", "0.48", "to do"],
        ["20", "traffic light", "0.5", "0.46", "to do"],
    ]
    assert "0 of 5 done" in texts(panel)
    header = table_of(panel).horizontalHeader()
    assert COLUMNS[header.sortIndicatorSection()] == "Gain"
    assert header.sortIndicatorOrder() == Qt.SortOrder.DescendingOrder


def test_a_gap_of_several_frames_is_one_row_that_is_done_when_all_of_it_is(
    qtbot: QtBot,
    open_session: OpenSession,
    folder: Path,
    clip_facts: tuple[VideoInfo, FrameIndex],
) -> None:
    with closing(Project.create(folder, clip_facts[0])) as project:
        add_run(project, seen(car_missing=(9, 10, 11), light_missing=()))
    session = open_session(folder)
    panel = shown(qtbot, session)
    gain = sum(box.plausibility for box in session.boxes)
    assert (column(panel, "Frame"), column(panel, "Gain")) == (["9"], [f"{gain:.1f}"])
    session.focus(session.boxes[0])
    for state in ("to do", "to do", "accepted"):
        session.decide(Verdict.ACCEPTED)
        assert column(panel, "State") == [state]
    assert "All 1 reviewed: export (Ctrl+E)" in texts(panel)
    session.undo()
    assert column(panel, "State") == ["to do"]
    assert "0 of 1 done" in texts(panel)


def test_a_decision_shows_in_its_row_and_in_the_count(panel: ReviewPanel, session: Session) -> None:
    decide(session, 2, Verdict.ACCEPTED)
    decide(session, 4, Verdict.REJECTED)
    assert column(panel, "State") == ["accepted", "to do", "to do", "to do", "rejected"]
    assert "2 of 5 done" in texts(panel)
    session.undo()
    assert "1 of 5 done" in texts(panel)


def test_states_differ_in_colour_and_in_mark(panel: ReviewPanel, session: Session) -> None:
    decide(session, 2, Verdict.ACCEPTED)
    decide(session, 4, Verdict.REJECTED)
    session.correct(session.boxes[0], class_name="bus")
    model = table_of(panel).model()
    cells = [model.index(row, COLUMNS.index("State")) for row in (1, 0, 4, 2)]
    assert [cell.data() for cell in cells] == ["to do", "accepted", "rejected", "edited"]
    colours = [cell.data(Qt.ItemDataRole.ForegroundRole) for cell in cells]
    assert colours == [
        QColor(LIGHT.imputed_text),
        QColor(LIGHT.accepted_text),
        QColor(LIGHT.rejected_text),
        QColor(LIGHT.accepted_text),
    ]
    icons: list[QIcon | None] = [cell.data(Qt.ItemDataRole.DecorationRole) for cell in cells]
    assert icons[0] is None
    marks = [mark.pixmap(16).toImage() for mark in icons[1:] if mark is not None]
    assert len(marks) == 3
    assert all(one != other for one, other in combinations(marks, 2))


@pytest.mark.parametrize(
    ("name", "first", "frames"),
    [
        ("Frame", Qt.SortOrder.AscendingOrder, ["4", "4", "9", "15", "20"]),
        ("Class", Qt.SortOrder.AscendingOrder, ["4", "9", "15", "4", "20"]),
        ("Plausible", Qt.SortOrder.DescendingOrder, ["9", "15", "4", "4", "20"]),
        ("State", Qt.SortOrder.AscendingOrder, ["4", "4", "15", "20", "9"]),
    ],
)
def test_a_click_on_a_header_sorts_and_another_one_turns_it_round(
    qtbot: QtBot,
    panel: ReviewPanel,
    session: Session,
    name: str,
    first: Qt.SortOrder,
    frames: list[str],
) -> None:
    decide(session, 2, Verdict.ACCEPTED)
    assert click_header(qtbot, panel, name) == (name, first)
    assert column(panel, "Frame") == frames
    keys = column(panel, name)
    again, second = click_header(qtbot, panel, name)
    assert (again, second) == (name, Qt.SortOrder(1 - first.value))
    assert column(panel, name) == list(reversed(keys))


def test_the_row_of_the_focused_box_is_selected_and_explained(
    panel: ReviewPanel, session: Session
) -> None:
    session.focus(session.boxes[3])
    assert selected(panel) == [1]
    why = "Frames 14 and 16 show “car”; the frame between does not."
    assert f"{why} About 79% of such boxes are right." in texts(panel)
    session.go_to(0)
    assert selected(panel) == []
    assert not any("of such boxes are right" in text for text in texts(panel))


def test_the_selection_stays_with_its_violation_in_another_order(
    qtbot: QtBot, panel: ReviewPanel, session: Session
) -> None:
    session.focus(session.boxes[3])
    click_header(qtbot, panel, "Frame")
    assert selected(panel) == [3]
    assert session.focused == session.boxes[3]


def test_following_the_focus_is_not_taken_for_a_choice(
    qtbot: QtBot, panel: ReviewPanel, session: Session
) -> None:
    with qtbot.assertNotEmitted(panel.focus_requested):
        for box in session.boxes:
            session.focus(box)


def test_clicking_a_row_asks_for_its_box(
    qtbot: QtBot, panel: ReviewPanel, session: Session
) -> None:
    table = table_of(panel)
    place = table.visualRect(table.model().index(3, 1)).center()
    with qtbot.waitSignal(panel.focus_requested) as asked:
        qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place))
    assert asked.args == [session.boxes[1]]


def test_the_arrow_keys_in_the_list_go_through_the_violations(
    qtbot: QtBot, panel: ReviewPanel, session: Session
) -> None:
    session.focus(session.boxes[3])
    with qtbot.waitSignal(panel.focus_requested) as asked:
        qtbot.keyClick(table_of(panel), Qt.Key.Key_Down)
    assert asked.args == [session.boxes[0]]


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


def test_a_part_of_the_queue_without_a_row_says_so(panel: ReviewPanel, session: Session) -> None:
    session.set_view(View(state=ReviewState.REJECTED))
    assert rows_of(table_of(panel).model()) == []
    assert any(text.startswith("No violation is like this.") for text in texts(panel))
    assert "0 of 5 done" in texts(panel)
    session.set_view(View())
    assert not any(text.startswith("No violation is like this.") for text in texts(panel))


def test_another_session_brings_its_own_rows(
    qtbot: QtBot, open_session: OpenSession, reviewed: Path
) -> None:
    first = open_session(reviewed)
    first.go_to(9)
    first.decide(Verdict.ACCEPTED)
    add_run(first.project, nothing_seen())
    panel = shown(qtbot, open_session(reviewed))
    assert rows_of(table_of(panel).model()) == [["9", "car", "0.8", "0.79", "accepted"]]
    assert "All 1 reviewed: export (Ctrl+E)" in texts(panel)


def test_a_row_is_told_in_a_sentence(panel: ReviewPanel, session: Session) -> None:
    model = table_of(panel).model()
    tips = [model.index(row, 0).data(Qt.ItemDataRole.ToolTipRole) for row in (0, 3)]
    assert tips == [
        "flickering: car, frame 9, track 0, to do",
        "flickering: traffic light, frame 4, track 1, to do",
    ]


def test_the_model_keeps_every_promise_of_a_table_model(session: Session) -> None:
    model = QueueModel(Queue(ImputedBoxes()), np.empty(0, np.int64))
    tester = QAbstractItemModelTester(
        model, QAbstractItemModelTester.FailureReportingMode.Fatal, model
    )
    model.set_theme(LIGHT)
    assert rows_of(model) == []
    model.set_queue(session.queue, session.shown)
    session.go_to(9)
    session.decide(Verdict.ACCEPTED)
    model.refresh()
    assert tester.model() is model
    assert [model.headerData(i, Qt.Orientation.Horizontal) for i in range(len(COLUMNS))] == list(
        COLUMNS
    )
    number = session.queue.number_of(session.boxes[2])
    assert model.row_of(number) == 0
    assert model.item(0).state is ReviewState.ACCEPTED
    assert model.row_of(None) is None
    model.set_queue(session.queue, session.shown[1:])
    assert model.row_of(number) is None
    assert model.rowCount() == 4
