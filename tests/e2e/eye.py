"""The program with an eye inside, which tells a test where its controls are on the screen.

What is clicked is found by its words, as a person finds it; the clicks come from the X server.
`python -m tests.e2e.eye SOCKET PATH` runs the program and answers on a local socket: a line with a
name brings a line of JSON.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction
from PySide6.QtNetwork import QLocalServer, QLocalSocket
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QTextBrowser,
    QToolButton,
    QWidget,
)

from gui import __main__ as program
from gui import application
from gui.cloud import following
from gui.plot import EmbeddingPlot

_SEEN = (
    QAbstractButton,
    QAbstractSpinBox,
    QLineEdit,
    QLabel,
    QComboBox,
    QTextBrowser,
    EmbeddingPlot,
)


class Eye(application.MainWindow):
    """The window, listening."""

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type]
        QLocalServer.removeServer(_SOCKET)  # of a program that was killed
        self._server = QLocalServer(self)
        assert self._server.listen(_SOCKET), self._server.errorString()
        self._server.newConnection.connect(self._meet)

    def _meet(self) -> None:
        socket = self._server.nextPendingConnection()
        socket.readyRead.connect(lambda: self._answer(socket))

    def _answer(self, socket: QLocalSocket) -> None:
        while socket.canReadLine():
            name = bytes(socket.readLine().data()).decode().strip()
            found = [widget for widget in _visible() if name in _names(widget)]
            # A field and the label beside it are called the same.
            found.sort(key=lambda widget: isinstance(widget, QLabel))
            answer = _described(found[0]) if found else None
            socket.write(json.dumps(answer).encode() + b"\n")
            socket.flush()


def _visible() -> Iterator[QWidget]:
    """What can be seen and used, the newest dialog's first."""
    windows = [QApplication.activePopupWidget(), QApplication.activeModalWidget()]
    windows += [w for w in QApplication.topLevelWidgets() if w.isVisible()]
    for window in windows:
        if window is not None:
            yield from (w for w in window.findChildren(QWidget) if _is_seen(w))


def _is_seen(widget: QWidget) -> bool:
    return isinstance(widget, _SEEN) and widget.isVisible() and not widget.visibleRegion().isEmpty()


def _names(widget: QWidget) -> set[str]:
    names = {widget.accessibleName(), _text(widget)}
    action = widget.defaultAction() if isinstance(widget, QToolButton) else None
    if isinstance(action, QAction):
        names.add(action.text())
    return {name.replace("&", "") for name in names if name}


def _text(widget: QWidget) -> str:
    if isinstance(widget, QComboBox):
        return widget.currentText()
    if isinstance(widget, QAbstractButton | QAbstractSpinBox | QLabel | QLineEdit):
        return widget.text()
    return ""


def _described(widget: QWidget) -> dict[str, object]:
    middle = widget.mapToGlobal(QPoint(widget.width() // 2, widget.height() // 2))
    return {
        "x": middle.x(),
        "y": middle.y(),
        "enabled": widget.isEnabled(),
        "text": _text(widget),
        "tip": widget.toolTip(),
    }


if __name__ == "__main__":
    _SOCKET = sys.argv.pop(1)
    application.MainWindow = Eye  # type: ignore[misc]
    # Lightly itself wants to be asked seldom; a test's server does not mind.
    following.EVERY = 0.5
    program.main()
