"""A narrow toolbar gives up words before buttons."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from gui.main_window import MainWindow
from gui.toolbar import MainBar
from tests.gui.conftest import OpenWindow

GOING = ("previous", "back", "play", "forward", "next")
HANDING_OVER = ("select", "export", "upload", "schedule", "signed_urls")
BESIDE = Qt.ToolButtonStyle.ToolButtonTextBesideIcon


def worded(window: MainWindow) -> set[str]:
    """The actions whose buttons show their words."""
    bar = window.toolbar
    assert isinstance(bar, MainBar)
    names = (*GOING, *HANDING_OVER)
    buttons = {name: bar.button(window.actions_by_name[name]) for name in names}
    assert all(button.isVisible() for button in buttons.values())
    return {name for name, button in buttons.items() if button.toolButtonStyle() == BESIDE}


def resize(qtbot: QtBot, window: MainWindow, width: int) -> None:
    window.resize(width, 700)
    qtbot.waitUntil(lambda: window.toolbar.width() == width)
    more = window.toolbar.findChild(QToolButton, "more")
    assert isinstance(more, QToolButton)
    qtbot.waitUntil(more.isVisible)
    assert window.toolbar.sizeHint().width() <= width


def test_words_go_where_room_is_short_and_come_back(qtbot: QtBot, window: MainWindow) -> None:
    resize(qtbot, window, 1600)
    assert worded(window) == {*GOING, *HANDING_OVER}
    resize(qtbot, window, 1280)
    assert worded(window) == {*HANDING_OVER}
    resize(qtbot, window, 1000)
    assert worded(window) >= {"select", "export"}
    assert not worded(window) & {*GOING}
    resize(qtbot, window, 1600)
    assert worded(window) == {*GOING, *HANDING_OVER}


def test_the_toolbar_rests_while_nothing_changes(
    qtbot: QtBot, open_window: OpenWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Measuring its buttons asks for a layout, which must not lead to measuring them again."""
    open_window()
    qtbot.wait(200)
    measured: list[None] = []
    fit = MainBar._fit
    monkeypatch.setattr(MainBar, "_fit", lambda bar: (measured.append(None), fit(bar)))
    qtbot.wait(200)
    assert not measured
