"""Everything has a name, is reached by Tab, shows its focus, and can be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QHeaderView,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QScrollBar,
    QTextEdit,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from core.cloud.selection import SelectionRequest
from core.detectors.base import DetectorConfig
from core.export.request import ExportRequest
from core.project import CloudPlace
from core.roundtrip.comparing import RoundTrip
from core.settings import Settings
from gui.dialogs import trust
from gui.dialogs.detect import DetectDialog
from gui.dialogs.export import ExportDialog
from gui.dialogs.finished_labels import FinishedLabelsDialog
from gui.dialogs.keys import KeysDialog
from gui.dialogs.labels_files import LabelsFilesDialog
from gui.dialogs.schedule import ScheduleDialog, ScheduleFacts
from gui.dialogs.settings import SettingsDialog
from gui.dialogs.signed_urls import SignedFacts, SignedUrlsDialog
from gui.dialogs.token import TokenDialog
from gui.dialogs.upload import UploadDialog, UploadFacts
from gui.exporting import facts_of
from gui.help import GuideDialog
from gui.main_window import MainWindow
from gui.sheet import Sheet
from gui.theme import DARK, LIGHT, Theme, apply_theme, stylesheet
from tests.gui.conftest import OpenWindow
from tests.gui.selection_making import show_fake_page
from tests.gui.test_finished_labels import LEARNT, report
from tests.gui.test_theme import GROUNDS, THEMES, contrast
from tests.gui.test_upload_dialog import PLAN

OPERATED = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QKeySequenceEdit,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QTextEdit,
)
"""What a person reads or operates, besides what takes the focus."""

INSIDE = ("qt_spinbox_lineedit", "qt_keysequenceedit_lineedit", "qt_scrollarea_vcontainer")
"""Parts of a widget that speak through it."""

POINTER_ONLY = {"Frame", "Timeline"}
"""Pictures: all that the pointer does there, actions do, too, and Tab passes them by."""


def show_start(window: MainWindow) -> QWidget:
    window.start_page.set_recent(["/videos/highway.mp4"])
    return window


def banner(window: MainWindow) -> QWidget:
    window.banner.show_message("error", "There is no such file.", ("Open video…", lambda: None))
    return window


def select_frames(window: MainWindow) -> QWidget:
    """With every row that a person may add."""
    page = show_fake_page(window)
    controls = page.panel.controls
    controls.add.added.emit("boxes")
    controls.limits.add.added.emit("boxes")
    for key in ("balance", "similarity"):
        controls.rows[key].switch.setChecked(True)
    controls.fold.setChecked(True)
    page.view.plot.set_points(np.eye(2, dtype=np.float32))
    return window


def jobs(window: MainWindow) -> QWidget:
    window.jobs.jobs.begin("detecting", "Detecting", lambda: None)
    window.jobs.jobs.progress("detecting", "41 %", 41, 100)
    window.sheets.jobs()
    return window


def sheet(open_sheet: Callable[[MainWindow], None]) -> Callable[[MainWindow], QWidget]:
    def opened(window: MainWindow) -> QWidget:
        open_sheet(window)
        return window

    return opened


def status(window: MainWindow) -> QWidget:
    window.job_status.begin_job("Detecting…", can_cancel=True)
    return window


def detect(window: MainWindow) -> QWidget:
    asking = DetectDialog(DetectorConfig(classes=("cra",)), frames=24, parent=window)
    asking.findChild(QToolButton).setChecked(True)
    return asking


def dialog(make: Callable[[MainWindow], QWidget]) -> Callable[[MainWindow], QWidget]:
    def shown(window: MainWindow) -> QWidget:
        made = make(window)
        made.show()
        return made

    return shown


def schedule(window: MainWindow) -> QWidget:
    facts = ScheduleFacts(CloudPlace(role_arn="lightly"), "clip", False, 24, ("car", "bus"))
    asking = ScheduleDialog(facts, SelectionRequest(threshold=0.75), window)
    asking.token.show_source(None)
    return asking


CLOUD = CloudPlace("s3://my-videos/drives", "s3://My Lightly", "https://minio.example.org:9000")


def upload(window: MainWindow) -> QWidget:
    """With a plan, which what was typed would not give, so that all of it is seen."""
    made = UploadDialog(CLOUD, UploadFacts("a.mp4", 24, 3), lambda place: nothing, window)
    made._show_plan(PLAN)
    return made


def nothing(report: object, cancelled: object) -> Any:
    """Work that is not asked for."""
    raise AssertionError


def export(window: MainWindow) -> QWidget:
    """With all that can be unfolded and added."""
    assert window.session is not None
    request = ExportRequest(picture="jpeg", zip=True)
    return ExportDialog(facts_of(window.session), request, Path("/new/folder"), window)


def signed_urls(window: MainWindow) -> QWidget:
    facts = SignedFacts({"selected": 2, "accepted": 1, "flagged": 4}, "", Path("/new/urls.json"))
    return SignedUrlsDialog(CLOUD, facts, nothing, window)


PLACES: dict[str, Callable[[MainWindow], QWidget]] = {
    "start page": show_start,
    "review": lambda window: window,
    "select frames": select_frames,
    "banner": banner,
    "status bar": status,
    "jobs": jobs,
    "go to": sheet(lambda window: window.sheets.go_to()),
    "palette": sheet(lambda window: window.sheets.palette()),
    "keys": sheet(lambda window: window.sheets.keys()),
    "detect": dialog(detect),
    "export": dialog(export),
    "upload": dialog(upload),
    "signed URLs": dialog(signed_urls),
    "schedule": dialog(schedule),
    "token": dialog(TokenDialog),
    "settings": dialog(lambda window: SettingsDialog(Settings(), window)),
    "change keys": dialog(lambda window: KeysDialog({}, LIGHT, window)),
    "trust": dialog(lambda window: trust._question("/models/mine.pt", window)),
    "guide": dialog(lambda window: GuideDialog(window)),
    "labels": dialog(lambda window: LabelsFilesDialog(None, LEARNT, window)),
    "finished labels": dialog(
        lambda window: FinishedLabelsDialog(RoundTrip(report(), LEARNT), LEARNT, window)
    ),
}


@pytest.fixture(params=list(PLACES))
def place(
    request: pytest.FixtureRequest,
    qtbot: QtBot,
    open_window: OpenWindow,
    clip: Path,
    reviewed: Path,
) -> Iterator[QWidget]:
    """A window or dialog with everything that a person may meet in it."""
    window = open_window(None if request.param == "start page" else clip)
    if window.session is not None:
        window.session.go_to(9)
    shown = PLACES[request.param](window)
    qtbot.waitUntil(shown.isActiveWindow)
    yield shown
    if shown is not window:
        shown.close()
        shown.deleteLater()


def operated(place: QWidget) -> list[QWidget]:
    """What a person can read or operate there now."""
    return [
        widget
        for widget in place.findChildren(QWidget)
        if widget.isVisible()
        and widget.window() is place
        and (isinstance(widget, OPERATED) or widget.focusPolicy() != Qt.FocusPolicy.NoFocus)
        and not isinstance(widget, QScrollBar | QHeaderView)
        and widget.objectName() not in INSIDE
        and widget.focusProxy() is None
        # Text that the pointer can select; a screen reader reads it anyway.
        and not (isinstance(widget, QLabel) and not takes_tab_focus(widget))
    ]


def takes_tab_focus(widget: QWidget) -> bool:
    return bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)


def name_of(widget: QWidget) -> str:
    """What a screen reader says first."""
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.text(QAccessible.Text.Name) if interface is not None else ""


def told(widget: QWidget) -> str:
    return f"{type(widget).__name__} {widget.objectName()!r} in {type(widget.parent()).__name__}"


def test_everything_has_a_name(place: QWidget) -> None:
    nameless = [told(widget) for widget in operated(place) if not name_of(widget).strip()]
    assert nameless == []


def test_every_button_of_the_window_says_more_in_its_tooltip(window: MainWindow) -> None:
    buttons = [widget for widget in operated(window) if isinstance(widget, QToolButton)]
    assert len(buttons) > 10
    assert [name_of(button) for button in buttons if not button.toolTip()] == []


def test_tab_reaches_everything_and_comes_back(place: QWidget) -> None:
    stops = {one for one in operated(place) if takes_tab(one) and not is_covered(one)}
    reached = set()
    for _ in range(3 * len(stops) + 10):
        QTest.keyClick(place.windowHandle(), Qt.Key.Key_Tab)
        focused = QApplication.focusWidget()
        assert focused is not None
        reached.add(focused)
        reached.update(w for w in stops if w.isAncestorOf(focused) or w.focusProxy() is focused)
    assert [told(widget) for widget in stops - reached] == []


def takes_tab(widget: QWidget) -> bool:
    if not widget.isEnabled() or isinstance(widget, QProgressBar):
        return False
    if name_of(widget) in POINTER_ONLY:
        return False
    # In a group of radio buttons Tab comes to the chosen one, and arrows to the others.
    if isinstance(widget, QAbstractButton) and widget.autoExclusive() and not widget.isChecked():
        return False
    assert takes_tab_focus(widget), told(widget)
    return True


def is_covered(widget: QWidget) -> bool:
    """Whether a sheet lies over it, in which Tab stays."""
    sheets = [one for one in widget.window().findChildren(Sheet) if one.isVisible()]
    return bool(sheets) and not any(s is widget or s.isAncestorOf(widget) for s in sheets)


def test_focus_can_be_seen(place: QWidget) -> None:
    unseen = []
    for widget in operated(place):
        if not takes_tab(widget) or is_covered(widget):
            continue
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        focused = QApplication.focusWidget()
        assert focused is widget or widget.isAncestorOf(focused), told(widget)
        with_focus = widget.grab().toImage()
        focused.clearFocus()
        if with_focus == widget.grab().toImage():
            unseen.append(told(widget))
    assert unseen == []


@THEMES
@pytest.mark.parametrize("ground", GROUNDS)
def test_disabled_text_can_be_made_out(theme: Theme, ground: str) -> None:
    assert contrast(theme.text_disabled, getattr(theme, ground)) >= 2


@THEMES
@pytest.mark.parametrize("ground", [*GROUNDS, "selection"])
def test_notes_in_lists_can_be_read_when_chosen_too(theme: Theme, ground: str) -> None:
    assert contrast(theme.text_muted, getattr(theme, ground)) >= 4.5


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_placeholders_are_as_dark_as_other_notes(
    qapp: QApplication, qtbot: QtBot, theme: Theme
) -> None:
    apply_theme(qapp, theme.name)
    field = QLineEdit(placeholderText="Find an action")
    qtbot.addWidget(field)
    field.show()
    field.ensurePolished()
    assert field.palette().placeholderText().color().name() == theme.text_muted
    assert theme.text_muted in stylesheet(theme)


def test_every_action_has_a_place_for_the_mouse(window: MainWindow) -> None:
    more = window.toolbar.findChild(QToolButton, "more")
    assert isinstance(more, QToolButton)
    placed: set[QAction] = set()
    for entry in more.menu().actions():
        placed |= set(entry.menu().actions()) if entry.menu() is not None else {entry}
    assert set(window.actions_by_name.values()) <= placed


def test_the_toolbar_fits_a_small_screen(window: MainWindow) -> None:
    window.resize(1280, 800)
    assert window.toolbar.sizeHint().width() <= 1280


def test_space_presses_the_button_that_has_the_focus(window: MainWindow) -> None:
    assert window.session is not None
    forward = window.toolbar.widgetForAction(window.actions_by_name["forward"])
    forward.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_Space)
    assert window.session.frame == 1
    assert not window.workspace.player.playing
