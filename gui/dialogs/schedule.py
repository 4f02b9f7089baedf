"""Schedule a selection at Lightly: what is missing is said before anything is sent."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from core.cloud.datasources import check_access
from core.cloud.schedule import check_place
from core.cloud.selection import SelectionRequest, selection_config
from core.errors import CloudError
from core.project.handover import CloudPlace
from gui.cloud.typed_token import TypedToken
from gui.dialogs.fold import Fold
from gui.dialogs.s3_fields import Note, NotedField, add_row, fit_height, row_of
from gui.dialogs.selection_fields import (
    AmountField,
    BalanceField,
    StrategyFields,
    strength_box,
    threshold,
)
from gui.dialogs.token import TokenField
from gui.i18n import tr
from gui.review.controls import Elided

_SOME = CloudPlace(
    input="s3://bucket",
    lightly="s3://bucket",
    role_arn="arn:aws:iam::123456789012:role/name",
    external_id="0123456789",
    dataset="name",
)
"""Stands in for what is not looked at."""


@dataclass(frozen=True)
class ScheduleFacts:
    """What the dialog says of the open video."""

    place: CloudPlace
    video: str
    """Its name without suffix."""
    uploaded: bool
    """Whether it is in the buckets."""
    frames: int
    class_names: tuple[str, ...]
    """Of the detector, those it saw most first."""
    keys: bool = False
    """Whether Lightly was given keys before."""


@dataclass(frozen=True)
class ScheduleChoice:
    """What was chosen."""

    place: CloudPlace
    request: SelectionRequest
    keys: bool
    """Whether Lightly gets keys instead of a role."""
    token: TypedToken | None
    """None where one is known."""


class ScheduleDialog(QDialog):
    """Asks what to select, and with whose access; the scheduling itself runs as a job."""

    upload_requested = Signal()
    """The person takes the step before."""

    def __init__(
        self, facts: ScheduleFacts, request: SelectionRequest, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Schedule a selection at Lightly"))
        self._facts = facts
        self.token = TokenField()
        self._make_place(facts)
        self._amount = AmountField(facts.frames, request)
        self._strategies = StrategyFields(request)
        self._fold = Fold(tr("M&ore"), tr("More settings"))
        self._balance = BalanceField(request, _example(facts.class_names))
        self._balance_strength = strength_box(tr("Strength of balance"), request.balance_strength)
        self._threshold = threshold(request)
        self._note = Note()
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._go = self._buttons.addButton(tr("Schedule"), QDialogButtonBox.ButtonRole.AcceptRole)
        self._lay_out()
        self._connect()
        self._fold.setChecked(bool(request.balance) or request.threshold is not None)
        self._check()

    def choice(self) -> ScheduleChoice:
        """What was chosen."""
        count, share = self._amount.amount
        diversity, uncertainty, flickering = self._strategies.strengths
        request = SelectionRequest(
            n_samples=count,
            proportion=share,
            diversity=diversity,
            uncertainty=uncertainty,
            flickering=flickering,
            balance=self._balance.balance,
            balance_strength=round(self._balance_strength.value(), 2),
            threshold=self._threshold.value,
        )
        return ScheduleChoice(self._place, request, self._keys.isChecked(), self.token.typed)

    @property
    def _place(self) -> CloudPlace:
        place = replace(
            self._facts.place, dataset=self._dataset.text, region=self._region.text().strip()
        )
        if self._keys.isChecked():
            return place
        return replace(place, role_arn=self._role.text, external_id=self._external_id.text)

    # What follows from the fields

    def _check(self) -> None:
        keys = self._keys.isChecked()
        for field in (self._role, self._external_id):
            self._form.setRowVisible(field, not keys)
        for row in self._folded:
            self._form.setRowVisible(row, self._fold.isChecked())
        missing, wrong = self._missing(keys), self._wrong()
        self._note.say(missing)
        if wrong is not None and not missing:
            self._note.show_error(wrong)
        problem = missing or (str(wrong) if wrong is not None else "")
        self._go.setEnabled(not problem)
        self._go.setToolTip(problem)
        fit_height(self)

    def _missing(self, keys: bool) -> str:
        """What is not there yet, or is wrong beside its field; empty for nothing."""
        if not self._facts.uploaded:
            return tr("Upload first: Lightly reads the video and its predictions from the buckets.")
        if self.token.missing:
            return self.token.missing
        fields = [self._dataset] if keys else [self._dataset, self._role, self._external_id]
        lacking = [field.edit.accessibleName() for field in fields if not field.text]
        if lacking:
            return tr("Still missing: {what}.", what=", ".join(lacking))
        wrong = (field.problem for field in (*fields, self._balance))
        return next((problem for problem in wrong if problem), "")

    def _wrong(self) -> CloudError | None:
        """What the request itself, or the place as a whole, lacks."""
        choice = self.choice()
        try:
            check_place(choice.place, keys=choice.keys)
            selection_config(choice.request, self._facts.frames, self._facts.class_names or None)
        except CloudError as error:
            return error
        return None

    def _go_to_upload(self) -> None:
        self.reject()
        self.upload_requested.emit()

    # Made once

    def _make_place(self, facts: ScheduleFacts) -> None:
        place = facts.place
        self._dataset = NotedField(
            tr("Dataset"),
            place.dataset or dataset_name(facts.video),
            "",
            _noting(
                tr("A dataset of this name is made, or used again"),
                lambda text: check_place(replace(_SOME, dataset=text)),
            ),
            tr("Write 3 or more of a-z, 0-9, space, - and _, a letter or digit first"),
        )
        self._role_access = QRadioButton(tr("by a role of AWS"))
        self._keys = QRadioButton(tr("with the keys of the AWS configuration"))
        self._role_access.setToolTip(tr("Lightly takes on a role that you made for it"))
        self._keys.setToolTip(tr("Lightly gets your keys and keeps them; a role is safer"))
        (self._keys if facts.keys else self._role_access).setChecked(True)
        self._access = QButtonGroup(self)
        self._role = NotedField(
            tr("Role ARN"),
            place.role_arn,
            "arn:aws:iam::123456789012:role/lightly",
            _noting(
                tr("The role that lets Lightly read the buckets"),
                lambda text: check_access(replace(_SOME, role_arn=text)),
            ),
            tr("Write it as arn:aws:iam::<account of 12 digits>:role/<name>"),
        )
        self._external_id = NotedField(
            tr("External id"),
            place.external_id,
            "",
            _noting(
                tr("What the role asks Lightly for; 10 or more characters"),
                lambda text: check_access(replace(_SOME, external_id=text)),
            ),
            tr("Write 10 or more of a-z, A-Z, 0-9 and _+=,.@:/-"),
        )
        self._region = QLineEdit(place.region)
        self._region.setPlaceholderText(tr("that of the AWS configuration"))
        self._region.setAccessibleName(tr("Region"))
        self._region.setToolTip(tr("Where the buckets lie, such as eu-central-1"))

    def _connect(self) -> None:
        for field in (self._dataset, self._role, self._external_id, self._balance):
            field.edit.textChanged.connect(self._check)
        for part in (self.token, self._amount, self._strategies, self._threshold):
            part.changed.connect(self._check)
        self._keys.toggled.connect(self._check)
        self._fold.toggled.connect(self._check)
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)

    def _lay_out(self) -> None:
        self._form = form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(8)
        add_row(form, tr("Token"), self.token, self.token.edit)
        add_row(form, tr("Dataset"), self._dataset, self._dataset.edit)
        buckets = self._buckets()
        add_row(form, tr("Buckets"), buckets, buckets)
        for button in (self._role_access, self._keys):
            self._access.addButton(button)
        access = row_of(self._role_access, self._keys, None)
        add_row(form, tr("Lightly reads"), access, access)
        add_row(form, tr("Role ARN"), self._role, self._role.edit)
        add_row(form, tr("External id"), self._external_id, self._external_id.edit)
        add_row(form, tr("Region"), self._region, self._region)
        add_row(form, tr("Select"), self._amount, self._amount.count)
        add_row(form, tr("By"), self._strategies, self._strategies.first)
        form.addRow(self._fold)
        balance = row_of(self._balance_strength, None)
        least = row_of(self._threshold.switch, self._threshold.strength, None)
        add_row(form, tr("Balance classes"), self._balance, self._balance.edit)
        add_row(form, tr("Strength of balance"), balance, self._balance_strength)
        add_row(form, tr("Flickering"), least, least)
        self._folded = (self._balance, balance, least)
        self._go.setProperty("primary", True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(16)
        layout.addLayout(form)
        layout.addWidget(self._note)
        layout.addStretch(1)
        layout.addWidget(self._buttons)
        # A button becomes the default only of the dialog that it lies in.
        self._go.setDefault(True)

    def _buckets(self) -> QWidget:
        if not self._facts.uploaded:
            words = QLabel(tr("Nothing was uploaded yet."))
            upload = QPushButton(tr("Upload…"))
            upload.setToolTip(tr("Leave this and upload first"))
            upload.clicked.connect(self._go_to_upload)
            return row_of(words, upload, None)
        place = self._facts.place
        words = Elided(f"{place.input} · {place.lightly}")
        words.setToolTip(tr("Upload says where these are"))
        words.setProperty("role", "muted")
        return words


def dataset_name(video: str) -> str:
    """A video's name as one that Lightly takes for a dataset."""
    name = re.sub(r"[^a-zA-Z0-9 _-]+", "-", video).strip(" _-")
    return name if len(name) > 2 else f"video-{name}".rstrip("-")


def _noting(purpose: str, check: Callable[[str], None]) -> Callable[[str], str]:
    """What is said of a text that is empty or right; `check` raises for a wrong one."""

    def note(text: str) -> str:
        if text:
            check(text)
        return purpose

    return note


def _example(class_names: tuple[str, ...]) -> str:
    first, second = (*class_names, "car", "person")[:2]
    return f"{first} 0.6, {second} 0.4"
