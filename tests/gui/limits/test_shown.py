"""What the limits say of the session, and how they behave in the window."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
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
    QToolButton,
)
from pytestqt.qtbot import QtBot

from core.assertions.thresholds import Thresholds
from core.errors import UserError
from core.frames import FrameIndex
from core.prelabels import Verdict
from core.project import Project
from core.video.reader import VideoInfo
from gui.main_window import MainWindow
from gui.review.controls import THROTTLE_MS
from gui.review.panel import ReviewPanel
from gui.session import Session
from gui.text import percent
from tests.gui.limits.conftest import (
    USUAL,
    OpenSession,
    checked_classes,
    checked_kinds,
    classes,
    in_short,
    named,
    section_of,
    shown,
    summary,
)
from tests.gui.making import add_run, job_text, seen, texts


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


def test_the_status_bar_counts_what_is_within_the_limits(window: MainWindow) -> None:
    session = window.session
    assert session is not None
    assert "4 flagged frames" in job_text(window.statusBar())
    session.set_thresholds(Thresholds(plausibility=0.6))
    assert "3 flagged frames" in job_text(window.statusBar())
