"""The person's settings: how the window looks, and what it keeps for scrubbing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from core.paths import proxies_dir
from core.settings import Appearance, Language, Settings
from core.video.proxy import bytes_used, delete_all
from gui.i18n import mark, tr
from gui.text import data_size

_APPEARANCES: tuple[tuple[Appearance, str], ...] = (
    ("system", mark("As the desktop")),
    ("light", mark("Light")),
    ("dark", mark("Dark")),
)
_LANGUAGES: tuple[tuple[Language, str], ...] = (
    ("system", mark("As the desktop")),
    ("en", "English"),
    ("de", "Deutsch"),
)
_MOST_GIB = 9999.0


class SettingsDialog(QDialog):
    """Edits the `Settings` that a person chooses; those that the program notes stay."""

    appearance_chosen = Signal(str)
    """To be shown at once, as a preview."""
    deleting = Signal()
    """All small copies are about to be deleted: nobody may write one now."""

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Settings"))
        self._before = settings
        self._own_folder = settings.proxy_folder
        self._appearance = QComboBox()
        for name, words in _APPEARANCES:
            self._appearance.addItem(tr(words), name)
        self._appearance.setCurrentIndex(self._appearance.findData(settings.appearance))
        self._appearance.currentIndexChanged.connect(self._preview)
        self._appearance.setAccessibleName(tr("Appearance"))
        self._language = QComboBox()
        self._language.setAccessibleName(tr("Language"))
        for language, words in _LANGUAGES:
            self._language.addItem(tr(words), language)
        self._language.setCurrentIndex(self._language.findData(settings.language))
        self._disk = QDoubleSpinBox(maximum=_MOST_GIB, decimals=1, suffix=" GiB")
        self._disk.setSpecialValueText(tr("none"))
        self._disk.setValue(settings.proxy_gib)
        self._disk.setMinimumWidth(112)
        self._disk.setAccessibleName(tr("Disk for small copies"))
        self._shown_gib = self._disk.value()
        self._used = _muted("")
        self._delete = QPushButton(tr("Delete all"))
        self._delete.clicked.connect(self._delete_all)
        self._folder = QLineEdit(readOnly=True)
        self._folder.setMinimumWidth(336)
        self._folder.setAccessibleName(tr("Folder of small copies"))
        self._choose = QPushButton(tr("Choose…"))
        self._choose.clicked.connect(self._choose_folder)
        self._default = QPushButton(tr("Default"))
        self._default.setToolTip(tr("Keep them in the system's place for caches"))
        self._default.clicked.connect(lambda: self._take_folder(None))
        self._folder_note = _muted("")
        self._hardware = QCheckBox(tr("Decode on the graphics hardware"))
        self._hardware.setChecked(settings.hardware_decoding)
        self._lay_out()
        self._take_folder(self._own_folder)
        self._show_used()

    def applied_to(self, settings: Settings) -> Settings:
        """The settings with what was chosen here."""
        untouched = self._disk.value() == self._shown_gib
        return replace(
            settings,
            appearance=self._appearance.currentData(),
            language=self._language.currentData(),
            proxy_gib=settings.proxy_gib if untouched else round(self._disk.value(), 1),
            proxy_folder=self._own_folder,
            hardware_decoding=self._hardware.isChecked(),
        )

    def _preview(self) -> None:
        self.appearance_chosen.emit(self._appearance.currentData())

    def _delete_all(self) -> None:
        self.deleting.emit()
        delete_all(self._before.proxy_root)
        self._show_used()

    def _show_used(self) -> None:
        used = bytes_used(self._before.proxy_root)
        self._used.setText(
            tr("{size} used now", size=data_size(used)) if used else tr("Nothing used now")
        )
        self._delete.setEnabled(bool(used))
        self._delete.setToolTip(
            tr("They can be made again at any time") if used else tr("There are no small copies")
        )

    def _choose_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(
            self, tr("Keep small copies in"), self._own_folder or str(proxies_dir())
        )
        if chosen:
            self._take_folder(chosen)

    def _take_folder(self, own: str | None) -> None:
        """Show a folder of the person's own, or the default one."""
        self._own_folder = own
        folder = Path(own) if own else proxies_dir()
        self._folder.setText(str(folder))
        self._folder.setCursorPosition(0)
        self._folder.setToolTip(str(folder))
        self._default.setEnabled(own is not None)
        moves = folder != self._before.proxy_root
        self._folder_note.setText(
            tr("The copies in the folder used until now will be deleted.")
            if moves
            else tr("Detecting makes them, and Fast scrubbing; the oldest make room for new ones.")
        )

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(16)
        form.addRow(tr("Appearance"), _row(self._appearance, None))
        takes = _muted(tr("Another language shows at the next start."))
        form.addRow(tr("Language"), _row(self._language, takes, None))
        form.addRow(
            tr("Disk for small copies"),
            _captioned(
                _row(self._disk, self._used, None, self._delete),
                _muted(tr("With its small copy, a video shows every frame of a scrub at once.")),
            ),
        )
        form.addRow(
            tr("Keep them in"),
            _captioned(_row(self._folder, self._choose, self._default), self._folder_note),
        )
        form.addRow(
            tr("Decoding"),
            _captioned(
                _row(self._hardware),
                _muted(
                    tr("Quicker for large video, if it works; pictures may differ in the last bit.")
                ),
            ),
        )
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        save = buttons.addButton(tr("Save"), QDialogButtonBox.ButtonRole.AcceptRole)
        save.setProperty("primary", True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(16)
        layout.addLayout(form)
        layout.addWidget(_muted(tr("Save takes effect at once, also for the open video.")))
        layout.addWidget(buttons)
        # A button becomes the default only of the dialog that it lies in.
        save.setDefault(True)


def _row(*widgets: QWidget | None) -> QHBoxLayout:
    """Widgets side by side; None takes the room that is left."""
    row = QHBoxLayout()
    row.setSpacing(8)
    for widget in widgets:
        if widget is None:
            row.addStretch(1)
        else:
            row.addWidget(widget)
    return row


def _captioned(row: QHBoxLayout, caption: QLabel) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(4)
    column.addLayout(row)
    column.addWidget(caption)
    return column


def _muted(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "muted")
    return label
