"""Answering dialogs that wait for an answer."""

from collections.abc import Callable
from itertools import count
from typing import TypeVar

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QDialog

D = TypeVar("D", bound=QDialog)

_PATIENCE = 3000
"""Looks, 10 ms apart, after which no dialog is expected any more."""


def answer_next(kind: type[D], act: Callable[[D], object]) -> None:
    """Act on the next modal dialog once it is there, and close it if that did not."""
    timer = QTimer(QApplication.instance(), interval=10)
    looks = count()

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        if dialog is None and next(looks) < _PATIENCE:
            return
        timer.stop()
        timer.deleteLater()
        assert isinstance(dialog, kind), dialog
        try:
            act(dialog)
        finally:
            if dialog.isVisible():  # it would wait for ever
                dialog.reject()

    timer.timeout.connect(look)
    timer.start()
