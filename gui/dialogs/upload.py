"""Say where to upload to, see what would be sent, then let it be sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from core.cloud.address import S3Way
from core.errors import UserError
from core.lightly.names import DATA
from core.project.handover import CloudPlace, FlickeringValue
from gui.dialogs.plan_view import PlanView
from gui.dialogs.s3_fields import AddressField, Note, WayFields, add_row, fit_height
from gui.i18n import mark, tr, tr_n
from gui.jobs import Job, Work

if TYPE_CHECKING:
    from core.cloud.upload import UploadPlan

_VALUES: tuple[tuple[FlickeringValue, str], ...] = (
    ("flagged", mark("1 for flagged frames, 0.5 for the others")),
    ("graded", mark("Graded from 0.5 to 1 by their score")),
    ("tutorial", mark("1 or 0.5 by the rule of Lightly's tutorial")),
)


@dataclass(frozen=True)
class UploadFacts:
    """What is to be uploaded."""

    video: str
    """The file's name."""
    frames: int
    unseen: int
    """Frames that the run has not looked at."""


class UploadDialog(QDialog):
    """Leads from addresses to a plan, and with that to uploading.

    Args:
        place: What is shown first.
        facts: What is to be uploaded.
        prepare: Takes what was typed, and gives the work that makes the plan. The work reports
            how many files it has looked at, and how many there are.
        parent: The window.
    """

    def __init__(
        self,
        place: CloudPlace,
        facts: UploadFacts,
        prepare: Callable[[CloudPlace], Work[UploadPlan]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Upload"))
        self._given, self._facts, self._prepare = place, facts, prepare
        self._job: Job[UploadPlan] | None = None
        self.plan: UploadPlan | None = None
        """What would be sent; None until that is known."""
        self._make_fields(place)
        self._note = Note()
        self._plan_view = PlanView()
        self._bar = QProgressBar(textVisible=False)
        self._bar.setAccessibleName(tr("Progress"))
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._cancel = self._buttons.button(QDialogButtonBox.StandardButton.Cancel)
        self._cancel_word = self._cancel.text()
        self._go = self._buttons.addButton("", QDialogButtonBox.ButtonRole.AcceptRole)
        self._lay_out()
        self._edited()

    @property
    def place(self) -> CloudPlace:
        """What was typed."""
        way = self._way.way
        return replace(
            self._given,
            input=self._input.text,
            lightly=self._lightly.text,
            endpoint=way.endpoint,
            region=way.region,
            profile=way.profile,
            flickering=cast(FlickeringValue, self._value.currentData()),
        )

    def accept(self) -> None:
        if self.plan is not None:
            super().accept()
        elif not self._missing():
            self._make_plan()

    def reject(self) -> None:
        if self._job is None:
            super().reject()
        else:
            self._job.cancel()

    def end(self) -> None:
        """Stop, wait until nothing works any more, and close."""
        if self._job is not None:
            self._job.blockSignals(True)
            self._job.cancel()
            self._job.wait()
            self._job = None
        super().reject()

    # The plan

    def _make_plan(self) -> None:
        try:
            work = self._prepare(self.place)
        except UserError as error:
            self._note.show_error(error)
            return
        self._job = Job(work, self)
        self._job.progressed.connect(self._show_progress)
        self._job.succeeded.connect(self._show_plan)
        self._job.failed.connect(self._note.show_error)
        self._job.cancelled.connect(self._edited)
        self._job.finished.connect(self._planned)
        self._note.say(tr("Looking at what is there already…"))
        self._bar.setRange(0, 0)
        self._show_working(True)
        self._job.start()

    def _planned(self) -> None:
        if self._job is not None:
            self._job.deleteLater()
            self._job = None
        self._show_working(False)

    def _show_progress(self, report: tuple[int, int]) -> None:
        done, total = report
        self._bar.setRange(0, total)
        self._bar.setValue(done)

    def _show_plan(self, plan: UploadPlan) -> None:
        self.plan = plan
        self._plan_view.show_plan(plan)
        self._plan_view.show()
        there = tr("All of it is there already, unchanged.")
        self._note.say(self._hint() if plan.send else there)

    # What follows from the fields

    def _edited(self) -> None:
        self.plan = None
        self._plan_view.hide()
        missing = self._missing()
        self._note.say(missing or self._hint())
        self._show_working(False)

    def _missing(self) -> str:
        """What keeps the plan from being made; empty for nothing."""
        buckets = (
            (self._input, tr("the input bucket"), tr("Input bucket")),
            (self._lightly, tr("Lightly's bucket"), tr("Lightly bucket")),
        )
        lacking = [what for field, what, _ in buckets if not field.text]
        if lacking:
            return tr("Still missing: {what}.", what=", ".join(lacking))
        named = [(name, field.problem) for field, _, name in buckets]
        named.append((tr("Server"), self._way.problem))
        return next((f"{name}: {problem}" for name, problem in named if problem), "")

    def _hint(self) -> str:
        if not self._facts.unseen:
            return tr("Nothing is sent before you have seen the plan.") if not self.plan else ""
        return tr_n(
            "{count} frame was not looked at yet: it goes up without boxes, as calm. "
            "Detect (D) goes on with it.",
            "{count} frames were not looked at yet: they go up without boxes, as calm. "
            "Detect (D) goes on with them.",
            self._facts.unseen,
        )

    def _show_working(self, working: bool) -> None:
        self._bar.setVisible(working)
        self._fields.setEnabled(not working)
        self._cancel.setText(tr("Stop") if working else self._cancel_word)
        missing = self._missing()
        self._go.setText(self._word())
        self._go.setEnabled(not working and not missing)
        self._go.setToolTip(missing)
        fit_height(self)

    def _word(self) -> str:
        if self.plan is None:
            return tr("Check and plan")
        return tr("Upload") if self.plan.send else tr("Verify")

    # Made once

    def _make_fields(self, place: CloudPlace) -> None:
        video = self._facts.video
        self._input = AddressField(
            tr("Input bucket"),
            place.input,
            tr("Where the video goes, such as s3://my-videos/drives"),
            lambda at: tr("The video: {address}", address=at.below(f"{DATA}/{video}")),
        )
        self._lightly = AddressField(
            tr("Lightly bucket"),
            place.lightly,
            tr("Where predictions and metadata go, such as s3://my-lightly/drives"),
            lambda at: tr("Predictions and metadata: {address}", address=at.below(".lightly")),
        )
        self._way = WayFields(S3Way.of(place), self)
        self._value = QComboBox()
        for value, words in _VALUES:
            self._value.addItem(tr(words), value)
        self._value.setCurrentIndex(self._value.findData(place.flickering))
        self._value.setAccessibleName(tr("Flickering"))
        self._value.setToolTip(tr("What the metadata `flickering` of a frame is for Lightly"))

    def _lay_out(self) -> None:
        self._fields = QWidget()
        form = QFormLayout(self._fields)
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(8)
        add_row(form, tr("Input bucket"), self._input, self._input.edit)
        add_row(form, tr("Lightly bucket"), self._lightly, self._lightly.edit)
        self._way.add_to(form)
        add_row(form, tr("Flickering"), self._value, self._value)
        for changed in (
            *(field.edit.textChanged for field in (self._input, self._lightly)),
            *(self._way.changed, self._value.currentIndexChanged),
        ):
            changed.connect(self._edited)
        self._go.setProperty("primary", True)
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(16)
        for part in (self._fields, self._plan_view, self._note, self._bar):
            layout.addWidget(part)
        layout.addStretch(1)
        layout.addWidget(self._buttons)
        # A button becomes the default only of the dialog that it lies in.
        self._go.setDefault(True)
