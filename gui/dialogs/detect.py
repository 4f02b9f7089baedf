"""Choose the detector and its settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from core.detectors.base import DetectorConfig, model_reference
from core.detectors.known_models import class_names_of, expected_fps
from gui.dialogs.class_picker import ClassField
from gui.dialogs.detect_fields import within
from gui.dialogs.detect_more import MoreFields, is_usual, muted
from gui.dialogs.fold import Fold
from gui.i18n import mark, tr, tr_n
from gui.review.controls import Elided
from gui.text import clock, rate
from gui.theme import tabular

_NAMED = tuple(f"{family}{size}.pt" for family in ("yolov8", "yolo11") for size in "nsmlx")
_FILES = mark("Models (*.pt *.onnx *.engine);;All files (*)")


class DetectDialog(QDialog):
    """Edits a `DetectorConfig`.

    Args:
        config: What is shown first.
        recent: Models of one's own that were used before, newest first.
        frames: How many the video has, if that is known.
        current: The frame that the window shows.
        parent: The window.
    """

    def __init__(
        self,
        config: DetectorConfig,
        *,
        recent: Sequence[str] = (),
        frames: int | None = None,
        current: int | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Detect"))
        self._frames = frames
        self._given = replace(config, sampling=within(config.sampling, frames))
        self._make_model(recent)
        self._classes = ClassField(config.classes or ())
        self._confidence = QDoubleSpinBox(minimum=0.01, maximum=1.0, singleStep=0.05, decimals=2)
        self._confidence.setAccessibleName(tr("Confidence"))
        self._confidence.setValue(config.confidence)
        self._more = MoreFields(frames, current, self)
        self._make_fold()
        self._folded: list[QWidget] = []
        self._estimate = muted("")
        self._estimate.setFont(tabular(self._estimate.font()))
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._start = self._buttons.addButton(tr("Detect"), QDialogButtonBox.ButtonRole.AcceptRole)
        self._lay_out()
        self._more.show_config(self._given)
        self._shown = self._read()
        self._connect()
        self._show_model()
        self._fold.setChecked(not is_usual(self._given))
        self._unfold(self._fold.isChecked())

    def config(self) -> DetectorConfig:
        """What was chosen; what was not touched is as it was given."""
        chosen = self._read()
        untouched = {
            field.name: getattr(self._given, field.name)
            for field in fields(chosen)
            if getattr(chosen, field.name) == getattr(self._shown, field.name)
        }
        return replace(chosen, **untouched)

    def _read(self) -> DetectorConfig:
        return self._more.applied_to(
            DetectorConfig(
                model=_reference(self._model.currentText().strip()),
                confidence=round(self._confidence.value(), 2),
                classes=self._classes.names(),
                detector=self._given.detector,
            )
        )

    # What follows from the fields

    def _show_model(self) -> None:
        """Another model is named: what is known of it, and what it runs with."""
        model = self._model.currentText().strip()
        self._model.setToolTip(model)
        self._classes.set_known(class_names_of(model))
        self._more.fit_model(model, self._given.detector)
        self._start.setEnabled(bool(model))
        self._start.setToolTip("" if model else tr("Choose a model"))
        self._show_follow_ups()

    def _show_follow_ups(self) -> None:
        config = self.config()
        self._show_summary()
        usual = is_usual(config)
        self._defaults.setEnabled(not usual)
        self._defaults.setToolTip(
            tr("These are the defaults") if usual else tr("Undo what is set below")
        )
        self._estimate.setText(_estimate(config, self._frames))

    def _show_summary(self) -> None:
        said = "" if self._fold.isChecked() else self._more.in_words()
        self._summary.setText(said)
        self._summary.setToolTip(said)

    def _unfold(self, unfolded: bool) -> None:
        for field in self._folded:
            self._form.setRowVisible(field, unfolded)
        # Hidden by its text: it keeps the button at the right.
        self._show_summary()
        self._defaults.setVisible(unfolded)
        self._form.activate()
        self._page.activate()
        # As wide as the person made it.
        self.resize(self.width(), self.sizeHint().height())

    def _go_back(self) -> None:
        self._more.show_config(DetectorConfig())

    # Models

    def _browse_file(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self, tr("Choose a model"), self._folder(), tr(_FILES)
        )
        if path:
            self._model.setCurrentText(path)

    def _browse_folder(self) -> None:
        path = QFileDialog.getExistingDirectory(
            self, tr("Choose an OpenVINO folder"), self._folder()
        )
        if path:
            self._model.setCurrentText(path)

    def _folder(self) -> str:
        """Where a person looks for models: beside the one that is named, or at home."""
        beside = Path(self._model.currentText().strip()).parent
        return str(beside if beside.is_absolute() and beside.is_dir() else Path.home())

    # Made once

    def _make_model(self, recent: Sequence[str]) -> None:
        self._model = QComboBox(editable=True)
        self._model.addItems(list(dict.fromkeys([self._given.model, *recent, *_NAMED])))
        self._model.setMinimumWidth(320)
        self._model.setAccessibleName(tr("Model"))
        self._model.view().setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self._browse = QPushButton(tr("&Browse…"))
        menu = QMenu(self._browse)
        menu.addAction(tr("Model &file…"), self._browse_file)
        menu.addAction(tr("&OpenVINO folder…"), self._browse_folder)
        self._browse.setMenu(menu)

    def _make_fold(self) -> None:
        self._fold = Fold(tr("M&ore"), tr("More settings"))
        self._summary = Elided()
        self._summary.setProperty("role", "muted")
        self._defaults = QPushButton(tr("Defaul&ts"))

    def _connect(self) -> None:
        self._model.currentTextChanged.connect(self._show_model)
        self._classes.changed.connect(self._show_follow_ups)
        self._confidence.valueChanged.connect(self._show_follow_ups)
        self._more.changed.connect(self._show_follow_ups)
        self._fold.toggled.connect(self._unfold)
        self._defaults.clicked.connect(self._go_back)
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)

    def _lay_out(self) -> None:
        self._form = QFormLayout()
        self._form.setHorizontalSpacing(16)
        self._form.setVerticalSpacing(8)
        width = max(self._browse.sizeHint().width(), self._classes.choose.sizeHint().width())
        for button in (self._browse, self._classes.choose):
            button.setFixedWidth(width)
        self._add_row(tr("&Model"), _row(self._model, self._browse), self._model)
        self._add_row(tr("&Classes"), self._classes, self._classes.edit)
        self._confidence.setFixedWidth(self._more.width)
        low = muted(tr("Low finds more flicker: a box half seen is evidence, too."))
        self._add_row(tr("Con&fidence"), _row(self._confidence, low), self._confidence)
        header = _row(self._fold, self._summary, self._defaults)
        self._form.addRow(header)
        for word, field, buddy in self._more.rows():
            self._add_row(word, field, buddy)
            self._folded.append(field)
        self._start.setProperty("primary", True)
        footer = QHBoxLayout()
        footer.setSpacing(16)
        footer.addWidget(self._estimate, 1)
        footer.addWidget(self._buttons)
        self._page = layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(16)
        layout.addLayout(self._form)
        layout.addStretch(1)
        layout.addLayout(footer)
        # A button becomes the default only of the dialog that it lies in.
        self._start.setDefault(True)

    def _add_row(self, word: str, field: QWidget, buddy: QWidget) -> None:
        label = QLabel(word)
        label.setBuddy(buddy)
        # A form puts words higher than the middle of what they name.
        label.setMinimumHeight(buddy.sizeHint().height())
        if field is self._classes:
            # Beside the first of its lines, not between the two.
            label.setAlignment(Qt.AlignmentFlag.AlignTop)
            label.setContentsMargins(0, 6, 0, 0)
        self._form.addRow(label, field)


def _estimate(config: DetectorConfig, frames: int | None) -> str:
    """How much there is to do, and how long it takes if that is known."""
    fps = expected_fps(config)
    count = None if frames is None else len(config.sampling.frames(frames))
    amount = "" if count is None else tr_n("{count} frame", "{count} frames", count) + " · "
    if fps is None:
        words = tr("time known once this model has run here")
    elif count is None:
        words = tr("{rate} fps last time", rate=rate(fps))
    else:
        words = tr("about {time} ({rate} fps last time)", time=clock(count / fps), rate=rate(fps))
    return amount + words if amount else words[0].upper() + words[1:]


def _reference(model: str) -> str:
    try:
        return model_reference(model)
    except (OSError, RuntimeError):
        return model  # half typed, and no path yet


def _row(*widgets: QWidget) -> QWidget:
    """Widgets side by side; models and summaries take the room that is left."""
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    for widget in widgets:
        row.addWidget(widget, int(isinstance(widget, QComboBox | Elided)))
    return holder
