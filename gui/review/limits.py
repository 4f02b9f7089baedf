"""Live limits: what of the findings a person wants to see, in a section that folds away."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QCheckBox,
    QFormLayout,
    QFrame,
    QLabel,
    QLayout,
    QScrollArea,
    QSizePolicy,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.assertions.multibox import LEAST_OVERLAP
from core.assertions.thresholds import Thresholds
from core.detections import Detections
from core.tracks.linking import LONGEST_GAP
from gui.i18n import tr, tr_n
from gui.icons import icon
from gui.review.controls import (
    ClassButton,
    Elided,
    KindBoxes,
    Manners,
    ShareSlider,
    check,
    decimal,
    describe,
    fit,
    in_row,
    write,
)
from gui.session import Session
from gui.text import percent
from gui.theme import Theme

_BAR = 12
"""Width of a scroll bar, px."""


class LimitsSection(QWidget):
    """Edits the session's `Thresholds`; one row while it is folded."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._counted: Detections | None = None
        self._manners = Manners(self)
        self._make_header()
        self._make_numbers()
        self._make_choices()
        self._describe()
        self._lay_out()
        self._connect()
        self.show_thresholds()

    def set_theme(self, theme: Theme) -> None:
        """The chevron's drawing."""
        chevron = QIcon()
        for name, state in (("right", QIcon.State.Off), ("down", QIcon.State.On)):
            drawn = icon(f"control/chevron-{name}", theme)
            chevron.addPixmap(drawn.pixmap(self._fold.iconSize()), state=state)
        self._fold.setIcon(chevron)

    def show_thresholds(self) -> None:
        """The session's thresholds, kinds or classes may be other ones."""
        limits = self._session.thresholds
        self._show_numbers(limits)
        self._kinds.show_kinds(self._session.kinds, limits.wants)
        self._form.setRowVisible(self._kinds, bool(self._session.kinds))
        self._show_classes(limits)
        changed = limits != Thresholds()
        self._reset.setEnabled(changed)
        self._reset.setToolTip(
            tr("Back to the usual limits") if changed else tr("These are the usual limits")
        )
        said = _in_words(limits, self._session.kinds, self._classes.names())
        self._summary.setText(said)
        self._summary.setToolTip(said)
        self._summary.setAccessibleName(tr("Limits: {limits}", limits=said))

    def settle(self) -> None:
        """Apply at once what the slider shows and the session does not know yet."""
        self._plausibility.settle()

    # The session's values, shown

    def _show_numbers(self, limits: Thresholds) -> None:
        write(self._gap, limits.max_gap)
        suffix = tr(" frame") if self._gap.value() == 1 else tr(" frames")
        if suffix != self._gap.suffix():  # Else what is being typed would be lost.
            self._gap.setSuffix(suffix)
        bounded = limits.max_gap_seconds is not None
        check(self._bounded, bounded)
        self._seconds.setEnabled(bounded)
        if limits.max_gap_seconds is not None:
            write(self._seconds, limits.max_gap_seconds)
        write(self._life, limits.max_life)
        write(self._overlap, limits.overlap)
        check(self._hidden, limits.hidden)
        self._plausibility.show_share(limits.plausibility)

    def _show_classes(self, limits: Thresholds) -> None:
        # Looked through once for each state of the run, not at each step of the slider.
        if self._session.detections is not self._counted:
            self._counted = self._session.detections
            self._classes.set_names(_class_names(self._session))
        names = self._classes.names()
        self._classes.show_classes(limits.classes)
        self._classes.setEnabled(bool(names))
        said = _classes_in_words(limits, names)
        self._classes.setText(said[:1].upper() + said[1:])
        self._classes.setToolTip(
            tr("Classes to look at") if names else tr("Known once the model has seen something")
        )

    # What the person changes

    def _change(self, **fields: Any) -> None:
        self._session.set_thresholds(replace(self._session.thresholds, **fields))
        # Also where they could not be written: the controls say what holds.
        self.show_thresholds()

    def _apply_seconds(self) -> None:
        seconds = round(self._seconds.value(), 2)
        self._change(max_gap_seconds=seconds if self._bounded.isChecked() else None)

    def _apply_kinds(self) -> None:
        kinds, checked = self._session.kinds, self._kinds.checked()
        usual = {kind for kind in kinds if Thresholds().wants(kind)}
        # Kinds of assertions that are not installed now stay as they were.
        others = (self._session.thresholds.kinds or frozenset()).difference(kinds)
        self._change(kinds=None if checked == usual else others | checked)

    def _apply_classes(self) -> None:
        names, checked = self._classes.names(), self._classes.checked()
        # So do classes that this run has not seen.
        others = (self._session.thresholds.classes or frozenset()).difference(names)
        self._change(classes=None if checked == set(names) else others | checked)

    def _apply_all_classes(self, every: bool) -> None:
        self._change(classes=None if every else frozenset())

    def _go_back(self) -> None:
        self._plausibility.forget()
        self._session.set_thresholds(Thresholds())
        self.show_thresholds()

    def _unfold(self, unfolded: bool) -> None:
        # Narrower than this something would be cut off; the bar comes in a low window.
        width = self._content.minimumSizeHint().width() + _BAR
        self._area.setMinimumWidth(width if unfolded else 0)
        self._area.setVisible(unfolded)
        self._reset.setVisible(unfolded)
        self._summary.setVisible(not unfolded)

    # Made once

    def _make_header(self) -> None:
        self._fold = QToolButton()
        self._fold.setText(tr("Limits"))
        self._fold.setCheckable(True)
        self._fold.setIconSize(QSize(16, 16))
        self._fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        # The chevron says that it is open.
        self._fold.setStyleSheet("QToolButton:checked:!hover { background: transparent; }")
        self._summary = Elided()
        self._summary.setProperty("role", "muted")
        self._reset = QToolButton()
        self._reset.setText(tr("Reset"))
        self._reset.hide()

    def _make_numbers(self) -> None:
        self._gap = QSpinBox(minimum=1, maximum=LONGEST_GAP, suffix=tr(" frames"))
        fit(self._gap, f"{LONGEST_GAP}{self._gap.suffix()}")
        self._bounded = QCheckBox(tr("and"))
        self._seconds = decimal(0.05, 10.0, " s")
        self._seconds.setValue(1.0)
        self._plausibility = ShareSlider()
        self._life = decimal(0.05, 5.0, " s")
        self._overlap = decimal(LEAST_OVERLAP, 0.95)

    def _make_choices(self) -> None:
        self._hidden = QCheckBox(tr("impute behind others"))
        self._kinds = KindBoxes(self._manners)
        self._classes = ClassButton()

    def _describe(self) -> None:
        for widget, name, tip in (
            (self._fold, tr("Limits"), tr("What of the findings to show")),
            (self._reset, tr("Reset limits"), ""),
            (self._gap, tr("Longest gap"), tr("Longer gaps are not shown")),
            (self._bounded, tr("Limit gaps in seconds"), tr("Limit gaps in seconds, too")),
            (self._seconds, tr("Longest gap in seconds"), tr("Check “and” to limit seconds, too")),
            (
                self._plausibility.slider,
                tr("Plausibility"),
                tr("Least probability that a box is right"),
            ),
            (
                self._life,
                tr("Short life"),
                tr("Longest time that counts as appearing for a moment"),
            ),
            (self._overlap, tr("Overlap"), tr("Least IoU among three boxes in one place")),
            (
                self._hidden,
                tr("Impute behind others"),
                tr("Also boxes of objects that cannot be seen"),
            ),
            (self._classes, tr("Classes"), ""),
        ):
            describe(widget, name, tip, self._manners)

    def _connect(self) -> None:
        self._fold.toggled.connect(self._unfold)
        self._reset.clicked.connect(self._go_back)
        self._gap.valueChanged.connect(lambda frames: self._change(max_gap=frames))
        self._bounded.toggled.connect(self._apply_seconds)
        self._seconds.valueChanged.connect(self._apply_seconds)
        self._plausibility.chosen.connect(lambda share: self._change(plausibility=share))
        self._life.valueChanged.connect(lambda life: self._change(max_life=round(life, 2)))
        self._overlap.valueChanged.connect(lambda iou: self._change(overlap=round(iou, 2)))
        self._hidden.toggled.connect(lambda hidden: self._change(hidden=hidden))
        self._kinds.chosen.connect(self._apply_kinds)
        self._classes.chosen.connect(self._apply_classes)
        self._classes.all_chosen.connect(self._apply_all_classes)

    def _lay_out(self) -> None:
        self._content = QWidget()
        self._form = QFormLayout(self._content)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setHorizontalSpacing(8)
        self._form.setVerticalSpacing(8)
        rows: tuple[tuple[str, QWidget | QLayout], ...] = (
            (tr("Longest gap"), in_row(self._gap, None)),
            ("", in_row(self._bounded, self._seconds, None)),
            (tr("Plausibility"), self._plausibility),
            (tr("Short life"), in_row(self._life, None)),
            (tr("Overlap"), in_row(self._overlap, None)),
            (tr("Hidden objects"), in_row(self._hidden, None)),
            (tr("Show"), self._kinds),
            (tr("Classes"), in_row(self._classes, None)),
        )
        for word, field in rows:
            label = QLabel(word)
            self._form.addRow(label, field)
            if field is not self._kinds:
                # A form puts words higher than the middle of what they name.
                label.setMinimumHeight(field.sizeHint().height())
        # In a low window the form scrolls, so that the list keeps some room.
        self._area = QScrollArea(widgetResizable=True)
        self._area.hide()
        self._area.setWidget(self._content)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        header = in_row(self._fold, self._summary, None, self._reset)
        header.setStretchFactor(self._summary, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(header)
        layout.addWidget(self._area)


def _class_names(session: Session) -> list[str]:
    """Classes that occur in the session's run, in the detector's order."""
    if session.run is None:
        return []
    names = session.run.info.class_names
    return [names[number] for number in np.unique(session.detections.class_id)]


def _in_words(limits: Thresholds, kinds: Sequence[str], classes: Collection[str]) -> str:
    gap = tr_n("gaps up to {count} frame", "gaps up to {count} frames", limits.max_gap)
    if limits.max_gap_seconds is not None:
        seconds = f"{limits.max_gap_seconds:.2f}"
        gap = tr("{gap} and {seconds} s", gap=gap, seconds=seconds)
    said = [gap, tr("from {share}", share=percent(limits.plausibility))]
    if kinds:
        said.append(tr_n("{count} kind", "{count} kinds", sum(map(limits.wants, kinds))))
    return " · ".join([*said, _classes_in_words(limits, classes)])


def _classes_in_words(limits: Thresholds, classes: Collection[str]) -> str:
    if limits.classes is None:
        return tr("all classes")
    count = len(limits.classes.intersection(classes))
    return tr("{count} of {total} classes", count=count, total=len(classes))
