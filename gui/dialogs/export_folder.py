"""Where an export goes, and what is there already."""

from __future__ import annotations

from enum import Enum, auto
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QWidget

from core.export.manifest import MANIFEST
from gui.dialogs.s3_fields import restyle
from gui.i18n import tr


class Found(Enum):
    """What is at a place."""

    NOTHING = auto()
    """It can be written."""
    EXPORT = auto()
    """An earlier export, which can be replaced."""
    OTHER = auto()
    """Something that is not ours."""


def found_at(place: Path) -> Found:
    """What is at the place of an export."""
    try:
        if not place.exists() or (place.is_dir() and not any(place.iterdir())):
            return Found.NOTHING
        return Found.EXPORT if (place / MANIFEST).is_file() else Found.OTHER
    except OSError:
        # What cannot be looked into is not ours.
        return Found.OTHER


class FolderField(QWidget):
    """A path to type or to choose."""

    changed = Signal()

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.edit = QLineEdit(str(folder))
        self.edit.setMinimumWidth(240)
        self.edit.setAccessibleName(tr("New folder"))
        self.edit.setToolTip(tr("It appears as a whole when everything is written"))
        self.edit.textChanged.connect(self.changed)
        browse = QPushButton(tr("&Browse…"))
        browse.setToolTip(tr("Choose the folder that the new one lies in"))
        browse.setAutoDefault(False)
        browse.clicked.connect(self._browse)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.edit, 1)
        row.addWidget(browse)

    @property
    def folder(self) -> Path:
        """What is typed, or nothing in particular."""
        return Path(self.edit.text().strip()).expanduser()

    def problem(self) -> str:
        """Why nothing can be written there, as a sentence; empty for nothing."""
        if not self.edit.text().strip():
            return tr("Choose a folder.")
        if found_at(self.folder) is Found.OTHER:
            return tr("This folder is not empty: choose another one.")
        return ""

    def mark(self, wrong: bool) -> None:
        """Whether its text cannot serve."""
        self.edit.setProperty("invalid", wrong)
        restyle(self.edit)

    def _browse(self) -> None:
        parent = QFileDialog.getExistingDirectory(self, tr("Export into"), str(self.folder.parent))
        if parent:
            self.edit.setText(str(Path(parent) / self.folder.name))
