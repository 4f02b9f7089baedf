"""The limits above the review list: each control changes at once what is seen, and back."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QWheelEvent
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QCheckBox,
    QDoubleSpinBox,
    QScrollBar,
    QSlider,
    QSpinBox,
    QTableView,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from core.assertions.thresholds import Thresholds
from core.errors import UserError
from core.frames import FrameIndex
from core.prelabels import Verdict
from core.project import Project
from core.video.reader import VideoInfo
from gui.main_window import MainWindow
from gui.review.controls import THROTTLE_MS, Elided
from gui.review.limits import LimitsSection
from gui.review.panel import ReviewPanel
from gui.session import Session
from gui.text import percent
from gui.theme import LIGHT
from tests.gui.making import add_run, seen, texts

OpenSession = Callable[[Path], Session]
W = TypeVar("W", bound=QWidget)
USUAL = Thresholds()
KINDS = ("flickering", "appear", "multibox", "class switch", "tutorial")


@pytest.fixture
def folder_of_gaps(folder: Path, clip_facts: tuple[VideoInfo, FrameIndex]) -> Path:
    """A car with gaps of one and of three frames, and a traffic light with two of one frame."""
    with closing(Project.create(folder, clip_facts[0])) as project:
        add_run(project, seen(car_missing=(4, 9, 10, 11, 15)))
    return folder


@pytest.fixture
def gaps(open_session: OpenSession, folder_of_gaps: Path) -> Session:
    """A session on `folder_of_gaps`: seven boxes are missing."""
    return open_session(folder_of_gaps)


@pytest.fixture
def panel(qtbot: QtBot, gaps: Session) -> ReviewPanel:
    return shown(qtbot, gaps)


def shown(qtbot: QtBot, session: Session) -> ReviewPanel:
    """An unfolded panel that follows its session, as it does in the workspace."""
    panel = ReviewPanel(session, [])
    qtbot.addWidget(panel)
    panel.set_theme(LIGHT)
    session.run_changed.connect(panel.show_boxes)
    panel.resize(320, 640)
    panel.show()
    named(panel, QToolButton, "Limits").click()
    return panel


def named(panel: QWidget, kind: type[W], name: str) -> W:
    (found,) = [w for w in panel.findChildren(kind) if w.accessibleName() == name]
    return found


def section_of(panel: ReviewPanel) -> LimitsSection:
    (found,) = panel.findChildren(LimitsSection)
    return found


def in_short(panel: QWidget) -> Elided:
    (found,) = panel.findChildren(Elided)
    return found


def summary(panel: QWidget) -> str:
    label = in_short(panel)
    assert label.toolTip() == label.text()
    assert label.accessibleName() == f"Limits: {label.text()}"
    return label.text()


def rows(panel: ReviewPanel) -> int:
    (table,) = panel.findChildren(QTableView)
    return table.model().rowCount()


def classes(panel: ReviewPanel) -> dict[str, QAction]:
    menu = named(panel, QToolButton, "Classes").menu()
    return {action.text(): action for action in menu.actions() if action.text()}


def checked_classes(panel: ReviewPanel) -> list[str]:
    return [name for name, action in classes(panel).items() if action.isChecked()]


def checked_kinds(panel: ReviewPanel) -> list[str]:
    return [kind for kind in KINDS if named(panel, QCheckBox, f"Show {kind}").isChecked()]


def everything_hidden(session: Session) -> None:
    """Let every missing box be behind another object."""
    findings = session._everything
    assert findings is not None
    missing = replace(findings.missing, hidden=np.ones_like(findings.missing.hidden))
    violations = replace(findings.violations, missing=missing)
    session._everything = replace(findings, violations=violations)


# Each control


def test_the_longest_gap_in_frames(panel: ReviewPanel, gaps: Session) -> None:
    assert rows(panel) == 7
    named(panel, QSpinBox, "Longest gap").setValue(2)
    assert gaps.thresholds == replace(USUAL, max_gap=2)
    assert rows(panel) == len(gaps.boxes) == 4
    assert named(panel, QSpinBox, "Longest gap").text() == "2 frames"
    named(panel, QSpinBox, "Longest gap").setValue(1)
    assert named(panel, QSpinBox, "Longest gap").text() == "1 frame"


def test_the_longest_gap_in_seconds_counts_while_it_is_checked(
    panel: ReviewPanel, gaps: Session
) -> None:
    seconds = named(panel, QDoubleSpinBox, "Longest gap in seconds")
    bounded = named(panel, QCheckBox, "Limit gaps in seconds")
    assert not seconds.isEnabled()
    bounded.click()
    assert seconds.isEnabled()
    assert gaps.thresholds == replace(USUAL, max_gap_seconds=1.0)
    assert rows(panel) == 7
    seconds.setValue(0.1)
    assert gaps.thresholds == replace(USUAL, max_gap_seconds=0.1)
    assert rows(panel) == 4
    bounded.click()
    assert gaps.thresholds == USUAL
    assert rows(panel) == 7
    assert seconds.value() == 0.1


def test_the_plausibility_comes_late_but_comes(
    qtbot: QtBot, panel: ReviewPanel, gaps: Session
) -> None:
    slider = named(panel, QSlider, "Plausibility")
    changes = QSignalSpy(gaps.run_changed)
    slider.setSliderDown(True)
    for value in (40, 60, 95, 70):
        slider.setSliderPosition(value)
        assert percent(value / 100) in texts(panel)
    assert changes.count() == 0
    qtbot.waitUntil(lambda: gaps.thresholds == replace(USUAL, plausibility=0.7))
    assert changes.count() == 1
    assert slider.sliderPosition() == 70
    assert 0 < rows(panel) == len(gaps.boxes) < 7
    slider.setSliderPosition(100)
    slider.setSliderDown(False)
    qtbot.waitUntil(lambda: gaps.thresholds.plausibility == 1.0)
    assert rows(panel) == 0
    assert any("within these limits" in text for text in texts(panel))


def test_a_hand_that_never_rests_sees_changes(
    qtbot: QtBot, panel: ReviewPanel, gaps: Session
) -> None:
    slider = named(panel, QSlider, "Plausibility")
    changes = QSignalSpy(gaps.run_changed)
    for value in range(40, 80):
        slider.setValue(value)
        qtbot.wait(THROTTLE_MS // 10)
    steps = changes.count()
    assert 2 <= steps <= 20
    qtbot.waitUntil(lambda: gaps.thresholds.plausibility == 0.79)


def test_a_slider_on_its_way_is_not_held_up(panel: ReviewPanel, gaps: Session) -> None:
    slider = named(panel, QSlider, "Plausibility")
    slider.setValue(80)
    section_of(panel).show_thresholds()
    assert slider.value() == 80
    section_of(panel).settle()
    assert gaps.thresholds.plausibility == 0.8
    slider.setSliderDown(True)
    gaps.set_thresholds(replace(gaps.thresholds, plausibility=0.5))
    assert slider.value() == 80
    slider.setSliderDown(False)
    section_of(panel).show_thresholds()
    assert slider.value() == 50
    assert percent(0.5) in texts(panel)


def test_short_life_and_overlap(panel: ReviewPanel, gaps: Session) -> None:
    named(panel, QDoubleSpinBox, "Short life").setValue(1.25)
    assert gaps.thresholds == replace(USUAL, max_life=1.25)
    named(panel, QDoubleSpinBox, "Overlap").setValue(0.35)
    assert gaps.thresholds == replace(USUAL, max_life=1.25, overlap=0.35)


def test_boxes_behind_others(panel: ReviewPanel, gaps: Session) -> None:
    everything_hidden(gaps)
    hidden = named(panel, QCheckBox, "Impute behind others")
    hidden.click()
    assert gaps.thresholds == replace(USUAL, hidden=True)
    assert rows(panel) == 7
    hidden.click()
    assert gaps.thresholds == USUAL
    assert rows(panel) == 0


def test_kinds_are_none_where_they_are_the_usual_ones(panel: ReviewPanel, gaps: Session) -> None:
    usual = {kind for kind in KINDS if USUAL.wants(kind)}
    assert "flickering" in usual
    assert "tutorial" not in usual
    assert set(checked_kinds(panel)) == usual
    flickering, tutorial = (
        named(panel, QCheckBox, f"Show {kind}") for kind in ("flickering", "tutorial")
    )
    flickering.click()
    assert gaps.thresholds.kinds == usual - {"flickering"}
    assert rows(panel) == 0
    tutorial.click()
    assert gaps.thresholds.kinds == usual - {"flickering"} | {"tutorial"}
    assert rows(panel) == 4
    flickering.click()
    assert gaps.thresholds.kinds == usual | {"tutorial"}
    tutorial.click()
    assert gaps.thresholds == USUAL
    assert rows(panel) == 7


def test_classes_are_none_where_all_are_checked(panel: ReviewPanel, gaps: Session) -> None:
    button = named(panel, QToolButton, "Classes")
    assert list(classes(panel)) == ["All classes", "car", "traffic light"]
    classes(panel)["car"].trigger()
    assert gaps.thresholds == replace(USUAL, classes=frozenset({"traffic light"}))
    assert checked_classes(panel) == ["traffic light"]
    assert button.text() == "1 of 2 classes"
    assert rows(panel) == 2
    classes(panel)["car"].trigger()
    assert gaps.thresholds == USUAL
    assert button.text() == "All classes"
    classes(panel)["All classes"].trigger()
    assert gaps.thresholds.classes == frozenset()
    assert checked_classes(panel) == []
    assert rows(panel) == 0
    classes(panel)["All classes"].trigger()
    assert gaps.thresholds == USUAL
    assert checked_classes(panel) == ["All classes", "car", "traffic light"]


def test_what_is_not_in_this_run_stays_chosen(panel: ReviewPanel, gaps: Session) -> None:
    gaps.set_thresholds(
        replace(USUAL, classes=frozenset({"car", "whale"}), kinds=frozenset({"appear", "mine"}))
    )
    classes(panel)["car"].trigger()
    assert gaps.thresholds.classes == {"whale"}
    named(panel, QCheckBox, "Show multibox").click()
    assert gaps.thresholds.kinds == {"appear", "multibox", "mine"}


@pytest.mark.qt_log_ignore("plugin does not support", extend=True)
def test_the_menu_stays_open_while_classes_are_checked(panel: ReviewPanel, gaps: Session) -> None:
    menu = named(panel, QToolButton, "Classes").menu()
    menu.popup(panel.mapToGlobal(QPoint(0, 0)))
    place = menu.actionGeometry(classes(panel)["car"]).center()
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=place)
    assert menu.isVisible()
    assert gaps.thresholds.classes == {"traffic light"}
    menu.setActiveAction(classes(panel)["car"])
    QTest.keyClick(menu, Qt.Key.Key_Space)
    assert menu.isVisible()
    assert gaps.thresholds.classes is None
    QTest.keyClick(menu, Qt.Key.Key_Escape)
    assert not menu.isVisible()


def test_reset_goes_back_to_the_usual_limits(
    qtbot: QtBot, panel: ReviewPanel, gaps: Session
) -> None:
    reset = named(panel, QToolButton, "Reset limits")
    assert not reset.isEnabled()
    assert reset.toolTip() == "These are the usual limits"
    named(panel, QSpinBox, "Longest gap").setValue(2)
    named(panel, QCheckBox, "Impute behind others").click()
    named(panel, QSlider, "Plausibility").setValue(90)
    assert reset.isEnabled()
    reset.click()
    assert gaps.thresholds == USUAL
    assert rows(panel) == 7
    assert named(panel, QSpinBox, "Longest gap").value() == USUAL.max_gap
    assert not named(panel, QCheckBox, "Impute behind others").isChecked()
    assert named(panel, QSlider, "Plausibility").value() == round(100 * USUAL.plausibility)
    # The slider's value on its way is taken back, too.
    qtbot.wait(2 * THROTTLE_MS)
    assert gaps.thresholds == USUAL


# What the session says


def test_showing_thresholds_changes_nothing(panel: ReviewPanel, gaps: Session) -> None:
    wanted = Thresholds(
        7, 0.3, 1.5, 0.65, 0.42, True, frozenset({"tutorial", "appear"}), frozenset({"car"})
    )
    gaps.set_thresholds(wanted)
    changes = QSignalSpy(gaps.run_changed)
    section_of(panel).show_thresholds()
    QTest.qWait(2 * THROTTLE_MS)
    assert changes.count() == 0
    assert gaps.thresholds == wanted
    assert named(panel, QSpinBox, "Longest gap").value() == 7
    assert named(panel, QCheckBox, "Limit gaps in seconds").isChecked()
    assert named(panel, QDoubleSpinBox, "Longest gap in seconds").value() == 0.3
    assert named(panel, QDoubleSpinBox, "Short life").value() == 1.5
    assert named(panel, QDoubleSpinBox, "Overlap").value() == 0.65
    assert named(panel, QSlider, "Plausibility").value() == 42
    assert percent(0.42) in texts(panel)
    assert named(panel, QCheckBox, "Impute behind others").isChecked()
    assert checked_kinds(panel) == ["appear", "tutorial"]
    assert checked_classes(panel) == ["car"]


def test_values_beyond_the_controls_stay_until_they_are_changed(
    panel: ReviewPanel, gaps: Session
) -> None:
    gaps.set_thresholds(replace(USUAL, max_gap=500, plausibility=0.305))
    assert named(panel, QSpinBox, "Longest gap").value() == 60
    named(panel, QDoubleSpinBox, "Overlap").setValue(0.7)
    assert gaps.thresholds == replace(USUAL, max_gap=500, plausibility=0.305, overlap=0.7)


def test_what_is_being_typed_stays(qtbot: QtBot, panel: ReviewPanel, gaps: Session) -> None:
    field = named(panel, QSpinBox, "Longest gap")
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "3")
    section_of(panel).show_thresholds()
    assert gaps.thresholds == USUAL
    QTest.keyClicks(field, "1")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert gaps.thresholds.max_gap == 31
    assert not field.hasFocus()


def test_limits_that_cannot_be_written_are_not_shown(
    panel: ReviewPanel, gaps: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(change: object) -> None:
        raise UserError("no room left", mend="make some")

    monkeypatch.setattr(gaps.project, "apply", refuse)
    failures = QSignalSpy(gaps.failed)
    named(panel, QSpinBox, "Longest gap").setValue(5)
    named(panel, QCheckBox, "Show flickering").click()
    assert failures.count() == 2
    assert named(panel, QSpinBox, "Longest gap").value() == USUAL.max_gap
    assert named(panel, QCheckBox, "Show flickering").isChecked()


def test_without_a_run_kinds_and_classes_are_not_known_yet(
    qtbot: QtBot,
    open_session: OpenSession,
    folder: Path,
    clip_facts: tuple[VideoInfo, FrameIndex],
) -> None:
    Project.create(folder, clip_facts[0]).close()
    session = open_session(folder)
    panel = shown(qtbot, session)
    assert (
        summary(panel) == f"gaps up to 20 frames · from {percent(USUAL.plausibility)} · all classes"
    )
    assert not named(panel, QToolButton, "Classes").isEnabled()
    assert "Show" not in texts(panel)
    add_run(session.project, seen())
    panel = shown(qtbot, open_session(folder))
    assert named(panel, QToolButton, "Classes").isEnabled()
    assert "Show" in texts(panel)


def test_a_run_that_goes_on_brings_its_classes(panel: ReviewPanel, gaps: Session) -> None:
    detections = gaps.detections
    ids = np.where(np.arange(len(detections)) == 0, 0, detections.class_id).astype(np.int16)
    gaps.detections = replace(detections, class_id=ids)
    panel.show_boxes()
    assert list(classes(panel)) == ["All classes", "person", "car", "traffic light"]


def test_the_summary_says_the_limits_in_short(panel: ReviewPanel, gaps: Session) -> None:
    least = percent(USUAL.plausibility)
    gaps.set_thresholds(replace(USUAL, kinds=frozenset({"flickering", "tutorial", "mine"})))
    assert summary(panel) == f"gaps up to 20 frames · from {least} · 2 kinds · all classes"
    gaps.set_thresholds(
        Thresholds(
            max_gap=1,
            max_gap_seconds=0.5,
            plausibility=0.75,
            kinds=frozenset({"appear"}),
            classes=frozenset({"car", "whale"}),
        )
    )
    assert summary(panel) == (
        f"gaps up to 1 frame and 0.50 s · from {percent(0.75)} · 1 kind · 1 of 2 classes"
    )


# How it behaves in the window


def test_it_folds_and_never_widens_the_panel(panel: ReviewPanel) -> None:
    short = in_short(panel)
    gap = named(panel, QSpinBox, "Longest gap")
    reset = named(panel, QToolButton, "Reset limits")
    assert panel.minimumSizeHint().width() <= 320
    assert (gap.isVisible(), reset.isVisible(), short.isVisible()) == (True, True, False)
    named(panel, QToolButton, "Limits").click()
    assert (gap.isVisible(), reset.isVisible(), short.isVisible()) == (False, False, True)
    least = panel.minimumSizeHint().width()
    short.setText(40 * "very long ")
    QApplication.sendPostedEvents()
    assert panel.minimumSizeHint().width() == least


def test_every_control_has_a_name_and_a_tip_and_can_be_reached_by_tab(
    panel: ReviewPanel,
) -> None:
    section = section_of(panel)
    kinds = (QAbstractButton, QAbstractSlider, QAbstractSpinBox)
    controls = [
        w
        for kind in kinds
        for w in section.findChildren(kind)
        if w.accessibleName() or not isinstance(w, QScrollBar)
    ]
    assert len(controls) == 15
    for control in controls:
        assert control.accessibleName(), control
        assert control.focusPolicy() & Qt.FocusPolicy.TabFocus, control.accessibleName()
        assert control.toolTip(), control.accessibleName()


def test_the_wheel_changes_only_what_has_the_focus(panel: ReviewPanel, gaps: Session) -> None:
    field = named(panel, QSpinBox, "Longest gap")

    def turn() -> None:
        middle = QPointF(field.rect().center())
        QApplication.sendEvent(
            field,
            QWheelEvent(
                middle, field.mapToGlobal(middle), QPoint(), QPoint(0, 120),
                Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
                Qt.ScrollPhase.NoScrollPhase, False,
            ),
        )  # fmt: skip

    named(panel, QToolButton, "Limits").setFocus()
    turn()
    assert gaps.thresholds == USUAL
    field.setFocus()
    turn()
    assert gaps.thresholds.max_gap == 21


def test_keys_of_the_window_and_of_the_controls_do_not_meet(
    qtbot: QtBot, window: MainWindow
) -> None:
    session, workspace = window.session, window.workspace
    assert session is not None
    assert workspace is not None
    named(window, QToolButton, "Limits").click()
    session.go_to(4)
    hidden = named(window, QCheckBox, "Impute behind others")
    QTest.mouseClick(hidden, Qt.MouseButton.LeftButton, pos=QPoint(8, hidden.height() // 2))
    assert session.thresholds.hidden
    # The click left the focus where it was: keys still decide.
    assert not hidden.hasFocus()
    box = session.focused
    assert box is not None
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_A)
    assert session.verdict(box) is Verdict.ACCEPTED
    slider = named(window, QSlider, "Plausibility")
    before = slider.value()
    slider.setFocus()
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_Right)
    assert (slider.value(), session.frame) == (before + 1, 4)
    hidden.setFocus()
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_Space)
    assert not session.thresholds.hidden
    named(window, QSpinBox, "Longest gap").setValue(3)
    named(window, QToolButton, "Reset limits").setFocus()
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_Space)
    assert session.thresholds == USUAL
    assert not workspace.player.playing


def test_the_slider_s_last_value_is_kept_when_the_window_closes(
    window: MainWindow, reviewed: Path
) -> None:
    named(window, QSlider, "Plausibility").setValue(66)
    window.close()
    with closing(Project.open(reviewed)) as project:
        assert project.thresholds.plausibility == 0.66
