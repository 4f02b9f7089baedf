"""All keys at a glance, over the window."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QWidget

from gui.actions import GROUPS, in_group
from gui.i18n import tr
from gui.keymap import native
from gui.sheet import Sheet

_COLUMNS = 4
_AROUND = 64
"""Room beside the columns, px."""
_OPACITY = 0.99
_MODIFIERS = (Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta)


class KeyOverlay(Sheet):
    """Lists every action that has a key; any key or click closes it."""

    change_requested = Signal()

    def __init__(self, window: QWidget, actions: dict[str, QAction]) -> None:
        super().__init__(window, tr("Keys"))
        self._actions = actions
        # The sheet itself is the ground.
        self.body.setObjectName("")
        self._change = QPushButton(tr("Change keys…"))
        self._change.setToolTip(tr("Choose the keys of every action"))
        self._change.clicked.connect(self._ask_to_change)
        title = QLabel(tr("Keys"))
        title.setProperty("role", "title")
        hint = QLabel(tr("Any key or click closes this"))
        hint.setProperty("role", "muted")
        top = QHBoxLayout()
        top.setSpacing(16)
        top.addWidget(title)
        top.addWidget(hint)
        top.addStretch()
        top.addWidget(self._change)
        self._columns = QWidget()
        self.rows.setSpacing(24)
        self.rows.addLayout(top)
        self.rows.addWidget(self._columns)

    def prepare(self) -> None:
        groups = [(group, [a for a in in_group(self._actions, group) if a.shortcuts()])
                  for group in GROUPS]  # fmt: skip
        shown = [entry for entry in groups if entry[1]]
        old, self._columns = self._columns, _columns(shown, _COLUMNS)
        if self._columns.sizeHint().width() > self.window().width() - _AROUND:
            # A language with long words has room for fewer.
            self._columns = _columns(shown, _COLUMNS - 1)
        self.rows.replaceWidget(old, self._columns)
        old.deleteLater()
        said = [f"{keys}: {a.text()}" for _, own in groups for a in own if (keys := _keys(a))]
        self.setAccessibleDescription(". ".join(said))

    def place_body(self) -> None:
        """In the middle."""
        size = self.body.sizeHint().boundedTo(self.size())
        self.body.setGeometry(
            (self.width() - size.width()) // 2,
            (self.height() - size.height()) // 2,
            size.width(),
            size.height(),
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() not in _MODIFIERS:
            self.hide()
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.hide()
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        ground = QColor(self.palette().window().color())
        ground.setAlphaF(_OPACITY)
        painter = QPainter(self)
        painter.fillRect(event.rect(), ground)
        painter.end()

    def _ask_to_change(self) -> None:
        self.hide()
        self.change_requested.emit()


def _columns(groups: Sequence[tuple[str, Sequence[QAction]]], count: int) -> QWidget:
    whole = QWidget()
    across = QHBoxLayout(whole)
    across.setContentsMargins(0, 0, 0, 0)
    across.setSpacing(40)
    for column in balanced(groups, count):
        across.addLayout(_column(column))
    return whole


def _column(groups: Sequence[tuple[str, Sequence[QAction]]]) -> QGridLayout:
    """Keys and words of groups, one below the other."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(4)
    row = 0
    for name, actions in groups:
        if row:
            grid.setRowMinimumHeight(row, 16)
            row += 1
        heading = QLabel(tr(name, "group"))
        heading.setProperty("role", "heading")
        grid.addWidget(heading, row, 0, 1, 2)
        row += 1
        for action in actions:
            grid.addLayout(_caps(action), row, 0)
            grid.addWidget(QLabel(action.text().rstrip("…")), row, 1)
            row += 1
    grid.setRowStretch(row, 1)
    return grid


def balanced(
    groups: Sequence[tuple[str, Sequence[QAction]]], columns: int
) -> list[list[tuple[str, Sequence[QAction]]]]:
    """The groups in columns of about the same height, each group in the column that is shortest."""
    filled: list[list[tuple[str, Sequence[QAction]]]] = [[] for _ in range(columns)]
    for group in sorted(groups, key=lambda entry: -len(entry[1])):
        min(filled, key=_height).append(group)
    order = [name for name, _ in groups]
    # Read from left to right, what comes first in the window comes first here.
    for column in filled:
        column.sort(key=lambda entry: order.index(entry[0]))
    return sorted((c for c in filled if c), key=lambda column: order.index(column[0][0]))


def _height(column: Sequence[tuple[str, Sequence[QAction]]]) -> int:
    """In rows, with a heading and a space for each group."""
    return sum(len(actions) + 2 for _, actions in column)


def _caps(action: QAction) -> QHBoxLayout:
    caps = QHBoxLayout()
    caps.setSpacing(4)
    for key in action.shortcuts():
        cap = QLabel(native(key.toString()))
        cap.setProperty("role", "key")
        caps.addWidget(cap)
    caps.addStretch()
    return caps


def _keys(action: QAction) -> str:
    return " or ".join(native(key.toString()) for key in action.shortcuts())
