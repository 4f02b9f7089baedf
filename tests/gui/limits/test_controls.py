"""The limits above the review list: each control changes at once what is seen, and back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import (
    QCheckBox,
    QDoubleSpinBox,
    QSlider,
    QSpinBox,
    QToolButton,
)
from pytestqt.qtbot import QtBot

from gui.review.controls import THROTTLE_MS
from gui.review.panel import ReviewPanel
from gui.session import Session
from gui.text import percent
from tests.gui.limits.conftest import (
    KINDS,
    USUAL,
    checked_classes,
    checked_kinds,
    classes,
    everything_hidden,
    named,
    rows,
    section_of,
)
from tests.gui.making import texts


def test_the_longest_gap_in_frames(panel: ReviewPanel, gaps: Session) -> None:
    assert rows(panel) == 5
    named(panel, QSpinBox, "Longest gap").setValue(2)
    assert gaps.thresholds == replace(USUAL, max_gap=2)
    assert rows(panel) == len(gaps.queue) == len(gaps.boxes) == 4
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
    assert rows(panel) == 5
    seconds.setValue(0.1)
    assert gaps.thresholds == replace(USUAL, max_gap_seconds=0.1)
    assert rows(panel) == 4
    bounded.click()
    assert gaps.thresholds == USUAL
    assert rows(panel) == 5
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
    assert 0 < rows(panel) == len(gaps.queue) < 5
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
    assert rows(panel) == 5
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
    assert rows(panel) == 5


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
    assert rows(panel) == 5
    assert named(panel, QSpinBox, "Longest gap").value() == USUAL.max_gap
    assert not named(panel, QCheckBox, "Impute behind others").isChecked()
    assert named(panel, QSlider, "Plausibility").value() == round(100 * USUAL.plausibility)
    # The slider's value on its way is taken back, too.
    qtbot.wait(2 * THROTTLE_MS)
    assert gaps.thresholds == USUAL
