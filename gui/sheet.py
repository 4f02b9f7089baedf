"""A sheet over the whole window, for what is there only while it is used."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QHideEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QFrame, QVBoxLayout, QWidget

_ELSEWHERE = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier


class Sheet(QWidget):
    """Covers its window; Escape, a click beside `body` and its own key close it.

    The focus stays inside while it is open, and goes back where it was. Keys without Ctrl or Alt
    are its own: none of them reaches an action of the window.
    """

    def __init__(self, window: QWidget, name: str) -> None:
        super().__init__(window)
        self._window = window
        self.setAccessibleName(name)
        self.body = QFrame(self)
        self.body.setObjectName("floating")
        self.rows = QVBoxLayout(self.body)
        """Of `body`."""
        self.rows.setContentsMargins(8, 8, 8, 8)
        self.rows.setSpacing(8)
        self._focus_before: QWidget | None = None
        self.hide()
        window.installEventFilter(self)

    def open(self) -> None:
        """Show it over the window, or hide it if it is there."""
        if self.isVisible():
            self.hide()
            return
        self._focus_before = self.window().focusWidget()
        self.prepare()
        self.cover()
        self.show()
        self.raise_()
        self.first_focus().setFocus()

    def prepare(self) -> None:
        """Fill in what there is now; called before each showing."""

    def first_focus(self) -> QWidget:
        """What has the focus first."""
        return self

    def place_body(self) -> None:
        """Put `body` where it belongs; the upper third, unless a sheet says otherwise."""
        width = min(self.body.sizeHint().width(), self.width() - 32)
        height = min(self.body.sizeHint().height(), self.height() - 32)
        top = max(16, min(self.height() // 6, self.height() - height - 16))
        self.body.setGeometry((self.width() - width) // 2, top, width, height)

    def cover(self) -> None:
        """Take all of the window."""
        self.setGeometry(self._window.rect())
        self.place_body()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self.cover()
        return False

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if not event.modifiers() & _ELSEWHERE:
                event.accept()
                return True
        elif event.type() == QEvent.Type.LayoutRequest and self.isVisible():
            self.place_body()
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
        # What is pressed here is not for the window below.
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self.body.geometry().contains(event.position().toPoint()):
            self.hide()
        event.accept()

    def wheelEvent(self, event: QEvent) -> None:
        event.accept()

    def hideEvent(self, event: QHideEvent) -> None:
        before = self._focus_before
        self._focus_before = None
        if before is not None and before.isVisible():
            before.setFocus()
        super().hideEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:  # noqa: N802 - Qt's name
        """Tab goes round inside."""
        stops = [w for w in self.findChildren(QWidget) if _takes_tab(w)]
        if not stops:
            return True
        here = QApplication.focusWidget()
        at = stops.index(here) if here in stops else -1 if forward else 0
        stops[(at + (1 if forward else -1)) % len(stops)].setFocus(Qt.FocusReason.TabFocusReason)
        return True


def _takes_tab(widget: QWidget) -> bool:
    tab = Qt.FocusPolicy.TabFocus
    return (
        widget.isVisible()
        and widget.isEnabled()
        and widget.focusPolicy() & tab == tab
        and widget.focusProxy() is None
    )
