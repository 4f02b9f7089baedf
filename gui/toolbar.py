"""The toolbar: the main job from left to right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QAction, QFontMetrics
from PySide6.QtWidgets import QLabel, QMenu, QSizePolicy, QToolBar, QToolButton, QWidget

from gui.actions import GROUPS, in_group
from gui.i18n import tr
from gui.text import grouped, timecode
from gui.theme import tabular

if TYPE_CHECKING:
    from core.frames import FrameIndex

_GOING = ("previous", "back", "play", "forward", "next")
_HANDING_OVER = ("select", "export", "upload", "schedule", "signed_urls")


class PositionLabel(QLabel):
    """Time and frame number of the current frame."""

    def __init__(self) -> None:
        super().__init__()
        self.setFont(tabular(self.font()))
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setAccessibleName(tr("Position"))

    def show_position(self, frame: int, index: FrameIndex) -> None:
        """Show where the video is; frames count from 0."""
        last = len(index) - 1
        text = _position(index.timestamp(frame), frame, last)
        self.setText(text)
        widest = _position(index.timestamp(last), last, last)
        self.setMinimumWidth(QFontMetrics(self.font()).horizontalAdvance(widest) + 16)


class RecentMenu(QMenu):
    """What was opened last."""

    recent_requested = Signal(object)
    """A `Path`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Open recent"), parent)

    def set_recent(self, paths: Sequence[str]) -> None:
        """Newest first."""
        self.clear()
        for text in paths:
            action = self.addAction(Path(text).name)
            action.setToolTip(text)
            action.triggered.connect(partial(self._choose, Path(text)))
        self.setEnabled(bool(paths))
        self.setToolTipsVisible(True)

    def _choose(self, path: Path, checked: bool = False) -> None:
        del checked
        self.recent_requested.emit(path)


class MainBar(QToolBar):
    """Buttons with icon and word; where room is short, some of them show their icons only."""

    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(title, parent)
        self._worded: list[list[QToolButton]] = []
        """Those that can do without their words, the next ones to lose them last."""
        self._wordless: list[tuple[list[QToolButton], int]] = []
        """Those that have lost them, and the pixels that this gave; the newest last."""
        self._fitted: tuple[int, ...] = ()
        """The widths for which that is so; see `_widths`."""

    def terse(self, buttons: list[QToolButton]) -> None:
        """Let these lose their words together, after those that were named before."""
        self._worded.insert(0, buttons)

    def button(self, action: QAction) -> QToolButton:
        """The button of an action."""
        button = self.widgetForAction(action)
        assert isinstance(button, QToolButton)
        return button

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        # Measuring asks for a layout again, for ever unless it is known when nothing has changed.
        asked = event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize)
        if asked and self._widths() != self._fitted:
            self._fit()
            self._fitted = self._widths()
        return done

    def _widths(self) -> tuple[int, ...]:
        """All that decides which words there is room for, px."""
        parts = [self.widgetForAction(action) for action in self.actions()]
        shown = [part for part in parts if part is not None]
        wanted = (max(part.sizeHint().width(), part.minimumWidth()) for part in shown)
        return (self.width(), *wanted)

    def _fit(self) -> None:
        shown = len(self._worded)
        wanted = self._wanted()
        while self._worded and wanted > self.width():
            before, buttons = wanted, self._worded.pop()
            _dress(buttons, Qt.ToolButtonStyle.ToolButtonIconOnly)
            wanted = self._wanted()
            self._wordless.append((buttons, before - wanted))
        while self._wordless and wanted + self._wordless[-1][1] <= self.width():
            buttons, _ = self._wordless.pop()
            _dress(buttons, Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            wanted = self._wanted()
            self._worded.append(buttons)
        layout = self.layout()
        if len(self._worded) != shown and layout is not None:
            # Else the last buttons would be painted as hidden once.
            layout.activate()

    def _wanted(self) -> int:
        """The width of all buttons as they are, px."""
        layout = self.layout()
        if layout is not None:
            # Buttons that there is no room for are hidden, and do not say that they changed.
            layout.invalidate()
        return self.sizeHint().width()


def make_toolbar(
    actions: dict[str, QAction], recent: RecentMenu, runs: QMenu, owner: QWidget
) -> tuple[QToolBar, PositionLabel]:
    """The toolbar and the label in it that shows the position."""
    bar = MainBar(tr("Main"), owner)
    bar.setMovable(False)
    bar.setIconSize(QSize(20, 20))
    bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    position = PositionLabel()
    more = [recent.menuAction(), actions["open_project"], actions["demo"]]
    bar.addWidget(_with_menu(actions["open"], more, [actions["copy"]], [actions["settings"]]))
    detect = [actions["detect_with"], actions["detect_all"], actions["cancel"]]
    other = [runs.menuAction(), actions["import_file"], actions["import_folder"]]
    bar.addWidget(_with_menu(actions["detect"], detect, other))
    bar.addSeparator()
    for name in _GOING:
        bar.addAction(actions[name])
    bar.addWidget(position)
    bar.addSeparator()
    for name in _HANDING_OVER:
        bar.addAction(actions[name])
    _add_menu(bar.button(actions["export"]), [actions["render"], actions["clip"]])
    space = QWidget()
    space.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    bar.addWidget(space)
    everything = _more(actions)
    bar.addWidget(everything)
    for action in bar.actions():
        # A toolbar takes its own buttons out of the Tab order.
        if isinstance(button := bar.widgetForAction(action), QToolButton):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    bar.terse([bar.button(actions[name]) for name in _GOING])
    bar.terse([everything])
    for name in reversed(_HANDING_OVER):
        bar.terse([bar.button(actions[name])])
    return bar, position


def _dress(buttons: Iterable[QToolButton], style: Qt.ToolButtonStyle) -> None:
    for button in buttons:
        button.setToolButtonStyle(style)


def _position(seconds: float, frame: int, last: int) -> str:
    return f"{timecode(seconds)} · {grouped(frame)} / {grouped(last)}"


def _more(actions: dict[str, QAction]) -> QToolButton:
    """Every action of the window by group, for the mouse."""
    button = QToolButton()
    button.setObjectName("more")
    button.setText(tr("More"))
    button.setToolTip(tr("All actions"))
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    menu = QMenu(button)
    menu.addAction(actions["palette"])
    menu.addSeparator()
    for group in GROUPS:
        part = menu.addMenu(tr(group, "group"))
        part.setToolTipsVisible(True)
        part.addActions(in_group(actions, group))
    button.setMenu(menu)
    return button


def _with_menu(action: QAction, *groups: list[QAction]) -> QToolButton:
    button = QToolButton()
    button.setDefaultAction(action)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    _add_menu(button, *groups)
    return button


def _add_menu(button: QToolButton, *groups: list[QAction]) -> None:
    button.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
    menu = QMenu(button)
    menu.setToolTipsVisible(True)
    for group in groups:
        menu.addSeparator()
        menu.addActions(group)
    button.setMenu(menu)
