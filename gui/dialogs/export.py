"""Choose what to export, in which format, and where to; see it before it is written."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QMessageBox,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from core.export.request import ExportRequest
from gui.dialogs.export_classes import classes_of, with_known_classes
from gui.dialogs.export_facts import Across, ExportFacts
from gui.dialogs.export_fields import FirstFields
from gui.dialogs.export_folder import Found, PlaceField
from gui.dialogs.export_more import MoreFields, is_usual
from gui.dialogs.export_preview import ExportPreview
from gui.dialogs.export_videos import Videos
from gui.dialogs.export_work import Order, Planner, Prospect
from gui.dialogs.fold import Fold
from gui.dialogs.s3_fields import Note, add_row
from gui.i18n import tr, tr_n
from gui.review.controls import Elided
from gui.text import grouped

if TYPE_CHECKING:
    from core.export.plan import ExportPlan

_SETTLE_MS = 80
"""How long fields must rest before the next plan: typing asks once, not letter by letter."""
_FIELDS_WIDTH = 440
_WIDTH, _LOW, _HIGH = 1136, 600, 744
"""Of the dialog without and with all fields, px: it fits a screen of 1280 x 800."""


class ExportDialog(QDialog):
    """Asks what to export; the export itself runs as a job.

    Args:
        facts: What there is in the open video; None where nothing was detected in it.
        request: What is shown first.
        place: Where to, unless the person says otherwise.
        parent: The window.
        across: All videos of the collection; None without one.
    """

    def __init__(
        self,
        facts: ExportFacts | None,
        request: ExportRequest,
        place: Path,
        parent: QWidget | None = None,
        across: Across | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Export frames with prelabels"))
        self._given = request
        self._own_place, self._across = place, across
        self._videos = Videos(facts, across, self)
        self.overwrite = False
        """Whether the person lets an earlier export be replaced."""
        self._first = FirstFields(request, self)
        frames = len(facts.sources[0].index) if facts is not None else None
        self._more = MoreFields(frames, request, self)
        self._place = PlaceField(place, zipped=request.zip)
        self._preview = ExportPreview()
        self._note = Note()
        self._make_fold()
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._export = self._buttons.addButton(tr("Export"), QDialogButtonBox.ButtonRole.AcceptRole)
        self._export.setProperty("primary", True)
        self._lay_out()
        self._order: Order | None = None
        self._prospect: Prospect | None = None
        self._planner = Planner()
        self._planner.foreseen.connect(self._take)
        self._planner.start()
        self._late = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._late.timeout.connect(self._ask)
        self._show_videos()
        self._connect()
        # Not the button of a scope, which would look as if it were down.
        self._first.format.setFocus()
        self._fold.setChecked(not is_usual(self.request()))
        self._unfold(self._fold.isChecked())
        self._show_problem()
        self._ask()

    @property
    def facts(self) -> ExportFacts | None:
        """What there is in the videos that were chosen; None while that is not known."""
        return self._videos.facts

    @property
    def everything(self) -> bool:
        """Whether all videos are exported together."""
        return self._videos.everything

    def request(self) -> ExportRequest:
        """What was chosen."""
        request = self._more.applied_to(self._first.applied_to(self._given))
        return with_known_classes(request, self.facts.sources) if self.facts else request

    def place(self) -> Path:
        """Where to: a folder, or a zip file."""
        return self._place.place

    def accept(self) -> None:
        if self._place.look()[0] is Found.EXPORT:
            if not self._may_replace():
                return
            self.overwrite = True
        super().accept()

    def done(self, result: int) -> None:
        self.stop()
        super().done(result)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.stop()
        super().closeEvent(event)

    def stop(self) -> None:
        """End planning and decoding."""
        self._late.stop()
        self._order = None
        if self._planner.isRunning():
            self._planner.stop()
        self._preview.stop()
        self._videos.stop()

    # Of which videos

    def _follow_videos(self) -> None:
        self._prospect = None
        self._show_videos()
        self._unfold(self._fold.isChecked())
        self._change()

    def _show_videos(self) -> None:
        """Show what there is in the video, or in all."""
        facts, everything = self.facts, self.everything
        self._first.show_counts(facts.frames if facts is not None else None)
        sources = facts.sources if facts is not None else ()
        self._more.show_videos(classes_of(sources), everything=everything)
        if facts is None:
            self._order = None
            self._preview.show_plan(None, None)
            self._export.setText(_deed(None))
        whole = self._across if everything else None
        self._place.suggest(whole.place if whole is not None else self._own_place)

    # What would be written

    def _change(self) -> None:
        self._place.set_zipped(self.request().zip)
        self._show_summary()
        self._show_problem()
        self._late.start()

    def _ask(self) -> None:
        """Plan what is chosen now."""
        if self.facts is not None:
            self._order = Order(self.request(), self.place(), self.facts)
            self._planner.want(self._order)

    @Slot(object)
    def _take(self, prospect: Prospect) -> None:
        if prospect.order is not self._order:
            return
        self._prospect = prospect
        self._preview.show_plan(prospect.plan, prospect.free)
        self._export.setText(_deed(prospect.plan))
        self._show_example()
        self._show_problem()

    def _show_problem(self) -> None:
        """What keeps it from being exported, or what to know before it is."""
        found, wrong = self._place.look()
        self._place.mark(bool(wrong))
        planned = self._prospect.problem if self._prospect is not None else ""
        problem = self._videos.problem or wrong or planned
        self._note.say(problem or self._advice(found))
        self._export.setEnabled(not problem)
        self._export.setToolTip(problem)

    def _advice(self, found: Found) -> str:
        left_out = self.facts.left_out if self.facts is not None else ""
        return f"{left_out} {self._advice_on_writing(found)}".strip()

    def _advice_on_writing(self, found: Found) -> str:
        if found is Found.EXPORT:
            return tr("An earlier export is there; you are asked before it is replaced.")
        if self._prospect is not None and self._prospect.there is not None:
            return _continued(self._prospect)
        if self._prospect is not None and self._prospect.is_tight:
            return tr("This disk may be too small for it.")
        if self.facts is not None and self.facts.to_do:
            return tr_n(
                "{count} imputed box is still to do and stays out.",
                "{count} imputed boxes are still to do and stay out.",
                self.facts.to_do,
            )
        return ""

    def _show_example(self) -> None:
        frame = self._preview.frame
        self._more.show_example(PurePosixPath(frame.path).name if frame is not None else "")

    def _may_replace(self) -> bool:
        box = QMessageBox(self)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(tr("Export"))
        box.setText(tr("Replace the earlier export in {folder}?", folder=self.place()))
        box.setInformativeText(tr("Its files are deleted once the new ones are complete."))
        replace = box.addButton(tr("Replace"), QMessageBox.ButtonRole.AcceptRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(QMessageBox.StandardButton.Cancel)
        box.exec()
        return box.clickedButton() is replace

    # More

    def _show_summary(self) -> None:
        said = "" if self._fold.isChecked() else self._more.in_words(self.request())
        self._summary.setText(said)
        self._summary.setToolTip(said)

    def _unfold(self, unfolded: bool) -> None:
        for row in self._folded:
            self._form.setRowVisible(row, unfolded)
        # Frames are counted from the start of each video: a range of all means nothing.
        self._form.setRowVisible(self._more.range, unfolded and not self.everything)
        self._show_summary()
        # As wide as the person made it.
        self.resize(max(self.width(), _WIDTH), _HIGH if unfolded else _LOW)

    # Made once

    def _make_fold(self) -> None:
        self._fold = Fold(tr("&More"), tr("More settings"))
        self._fold.setToolTip(tr("Range, classes, validation, names, previews, zip"))
        self._summary = Elided()
        self._summary.setProperty("role", "muted")

    def _connect(self) -> None:
        for changed in (self._first.changed, self._more.changed, self._place.changed):
            changed.connect(self._change)
        self._videos.changed.connect(self._follow_videos)
        self._videos.told.connect(self._show_problem)
        self._preview.stepped.connect(self._show_example)
        self._fold.toggled.connect(self._unfold)
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)

    def _make_fields(self) -> QScrollArea:
        inside = QWidget()
        column = QVBoxLayout(inside)
        # Room for the scroll bar, and for the ring of what has the focus.
        column.setContentsMargins(1, 1, 15, 1)
        self._form = form = QFormLayout()
        column.addLayout(form)
        column.addStretch(1)
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(8)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        if self._across is not None and self._across.videos > 1:
            add_row(form, tr("Videos"), self._videos.bar, self._videos.bar.all)
        self._first.add_to(form)
        add_row(form, tr("&Write to"), self._place, self._place.edit)
        header = QHBoxLayout()
        header.setSpacing(8)
        header.addWidget(self._fold)
        header.addWidget(self._summary, 1)
        form.addRow(header)
        first = form.rowCount()
        self._more.add_to(form)
        self._folded = range(first, form.rowCount())
        scrolled = QScrollArea(widgetResizable=True)
        scrolled.setFrameShape(QFrame.Shape.NoFrame)
        scrolled.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scrolled.setFixedWidth(_FIELDS_WIDTH)
        scrolled.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scrolled.setWidget(inside)
        return scrolled

    def _lay_out(self) -> None:
        both = QHBoxLayout()
        both.setSpacing(16)
        both.addWidget(self._make_fields())
        both.addWidget(self._preview, 1)
        footer = QHBoxLayout()
        footer.setSpacing(16)
        footer.addWidget(self._note, 1)
        footer.addWidget(self._buttons)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(16)
        layout.addLayout(both, 1)
        layout.addLayout(footer)
        # A button becomes the default only of the dialog that it lies in.
        self._export.setDefault(True)


def _deed(plan: ExportPlan | None) -> str:
    """What the button does."""
    if plan is None:
        return tr("Export")
    if plan.media == "video":
        videos = len(plan.labeled.videos)
        return tr_n("Export the video", "Export {count} videos", videos)
    count = len(plan.labeled.frames)
    if plan.media == "none":
        return tr_n("Export labels of {count} frame", "Export labels of {count} frames", count)
    return tr_n("Export {count} frame", "Export {count} frames", count)


def _continued(prospect: Prospect) -> str:
    """What is there of an export that was stopped."""
    if prospect.plan is None or prospect.plan.media != "frames":
        return tr("Goes on with an export that was stopped.")
    there, total = grouped(prospect.there or 0), grouped(len(prospect.plan.labeled.frames))
    return tr(
        "Goes on with an export that was stopped: {there} of {total} pictures are there.",
        there=there, total=total,
    )  # fmt: skip
