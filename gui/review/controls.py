"""Small controls of the limits section: they show what they are told and say what was chosen."""

from collections.abc import Callable, Collection, Sequence

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QCheckBox,
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMenu,
    QSlider,
    QSpinBox,
    QToolButton,
    QWidget,
)

from gui.i18n import mark, tr
from gui.text import percent
from gui.theme import tabular
from gui.words import kind_word

THROTTLE_MS = 60
"""Least time between two changes while a slider is dragged."""
_OWN_KEYS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Space)
"""Keys that mean something to a control, and another thing to the window."""
_ARROWS = 36
"""Room for the arrows of a field and around its text, px."""
_KIND_TIPS = {
    "flickering": mark("An object is seen, then not, then again"),
    "appear": mark("An object is seen for a moment only"),
    "multibox": mark("Three or more boxes in one place"),
    "class switch": mark("An object changes its class for a while"),
    "tutorial": mark("A box in the frames before and after, and none between"),
}


class Manners(QObject):
    """Keeps a control's keys from the window, and the wheel from controls that it passes over."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        own = isinstance(event, QKeyEvent) and event.key() in _OWN_KEYS and not event.modifiers()
        if event.type() == QEvent.Type.ShortcutOverride and own:
            event.accept()
            return True
        passing = isinstance(watched, QWidget) and not watched.hasFocus()
        if event.type() == QEvent.Type.Wheel and passing:
            event.ignore()
            return True
        return super().eventFilter(watched, event)


class Elided(QLabel):
    """One line that is cut off with dots rather than ask for more room."""

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        room = self.contentsRect()
        shown = self.fontMetrics().elidedText(
            self.text(), Qt.TextElideMode.ElideRight, room.width()
        )
        painter = QPainter(self)
        self.style().drawItemText(
            painter, room, self.alignment(), self.palette(), self.isEnabled(), shown,
            self.foregroundRole(),
        )  # fmt: skip
        painter.end()


class ShareSlider(QWidget):
    """A share of 1 in per cent, which says what was chosen while it is dragged."""

    chosen = Signal(float)
    """At most once every `THROTTLE_MS`; the last value always comes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, 100)
        self.slider.setPageStep(5)
        self.slider.valueChanged.connect(self._slide)
        self._percent = QLabel()
        self._percent.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._percent.setFont(tabular(self._percent.font()))
        self._percent.setMinimumWidth(self._percent.fontMetrics().horizontalAdvance(percent(1)))
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(THROTTLE_MS)
        self._late.timeout.connect(self._tell)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.slider)
        layout.addWidget(self._percent)

    def show_share(self, share: float) -> None:
        """Show a share, unless a hand is on the slider or a value on its way from there."""
        if self.slider.isSliderDown() or self._late.isActive():
            return
        with QSignalBlocker(self.slider):
            self.slider.setValue(round(100 * share))
        self._show_percent()

    def settle(self) -> None:
        """Say at once what is on its way."""
        if self._late.isActive():
            self.forget()
            self._tell()

    def forget(self) -> None:
        """Never say what is on its way."""
        self._late.stop()

    def _slide(self) -> None:
        self._show_percent()
        # Not begun anew at each step: a hand that never rests would never see a change.
        if not self._late.isActive():
            self._late.start()

    def _show_percent(self) -> None:
        self._percent.setText(percent(self.slider.value() / 100))

    def _tell(self) -> None:
        self.chosen.emit(self.slider.value() / 100)


class KindBoxes(QWidget):
    """A check box for each kind of violations."""

    chosen = Signal()

    def __init__(self, manners: Manners, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._manners = manners
        self._boxes: dict[str, QCheckBox] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(4)
        self._grid.setVerticalSpacing(4)

    def show_kinds(self, kinds: Sequence[str], wanted: Callable[[str], bool]) -> None:
        """There are these kinds, and some of them are wanted."""
        if list(kinds) != list(self._boxes):
            self._make(kinds)
        for kind, box in self._boxes.items():
            check(box, wanted(kind))

    def checked(self) -> set[str]:
        """The kinds that are checked."""
        return {kind for kind, box in self._boxes.items() if box.isChecked()}

    def _make(self, kinds: Sequence[str]) -> None:
        for box in self._boxes.values():
            self._grid.removeWidget(box)
            box.deleteLater()
        self._boxes = {kind: QCheckBox(kind_word(kind).replace("&", "&&")) for kind in kinds}
        for number, (kind, box) in enumerate(self._boxes.items()):
            named = tr("Show {kind}", kind=kind_word(kind))
            describe(box, named, tr(_KIND_TIPS.get(kind, "")), self._manners)
            box.toggled.connect(self.chosen)
            self._grid.addWidget(box, *divmod(number, 2))


class ClassButton(QToolButton):
    """A menu of classes that stays open while they are checked."""

    chosen = Signal()
    all_chosen = Signal(bool)
    """All classes, or none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        # Outlined as the fields are, because it holds a value as they do.
        self.setStyleSheet("QToolButton:!focus { border-color: palette(dark); }")
        self._menu = _StayingMenu(self)
        self._all = self._menu.addAction(tr("All classes"))
        self._all.setCheckable(True)
        self._all.triggered.connect(self.all_chosen)
        self._menu.addSeparator()
        self.setMenu(self._menu)
        self._actions: dict[str, QAction] = {}

    def set_names(self, names: Sequence[str]) -> None:
        """There are these classes."""
        if list(names) == list(self._actions):
            return
        for action in self._actions.values():
            self._menu.removeAction(action)
            action.deleteLater()
        self._actions = {name: self._menu.addAction(name.replace("&", "&&")) for name in names}
        for action in self._actions.values():
            action.setCheckable(True)
            action.triggered.connect(self.chosen)

    def show_classes(self, wanted: Collection[str] | None) -> None:
        """Some of the classes are wanted; None for all."""
        for name, action in self._actions.items():
            action.setChecked(wanted is None or name in wanted)
        self._all.setChecked(wanted is None)

    def names(self) -> list[str]:
        """Every class that can be checked."""
        return list(self._actions)

    def checked(self) -> set[str]:
        """The classes that are checked."""
        return {name for name, action in self._actions.items() if action.isChecked()}


class _StayingMenu(QMenu):
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        action = self.actionAt(event.position().toPoint())
        if action is not None and action.isCheckable():
            action.trigger()
        else:
            super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        action = self.activeAction()
        keys = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if event.key() in keys and action is not None and action.isCheckable():
            action.trigger()
        else:
            super().keyPressEvent(event)


def decimal(least: float, most: float, suffix: str = "") -> QDoubleSpinBox:
    """A field for a number in steps of 0.05."""
    field = QDoubleSpinBox(minimum=least, maximum=most, singleStep=0.05, decimals=2, suffix=suffix)
    fit(field, f"{most:.2f}{suffix}")
    return field


def fit(field: QAbstractSpinBox, longest: str) -> None:
    """Make a field as wide as its longest text and its arrows; Qt's own guess is wider."""
    field.setFixedWidth(field.fontMetrics().horizontalAdvance(longest) + _ARROWS)


def describe(widget: QWidget, name: str, tip: str, manners: Manners) -> None:
    """Give a control its name, its tooltip and its manners."""
    widget.setAccessibleName(name)
    widget.setToolTip(tip)
    widget.installEventFilter(manners)
    if isinstance(widget, QAbstractSpinBox):
        # A number half typed is none yet. Once it is, the review's keys work again.
        widget.setKeyboardTracking(False)
        widget.lineEdit().returnPressed.connect(widget.clearFocus)
    else:
        # A click leaves the focus, and with it the review's keys, where it is.
        widget.setFocusPolicy(Qt.FocusPolicy.TabFocus)


def write(field: QSpinBox | QDoubleSpinBox, value: float) -> None:
    """Show a number without saying so; one that is there stays, with what is typed into it."""
    if field.value() == value:
        return
    with QSignalBlocker(field):
        if isinstance(field, QSpinBox):
            field.setValue(round(value))
        else:
            field.setValue(value)


def check(box: QCheckBox, checked: bool) -> None:
    """Check a box, or not, without saying so."""
    with QSignalBlocker(box):
        box.setChecked(checked)


def in_row(*widgets: QWidget | None) -> QHBoxLayout:
    """Widgets side by side; None takes the room that is left."""
    row = QHBoxLayout()
    row.setSpacing(8)
    for widget in widgets:
        if widget is None:
            row.addStretch()
        else:
            row.addWidget(widget)
    return row
