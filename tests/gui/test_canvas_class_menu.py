"""Choosing another class for a box."""

from __future__ import annotations

import pytest
import shiboken6
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QListWidget, QWidget
from pytestqt.qtbot import QtBot

from gui.canvas import ClassMenu, class_menu

NAMES = ("truck", "bus", "car", "motorcycle", "bicycle", "bird")
KEY = Qt.Key

popup = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.show()
    return widget


@pytest.fixture
def menu(window: QWidget) -> ClassMenu:
    menu = class_menu(window, NAMES, "car")
    menu.popup(QPoint(40, 50))
    return menu


def field(menu: ClassMenu) -> QLineEdit:
    (found,) = menu.findChildren(QLineEdit)
    return found


@popup
def test_the_current_class_comes_first_then_as_given(menu: ClassMenu) -> None:
    assert menu.shown() == ["car", "truck", "bus", "motorcycle", "bicycle", "bird"]


@popup
def test_typing_narrows_and_enter_chooses(menu: ClassMenu, qtbot: QtBot) -> None:
    QTest.keyClicks(field(menu), "CYC")
    assert menu.shown() == ["motorcycle", "bicycle"]
    with qtbot.waitSignal(menu.chosen) as chosen:
        QTest.keyClick(field(menu), KEY.Key_Return)
    assert chosen.args == ["motorcycle"]
    qtbot.waitUntil(lambda: not shiboken6.isValid(menu))


@popup
def test_what_begins_with_the_letters_is_meant(menu: ClassMenu, qtbot: QtBot) -> None:
    QTest.keyClicks(field(menu), "b")
    assert menu.shown() == ["bus", "bicycle", "bird"]
    QTest.keyClick(field(menu), KEY.Key_Backspace)
    QTest.keyClicks(field(menu), "c")
    assert menu.shown() == ["car", "truck", "motorcycle", "bicycle"]
    with qtbot.waitSignal(menu.chosen) as chosen:
        QTest.keyClick(field(menu), KEY.Key_Return)
    assert chosen.args == ["car"]


@popup
def test_arrows_walk_the_list_from_the_field(menu: ClassMenu, qtbot: QtBot) -> None:
    QTest.keyClick(field(menu), KEY.Key_Down)
    QTest.keyClick(field(menu), KEY.Key_Down)
    with qtbot.waitSignal(menu.chosen) as chosen:
        QTest.keyClick(field(menu), KEY.Key_Return)
    assert chosen.args == ["bus"]


@popup
def test_a_click_chooses(menu: ClassMenu, qtbot: QtBot) -> None:
    (names,) = menu.findChildren(QListWidget)
    place = names.visualItemRect(names.item(1)).center()
    with qtbot.waitSignal(menu.chosen) as chosen:
        QTest.mouseClick(names.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert chosen.args == ["truck"]


@popup
def test_escape_closes_and_chooses_nothing(menu: ClassMenu, qtbot: QtBot) -> None:
    chosen: list[str] = []
    menu.chosen.connect(chosen.append)
    QTest.keyClick(field(menu), KEY.Key_Escape)
    qtbot.waitUntil(lambda: not shiboken6.isValid(menu))
    assert not chosen


@popup
def test_where_nothing_is_left_nothing_is_chosen(menu: ClassMenu, qtbot: QtBot) -> None:
    height = menu.height()
    QTest.keyClicks(field(menu), "zebra")
    assert menu.shown() == []
    with qtbot.assertNotEmitted(menu.chosen):
        QTest.keyClick(field(menu), KEY.Key_Return)
    QApplication.processEvents()
    assert menu.isVisible()
    assert menu.height() == height


@popup
def test_it_stays_on_the_screen(window: QWidget) -> None:
    room = window.screen().availableGeometry()
    menu = class_menu(window, NAMES, "")
    menu.popup(room.bottomRight() - QPoint(5, 5))
    # The offscreen platform moves popups by the 2 px of a window's frame.
    assert room.adjusted(0, 0, 2, 2).contains(menu.geometry())
    assert menu.shown() == list(NAMES)
    menu.close()


@popup
def test_a_screen_reader_is_told_what_there_is(menu: ClassMenu) -> None:
    assert menu.accessibleName() == "Change class"
    assert menu.accessibleDescription() == "Now car"
    assert field(menu).accessibleName() == "Search classes"
