"""Choose finished labels, and the export that they are of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gui.dialogs.s3_fields import Note, add_row, fit_height, restyle, row_of
from gui.i18n import tr, tr_n

if TYPE_CHECKING:
    from core.roundtrip.recalibration import Recalibration


@dataclass(frozen=True)
class LabelsChoice:
    """What was chosen."""

    labels: Path
    export: Path | None
    """None where nothing was chosen."""


class LabelsFilesDialog(QDialog):
    """Asks for the files; comparing them is a job.

    Args:
        last: What was chosen before.
        recalibration: Of the project.
        parent: The window.
    """

    forgotten = Signal()
    """Plausibilities shall be as the assertions give them."""

    def __init__(
        self,
        last: LabelsChoice | None,
        recalibration: Recalibration | None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Import finished labels"))
        self._labels = _field(tr("Labels"), tr("COCO .json, CVAT .xml, YOLO folder, or a zip"))
        self._export = _field(
            tr("Exported folder"), tr("Needed for CVAT video, or if pictures were renamed")
        )
        if last is not None:
            self._labels.setText(str(last.labels))
            self._export.setText(str(last.export or ""))
        self._note = Note()
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._go = self._buttons.addButton(tr("Compare"), QDialogButtonBox.ButtonRole.AcceptRole)
        self._kept = QLabel(recalibrated_words(recalibration))
        self._forget = QPushButton(tr("Forget"))
        self._forget.setToolTip(tr("Let plausibilities be as the assertions give them"))
        self._lay_out(recalibration is not None)
        self._look()

    def choice(self) -> LabelsChoice:
        """What was chosen."""
        export = self._export.text().strip()
        return LabelsChoice(_path(self._labels), Path(export).expanduser() if export else None)

    def _look(self) -> None:
        labels, export = (edit.text().strip() for edit in (self._labels, self._export))
        missing = ""
        if not labels:
            missing = tr("Choose what the annotation tool has exported.")
        elif not _path(self._labels).exists():
            missing = tr("{path} is not there.", path=labels)
        elif export and not _path(self._export).exists():
            missing = tr("{path} is not there.", path=export)
        self._labels.setProperty("invalid", bool(labels) and not _path(self._labels).exists())
        self._export.setProperty("invalid", bool(export) and not _path(self._export).exists())
        for edit in (self._labels, self._export):
            restyle(edit)
        self._go.setEnabled(not missing)
        self._go.setToolTip(missing)
        self._note.say(
            missing or tr("Nothing changes before you have seen what annotators did to the boxes.")
        )

    def _choose_file(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self,
            tr("Finished labels"),
            self._labels.text() or str(Path.home()),
            tr("Labels (*.json *.xml *.zip);;All files (*)"),
        )
        if path:
            self._labels.setText(path)

    def _choose_folder(self, edit: QLineEdit) -> None:
        path = QFileDialog.getExistingDirectory(
            self, edit.accessibleName(), edit.text() or str(Path.home())
        )
        if path:
            edit.setText(path)

    def _forget_it(self) -> None:
        self.forgotten.emit()
        self._kept.setText(recalibrated_words(None))
        self._forget.setEnabled(False)

    def _lay_out(self, is_recalibrated: bool) -> None:
        file, folder = QPushButton(tr("File…")), QPushButton(tr("Folder…"))
        export = QPushButton(tr("Browse…"))
        file.clicked.connect(self._choose_file)
        folder.clicked.connect(partial(self._choose_folder, self._labels))
        export.clicked.connect(partial(self._choose_folder, self._export))
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(8)
        add_row(form, tr("Labels"), row_of(self._labels, file, folder), self._labels)
        add_row(form, tr("Exported folder"), row_of(self._export, export), self._export)
        if is_recalibrated:
            add_row(form, tr("Plausibility"), row_of(self._kept, None, self._forget), self._forget)
        self._go.setProperty("primary", True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(16)
        layout.addLayout(form)
        layout.addWidget(self._note)
        layout.addWidget(self._buttons)
        for edit in (self._labels, self._export):
            edit.textChanged.connect(self._look)
        self._forget.clicked.connect(self._forget_it)
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        # A button becomes the default only of the dialog that it lies in.
        self._go.setDefault(True)
        fit_height(self)


def recalibrated_words(recalibration: Recalibration | None) -> str:
    """Whether plausibilities of a project are recalibrated, in words."""
    if recalibration is None:
        return tr("As the assertions give it")
    made = datetime.fromisoformat(recalibration.made).astimezone()
    boxes = tr_n("{count} box", "{count} boxes", recalibration.boxes)
    return tr("Recalibrated by {boxes} on {day}", boxes=boxes, day=f"{made:%Y-%m-%d}")


def _field(name: str, example: str) -> QLineEdit:
    edit = QLineEdit(placeholderText=example)
    edit.setMinimumWidth(360)
    edit.setAccessibleName(name)
    edit.setToolTip(example)
    return edit


def _path(edit: QLineEdit) -> Path:
    return Path(edit.text().strip()).expanduser()
