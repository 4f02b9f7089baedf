"""The filters above the queue: each one changes what is shown, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QTableView, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from core.prelabels import Verdict
from core.project import Selection
from core.review import ReviewState, View
from gui.review.panel import ReviewPanel
from gui.session import Session
from gui.theme import LIGHT
from tests.gui.making import add_run, nothing_seen, seen

OpenSession = Callable[[Path], Session]


@pytest.fixture
def panel(qtbot: QtBot, session: Session) -> ReviewPanel:
    return shown(qtbot, session)


def shown(qtbot: QtBot, session: Session) -> ReviewPanel:
    """A panel that follows its session, as it does in the workspace."""
    panel = ReviewPanel(session, [])
    qtbot.addWidget(panel)
    panel.set_theme(LIGHT)
    session.run_changed.connect(panel.show_boxes)
    session.queue_changed.connect(panel.show_queue)
    session.decisions_changed.connect(panel.show_decisions)
    session.focus_changed.connect(panel.show_focus)
    panel.resize(400, 640)
    panel.show()
    return panel


def named(panel: QWidget, name: str) -> QComboBox:
    (found,) = [w for w in panel.findChildren(QComboBox) if w.accessibleName() == name]
    return found


def track_button(panel: QWidget) -> QToolButton:
    (found,) = [
        w for w in panel.findChildren(QToolButton) if w.accessibleName() == "This track only"
    ]
    return found


def entries(choice: QComboBox) -> list[str]:
    return [choice.itemText(at) for at in range(choice.count())]


def choose(choice: QComboBox, text: str) -> None:
    """Choose an entry by the arrow keys, as a person does."""
    choice.setFocus()
    QTest.keyClick(choice, Qt.Key.Key_Home)
    for _ in range(entries(choice).index(text)):
        QTest.keyClick(choice, Qt.Key.Key_Down)
    assert choice.currentText() == text


def rows(panel: ReviewPanel) -> list[tuple[str, str]]:
    """Frame and class of each row, sorted."""
    (table,) = panel.findChildren(QTableView)
    model = table.model()
    return sorted(
        (model.index(row, 0).data(), model.index(row, 1).data()) for row in range(model.rowCount())
    )


LIGHTS = [("20", "traffic light"), ("4", "traffic light")]
CARS = [("15", "car"), ("4", "car"), ("9", "car")]


def test_the_bar_offers_what_there_is(panel: ReviewPanel) -> None:
    assert entries(named(panel, "State")) == ["State", "to do", "edited", "accepted", "rejected"]
    assert entries(named(panel, "Kind")) == ["Kind", "flickering"]
    assert entries(named(panel, "Class")) == ["Class", "car", "traffic light"]


def test_a_class_shows_its_rows_only(panel: ReviewPanel, session: Session) -> None:
    choose(named(panel, "Class"), "traffic light")
    assert session.view == View(class_name="traffic light")
    assert rows(panel) == LIGHTS
    choose(named(panel, "Class"), "Class")
    assert session.view == View()
    assert rows(panel) == sorted(CARS + LIGHTS)


def test_a_state_shows_its_rows_as_they_change(panel: ReviewPanel, session: Session) -> None:
    choose(named(panel, "State"), "accepted")
    assert session.view == View(state=ReviewState.ACCEPTED)
    assert rows(panel) == []
    session.focus(session.boxes[2])
    session.decide(Verdict.ACCEPTED)
    assert rows(panel) == [("9", "car")]
    session.undo()
    assert rows(panel) == []
    choose(named(panel, "State"), "to do")
    assert len(rows(panel)) == 5
    session.focus(session.boxes[2])
    session.decide(Verdict.REJECTED)
    assert rows(panel) == sorted([*LIGHTS, ("15", "car"), ("4", "car")])


def test_a_kind_shows_its_rows_only(qtbot: QtBot, panel: ReviewPanel, session: Session) -> None:
    session.set_thresholds(replace(session.thresholds, kinds=frozenset({"flickering", "tutorial"})))
    assert entries(named(panel, "Kind")) == ["Kind", "flickering", "tutorial"]
    everything = len(rows(panel))
    choose(named(panel, "Kind"), "tutorial")
    assert session.view == View(kind="tutorial")
    assert 0 < len(rows(panel)) < everything
    assert all(what.endswith("· tutorial") for _, what in rows(panel))


def test_choices_add_up_and_keep_the_order(panel: ReviewPanel, session: Session) -> None:
    session.set_view(View(sorted_by="start", descending=False))
    choose(named(panel, "Class"), "car")
    choose(named(panel, "State"), "to do")
    assert session.view == View(
        class_name="car", state=ReviewState.TO_DO, sorted_by="start", descending=False
    )
    assert rows(panel) == CARS


def test_the_track_is_that_of_the_box_under_review(panel: ReviewPanel, session: Session) -> None:
    button = track_button(panel)
    assert not button.isEnabled()
    session.go_to(20)
    assert button.isEnabled()
    button.click()
    assert session.view == View(track=1)
    assert rows(panel) == LIGHTS
    # The track stays while other boxes are looked at, and can always be let go.
    session.go_to(9)
    choose(named(panel, "State"), "to do")
    assert session.view.track == 1
    session.go_to(0)
    assert button.isEnabled()
    button.click()
    assert session.view == View(state=ReviewState.TO_DO)
    assert not button.isChecked()
    assert not button.isEnabled()


def test_a_box_of_no_track_cannot_choose_one(
    qtbot: QtBot, open_session: OpenSession, reviewed: Path
) -> None:
    first = open_session(reviewed)
    first.focus(first.boxes[2])
    first.decide(Verdict.ACCEPTED)
    add_run(first.project, nothing_seen())
    session = open_session(reviewed)
    panel = shown(qtbot, session)
    session.go_to(9)
    assert session.focused is not None
    assert not track_button(panel).isEnabled()


def test_what_is_chosen_stays_where_there_is_none_of_it_any_more(
    qtbot: QtBot, panel: ReviewPanel, session: Session
) -> None:
    choose(named(panel, "Class"), "traffic light")
    choose(named(panel, "Kind"), "flickering")
    add_run(session.project, seen(light_missing=()))
    with qtbot.waitSignal(session.run_changed):
        session.choose_run(session.project.runs[-1])
    assert entries(named(panel, "Class")) == ["Class", "car", "traffic light"]
    assert named(panel, "Class").currentText() == "traffic light"
    assert session.view == View(kind="flickering", class_name="traffic light")
    assert rows(panel) == []
    add_run(session.project, nothing_seen())
    with qtbot.waitSignal(session.run_changed):
        session.choose_run(session.project.runs[-1])
    assert named(panel, "Kind").currentText() == "flickering"
    assert not named(panel, "Kind").isVisible()


def test_a_view_that_comes_from_elsewhere_is_shown_and_not_chosen_again(
    qtbot: QtBot, panel: ReviewPanel, session: Session
) -> None:
    wanted = View(
        kind="flickering", class_name="car", track=0, state=ReviewState.EDITED, sorted_by="start"
    )
    with qtbot.waitSignal(session.queue_changed):
        session.set_view(wanted)
    assert [named(panel, name).currentText() for name in ("Kind", "Class", "State")] == [
        "flickering", "car", "edited",
    ]  # fmt: skip
    assert track_button(panel).isChecked()
    assert session.view == wanted


def selected_button(panel: QWidget) -> QToolButton:
    (found,) = [
        w for w in panel.findChildren(QToolButton) if w.accessibleName() == "Selected frames only"
    ]
    return found


def test_selected_frames_are_signed_and_can_be_all_that_is_shown(
    panel: ReviewPanel, session: Session
) -> None:
    button = selected_button(panel)
    assert not button.isVisible()
    session.selection_changed.connect(panel.show_selection)
    session.set_selection(Selection("initial-tag", "lightly", (1, 9, 20)))
    assert button.isVisible()
    assert signed(panel) == ["20", "9"]
    button.click()
    assert session.view == View(selected=(1, 9, 20))
    assert rows(panel) == [("20", "traffic light"), ("9", "car")]
    # Another selection, and then none at all.
    session.set_selection(Selection("second", "lightly", (15,)))
    assert rows(panel) == [("15", "car")]
    session.set_selection(None)
    assert session.view == View()
    assert not button.isVisible()
    assert signed(panel) == []


def signed(panel: ReviewPanel) -> list[str]:
    """The first frames of the rows that bear a bookmark, sorted."""
    (table,) = panel.findChildren(QTableView)
    model = table.model()
    cells = [model.index(row, 0) for row in range(model.rowCount())]
    found = [c for c in cells if c.data(Qt.ItemDataRole.DecorationRole) is not None]
    for cell in found:
        assert cell.data(Qt.ItemDataRole.ToolTipRole).endswith(", in selected frames")
    return sorted(str(cell.data()) for cell in found)


def test_every_choice_has_a_name_and_a_tip(panel: ReviewPanel) -> None:
    for widget in (*(named(panel, n) for n in ("State", "Kind", "Class")), track_button(panel)):
        assert widget.toolTip()
        assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_the_queue_keeps_to_the_range_that_the_person_looks_at(
    session: Session, open_session: Callable[[Path], Session], reviewed: Path
) -> None:
    session.set_range(5, 16)
    assert sorted(session.queue[number].start for number in session.shown) == [9, 15]
    session.skip()
    session.decide(Verdict.ACCEPTED)
    session.decide(Verdict.ACCEPTED)
    assert session.frame in (9, 15)
    later = open_session(reviewed)
    assert sorted(later.queue[number].start for number in later.shown) == [9, 15]
    later.clear_range()
    assert len(later.shown) == len(later.queue) == 5
