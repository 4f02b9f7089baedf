"""Fields for addresses in S3 and for the way to a server that speaks it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from core.cloud.address import S3Address, S3Way
from core.cloud.s3 import check_endpoint
from core.errors import CloudError, UserError
from gui.i18n import tr
from gui.review.controls import Elided

_WIDTH = 440


class NotedField(QWidget):
    """A line to type into, and below it what follows from the text, or what is wrong with it.

    Args:
        name: What the field is called.
        text: What it holds first.
        example: Shown while it is empty.
        note: What follows from a text.

    `note` raises `CloudError` for a text that will not do; `mend` then says how it is written.
    """

    def __init__(
        self, name: str, text: str, example: str, note: Callable[[str], str], mend: str
    ) -> None:
        super().__init__()
        self._note, self._mend = note, mend
        self.problem = ""
        """What is wrong with the text; empty for nothing."""
        self.edit = QLineEdit(text, placeholderText=example)
        self.edit.setMinimumWidth(_WIDTH)
        self.edit.setAccessibleName(name)
        self._below = Elided()
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(4)
        rows.addWidget(self.edit)
        rows.addWidget(self._below)
        self.edit.textChanged.connect(self._look)
        self._look()

    @property
    def text(self) -> str:
        """What was typed, without the spaces around it."""
        return self.edit.text().strip()

    def _look(self) -> None:
        try:
            said, self.problem = self._note(self.text), ""
        except CloudError:
            said = self.problem = self._mend
        self._below.setText(said)
        self._below.setToolTip(said)
        self._below.setProperty("role", "problem" if self.problem else "muted")
        self.edit.setProperty("invalid", bool(self.problem))
        self.edit.setAccessibleDescription(said)
        for widget in (self.edit, self._below):
            restyle(widget)


class AddressField(NotedField):
    """An `s3://` address.

    Args:
        name: What the field is called.
        text: What it holds first.
        purpose: What the address is for, shown while the field is empty.
        shown: Says what an address leads to.
    """

    def __init__(
        self, name: str, text: str, purpose: str, shown: Callable[[S3Address], str]
    ) -> None:
        def note(text: str) -> str:
            return shown(S3Address.parse(text)) if text else purpose

        mend = tr("Write it as s3://bucket or s3://bucket/path")
        super().__init__(name, text, "s3://", note, mend)

    @property
    def address(self) -> S3Address | None:
        """The address; None for none, or a wrong one."""
        return S3Address.parse(self.text) if self.text and not self.problem else None


class WayFields(QObject):
    """Endpoint, region and profile."""

    changed = Signal()

    def __init__(self, way: S3Way, parent: QObject) -> None:
        super().__init__(parent)
        self._endpoint = NotedField(
            tr("Server"),
            way.endpoint,
            tr("Amazon's own"),
            _note_endpoint,
            tr("Write it as https://server or https://server:port"),
        )
        self._region = _line(
            tr("Region"),
            way.region,
            tr("that of the AWS configuration"),
            tr("Where the bucket lies, such as eu-central-1"),
        )
        self._profile = _line(
            tr("Profile"),
            way.profile,
            tr("the usual credentials"),
            tr("A profile of the AWS configuration; it says as whom to sign in"),
        )
        for edit in (self._endpoint.edit, self._region, self._profile):
            edit.textChanged.connect(self.changed)

    @property
    def way(self) -> S3Way:
        """What was typed."""
        return S3Way(self._endpoint.text, self._region.text().strip(), self._profile.text().strip())

    @property
    def problem(self) -> str:
        """What is wrong; empty for nothing."""
        return self._endpoint.problem

    def add_to(self, form: QFormLayout) -> None:
        """Put the fields below those that a form has."""
        add_row(form, tr("Server"), self._endpoint, self._endpoint.edit)
        both = QWidget()
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._region, 1)
        row.addWidget(QLabel(tr("Profile")))
        row.addWidget(self._profile, 1)
        add_row(form, tr("Region"), both, self._region)


class Note(QLabel):
    """A sentence, or nothing."""

    def __init__(self) -> None:
        super().__init__(wordWrap=True)
        self.setTextFormat(Qt.TextFormat.PlainText)

    def say(self, text: str) -> None:
        """What to know."""
        self._show(text, "muted")

    def show_error(self, error: BaseException) -> None:
        """A `UserError` as it is; anything else is a bug, of which the log says more."""
        known = isinstance(error, UserError)
        said = tr("{error} (see the log)", error=f"{type(error).__name__}: {error}")
        self._show(str(error) if known else said, "problem")

    def _show(self, text: str, role: str) -> None:
        self.setText(text)
        self.setVisible(bool(text))
        self.setProperty("role", role)
        restyle(self)


def restyle(widget: QWidget) -> None:
    """Let a changed property take effect on the style sheet."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def fit_height(dialog: QDialog) -> None:
    """Make a dialog as high as what it shows now, and leave it as wide as the person made it."""
    layout = dialog.layout()
    if layout is not None:
        layout.activate()
        width = max(dialog.width(), dialog.minimumSizeHint().width())
        dialog.resize(width, dialog.sizeHint().height())


def add_row(form: QFormLayout, word: str, field: QWidget, buddy: QWidget) -> None:
    """Add a field whose word stands beside its first line."""
    label = QLabel(word)
    label.setBuddy(buddy)
    # A form puts words higher than the middle of what they name.
    label.setFixedHeight(buddy.sizeHint().height())
    form.addRow(label, field)


def row_of(*widgets: QWidget | None) -> QWidget:
    """Widgets side by side; None takes the room that is left."""
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    for widget in widgets:
        if widget is None:
            row.addStretch(1)
        else:
            row.addWidget(widget)
    return holder


def _note_endpoint(text: str) -> str:
    check_endpoint(S3Way(text))
    return tr("Empty for AWS; or the address of any other server that speaks S3")


def _line(name: str, text: str, example: str, tip: str) -> QLineEdit:
    edit = QLineEdit(text, placeholderText=example)
    edit.setAccessibleName(name)
    edit.setToolTip(tip)
    return edit
