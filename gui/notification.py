"""Tell a person who looks elsewhere that work has ended."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget

_SHOWN_MS = 10_000


def notify(window: QWidget, title: str, text: str) -> None:
    """Mark the window in the task bar and show a desktop notification, unless it is in front."""
    if window.isActiveWindow():
        return
    QApplication.alert(window)
    if not QSystemTrayIcon.isSystemTrayAvailable():
        return
    # The desktop shows notifications only for what has an icon in its tray.
    tray = QSystemTrayIcon(window.windowIcon(), window)
    tray.show()
    tray.showMessage(title, text)
    QTimer.singleShot(_SHOWN_MS, tray.deleteLater)
