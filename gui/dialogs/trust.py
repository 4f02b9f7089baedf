"""Ask once before a model's file may run code."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from core.detectors.known_models import must_be_trusted, trust
from gui.i18n import tr


def may_load(model: str, parent: QWidget) -> bool:
    """Whether a model may be loaded; asks if it is a .pt file that nobody has agreed to yet."""
    if not must_be_trusted(model):
        return True
    box = _question(model, parent)
    go_on = box.addButton(tr("Trust and detect"), QMessageBox.ButtonRole.AcceptRole)
    cancel = box.addButton(QMessageBox.StandardButton.Cancel)
    box.setDefaultButton(cancel)
    box.setEscapeButton(cancel)
    box.exec()
    agreed = box.clickedButton() is go_on
    box.deleteLater()
    if agreed:
        trust(model)
    return agreed


def _question(model: str, parent: QWidget) -> QMessageBox:
    path = Path(model).expanduser()
    box = QMessageBox(parent)
    box.setWindowTitle(tr("Trust this model?"))
    # A file's name is text, whatever is in it.
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setIcon(QMessageBox.Icon.Warning)
    box.setText(tr("{name} comes from outside Flickerscope.", name=path.name))
    box.setInformativeText(
        tr(
            "A .pt file runs code when it is loaded: only go on if you trust where it is from. "
            "A model in ONNX or OpenVINO form is safe to try."
        )
    )
    box.setToolTip(str(path))
    return box
