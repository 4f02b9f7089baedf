"""Where an export goes, and what is there already."""

from __future__ import annotations

from enum import Enum, auto
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QWidget

from core.errors import ExportError
from core.export.partial import check_target
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


def found_at(place: Path, *, zipped: bool) -> tuple[Found, str]:
    """What is at the place of an export, and why nothing can be written there, if so."""
    for overwrite, found in ((False, Found.NOTHING), (True, Found.EXPORT)):
        try:
            check_target(place, zipped=zipped, overwrite=overwrite)
        except ExportError as error:
            problem = str(error)
        except OSError as error:
            problem = tr("{place} cannot be looked into ({error})", place=place, error=error)
        else:
            return found, ""
    return Found.OTHER, problem


class PlaceField(QWidget):
    """A path to type or to choose: of a new folder, or of a zip file."""

    changed = Signal()

    def __init__(self, place: Path, *, zipped: bool) -> None:
        super().__init__()
        self._zipped = zipped
        self.edit = QLineEdit(str(_named(place, zipped)))
        self._suggested = self.place
        self.edit.setMinimumWidth(240)
        self.edit.setAccessibleName(tr("Write to"))
        self.edit.setToolTip(tr("A new folder or zip file; it appears when everything is written"))
        self.edit.textChanged.connect(self.changed)
        browse = QPushButton(tr("&Browse…"))
        browse.setToolTip(tr("Choose the folder that it lies in"))
        browse.setAutoDefault(False)
        browse.clicked.connect(self._browse)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.edit, 1)
        row.addWidget(browse)

    @property
    def place(self) -> Path:
        """What is typed, or nothing in particular."""
        return Path(self.edit.text().strip()).expanduser()

    def set_zipped(self, zipped: bool) -> None:
        """Name a zip file, or a folder."""
        if zipped != self._zipped:
            self._zipped = zipped
            if self.edit.text().strip():
                suggested = self.place == self._suggested
                self.edit.setText(str(_named(Path(self.edit.text().strip()), zipped)))
                self._suggested = self.place if suggested else self._suggested

    def suggest(self, place: Path) -> None:
        """Name this place, unless the person has named one."""
        if self.place in (Path(), self._suggested):
            self.edit.setText(str(_named(place, self._zipped)))
            self._suggested = self.place

    def look(self) -> tuple[Found, str]:
        """What is there, and why nothing can be written there, if so."""
        if not self.edit.text().strip():
            return Found.OTHER, tr("Choose where to.")
        return found_at(self.place, zipped=self._zipped)

    def mark(self, wrong: bool) -> None:
        """Whether its text cannot serve."""
        self.edit.setProperty("invalid", wrong)
        restyle(self.edit)

    def _browse(self) -> None:
        parent = QFileDialog.getExistingDirectory(self, tr("Export into"), str(self.place.parent))
        if parent:
            self.edit.setText(str(Path(parent) / self.place.name))


def _named(place: Path, zipped: bool) -> Path:
    is_zip = place.suffix.lower() == ".zip"
    if zipped == is_zip:
        return place
    return place.with_name(f"{place.name}.zip") if zipped else place.with_suffix("")
