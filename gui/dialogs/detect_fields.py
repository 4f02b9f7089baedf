"""Fields of the detect panel that ordinary spin boxes are not."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtGui import QValidator
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSpinBox, QWidget

from core.detectors.base import Sampling
from gui.i18n import mark, tr

_STEP = 32
"""Sizes that networks take are multiples of this, px."""
_USUAL_SIZE = 640
_LARGEST_SIZE = 4096
_MANY = 9_999_999
"""Frames of a video whose length is not known."""
_END = mark("end")


class SizeField(QSpinBox):
    """A size of pictures in steps that networks can take, or the model's own."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setRange(0, _LARGEST_SIZE)
        self.setSingleStep(_STEP)
        self.setSuffix(" px")
        self.setSpecialValueText(tr("the model's own"))
        self.setAccessibleName(tr("Image size"))
        self.setToolTip(tr("Longer side that pictures are scaled to, a multiple of 32"))

    def size_chosen(self) -> int | None:
        """The size, px; None for the model's own."""
        return self.value() or None

    def stepBy(self, steps: int) -> None:  # noqa: N802
        # From nothing in particular to what is usual, not to a stamp of 32 pixels.
        if self.value() == 0 and steps > 0:
            self.setValue(_USUAL_SIZE)
        else:
            super().stepBy(steps)

    def valueFromText(self, text: str) -> int:  # noqa: N802
        digits = text.removesuffix(self.suffix()).strip()
        if not digits.isdecimal():
            return 0
        return max(round(int(digits) / _STEP), 1) * _STEP if int(digits) else 0


class LastField(QSpinBox):
    """The last frame to look at; its largest value is called the end."""

    def textFromValue(self, value: int) -> str:  # noqa: N802
        return tr(_END) if value == self.maximum() else super().textFromValue(value)

    def valueFromText(self, text: str) -> int:  # noqa: N802
        text = text.strip()
        return self.maximum() if text == tr(_END) else super().valueFromText(text)

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        if tr(_END).lower().startswith(text.strip().lower()):
            whole = text.strip() == tr(_END)
            state = QValidator.State.Acceptable if whole else QValidator.State.Intermediate
            return state, text, position
        return super().validate(text, position)


class RangeField(QWidget):
    """The first and the last frame to look at, which can never be the wrong way round."""

    changed = Signal()

    def __init__(self, frames: int | None, current: int | None) -> None:
        super().__init__()
        self._last_frame = (frames or _MANY) - 1
        self.first = QSpinBox(maximum=self._last_frame)
        self.first.setSpecialValueText(tr("start"))
        self.first.setAccessibleName(tr("First frame"))
        self.last = LastField(maximum=self._last_frame)
        self.last.setValue(self._last_frame)
        self.last.setAccessibleName(tr("Last frame"))
        self.from_here, self.to_here = QPushButton(tr("From here")), QPushButton(tr("To here"))
        for button, take, begins in (
            (self.from_here, self._from_here, mark("Begin at frame {frame}")),
            (self.to_here, self._to_here, mark("End at frame {frame}")),
        ):
            button.setEnabled(current is not None)
            button.setToolTip(
                tr("There is no current frame") if current is None else tr(begins, frame=current)
            )
            button.clicked.connect(take)
        self._current = current or 0
        for field in (self.first, self.last):
            # Qt would make them as wide as a number of nine digits.
            field.setFixedWidth(field.fontMetrics().horizontalAdvance("0 000 000") + 36)
            field.valueChanged.connect(self._bound)
        self._lay_out()

    def frames(self) -> tuple[int, int | None]:
        """First frame, and the one after the last; None for the end."""
        stop = self.last.value() + 1
        return self.first.value(), None if stop > self._last_frame else stop

    def show_range(self, first: int, stop: int | None) -> None:
        """Show what `frames` gives."""
        last = self._last_frame if stop is None else min(stop - 1, self._last_frame)
        with QSignalBlocker(self.first), QSignalBlocker(self.last):
            self.first.setMaximum(self._last_frame)
            self.last.setMinimum(0)
            self.first.setValue(first)
            self.last.setValue(last)
        self._bound()

    def _bound(self) -> None:
        self.first.setMaximum(self.last.value())
        self.last.setMinimum(self.first.value())
        self.changed.emit()

    def _from_here(self) -> None:
        _, stop = self.frames()
        self.show_range(self._current, None if stop and stop <= self._current else stop)

    def _to_here(self) -> None:
        first, _ = self.frames()
        self.show_range(0 if first > self._current else first, self._current + 1)

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for widget in (self.first, QLabel("to"), self.last, self.from_here, self.to_here):
            row.addWidget(widget)
        row.addStretch(1)


def within(sampling: Sampling, frames: int | None) -> Sampling:
    """The same for a video of so many frames, which another video's range may not fit."""
    if frames is None or sampling.start < frames:
        return sampling
    return Sampling(every=sampling.every)
