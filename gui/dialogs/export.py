"""Choose what to export, in which format, and where to."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from core.export import SCOPES, Scope, formats
from gui.i18n import mark, tr, tr_n
from gui.text import grouped

_SCOPES: dict[Scope, tuple[str, str, str]] = {
    "flagged": (
        mark("Flagged frames ({count})"),
        mark("Frames that flicker or have an accepted box"),
        mark("No frame flickers"),
    ),
    "accepted": (
        mark("Frames with accepted boxes ({count})"),
        mark("Frames with a box that was accepted, edited or drawn"),
        mark("No box is accepted yet"),
    ),
    "selected": (
        mark("Selected frames ({count})"),
        mark("Frames that were selected for labeling"),
        mark("No frame is selected yet"),
    ),
    "all": (mark("All frames ({count})"), mark("Every frame of the video"), ""),
}
"""Word, tooltip, and why there is nothing of it."""


@dataclass(frozen=True)
class ExportChoice:
    """What was chosen."""

    format_name: str
    scope: Scope
    folder: Path


@dataclass(frozen=True)
class ExportCounts:
    """What there is to export."""

    frames: Mapping[Scope, int]
    accepted: int
    """Accepted imputed boxes."""
    to_do: int
    """Imputed boxes without a verdict."""


class ExportDialog(QDialog):
    """Asks what to export; the export itself runs as a job."""

    def __init__(self, counts: ExportCounts, folder: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Export frames with prelabels"))
        self._format = QComboBox()
        for each in formats().values():
            self._format.addItem(each.title, each.name)
        self._scopes = {scope: _choice(scope, counts.frames[scope]) for scope in SCOPES}
        self._scopes["flagged" if counts.frames["flagged"] else "all"].setChecked(True)
        self._folder = QLineEdit(str(folder))
        self._folder.setMinimumWidth(360)
        self._folder.setAccessibleName(tr("New folder"))
        self._folder.textChanged.connect(self._check)
        self._browse = QPushButton(tr("Browse…"))
        self._browse.clicked.connect(self._choose_folder)
        self._problem = QLabel(" ")
        self._problem.setProperty("role", "muted")
        self._summary = QLabel(_summary(counts))
        self._summary.setWordWrap(True)
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._export = self._buttons.addButton(tr("Export"), QDialogButtonBox.ButtonRole.AcceptRole)
        self._lay_out()
        self._check()

    def choice(self) -> ExportChoice:
        """What was chosen."""
        return ExportChoice(
            self._format.currentData(),
            next(scope for scope, choice in self._scopes.items() if choice.isChecked()),
            Path(self._folder.text()).expanduser(),
        )

    def _check(self) -> None:
        text = self._folder.text().strip()
        folder = Path(text).expanduser()
        taken = bool(text) and folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
        problem = (
            tr("Choose a folder.") if not text else tr("This folder is not empty.") if taken else ""
        )
        self._problem.setText(problem or tr("Frames go to images/, labels beside them."))
        self._folder.setProperty("invalid", bool(problem))
        self._folder.style().unpolish(self._folder)
        self._folder.style().polish(self._folder)
        self._export.setEnabled(not problem)
        self._export.setToolTip(problem)

    def _choose_folder(self) -> None:
        parent = QFileDialog.getExistingDirectory(
            self, tr("Export into"), str(Path(self._folder.text()).parent)
        )
        if parent:
            self._folder.setText(str(Path(parent) / Path(self._folder.text()).name))

    def _lay_out(self) -> None:
        folder = QHBoxLayout()
        folder.setSpacing(8)
        folder.addWidget(self._folder, 1)
        folder.addWidget(self._browse)
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(8)
        form.addRow(tr("Format"), self._format)
        for at, choice in enumerate(self._scopes.values()):
            form.addRow("" if at else tr("Frames"), choice)
        form.addRow(tr("New folder"), folder)
        form.addRow("", self._problem)
        self._export.setProperty("primary", True)
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(16)
        layout.addLayout(form)
        layout.addWidget(self._summary)
        layout.addWidget(self._buttons)
        # A button becomes the default only of the dialog that it lies in.
        self._export.setDefault(True)


def _choice(scope: Scope, count: int) -> QRadioButton:
    word, tip, nothing = _SCOPES[scope]
    choice = QRadioButton(tr(word, count=grouped(count)))
    choice.setEnabled(count > 0)
    choice.setToolTip(tr(tip if count else nothing))
    return choice


def _summary(counts: ExportCounts) -> str:
    accepted = tr_n(
        "{count} accepted box joins the model's own as prelabels.",
        "{count} accepted boxes join the model's own as prelabels.",
        counts.accepted,
    )
    if not counts.to_do:
        return accepted
    open_ = tr_n(
        "{count} imputed box is still to do and stays out.",
        "{count} imputed boxes are still to do and stay out.",
        counts.to_do,
    )
    return f"{accepted} {open_}"
