"""Go to, the palette and the jobs panel, by keys alone in the real window."""

from __future__ import annotations

from typing import TypeVar

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QListView, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from gui.go_to import GoTo
from gui.jobs_panel import JobsPanel
from gui.key_overlay import KeyOverlay
from gui.main_window import MainWindow
from gui.palette import Palette
from gui.sheet import Sheet
from tests.gui.conftest import OpenWindow
from tests.gui.making import texts

KEY = Qt.Key
PLAIN, CTRL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier

S = TypeVar("S", bound=QWidget)


def press(window: MainWindow, key: Qt.Key, modifiers: Qt.KeyboardModifier = PLAIN) -> None:
    """Press a key as a person does: it goes to whatever has the focus."""
    QTest.keyClick(window.windowHandle(), key, modifiers)


def write(window: MainWindow, text: str) -> None:
    """Write into what has the focus, instead of what is there."""
    field = window.focusWidget()
    assert isinstance(field, QLineEdit)
    field.setText(text)


def shown(window: MainWindow, kind: type[S]) -> S:
    found = window.findChild(kind)
    assert isinstance(found, kind)
    assert found.isVisible()
    return found


def rows(palette: Palette) -> list[str]:
    model = palette.findChild(QListView).model()
    return [model.index(i, 0).data() for i in range(model.rowCount())]


def current(palette: Palette) -> str:
    return str(palette.findChild(QListView).currentIndex().data())


def test_go_to_leads_to_a_frame_and_says_which_one(window: MainWindow) -> None:
    assert window.session is not None
    window.workspace.setFocus()
    press(window, KEY.Key_G)
    sheet = shown(window, GoTo)
    write(window, "0:00.48")
    assert "Frame 12 · 0:00.480" in texts(sheet)
    press(window, KEY.Key_Return)
    assert not sheet.isVisible()
    assert window.session.frame == 12
    assert window.focusWidget() is window.workspace.canvas


def test_go_to_refuses_with_a_sentence_and_escape_leaves_all_as_it_was(window: MainWindow) -> None:
    assert window.session is not None
    press(window, KEY.Key_G)
    sheet = shown(window, GoTo)
    write(window, "24")
    assert "The last frame is 23." in texts(sheet)
    assert window.focusWidget().property("invalid") is True
    press(window, KEY.Key_Return)
    assert sheet.isVisible()
    press(window, KEY.Key_Escape)
    assert not sheet.isVisible()
    assert window.session.frame == 0


def test_go_to_begins_empty_each_time(window: MainWindow) -> None:
    press(window, KEY.Key_G)
    write(window, "7")
    press(window, KEY.Key_Escape)
    press(window, KEY.Key_G)
    field = window.focusWidget()
    assert isinstance(field, QLineEdit)
    assert field.text() == ""
    assert field.property("invalid") is False


def test_the_palette_finds_an_action_and_does_it(window: MainWindow) -> None:
    assert window.session is not None
    window.session.go_to(9)
    press(window, KEY.Key_K, CTRL)
    palette = shown(window, Palette)
    write(window, "reje")
    assert current(palette) == "Reject"
    press(window, KEY.Key_Return)
    assert not palette.isVisible()
    assert len(window.session.decisions) == 1


def test_the_palettes_rows_say_group_and_keys_and_why_not(window: MainWindow) -> None:
    press(window, KEY.Key_K, CTRL)
    palette = shown(window, Palette)
    view = palette.findChild(QListView)
    said = Qt.ItemDataRole.AccessibleTextRole
    write(window, "first frame")
    assert view.currentIndex().data(said) == "First frame, Go, Home"
    write(window, "accept")
    assert rows(palette)[0] == "Accept"
    assert view.currentIndex().data(said) == "Accept, No box is in focus, A"
    press(window, KEY.Key_Return)
    assert palette.isVisible()


def test_what_cannot_be_used_now_comes_last(window: MainWindow) -> None:
    press(window, KEY.Key_K, CTRL)
    palette = shown(window, Palette)
    actions = {action.text(): action for action in window.actions_by_name.values()}
    possible = [actions[text].isEnabled() for text in rows(palette)]
    assert possible == sorted(possible, reverse=True)
    assert {True, False} == set(possible)


def test_what_was_done_last_comes_first(window: MainWindow) -> None:
    for query in ("last frame", "first frame"):
        press(window, KEY.Key_K, CTRL)
        write(window, query)
        press(window, KEY.Key_Return)
    press(window, KEY.Key_K, CTRL)
    assert rows(shown(window, Palette))[:2] == ["First frame", "Last frame"]


@pytest.mark.parametrize(("query", "frame"), [("1 7", 17), ("50%", 12), ("0:00.200", 5)])
def test_the_palette_goes_to_frames_and_times(window: MainWindow, query: str, frame: int) -> None:
    assert window.session is not None
    press(window, KEY.Key_K, CTRL)
    palette = shown(window, Palette)
    write(window, query)
    assert current(palette) == f"Go to frame {frame}"
    press(window, KEY.Key_Return)
    assert window.session.frame == frame


def test_arrows_move_in_the_palettes_list_from_its_field(window: MainWindow) -> None:
    press(window, KEY.Key_K, CTRL)
    palette = shown(window, Palette)
    second = rows(palette)[1]
    press(window, KEY.Key_Down)
    assert current(palette) == second
    assert second in window.focusWidget().accessibleDescription()
    press(window, KEY.Key_Up)
    assert current(palette) == rows(palette)[0]


def test_a_query_that_fits_nothing_is_said_so(window: MainWindow) -> None:
    press(window, KEY.Key_K, CTRL)
    palette = shown(window, Palette)
    write(window, "qqq")
    assert rows(palette) == []
    assert "No action has such a name." in texts(palette)
    press(window, KEY.Key_Return)
    assert palette.isVisible()


def test_without_a_video_the_palette_offers_no_frames(open_window: OpenWindow) -> None:
    window = open_window()
    press(window, KEY.Key_K, CTRL)
    palette = shown(window, Palette)
    write(window, "12")
    assert rows(palette) == []


@pytest.mark.parametrize(
    ("key", "modifiers", "kind"),
    [(KEY.Key_K, CTRL, Palette), (KEY.Key_J, CTRL, JobsPanel)],
)
def test_the_same_key_closes_a_sheet(
    window: MainWindow, key: Qt.Key, modifiers: Qt.KeyboardModifier, kind: type[Sheet]
) -> None:
    press(window, key, modifiers)
    sheet = shown(window, kind)
    press(window, key, modifiers)
    assert not sheet.isVisible()


def test_a_click_beside_a_sheet_closes_it_and_one_inside_does_not(
    qtbot: QtBot, window: MainWindow
) -> None:
    press(window, KEY.Key_G)
    sheet = shown(window, GoTo)
    inside = sheet.body.geometry().topLeft() + QPoint(4, 4)
    qtbot.mouseClick(sheet, Qt.MouseButton.LeftButton, pos=inside)
    assert sheet.isVisible()
    qtbot.mouseClick(sheet, Qt.MouseButton.LeftButton, pos=QPoint(4, 4))
    assert not sheet.isVisible()


def test_a_sheet_covers_the_window_whatever_its_size(qtbot: QtBot, window: MainWindow) -> None:
    press(window, KEY.Key_Question)
    overlay = shown(window, KeyOverlay)
    window.resize(1100, 760)
    qtbot.waitUntil(lambda: overlay.size() == window.size())
    assert overlay.rect().contains(overlay.body.geometry())


def test_tab_stays_in_a_sheet(window: MainWindow) -> None:
    press(window, KEY.Key_K, CTRL)
    palette = shown(window, Palette)
    visited = []
    for _ in range(4):
        press(window, KEY.Key_Tab)
        visited.append(QApplication.focusWidget())
    assert all(palette.isAncestorOf(widget) for widget in visited)
    assert len(set(visited)) == 2


def test_the_overlays_button_leads_to_the_dialog_and_space_presses_it(window: MainWindow) -> None:
    from gui.dialogs.keys import KeysDialog

    press(window, KEY.Key_Question)
    overlay = shown(window, KeyOverlay)
    press(window, KEY.Key_Tab)
    assert overlay.isVisible()
    assert isinstance(window.focusWidget(), QPushButton)
    press(window, KEY.Key_Space)
    assert not overlay.isVisible()
    shown(window, KeysDialog).close()


def test_the_jobs_panel_lists_what_is_under_way_and_stops_it(window: MainWindow) -> None:
    stopped: list[str] = []
    jobs = window.jobs.jobs
    jobs.begin("detecting", "Detecting", lambda: stopped.append("detecting"))
    jobs.progress("detecting", "41 % · 38 fps", 41, 100)
    jobs.begin("copying", "Preparing scrubbing", lambda: stopped.append("copying"))
    press(window, KEY.Key_J, CTRL)
    panel = shown(window, JobsPanel)
    assert {"Detecting", "41 % · 38 fps", "Preparing scrubbing"} <= set(texts(panel))
    button = window.focusWidget()
    assert isinstance(button, QPushButton)
    assert button.accessibleName() == "Stop Detecting"
    press(window, KEY.Key_Space)
    assert stopped == ["detecting"]
    press(window, KEY.Key_Tab)
    press(window, KEY.Key_Space)
    assert stopped == ["detecting", "copying"]


def test_the_jobs_panel_says_how_the_last_jobs_ended(qtbot: QtBot, window: MainWindow) -> None:
    jobs = window.jobs.jobs
    press(window, KEY.Key_J, CTRL)
    panel = shown(window, JobsPanel)
    assert "Nothing is under way." in texts(panel)
    # What was opened to get here.
    assert {"Opening clip.mp4", "24 frames"} <= set(texts(panel))
    jobs.begin("exporting", "Exporting", lambda: None)
    assert "Nothing is under way." not in texts(panel)
    jobs.end("exporting", "Exported 4 frames")
    said = {"Exporting", "Exported 4 frames", "Nothing is under way.", "24 frames"}
    qtbot.waitUntil(lambda: said <= set(texts(panel)))


def test_the_status_bar_counts_the_jobs(window: MainWindow) -> None:
    jobs, action = window.jobs.jobs, window.actions_by_name["jobs"]
    assert action.iconText() == "Jobs"
    jobs.begin("copying", "Preparing scrubbing", lambda: None)
    assert action.iconText() == "Jobs (1)"
    jobs.end("copying", "Stopped")
    assert action.iconText() == "Jobs"


def test_the_palette_says_what_is_on(window: MainWindow) -> None:
    ghosts = window.actions_by_name["ghosts"]
    said = []
    for on in (False, True):
        ghosts.blockSignals(True)
        ghosts.setChecked(on)
        ghosts.blockSignals(False)
        press(window, KEY.Key_K, CTRL)
        palette = shown(window, Palette)
        write(window, "onion")
        index = palette.findChild(QListView).currentIndex()
        said.append(index.data(Qt.ItemDataRole.AccessibleTextRole))
        press(window, KEY.Key_Escape)
    assert said == ["Onion skin, View, off, H", "Onion skin, View, on, H"]
