"""Choose the detector and its settings."""

from pathlib import Path

from PySide6.QtWidgets import (
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

from core.detectors.base import DetectorConfig, Device, model_reference

_MODELS = ("yolov8n.pt", "yolov8s.pt", "yolov8m.pt", "yolov8l.pt", "yolov8x.pt")
_DEVICES: tuple[Device, ...] = ("auto", "cpu", "cuda", "mps")


class DetectDialog(QDialog):
    """Edits a `DetectorConfig`."""

    def __init__(self, config: DetectorConfig, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Detect")
        self._model = QComboBox(editable=True)
        self._model.addItems(list(dict.fromkeys([config.model, *_MODELS])))
        self._model.setMinimumWidth(320)
        self._model.setAccessibleName("Model")
        browse = QPushButton("Browse…")
        browse.clicked.connect(self._browse)
        self._classes = QLineEdit(", ".join(config.classes or ()))
        self._classes.setPlaceholderText("all classes, or for example: car, truck")
        self._confidence = QDoubleSpinBox(minimum=0.01, maximum=1.0, singleStep=0.05, decimals=2)
        self._confidence.setValue(config.confidence)
        self._device = QComboBox()
        self._device.addItems(list(_DEVICES))
        self._device.setCurrentText(config.device)
        self._lay_out(browse)

    def config(self) -> DetectorConfig:
        """What was chosen."""
        names = tuple(name.strip() for name in self._classes.text().split(",") if name.strip())
        return DetectorConfig(
            model=model_reference(self._model.currentText().strip()),
            confidence=round(self._confidence.value(), 2),
            classes=names or None,
            device=_DEVICES[self._device.currentIndex()],
        )

    def _browse(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self, "Choose a model", str(Path.home()), "Models (*.pt *.onnx);;All files (*)"
        )
        if path:
            self._model.setCurrentText(path)

    def _lay_out(self, browse: QPushButton) -> None:
        model = QHBoxLayout()
        model.setSpacing(8)
        model.addWidget(self._model, 1)
        model.addWidget(browse)
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(8)
        form.addRow("Model", model)
        form.addRow(
            "", _muted("A name is downloaded once; a .pt, .onnx or OpenVINO folder runs as it is.")
        )
        form.addRow("Classes", self._classes)
        form.addRow("Confidence", self._confidence)
        form.addRow("", _muted("Low finds more flicker: a box half seen is evidence, too."))
        form.addRow("Device", self._device)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        start = buttons.addButton("Detect", QDialogButtonBox.ButtonRole.AcceptRole)
        start.setProperty("primary", True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(16)
        layout.addLayout(form)
        layout.addWidget(buttons)
        # A button becomes the default only of the dialog that it lies in.
        start.setDefault(True)


def _muted(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "muted")
    return label
