"""Settings: what the dialog gives back, and that all of it takes effect at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QLineEdit,
    QPushButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from core.paths import ProxyPlace, proxies_dir
from core.settings import Settings, load_settings
from core.video import VideoReader
from core.video.proxy import bytes_used
from core.video.proxy_making import ProxyRequest, make_proxy
from gui.dialogs.settings import SettingsDialog
from gui.main_window import MainWindow
from gui.theme import DARK, LIGHT, apply_theme
from tests.conftest import MakeVideo
from tests.gui.conftest import OpenWindow
from tests.gui.making import texts
from tests.gui.modal import answer_next


@pytest.fixture(autouse=True)
def _light_again(qapp: QApplication) -> Iterator[None]:
    yield
    apply_theme(qapp, "light")


def shown(qtbot: QtBot, settings: Settings) -> SettingsDialog:
    dialog = SettingsDialog(settings)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def button(dialog: QWidget, text: str) -> QPushButton:
    (found,) = [b for b in dialog.findChildren(QPushButton) if b.text() == text]
    return found


def child(dialog: QWidget, kind: type[QWidget]) -> QWidget:
    (found,) = [w for w in dialog.findChildren(kind) if w.objectName() != "qt_spinbox_lineedit"]
    return found


def appearance(dialog: QWidget) -> QComboBox:
    return choice(dialog, "Appearance")


def choice(dialog: QWidget, name: str) -> QComboBox:
    (box,) = [box for box in dialog.findChildren(QComboBox) if box.accessibleName() == name]
    return box


def disk(dialog: QWidget) -> QDoubleSpinBox:
    box = child(dialog, QDoubleSpinBox)
    assert isinstance(box, QDoubleSpinBox)
    return box


def folder(dialog: QWidget) -> QLineEdit:
    field = child(dialog, QLineEdit)
    assert isinstance(field, QLineEdit)
    return field


def hardware(dialog: QWidget) -> QCheckBox:
    box = child(dialog, QCheckBox)
    assert isinstance(box, QCheckBox)
    return box


def make_small_copy(path: Path, root: Path) -> Path:
    """A small copy below `root`; gives its folder."""
    before = set(root.glob("*"))
    with VideoReader(path) as reader:
        list(make_proxy(ProxyRequest(path, reader.index, ProxyPlace(root, 1 << 40))))
    (made,) = set(root.glob("*")) - before
    return made


# The dialog


@pytest.mark.parametrize(
    "settings",
    [
        Settings(),
        Settings(("/a.mp4",), "dark", "x.pt", ("/x.pt",), 0.0, "/videos/small", True),
        Settings((), "light", "y.pt", proxy_gib=1234.5),
        Settings(proxy_gib=0.04),
        Settings(proxy_gib=2.718281828),
    ],
)
def test_the_dialog_gives_back_what_it_was_given(qtbot: QtBot, settings: Settings) -> None:
    assert shown(qtbot, settings).applied_to(settings) == settings


def test_the_dialog_gives_back_what_was_chosen(qtbot: QtBot) -> None:
    dialog = shown(qtbot, Settings(recent=("/old.mp4",), model="x.pt"))
    appearance(dialog).setCurrentText("Dark")
    disk(dialog).setValue(2.5)
    hardware(dialog).click()
    # What was noted while the dialog was open stays.
    meanwhile = Settings(recent=("/new.mp4",), model="y.pt")
    chosen = replace(meanwhile, appearance="dark", proxy_gib=2.5, hardware_decoding=True)
    assert dialog.applied_to(meanwhile) == chosen


def test_no_disk_at_all_is_a_word(qtbot: QtBot) -> None:
    dialog = shown(qtbot, Settings(proxy_gib=8))
    assert disk(dialog).text() == "8.0 GiB"
    disk(dialog).setValue(0)
    assert disk(dialog).text() == "none"
    assert dialog.applied_to(Settings()).proxies is None


def test_an_appearance_is_shown_as_soon_as_it_is_chosen(qtbot: QtBot) -> None:
    dialog = shown(qtbot, Settings(appearance="dark"))
    assert appearance(dialog).currentText() == "Dark"
    told: list[str] = []
    dialog.appearance_chosen.connect(told.append)
    for words in ("Light", "As the desktop", "Dark"):
        appearance(dialog).setCurrentText(words)
    assert told == ["light", "system", "dark"]


def test_another_folder_can_be_chosen_and_the_default_one_taken_again(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter([str(tmp_path), ""])
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: next(answers))
    dialog = shown(qtbot, Settings())
    default = button(dialog, "Default")
    assert folder(dialog).text() == str(proxies_dir())
    assert folder(dialog).isReadOnly()
    assert not default.isEnabled()
    for _ in range(2):  # the second time, the person changes their mind
        button(dialog, "Choose…").click()
        assert folder(dialog).text() == str(tmp_path)
        assert default.isEnabled()
    assert dialog.applied_to(Settings()).proxies == ProxyPlace(tmp_path, 8 << 30)
    assert "The copies in the folder used until now will be deleted." in texts(dialog)
    default.click()
    assert folder(dialog).text() == str(proxies_dir())
    assert dialog.applied_to(Settings()) == Settings()
    assert not any("will be deleted" in text for text in texts(dialog))


def test_the_disk_in_use_is_shown_and_can_be_freed(qtbot: QtBot, clip: Path) -> None:
    dialog = shown(qtbot, Settings())
    assert "Nothing used now" in texts(dialog)
    assert not button(dialog, "Delete all").isEnabled()
    dialog.close()
    copy = make_small_copy(clip, proxies_dir())
    dialog = shown(qtbot, Settings())
    assert any(text.endswith("KiB used now") for text in texts(dialog))
    there: list[bool] = []
    dialog.deleting.connect(lambda: there.append(copy.exists()))
    button(dialog, "Delete all").click()
    assert there == [True], "writers must be told before"
    assert not copy.exists()
    assert "Nothing used now" in texts(dialog)
    assert not button(dialog, "Delete all").isEnabled()


@pytest.mark.parametrize(("text", "result"), [("Save", 1), ("Cancel", 0)])
def test_the_dialog_is_answered_by_its_buttons(qtbot: QtBot, text: str, result: int) -> None:
    dialog = shown(qtbot, Settings())
    assert [b.text() for b in dialog.findChildren(QPushButton) if b.isDefault()] == ["Save"]
    button(dialog, text).click()
    assert dialog.result() == result
    assert not dialog.isVisible()


def test_every_field_has_a_name_and_nothing_is_cut_off(qtbot: QtBot) -> None:
    dialog = shown(qtbot, Settings())
    for widget in (disk(dialog), folder(dialog)):
        assert widget.accessibleName()
    for label in dialog.findChildren(QWidget):
        if label.isVisible():
            assert label.width() >= label.minimumSizeHint().width(), label


# Through the window

Answer = Callable[[SettingsDialog], None]


def change_settings(window: MainWindow, answer: Answer) -> None:
    """Open the settings by their key, and answer the dialog as soon as it is there."""
    asked: list[bool] = []

    def reply(dialog: SettingsDialog) -> None:
        asked.append(True)
        answer(dialog)

    window.activateWindow()
    assert QTest.qWaitForWindowActive(window)
    answer_next(SettingsDialog, reply)
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    assert asked


def save(dialog: SettingsDialog) -> None:
    button(dialog, "Save").click()


def ground(window: MainWindow) -> str:
    """The colour around the start page."""
    return window.start_page.grab().toImage().pixelColor(3, 3).name()


def test_settings_are_reached_without_a_video_and_remembered(open_window: OpenWindow) -> None:
    window = open_window()

    def answer(dialog: SettingsDialog) -> None:
        disk(dialog).setValue(3)
        hardware(dialog).click()
        save(dialog)

    change_settings(window, answer)
    assert load_settings() == Settings(proxy_gib=3.0, hardware_decoding=True)

    def look(dialog: SettingsDialog) -> None:
        assert disk(dialog).value() == 3
        assert hardware(dialog).isChecked()
        button(dialog, "Cancel").click()

    change_settings(window, look)


def test_a_cancelled_dialog_changes_nothing(open_window: OpenWindow) -> None:
    window = open_window(settings=Settings(appearance="light"))

    def answer(dialog: SettingsDialog) -> None:
        appearance(dialog).setCurrentText("Dark")
        assert ground(window) == DARK.window, "it is not shown at once"
        disk(dialog).setValue(3)
        button(dialog, "Cancel").click()

    change_settings(window, answer)
    assert ground(window) == LIGHT.window
    assert load_settings() == Settings()


def test_another_appearance_dresses_the_window_at_once(window: MainWindow) -> None:
    icon = window.actions_by_name["open"].icon()

    def answer(dialog: SettingsDialog) -> None:
        appearance(dialog).setCurrentText("Dark")
        save(dialog)

    change_settings(window, answer)
    assert load_settings().appearance == "dark"
    assert window.workspace is not None
    assert QApplication.palette().window().color().name() == DARK.window
    assert window.workspace.canvas._theme is DARK
    tinted = window.actions_by_name["open"].icon()
    assert tinted.pixmap(24).toImage() != icon.pixmap(24).toImage()


def test_the_desktops_look_is_followed_only_where_it_was_chosen(
    open_window: OpenWindow, qapp: QApplication
) -> None:
    window = open_window(settings=Settings(appearance="dark"))
    apply_theme(qapp, "dark")
    QGuiApplication.styleHints().colorSchemeChanged.connect(window.follow_desktop)
    window.follow_desktop()
    assert ground(window) == DARK.window
    change_settings(window, lambda d: (appearance(d).setCurrentText("As the desktop"), save(d)))
    # There is no desktop here, which counts as a light one.
    assert ground(window) == LIGHT.window
    apply_theme(qapp, "dark")
    window.follow_desktop()
    assert ground(window) == LIGHT.window
    change_settings(window, lambda d: (appearance(d).setCurrentText("Dark"), save(d)))
    window.follow_desktop()
    assert ground(window) == DARK.window
    QGuiApplication.styleHints().colorSchemeChanged.disconnect(window.follow_desktop)


def test_a_lower_limit_is_kept_at_once_and_the_open_videos_copy_is_found_again(
    window: MainWindow, clip: Path, make_video: MakeVideo
) -> None:
    copies = [make_small_copy(p, proxies_dir()) for p in (clip, make_video("other.mp4", 5))]
    change_settings(window, lambda d: (disk(d).setValue(0), save(d)))
    assert not any(copy.exists() for copy in copies)
    action = window.actions_by_name["copy"]
    assert (action.isEnabled(), action.toolTip()) == (
        False,
        "The settings allow no disk for small copies",
    )
    change_settings(window, lambda d: (disk(d).setValue(1), save(d)))
    assert action.isEnabled()


def test_another_folder_takes_effect_at_once_and_frees_the_old_one(
    window: MainWindow, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = make_small_copy(clip, proxies_dir())
    new = make_small_copy(clip, tmp_path / "small")
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path / "small"))
    change_settings(window, lambda d: (button(d, "Choose…").click(), save(d)))
    assert (old.exists(), new.exists()) == (False, True)
    assert window.actions_by_name["copy"].toolTip() == "Every frame has its small copy already"


def test_deleting_all_lets_the_open_video_be_copied_again(window: MainWindow, clip: Path) -> None:
    make_small_copy(clip, proxies_dir())
    window.jobs.copier.look()
    change_settings(
        window, lambda d: (button(d, "Delete all").click(), button(d, "Cancel").click())
    )
    assert bytes_used(proxies_dir()) == 0
    assert window.actions_by_name["copy"].isEnabled()
