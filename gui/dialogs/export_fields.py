"""What nearly every export has to be told: format, frames, pictures, and where the score begins."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import cast

from PySide6.QtCore import QObject, QSignalBlocker, Signal
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QSpinBox,
)

from core.export.base import Format, Media
from core.export.registry import formats
from core.export.request import ExportRequest, PictureKind
from core.export.scopes import SCOPES, Scope
from gui.dialogs.detect_more import muted
from gui.dialogs.s3_fields import add_row, row_of
from gui.i18n import mark, tr
from gui.review.controls import fit
from gui.text import THIN_SPACE, grouped

_SCOPES: dict[Scope, tuple[str, str, str]] = {
    "flagged": (
        mark("Flagged frames"),
        mark("Frames that flicker or have an accepted box"),
        mark("No frame flickers"),
    ),
    "accepted": (
        mark("Frames with accepted boxes"),
        mark("Frames with a box that was accepted, edited or drawn"),
        mark("No box is accepted yet"),
    ),
    "selected": (
        mark("Selected frames"),
        mark("Frames that were selected for labeling"),
        mark("No frame is selected yet"),
    ),
    "all": (mark("All frames"), mark("Every frame"), ""),
}
"""Word, tooltip, and why there is nothing of it."""

_PICTURES: tuple[tuple[Media, PictureKind | None, str, str], ...] = (
    ("frames", "png", mark("PNG"), mark("The pixels of the video as they are; large files")),
    ("frames", "jpeg", mark("JPEG"), mark("Small files; the pixels change a little")),
    ("video", None, mark("The whole video"), mark("A copy of the video, with labels for it")),
    ("none", None, mark("None"), mark("Labels only, for pictures that are there already")),
)
"""What goes with the labels, its word and its tooltip."""
_ABOUT_WIDTH = 328
_TIP = 3  # Qt.ItemDataRole.ToolTipRole


class FirstFields(QObject):
    """The fields; the dialog lays them out.

    Args:
        request: What is shown first.
        parent: The dialog.
    """

    changed = Signal()

    def __init__(self, request: ExportRequest, parent: QObject) -> None:
        super().__init__(parent)
        self._usual: Media = "frames"
        """What goes with the format unless the person says otherwise."""
        self._kind: PictureKind = request.picture
        self._make_format(request)
        self._make_scope(request)
        self._make_pictures(request)
        self.score = QDoubleSpinBox(minimum=0.0, maximum=1.0, singleStep=0.05, decimals=2)
        self.score.setValue(request.min_score)
        fit(self.score, "0.25")
        self.score.setAccessibleName(tr("Score from"))
        self.score.setToolTip(tr("Boxes of the model with a lower score stay out"))
        self._fit_pictures()
        self._connect()

    def add_to(self, form: QFormLayout) -> None:
        """Lay the fields out, one below the other."""
        add_row(form, tr("&Format"), self.format, self.format)
        form.addRow("", self._about)
        add_row(form, tr("F&rames"), self.scope, self.scope)
        add_row(form, tr("&Pictures"), row_of(self.pictures, self.quality, None), self.pictures)
        own = muted(tr("Boxes of yours always come along."))
        add_row(form, tr("&Score from"), row_of(self.score, own, None), self.score)

    def show_counts(self, counts: Mapping[Scope, int] | None) -> None:
        """How many frames each scope has, None while that is not known; what was chosen stays
        where there are some."""
        for at, scope in enumerate(SCOPES):
            word, tip, nothing = _SCOPES[scope]
            count = counts[scope] if counts is not None else None
            said = tr(word) if count is None else f"{tr(word)}{THIN_SPACE}· {grouped(count)}"
            self.scope.setItemText(at, said)
            _enable(self.scope, at, count != 0, tr(nothing if count == 0 else tip))
        wanted: tuple[Scope, ...] = (self._wanted, "flagged", "all")
        with QSignalBlocker(self.scope):
            self.scope.setCurrentIndex(
                next(SCOPES.index(s) for s in wanted if counts is None or counts[s] or s == "all")
            )

    def applied_to(self, request: ExportRequest) -> ExportRequest:
        """The request with what these fields say."""
        media, kind = self.pictures.currentData()
        return replace(
            request,
            format=self.format.currentData(),
            scope=cast(Scope, self.scope.currentData()),
            media=None if media == self._chosen.media[0] else media,
            picture=kind or self._kind,
            quality=self.quality.value(),
            min_score=round(self.score.value(), 2),
        )

    # What follows from the fields

    @property
    def _chosen(self) -> Format:
        return formats()[self.format.currentData()]

    def _fit_pictures(self) -> None:
        """Offer what goes with the format; what is usual follows it, a choice stays if it can."""
        possible = self._chosen.media
        about = self._chosen.about.replace("`", "")
        # One sentence to look at; where there are more, the pointer tells.
        self._about.setText(re.split(r"(?<=\.) (?=[A-Z])", about)[0])
        self._about.setToolTip(about)
        self._about.setVisible(bool(about))
        for at, (media, _, _, tip) in enumerate(_PICTURES):
            fits = media in possible
            no = tr("{format} does not go with this", format=self._chosen.title)
            _enable(self.pictures, at, fits, tr(tip) if fits else no)
        media, kind = self.pictures.currentData()
        self._kind = kind or self._kind
        if media not in possible or media == self._usual:
            self.pictures.setCurrentIndex(_place_of(possible[0], self._kind))
        self._usual = possible[0]
        self._show_quality()

    def _show_quality(self) -> None:
        self.quality.setVisible(self.pictures.currentData()[1] == "jpeg")

    # Made once

    def _make_format(self, request: ExportRequest) -> None:
        self.format = QComboBox()
        for each in formats().values():
            self.format.addItem(each.title, each.name)
        self.format.setCurrentIndex(max(self.format.findData(request.format), 0))
        self.format.setAccessibleName(tr("Format"))
        self.format.setToolTip(tr("What the labels are written for"))
        self._about = muted("")
        self._about.setWordWrap(True)
        # Narrower, it would be given the height of more lines.
        self._about.setMinimumWidth(_ABOUT_WIDTH)

    def _make_scope(self, request: ExportRequest) -> None:
        self._wanted: Scope = request.scope
        """What the person has chosen, even where there is nothing of it now."""
        self.scope = QComboBox()
        for scope in SCOPES:
            self.scope.addItem(tr(_SCOPES[scope][0]), scope)
        self.show_counts(None)
        self.scope.setAccessibleName(tr("Frames"))
        self.scope.setToolTip(tr("Which frames are exported"))

    def _make_pictures(self, request: ExportRequest) -> None:
        self.pictures = QComboBox()
        for media, kind, word, _ in _PICTURES:
            self.pictures.addItem(tr(word), (media, kind))
        self._usual = self._chosen.media[0]
        media = request.media or self._usual
        self.pictures.setCurrentIndex(_place_of(media, request.picture))
        self.pictures.setAccessibleName(tr("Pictures"))
        self.pictures.setToolTip(tr("What goes with the labels"))
        self.quality = QSpinBox(minimum=1, maximum=100, prefix=tr("quality "))
        self.quality.setValue(request.quality)
        fit(self.quality, self.quality.prefix() + "100")
        self.quality.setAccessibleName(tr("JPEG quality"))
        self.quality.setToolTip(tr("100 is best; 92 can hardly be told from the original"))

    def _take_scope(self, at: int) -> None:
        self._wanted = SCOPES[at]

    def _connect(self) -> None:
        self.scope.currentIndexChanged.connect(self._take_scope)
        self.format.currentIndexChanged.connect(self._fit_pictures)
        self.pictures.currentIndexChanged.connect(self._show_quality)
        for choice in (self.format, self.scope, self.pictures):
            choice.currentIndexChanged.connect(self.changed)
        for number in (self.score, self.quality):
            number.valueChanged.connect(self.changed)


def _place_of(media: Media, kind: PictureKind) -> int:
    """The line of the choice of pictures; which kind matters for frames only."""
    return next(
        at
        for at, (each, its, _, _) in enumerate(_PICTURES)
        if each == media and (its is None or its == kind)
    )


def _enable(choice: QComboBox, at: int, enabled: bool, tip: str) -> None:
    model = choice.model()
    assert isinstance(model, QStandardItemModel)
    model.item(at).setEnabled(enabled)
    choice.setItemData(at, tip, _TIP)
