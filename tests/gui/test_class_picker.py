"""Choosing classes in the detect panel: searched, checked, typed, and mended."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QListView
from pytestqt.qtbot import QtBot

from core.detectors.base import DetectorConfig
from gui.dialogs.detect import DetectDialog
from tests.gui.test_detect_dialog import (
    _dressed,
    button,
    click,
    is_said,
    named,
    own,
    shown,
    type_into,
)

__all__ = ["_dressed", "own"]  # Fixtures of this file, too.


def class_field(dialog: DetectDialog) -> QLineEdit:
    return named(dialog, QLineEdit, "Classes")


def open_list(dialog: DetectDialog) -> tuple[QLineEdit, QListView]:
    return named(dialog, QLineEdit, "Search classes"), named(dialog, QListView, "Classes")


def rows(listing: QListView) -> list[str]:
    model = listing.model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def test_names_of_a_new_model_are_typed_until_it_has_run(qtbot: QtBot, own: str) -> None:
    dialog = shown(qtbot, DetectorConfig("/models/new.onnx"))
    assert not button(dialog, "Choose…").isEnabled()
    assert is_said(dialog, "once this model has run")
    type_into(class_field(dialog), "car, truck")
    assert dialog.config().classes == ("car", "truck")
    assert class_field(dialog).property("invalid") is False
    named(dialog, QComboBox, "Model").setEditText(own)
    assert button(dialog, "Choose…").isEnabled()


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_classes_are_searched_and_checked_with_the_keyboard(qtbot: QtBot, own: str) -> None:
    dialog = shown(qtbot, DetectorConfig(own))
    class_field(dialog).setFocus()
    QTest.keyClick(class_field(dialog), Qt.Key.Key_Down)
    search, listing = open_list(dialog)
    assert listing.isVisible()
    QTest.keyClicks(search, "R")
    assert rows(listing) == ["person", "car", "traffic light"]
    QTest.keyClicks(search, "A")
    assert rows(listing) == ["traffic light"]
    QTest.keyClick(search, Qt.Key.Key_Return)
    QTest.keyClicks(search, "r")  # The word is selected, so that the next one replaces it.
    QTest.keyClick(search, Qt.Key.Key_Down)
    QTest.keyClick(search, Qt.Key.Key_Return)
    assert class_field(dialog).text() == "car, traffic light"
    assert dialog.config().classes == ("car", "traffic light")
    assert dialog.isVisible()
    QTest.keyClick(search, Qt.Key.Key_Escape)
    assert not listing.isVisible()
    assert dialog.isVisible()


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_chosen_classes_come_first_and_a_click_anywhere_in_a_row_checks(
    qtbot: QtBot, own: str
) -> None:
    dialog = shown(qtbot, DetectorConfig(own, classes=("traffic light",)))
    click(button(dialog, "Choose…"))
    _, listing = open_list(dialog)
    assert rows(listing) == ["traffic light", "person", "car"]
    for row, x, wanted in (
        (2, 12, ("car", "traffic light")),
        (2, 150, ("traffic light",)),
        (1, 150, ("person", "traffic light")),
    ):
        place = listing.visualRect(listing.model().index(row, 0))
        at = QPoint(x, place.center().y())
        QTest.mouseClick(listing.viewport(), Qt.MouseButton.LeftButton, pos=at)
        assert dialog.config().classes == wanted
        assert rows(listing) == ["traffic light", "person", "car"]  # Nothing jumps.
    click(button(dialog, "All classes"))
    assert dialog.config().classes is None
    assert class_field(dialog).placeholderText() == "All classes"


def test_an_unknown_name_is_marked_and_the_nearest_one_mends_it(qtbot: QtBot, own: str) -> None:
    dialog = shown(qtbot, DetectorConfig(own))
    field = class_field(dialog)
    type_into(field, "person, Trafic light")
    assert field.property("invalid") is True
    (hint,) = [label for label in dialog.findChildren(QLabel) if "has no" in label.text()]
    assert "“Trafic light”" in hint.text()
    assert "Use “traffic light”" in hint.text()
    hint.linkActivated.emit("traffic light")
    assert field.text() == "person, traffic light"
    assert field.property("invalid") is False
    assert dialog.config().classes == ("person", "traffic light")


def test_half_a_word_is_no_mistake_until_it_is_left(qtbot: QtBot, own: str) -> None:
    dialog = shown(qtbot, DetectorConfig(own))
    field = class_field(dialog)
    type_into(field, "per")
    assert field.property("invalid") is False
    QTest.keyClick(field, Qt.Key.Key_Tab)
    assert field.property("invalid") is True


def test_a_name_with_markup_is_shown_as_text(qtbot: QtBot, own: str) -> None:
    dialog = shown(qtbot, DetectorConfig(own, classes=("<h1>car",)))
    assert is_said(dialog, "“&lt;h1&gt;car”")
