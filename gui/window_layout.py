"""Where the window was, and how its parts shared it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from core.settings import WindowLayout

if TYPE_CHECKING:
    from gui.workspace import Workspace

_STANDARD = (1360, 860)
_GRIP = 64
"""So much of the window's upper edge must lie on a screen that a person can move it, in px."""


def noted(window: QWidget, workspace: Workspace | None, before: WindowLayout) -> WindowLayout:
    """The layout to remember; without a workspace its splitters stay as they were."""
    at = window.normalGeometry()
    return WindowLayout(
        geometry=(at.x(), at.y(), at.width(), at.height()),
        maximised=window.isMaximized(),
        splitters=before.splitters if workspace is None else splitters(workspace),
    )


def restore(window: QWidget, layout: WindowLayout) -> None:
    """Put the window where it was, unless it would lie where no screen is any more."""
    window.resize(*_STANDARD)
    if layout.geometry is not None and (at := fitting(QRect(*layout.geometry))) is not None:
        window.setGeometry(at)
    if layout.maximised:
        window.setWindowState(window.windowState() | Qt.WindowState.WindowMaximized)


def fitting(at: QRect) -> QRect | None:
    """The place on the screens that there are, made smaller where it must be; None for none."""
    edge = QRect(at.left(), at.top(), at.width(), _GRIP)
    for screen in QGuiApplication.screens():
        room = screen.availableGeometry()
        seen = room.intersected(edge)
        if seen.width() >= min(_GRIP * 2, at.width()) and seen.height() >= _GRIP // 2:
            return QRect(at.topLeft(), at.size().boundedTo(room.size()))
    return None


def splitters(workspace: Workspace) -> dict[str, tuple[int, ...]]:
    """The sizes of the workspace's parts."""
    return {name: tuple(sizes) for name, sizes in workspace.layout_state().items()}


def restore_splitters(workspace: Workspace, layout: WindowLayout) -> None:
    """Give the workspace's parts the sizes that they had."""
    if layout.splitters:
        workspace.restore_layout({name: list(sizes) for name, sizes in layout.splitters.items()})
