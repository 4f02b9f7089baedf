"""A person's own keys: chosen in the dialog, at once in the window, there the next time."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QKeySequenceEdit, QLineEdit, QPushButton, QTableWidget
from pytestqt.qtbot import QtBot

from core.settings import Settings, load_settings
from gui.actions import SPECS
from gui.dialogs.keys import KeysDialog
from gui.keymap import STANDARD, Keys, differences, effective
from gui.main_window import MainWindow
from gui.theme import LIGHT
from tests.gui.conftest import OpenWindow
from tests.gui.making import texts


def dialog_of(qtbot: QtBot, chosen: Keys | None = None) -> tuple[KeysDialog, list[Keys]]:
    dialog = KeysDialog(chosen or {}, LIGHT)
    qtbot.addWidget(dialog)
    dialog.show()
    said: list[Keys] = []
    dialog.changed.connect(said.append)
    return dialog, said


def choose(dialog: KeysDialog, name: str, key: str = "") -> None:
    """Go to an action's row and type a key."""
    table = dialog.findChild(QTableWidget)
    assert isinstance(table, QTableWidget)
    table.setCurrentCell([spec.name for spec in SPECS].index(name), 0)
    field = dialog.findChild(QKeySequenceEdit)
    assert isinstance(field, QKeySequenceEdit)
    field.setKeySequence(QKeySequence(key))


def button(dialog: KeysDialog, text: str) -> QPushButton:
    (found,) = [b for b in dialog.findChildren(QPushButton) if b.text() == text]
    return found


def keys_shown(dialog: KeysDialog, name: str) -> str:
    table = dialog.findChild(QTableWidget)
    assert isinstance(table, QTableWidget)
    item = table.item([spec.name for spec in SPECS].index(name), 2)
    assert item is not None
    return item.text()


def test_a_key_takes_the_place_of_the_standard_ones(qtbot: QtBot) -> None:
    dialog, said = dialog_of(qtbot)
    choose(dialog, "back", "Y")
    button(dialog, "Use this key").click()
    assert said == [{"back": ("Y",)}]
    assert keys_shown(dialog, "back") == "Y"


def test_a_key_is_added_and_all_are_taken_away(qtbot: QtBot) -> None:
    dialog, said = dialog_of(qtbot)
    choose(dialog, "accept", "Ctrl+Return")
    button(dialog, "Add").click()
    button(dialog, "No key").click()
    assert said == [{"accept": ("A", "Ctrl+Return")}, {"accept": ()}]
    assert not button(dialog, "No key").isEnabled()


def test_a_key_that_another_action_has_is_refused_with_a_sentence(qtbot: QtBot) -> None:
    dialog, said = dialog_of(qtbot)
    choose(dialog, "accept", "E")
    sentence = "E is already Edit box: choose another key, or take it from there first."
    assert sentence in texts(dialog)
    assert not button(dialog, "Use this key").isEnabled()
    assert not button(dialog, "Add").isEnabled()
    choose(dialog, "edit")
    button(dialog, "No key").click()
    choose(dialog, "accept", "E")
    button(dialog, "Use this key").click()
    assert said[-1] == {"edit": (), "accept": ("E",)}


def test_a_standard_key_that_is_another_actions_now_is_refused_too(qtbot: QtBot) -> None:
    dialog, said = dialog_of(qtbot, {"edit": (), "accept": ("E",)})
    choose(dialog, "edit")
    button(dialog, "Standard").click()
    assert said == []
    sentence = "E is already Accept: choose another key, or take it from there first."
    assert sentence in texts(dialog)


def test_one_action_or_all_get_their_standard_keys_again(qtbot: QtBot) -> None:
    dialog, said = dialog_of(qtbot, {"edit": ("Y",), "skip": ()})
    choose(dialog, "edit")
    button(dialog, "Standard").click()
    assert said[-1] == {"skip": ()}
    button(dialog, "All standard keys").click()
    assert said[-1] == {}
    assert not button(dialog, "All standard keys").isEnabled()


def test_actions_are_found_by_name_and_by_key(qtbot: QtBot) -> None:
    dialog, _ = dialog_of(qtbot)
    table = dialog.findChild(QTableWidget)
    field = next(f for f in dialog.findChildren(QLineEdit) if f.placeholderText())
    assert isinstance(table, QTableWidget)
    for query, found in (("onion", ["ghosts"]), ("ctrl+shift+x", ["reject_track"])):
        field.setText(query)
        shown = [spec.name for i, spec in enumerate(SPECS) if not table.isRowHidden(i)]
        assert shown == found
        assert SPECS[table.currentRow()].name == found[0]


def test_a_key_typed_in_the_field_is_taken_and_triggers_nothing(
    qtbot: QtBot, window: MainWindow
) -> None:
    assert window.session is not None
    window.session.go_to(9)
    window.change_keys()
    dialog = window.findChild(KeysDialog)
    assert isinstance(dialog, KeysDialog)
    qtbot.waitUntil(dialog.isActiveWindow)
    choose(dialog, "next")
    field = dialog.findChild(QKeySequenceEdit)
    assert isinstance(field, QKeySequenceEdit)
    field.setFocus()
    QTest.keyClick(dialog.windowHandle(), Qt.Key.Key_Y)
    button(dialog, "Use this key").click()
    assert window.session.frame == 9
    dialog.close()
    # Without a window manager nobody else does this.
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_Y)
    assert window.session.frame == 15
    assert window.actions_by_name["next"].toolTip() == "Go to the next violation (Y)"
    assert load_settings().keys == {"next": ("Y",)}


def test_chosen_keys_are_there_the_next_time(open_window: OpenWindow, clip: Path) -> None:
    window = open_window(clip, Settings(keys={"end": ("Y",), "next": ()}))
    assert window.session is not None
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_Y)
    assert window.session.frame == 23
    assert window.actions_by_name["next"].shortcuts() == []


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ({"accept": ("X",)}, {"accept": ("X",), "reject": ()}),
        ({"no such action": ("Y",)}, {}),
        ({"accept": ("nonsense+", "Y")}, {"accept": ("Y",)}),
        ({"accept": ("Y",), "reject": ("Y",)}, {"accept": ("Y",), "reject": ()}),
    ],
)
def test_a_file_edited_by_hand_gives_no_key_to_two_actions(
    chosen: Keys, expected: dict[str, tuple[str, ...]]
) -> None:
    assert differences(effective(chosen)) == expected


def test_standard_keys_are_no_difference() -> None:
    assert differences(effective({})) == {}
    assert differences(dict(STANDARD)) == {}
