"""The real window on a display, brought into a state and photographed as the screen shows it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop, QPoint, QTimer
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from core.settings import Appearance, Settings
from gui.main_window import MainWindow
from gui.session import Session
from gui.theme import apply_theme
from gui.workspace import Workspace

_SETTLING_MS = 400
_CORNER = QPoint(0, 0)


class Stage:
    """One window at the display's upper left corner.

    Args:
        out: Folder for pictures.
        size: Of the window, logical px.
        appearance: The theme.
    """

    def __init__(self, out: Path, size: tuple[int, int], appearance: Appearance) -> None:
        self._out = out
        app = QApplication([])
        # A caret that blinks would be in some pictures and not in others.
        app.setCursorFlashTime(0)
        QCursor.setPos(_CORNER)
        theme = apply_theme(app, appearance)
        self.window = MainWindow(theme, Settings(appearance=appearance))
        self.window.setGeometry(0, 0, *size)
        self.window.show()
        self.window.activateWindow()
        self.settle()

    @property
    def workspace(self) -> Workspace:
        """Of the open video."""
        assert self.window.workspace is not None
        return self.window.workspace

    @property
    def session(self) -> Session:
        """Of the open video."""
        return self.workspace.session

    def do(self, action: str) -> None:
        """Trigger an action of the window."""
        self.window.actions_by_name[action].trigger()

    def point_at(self, widget: QWidget, at: QPoint) -> None:
        """Put the mouse on a widget."""
        QCursor.setPos(widget.mapToGlobal(at))
        self.settle()

    def take_dialog(
        self, action: str, name: str, ready: Callable[[QDialog], bool] = lambda dialog: True
    ) -> None:
        """Photograph the dialog of an action, alone and in its window, and answer no.

        Args:
            action: Its name in the action table.
            name: Of the pictures.
            ready: Whether the dialog shows all that it is going to show.
        """

        taken: list[bool] = []

        def look() -> None:
            dialog = QApplication.activeModalWidget()
            assert isinstance(dialog, QDialog), f"{action} shows no dialog"
            if not ready(dialog):
                QTimer.singleShot(_SETTLING_MS, look)
                return
            self.take(name)
            self.take(f"{name}-dialog", dialog)
            dialog.reject()
            taken.append(True)

        QTimer.singleShot(_SETTLING_MS, look)
        self.do(action)
        self.wait("the dialog", lambda: bool(taken))

    def take(self, name: str, part: QWidget | None = None) -> None:
        """Photograph the window, or a part of it."""
        part = part or self.window
        self.settle()
        at = part.mapToGlobal(QPoint(0, 0))
        picture = part.screen().grabWindow(0, at.x(), at.y(), part.width(), part.height())
        if not picture.save(str(self._out / f"{name}.png")):
            raise OSError(f"{name}.png cannot be written to {self._out}")

    def wait(self, what: str, reached: Callable[[], bool], seconds: int = 60) -> None:
        """Let the window work until something is so."""
        loop = QEventLoop()
        ticks = QTimer(interval=20)
        ticks.timeout.connect(lambda: loop.quit() if reached() else None)
        ticks.start()
        QTimer.singleShot(seconds * 1000, loop.quit)
        loop.exec()
        if not reached():
            raise TimeoutError(f"waited {seconds} s for {what}")

    def settle(self, milliseconds: int = _SETTLING_MS) -> None:
        """Let pending paints happen."""
        loop = QEventLoop()
        QTimer.singleShot(milliseconds, loop.quit)
        loop.exec()

    def close(self) -> None:
        """Close the window as a person would."""
        self.window.close()
