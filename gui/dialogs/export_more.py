"""What of an export seldom has to be chosen: the folded part of its dialog."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QLabel, QLineEdit, QSpinBox

from core.export.request import EXTRAS, LIGHTLY_NAMES, ExportRequest, Extra
from core.frames import FrameRange
from gui.dialogs.detect_fields import RangeField
from gui.dialogs.detect_more import muted
from gui.dialogs.export_classes import ClassTable
from gui.dialogs.s3_fields import add_row, row_of
from gui.i18n import mark, tr, tr_n
from gui.review.controls import fit
from gui.text import grouped

_EXTRAS: dict[Extra, tuple[str, str]] = {
    "crops": (mark("Crops"), mark("Cuttings of the boxes that you accepted or corrected")),
    "overlays": (mark("Previews"), mark("Every picture once more, with its boxes drawn in")),
    "sheet": (mark("Contact sheet"), mark("One picture of all frames, for a first look")),
}
_MOST_SKIPPED = 10_000
_MOST_NEIGHBOURS = 100


class MoreFields(QObject):
    """The fields of the section; the dialog lays them out.

    Args:
        frames: Of the open video; None where it is not exported.
        request: What is shown first.
        parent: The dialog.
    """

    changed = Signal()

    def __init__(self, frames: int | None, request: ExportRequest, parent: QObject) -> None:
        super().__init__(parent)
        self._everything = False
        self._make_frames(frames, request)
        self._make_split(request)
        self._make_names(request)
        self._table = ClassTable(request.classes)
        self._empty = _box(
            mark("Frames without boxes"), mark("Keep frames in which there is nothing to label"),
            request.empty,
        )  # fmt: skip
        self._extras = {
            extra: _box(*_EXTRAS[extra], checked=extra in request.extras) for extra in EXTRAS
        }
        self._zip = _box(
            mark("One zip file"), mark("Pack everything into one file"), checked=request.zip
        )
        self._connect()

    def add_to(self, form: QFormLayout) -> None:
        """Lay the fields out, one below the other."""
        add_row(form, tr("Ran&ge"), self.range, self.range.first)
        add_row(form, tr("&Take"), row_of(self._every, self._neighbours, None), self._every)
        add_row(form, "", self._empty, self._empty)
        word = QLabel(tr("&Classes"))
        word.setBuddy(self._table)
        # Beside the head of the table, not beside its middle.
        word.setAlignment(Qt.AlignmentFlag.AlignTop)
        word.setContentsMargins(0, 6, 0, 0)
        form.addRow(word, self._table)
        share = row_of(self._val, self._from_end, self._split_by, None)
        add_row(form, tr("&Validation"), share, self._val)
        add_row(form, tr("&Names"), self._names, self._names)
        form.addRow("", self._example)
        extras = row_of(*self._extras.values(), None)
        add_row(form, tr("A&lso"), extras, self._extras["crops"])
        add_row(form, "", self._zip, self._zip)

    def show_videos(self, classes: Mapping[str, int], *, everything: bool) -> None:
        """Show what there is in the open video, or in all.

        Args:
            classes: Boxes by class, the most frequent first.
            everything: Whether it is of all videos: these have no range, and can be split whole.
        """
        self._everything = everything
        self._table.show_counts(classes)
        self._from_end.setVisible(not everything)
        self._split_by.setVisible(everything)

    def applied_to(self, request: ExportRequest) -> ExportRequest:
        """The request with what these fields say."""
        first, stop = self.range.frames()
        whole = self._everything or (first, stop) == (0, None)
        return replace(
            request,
            range=None if whole else FrameRange(first, self._frames if stop is None else stop),
            every=self._every.value(),
            neighbours=self._neighbours.value(),
            classes=self._table.classes(),
            empty=self._empty.isChecked(),
            val=self._val.value() / 100,
            split_by=self._split_by.currentData() if self._everything else "time",
            names=self._names.text().strip() or LIGHTLY_NAMES,
            extras=tuple(extra for extra, box in self._extras.items() if box.isChecked()),
            zip=self._zip.isChecked(),
        )

    def in_words(self, request: ExportRequest) -> str:
        """What differs from what is usual, or what there is to choose."""
        chosen, usual, words = request.range, ExportRequest(), list[str]()
        if chosen is not None:
            ends = grouped(chosen.start), grouped(chosen.stop - 1)
            words.append(tr("frames {first} to {last}", first=ends[0], last=ends[1]))
        if request.every != usual.every:
            words.append(self._every.text())
        if request.neighbours:
            words.append(self._neighbours.text())
        if not request.empty:
            words.append(tr("only frames with boxes"))
        if request.classes:
            words.append(
                tr_n("{count} class changed", "{count} classes changed", len(request.classes))
            )
        if request.val:
            words.append(tr("{share} for validation", share=self._val.text()))
        if request.names != usual.names:
            words.append(tr("own names"))
        words.extend(tr(_EXTRAS[extra][0]).lower() for extra in request.extras)
        if request.zip:
            words.append(tr("zip"))
        rest = tr("classes, validation, names, previews, zip")
        if not self._everything:
            rest = tr("range, classes, validation, names, previews, zip")
        return " · ".join(words) or rest

    def show_example(self, name: str) -> None:
        """What the first picture is called; empty where there is none."""
        self._example.setText(name)
        self._example.setToolTip(name)

    def mark_names(self, wrong: bool) -> None:
        """Whether the pattern cannot serve."""
        self._names.setProperty("invalid", wrong)
        self._names.style().unpolish(self._names)
        self._names.style().polish(self._names)

    # Made once

    def _make_frames(self, frames: int | None, request: ExportRequest) -> None:
        self._frames = frames or 0
        self.range = RangeField(frames, None)
        for button in (self.range.from_here, self.range.to_here):
            button.hide()
        if request.range is not None and request.range.start < self._frames:
            self.range.show_range(request.range.start, request.range.stop)
        self._every = QSpinBox(minimum=1, maximum=_MOST_SKIPPED, prefix=tr("1 frame in "))
        self._every.setSpecialValueText(tr("every frame"))
        self._every.setValue(request.every)
        fit(self._every, self._every.prefix() + "1 000")
        self._every.setAccessibleName(tr("Every n-th frame"))
        self._every.setToolTip(tr("Of the frames chosen above, the first of each few"))
        self._neighbours = QSpinBox(minimum=0, maximum=_MOST_NEIGHBOURS, prefix="± ")
        self._neighbours.setSpecialValueText(tr("no neighbours"))
        self._neighbours.setSuffix(tr(" neighbours"))
        self._neighbours.setValue(request.neighbours)
        fit(self._neighbours, self._neighbours.specialValueText())
        self._neighbours.setAccessibleName(tr("Neighbours"))
        self._neighbours.setToolTip(tr("Frames before and after each that come along as context"))

    def _make_split(self, request: ExportRequest) -> None:
        self._val = QSpinBox(minimum=0, maximum=90, singleStep=5, suffix=" %")
        self._val.setSpecialValueText(tr("none"))
        self._val.setValue(round(100 * request.val))
        fit(self._val, "100 %")
        self._val.setAccessibleName(tr("Share for validation"))
        self._val.setToolTip(
            tr("Frames between both parts are left out, so that no picture leaks across")
        )
        self._from_end = muted(tr("from the end of the video"))
        self._split_by = QComboBox()
        self._split_by.addItem(tr("from the end of each video"), "time")
        self._split_by.addItem(tr("of whole videos"), "video")
        self._split_by.setCurrentIndex(self._split_by.findData(request.split_by))
        self._split_by.setAccessibleName(tr("What is for validation"))
        self._split_by.setToolTip(tr("Frames of one video look alike; whole videos leave none out"))

    def _make_names(self, request: ExportRequest) -> None:
        self._names = QLineEdit(request.names)
        self._names.setAccessibleName(tr("Names of the pictures"))
        self._names.setToolTip(tr("With {fields}", fields="{video}, {frame}, {ext}, {seconds}"))
        self._example = muted("")

    def _connect(self) -> None:
        for number in (self._every, self._neighbours, self._val):
            number.valueChanged.connect(self.changed)
        for box in (self._empty, *self._extras.values(), self._zip):
            box.toggled.connect(self.changed)
        self._split_by.currentIndexChanged.connect(self.changed)
        for changed in (self.range.changed, self._names.textChanged, self._table.changed):
            changed.connect(self.changed)


def is_usual(request: ExportRequest) -> bool:
    """Whether nothing differs that the folded part shows."""
    usual = ExportRequest()
    return all(
        getattr(request, name) == getattr(usual, name)
        for name in (
            *("range", "every", "neighbours", "classes", "empty", "val", "names", "extras"),
            "zip",
        )
    )


def _box(word: str, tip: str, checked: bool) -> QCheckBox:
    box = QCheckBox(tr(word))
    box.setToolTip(tr(tip))
    box.setChecked(checked)
    return box
