"""Choose frames, and how long their addresses shall work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Literal

from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from core.cloud.address import S3Address, S3Way
from core.cloud.frames import FOLDER
from core.project.handover import CloudPlace
from gui.dialogs.s3_fields import (
    AddressField,
    Note,
    WayFields,
    add_row,
    fit_height,
    restyle,
    row_of,
)
from gui.i18n import mark, tr
from gui.jobs import Job, Work
from gui.text import grouped

PictureSource = Literal["selected", "accepted", "flagged"]
"""Scopes whose pictures we upload ourselves."""
Source = Literal["tag"] | PictureSource

SCOPES: tuple[tuple[PictureSource, str], ...] = (
    ("selected", mark("Selected frames ({count})")),
    ("accepted", mark("Frames with accepted boxes ({count})")),
    ("flagged", mark("Flagged frames ({count})")),
)
_LIVES: tuple[tuple[int, str], ...] = (
    (1, mark("1 hour")),
    (24, mark("1 day")),
    (7 * 24, mark("7 days")),
    (0, mark("Own…")),
)
"""Hours, and how they are called."""
_MOST_HOURS = 7 * 24
"""Source: "Sharing objects with presigned URLs" of the Amazon S3 user guide."""


@dataclass(frozen=True)
class SignedFacts:
    """What there is to choose from."""

    frames: Mapping[PictureSource, int]
    """How many frames each scope has."""
    dataset: str
    """Lightly's dataset that has tags; empty for none yet."""
    file: Path
    """Where the addresses go if the person says nothing else."""


@dataclass(frozen=True)
class SignedChoice:
    """What was chosen."""

    source: Source
    tag: str
    """At Lightly; empty for other sources."""
    target: S3Address | None
    """Where the pictures go; None for a tag."""
    way: S3Way
    expiry: timedelta
    file: Path


class SignedUrlsDialog(QDialog):
    """Asks which frames shall have web addresses; making them is a job.

    Args:
        place: What is shown first.
        facts: What there is to choose from.
        tags: Asks Lightly for the dataset's tags.
        parent: The window.
    """

    def __init__(
        self,
        place: CloudPlace,
        facts: SignedFacts,
        tags: Work[list[str]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Export signed URLs"))
        self._facts = facts
        self._job: Job[list[str]] | None = None
        self._make_sources()
        self._make_fields(place)
        self._note = Note()
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._go = self._buttons.addButton(tr("Export"), QDialogButtonBox.ButtonRole.AcceptRole)
        self._lay_out()
        self._connect()
        if facts.dataset:
            self._ask_for_tags(tags)
        self._look()

    def choice(self) -> SignedChoice:
        """What was chosen."""
        source = self._source()
        return SignedChoice(
            source,
            self._tags.currentText() if source == "tag" else "",
            self._target.address if source != "tag" else None,
            self._way.way,
            timedelta(hours=self._life.currentData() or self._hours.value()),
            Path(self._file.text().strip()).expanduser(),
        )

    def done(self, result: int) -> None:
        if self._job is not None:
            self._job.blockSignals(True)
            self._job.cancel()
            self._job.wait()
            self._job = None
        super().done(result)

    # Lightly's tags

    def _ask_for_tags(self, tags: Work[list[str]]) -> None:
        self._tags.setPlaceholderText(tr("Asking Lightly…"))
        self._job = Job(tags, self)
        self._job.succeeded.connect(self._show_tags)
        self._job.failed.connect(self._note_no_tags)
        self._job.finished.connect(self._forget_job)
        self._job.start()

    def _forget_job(self) -> None:
        if self._job is not None:
            self._job.deleteLater()
            self._job = None

    def _show_tags(self, tags: list[str]) -> None:
        self._tags.addItems(tags)
        self._tags.setPlaceholderText("" if tags else tr("There is none yet"))
        self._tags.setCurrentIndex(0 if tags else -1)

    def _note_no_tags(self, error: BaseException) -> None:
        self._tags.setPlaceholderText(tr("They cannot be had"))
        self._note.show_error(error)
        fit_height(self)

    # What follows from the fields

    def _source(self) -> Source:
        return next((name for name, choice in self._sources.items() if choice.isChecked()), "tag")

    def _look(self) -> None:
        source = self._source()
        for row in self._of_pictures:
            self._form.setRowVisible(row, source != "tag")
        self._tags.setEnabled(source == "tag" and self._sources["tag"].isEnabled())
        self._hours.setVisible(not self._life.currentData())
        missing = self._missing(source)
        file_wrong = self._file_problem()
        self._file.setProperty("invalid", bool(file_wrong))
        restyle(self._file)
        self._go.setEnabled(not missing)
        self._go.setToolTip(missing)
        self._note.say(missing or self._consequence(source))
        fit_height(self)

    def _missing(self, source: Source) -> str:
        """What keeps it from being exported; empty for nothing."""
        if not self._sources[source].isEnabled():
            return tr("There is no frame to choose yet: accept boxes, or schedule a selection.")
        if source == "tag" and not self._tags.currentText():
            return tr("Choose a tag.")
        if source != "tag" and not self._target.text:
            return tr("Still missing: {what}.", what=tr("where the pictures go"))
        wrong = (self._target.problem, self._way.problem) if source != "tag" else ()
        return next((problem for problem in wrong if problem), "") or self._file_problem()

    def _file_problem(self) -> str:
        text = self._file.text().strip()
        file = Path(text).expanduser()
        if not text:
            return tr("Choose a file.")
        if not file.parent.is_dir():
            return tr("There is no folder {folder}.", folder=file.parent)
        return tr("This is a folder.") if file.is_dir() else ""

    def _consequence(self, source: Source) -> str:
        secret = tr("Whoever has the file can see the pictures while its addresses work.")
        if source == "tag":
            secret = f"{tr('Lightly says how long its addresses work.')} {secret}"
        if Path(self._file.text().strip()).expanduser().exists():
            secret = f"{tr('The file will be replaced.')} {secret}"
        return secret

    def _choose_file(self) -> None:
        path, _ = QFileDialog.getSaveFileName(
            self, tr("Signed URLs"), self._file.text(), tr("JSON (*.json);;All files (*)")
        )
        if path:
            self._file.setText(path)

    # Made once

    def _make_sources(self) -> None:
        dataset = self._facts.dataset
        of_tag = QRadioButton(tr("Of a tag at Lightly"))
        of_tag.setEnabled(bool(dataset))
        of_tag.setToolTip(
            tr("Tags of the dataset {name}", name=dataset)
            if dataset
            else tr("Schedule a selection first, and wait until it is done")
        )
        self._sources: dict[Source, QRadioButton] = {"tag": of_tag}
        for scope, words in SCOPES:
            count = self._facts.frames.get(scope, 0)
            choice = QRadioButton(tr(words, count=grouped(count)))
            choice.setEnabled(count > 0)
            self._sources[scope] = choice
        possible = (choice for choice in self._sources.values() if choice.isEnabled())
        next(possible, of_tag).setChecked(True)
        self._tags = QComboBox()
        self._tags.setAccessibleName(tr("Tag"))
        self._tags.setToolTip(tr("A tag of the dataset at Lightly"))
        self._tags.setMinimumWidth(240)

    def _make_fields(self, place: CloudPlace) -> None:
        self._target = AddressField(
            tr("Pictures to"),
            place.input,
            tr("A bucket for the frames' pictures, such as s3://my-videos/drives"),
            lambda at: tr("The pictures: {address}", address=at.below(f"{FOLDER}/")),
        )
        self._way = WayFields(S3Way.of(place), self)
        self._life = QComboBox()
        for hours, words in _LIVES:
            self._life.addItem(tr(words), hours)
        self._life.setCurrentIndex(1)
        self._life.setAccessibleName(tr("Valid for"))
        self._life.setToolTip(tr("With credentials that end earlier, the addresses end with them"))
        self._hours = QSpinBox(minimum=1, maximum=_MOST_HOURS, value=48, suffix=" h")
        self._hours.setAccessibleName(tr("Hours"))
        self._file = QLineEdit(str(self._facts.file))
        self._file.setAccessibleName(tr("File"))
        self._browse = QPushButton(tr("Browse…"))
        self._browse.clicked.connect(self._choose_file)

    def _connect(self) -> None:
        for choice in self._sources.values():
            choice.toggled.connect(self._look)
        for changed in (
            *(self._target.edit.textChanged, self._way.changed, self._file.textChanged),
            *(self._life.currentIndexChanged, self._tags.currentIndexChanged),
        ):
            changed.connect(self._look)
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)

    def _lay_out(self) -> None:
        self._form = form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(8)
        of_tag = self._sources["tag"]
        add_row(form, tr("Frames"), row_of(of_tag, self._tags, None), of_tag)
        for choice in list(self._sources.values())[1:]:
            form.addRow("", choice)
        first = form.rowCount()
        add_row(form, tr("Pictures to"), self._target, self._target.edit)
        self._way.add_to(form)
        life = row_of(self._life, self._hours, None)
        add_row(form, tr("Valid for"), life, self._life)
        self._of_pictures = range(first, form.rowCount())
        add_row(form, tr("File"), row_of(self._file, self._browse), self._file)
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
