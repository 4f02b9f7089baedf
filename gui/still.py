"""What is seen stays until the next can be seen: nothing empty flashes between two videos."""

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

_MOST_MS = 250
"""A picture that takes longer is waited for in its own view, which says what there is to say."""


class Still(QObject):
    """Holds back the painting of a widget for a moment."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self._widget = widget
        self._late = QTimer(self, singleShot=True, interval=_MOST_MS)
        self._late.timeout.connect(self.release)

    def hold(self) -> None:
        """Paint nothing until `release`, or for a quarter of a second."""
        self._widget.setUpdatesEnabled(False)
        self._late.start()

    def release(self) -> None:
        """Paint again, all of it."""
        if self._late.isActive() or not self._widget.updatesEnabled():
            self._late.stop()
            self._widget.setUpdatesEnabled(True)
