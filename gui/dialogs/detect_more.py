"""What of a detection seldom has to be chosen: the folded part of the detect panel."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import cast

from PySide6.QtCore import QObject, QSignalBlocker, Signal
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QHBoxLayout, QLabel, QSpinBox, QWidget

from core.detectors.base import BUILT_IN, Backend, DetectorConfig, Device, Sampling
from gui.dialogs.detect_fields import RangeField, SizeField
from gui.i18n import mark, tr

_BACKENDS: tuple[tuple[Backend, str], ...] = (
    ("auto", mark("Fastest here (auto)")),
    ("torch", "PyTorch"),
    ("onnx", "ONNX Runtime"),
    ("openvino", "OpenVINO"),
    ("tensorrt", "TensorRT"),
)
_DEVICES: tuple[tuple[Device, str], ...] = (
    ("auto", mark("Best here (auto)")),
    ("cpu", "CPU"),
    ("cuda", "NVIDIA GPU (CUDA)"),
    ("mps", "Apple GPU (MPS)"),
)
_DEVICES_OF: dict[str, Collection[str]] = {
    "onnx": ("auto", "cpu"),
    "openvino": ("auto", "cpu"),
    "tensorrt": ("auto", "cuda"),
}
"""Devices that a backend runs on, where it is not all of them."""
_FORMS = {".onnx": "onnx", ".engine": "tensorrt"}
_MOST_SKIPPED = 10_000


class MoreFields(QObject):
    """The fields of the section; the dialog lays them out."""

    changed = Signal()

    def __init__(self, frames: int | None, current: int | None, parent: QObject) -> None:
        super().__init__(parent)
        self._iou = QDoubleSpinBox(minimum=0.0, maximum=1.0, singleStep=0.05, decimals=2)
        self._iou.setToolTip(
            tr("Of two boxes of a class that overlap by more, the surer one stays")
        )
        self._iou.setAccessibleName(tr("IoU"))
        self._size = SizeField()
        self._backend = _combo(_BACKENDS, tr("Runs with"))
        self._device = _combo(_DEVICES, tr("Device"))
        self._every = QSpinBox(minimum=1, maximum=min(frames or _MOST_SKIPPED, _MOST_SKIPPED))
        self._every.setPrefix(tr("1 frame in "))
        self._every.setSpecialValueText(tr("every frame"))
        self._every.setAccessibleName(tr("Every n-th frame"))
        self._every.setToolTip(tr("Skipping frames is quicker, and hides short flicker"))
        self._range = RangeField(frames, current)
        self._connect()

    @property
    def width(self) -> int:
        """Width of one field, px: not more than what they hold, but all alike."""
        return max(w.sizeHint().width() for w in (self._backend, self._device, self._size))

    def rows(self) -> list[tuple[str, QWidget, QWidget]]:
        """Label, widget to lay out, and widget that the label's key leads to."""
        for field in (self._iou, self._size, self._backend, self._device, self._every):
            field.setFixedWidth(self.width)
        return [
            (tr("&IoU"), _beside(self._iou, tr("Boxes that overlap by more are one.")), self._iou),
            (tr("Image &size"), self._size, self._size),
            (tr("Runs &with"), self._backend, self._backend),
            (tr("De&vice"), self._device, self._device),
            (tr("&Look at"), self._every, self._every),
            (tr("&Range"), self._range, self._range.first),
        ]

    def show_config(self, config: DetectorConfig) -> None:
        """Show what a configuration says of these fields."""
        blocked = [QSignalBlocker(child) for child in self._fields()]
        self._iou.setValue(config.iou)
        self._size.setValue(config.image_size or 0)
        self._backend.setCurrentIndex(self._backend.findData(config.backend))
        self._device.setCurrentIndex(self._device.findData(config.device))
        self._every.setValue(config.sampling.every)
        self._range.show_range(config.sampling.start, config.sampling.stop)
        del blocked
        self.changed.emit()

    def applied_to(self, config: DetectorConfig) -> DetectorConfig:
        """The configuration with what these fields say."""
        start, stop = self._range.frames()
        return replace(
            config,
            iou=round(self._iou.value(), 2),
            image_size=self._size.size_chosen(),
            backend=cast(Backend, self._backend.currentData()),
            device=cast(Device, self._device.currentData()),
            sampling=Sampling(start, stop, self._every.value()),
        )

    def fit_model(self, model: str, detector: str) -> None:
        """Offer only what can run this model: an exported one has a single backend."""
        forms: set[str] = {name for name, _ in _BACKENDS}
        if detector == BUILT_IN:
            form = _FORMS.get(Path(model).suffix) or ("openvino" if _is_folder(model) else None)
            forms = {"auto", form} if form else forms
        _offer(self._backend, forms, tr("This model runs with another one only"))
        self._fit_device()

    def in_words(self) -> str:
        """What differs from the defaults, or what these are."""
        usual, chosen = DetectorConfig(), self.applied_to(DetectorConfig())
        sampling = chosen.sampling
        ends = (sampling.start, tr("end") if sampling.stop is None else sampling.stop - 1)
        words = (
            (chosen.iou != usual.iou, tr("IoU {value}", value=f"{chosen.iou:.2f}")),
            (chosen.image_size is not None, f"{chosen.image_size} px"),
            (chosen.backend != "auto", self._backend.currentText()),
            (chosen.device != "auto", self._device.currentText()),
            (sampling.every != 1, self._every.text()),
            (
                (sampling.start, sampling.stop) != (0, None),
                tr("frames {first} to {last}", first=ends[0], last=ends[1]),
            ),
        )
        return " · ".join(word for differs, word in words if differs) or (
            tr("every frame of the video, as fast as it goes here")
        )

    def _fields(self) -> tuple[QWidget, ...]:
        return self._iou, self._size, self._backend, self._device, self._every, self._range

    def _connect(self) -> None:
        self._backend.currentIndexChanged.connect(self._fit_device)
        for number in (self._iou, self._size, self._every):
            number.valueChanged.connect(self.changed)
        for choice in (self._backend, self._device):
            choice.currentIndexChanged.connect(self.changed)
        self._range.changed.connect(self.changed)

    def _fit_device(self) -> None:
        backend = self._backend.currentData()
        fitting = _DEVICES_OF.get(backend, {name for name, _ in _DEVICES})
        _offer(
            self._device,
            fitting,
            tr("{backend} does not run there", backend=self._backend.currentText()),
        )


def is_usual(config: DetectorConfig) -> bool:
    """Whether everything that the section holds is at its default."""
    usual = DetectorConfig()
    return config == replace(
        usual,
        model=config.model,
        classes=config.classes,
        confidence=config.confidence,
        detector=config.detector,
    )


def _combo(choices: tuple[tuple[str, str], ...], name: str) -> QComboBox:
    combo = QComboBox()
    for value, words in choices:
        combo.addItem(tr(words), value)
    combo.setAccessibleName(name)
    return combo


def _offer(combo: QComboBox, fitting: Collection[str], why_not: str) -> None:
    """Let only fitting items be chosen; auto takes the place of another one."""
    items = combo.model()
    assert isinstance(items, QStandardItemModel)
    for row in range(combo.count()):
        fits = combo.itemData(row) in fitting
        items.item(row).setEnabled(fits)
        items.item(row).setToolTip("" if fits else why_not)
    if combo.currentData() not in fitting:
        combo.setCurrentIndex(0)


def _is_folder(model: str) -> bool:
    try:
        return Path(model).expanduser().is_dir()
    except (OSError, RuntimeError):
        return False  # half typed


def _beside(field: QWidget, caption: str) -> QWidget:
    widget = QWidget()
    row = QHBoxLayout(widget)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    row.addWidget(field)
    row.addWidget(muted(caption))
    row.addStretch(1)
    return widget


def muted(text: str) -> QLabel:
    """A label in the quieter colour."""
    label = QLabel(text)
    label.setProperty("role", "muted")
    return label
