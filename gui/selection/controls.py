"""The left column of the page: how many frames, what makes one worth labeling, and limits."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QLabel,
    QLayout,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from core.project import Round
from core.selection.request import FrameId, Weighting
from gui.dialogs.fold import Fold
from gui.i18n import tr
from gui.review.controls import Manners, describe, fit, in_row, write
from gui.selection.amount import AmountRow
from gui.selection.form import FLICKERINGS, KEYS, UNCERTAINTIES, Form, Key
from gui.selection.limit_rows import AddButton, FurtherRows
from gui.selection.limits import LimitRows
from gui.selection.offers import Offers, rounds_said
from gui.selection.rows import BalanceRow, KindRow, SimilarRow, StrategyRow

_MANY_SEEDS = 999_999


class Controls(QScrollArea):
    """Shows a `Form`, and says when a person has changed it.

    Args:
        frames: Of the video.
        here: The frame that the window shows.
    """

    changed = Signal()

    def __init__(self, form: Form, frames: int, here: Callable[[], FrameId]) -> None:
        super().__init__(widgetResizable=True)
        self.form = form
        """What is set now."""
        self._offers = Offers()
        self._rounds: Sequence[Round] = ()
        self._manners = Manners(self)
        self.amount = AmountRow(frames, self._manners)
        self.manner = QComboBox()
        self.manner.addItems([tr("By strategies"), tr("Rounds (BAL)")])
        tip = tr("Weigh strategies, or let a bandit over assertions choose, round by round")
        describe(self.manner, tr("Way of choosing"), tip, self._manners)
        self.rows = self._make_rows(here)
        self.further = FurtherRows(self._manners)
        self.add = AddButton(
            tr("+ Weigh a value"), tr("Prefer frames with a high value of a column"), self._manners
        )
        self.limits = LimitRows(self._manners)
        self.fold = Fold(tr("More"), tr("More settings"))
        self.fold.setToolTip(tr("Settings that are seldom needed"))
        self.seed = QSpinBox(minimum=0, maximum=_MANY_SEEDS)
        tip = tr("Decides between frames that are worth the same; the same one chooses the same")
        describe(self.seed, tr("Seed"), tip, self._manners)
        fit(self.seed, f"{_MANY_SEEDS}")
        self._rounds_said = QLabel(wordWrap=True)
        self._rounds_said.setProperty("role", "muted")
        self._lay_out()
        self._connect()
        self.show_form(form)

    def show_form(self, form: Form) -> None:
        """Show another form."""
        self.form = form
        self.amount.show_form(form)
        self.manner.blockSignals(True)
        self.manner.setCurrentIndex(int(form.in_rounds))
        self.manner.blockSignals(False)
        for key, row in self.rows.items():
            row.show_part(form.parts[key], self._offers)
        self.further.show_strategies(form.further)
        self.limits.show_form(form, self._offers)
        write(self.seed, form.rest.seed)
        self._strategies.setVisible(not form.in_rounds)
        self._rounds_said.setVisible(form.in_rounds)

    def show_offers(self, offers: Offers, rounds: Sequence[Round]) -> None:
        """Other frames are there to choose from, or other rounds were recorded."""
        self._offers = offers
        self._rounds_said.setText(rounds_said(rounds, offers.kinds))
        self.add.offer([name for name in offers.columns if name not in _WITH_ROWS])
        self.show_form(self.form)

    def _change(self) -> None:
        form = self.form
        for key, row in self.rows.items():
            form = form.with_part(key, row.part)
        form = self.limits.read(self.amount.read(form))
        self.show_form(
            replace(
                form,
                further=self.further.strategies or (),
                in_rounds=bool(self.manner.currentIndex()),
                rest=replace(form.rest, seed=self.seed.value()),
            )
        )
        self.changed.emit()

    def _add(self, column: str) -> None:
        self.further.show_strategies((*(self.further.strategies or ()), Weighting(column)))
        self._change()

    def _make_rows(self, here: Callable[[], FrameId]) -> dict[Key, StrategyRow]:
        manners = self._manners
        rows: dict[Key, StrategyRow] = {
            "frames": StrategyRow(
                tr("Different frames"), tr("Frames that look unlike each other"), manners
            ),
            "objects": StrategyRow(
                tr("Different objects"), tr("Objects that look unlike each other"), manners
            ),
            "uncertainty": KindRow(
                tr("Uncertain boxes"),
                tr("Boxes in which the detector has little confidence"),
                UNCERTAINTIES, manners,
            ),
            "flickering": KindRow(
                tr("Flickering"), tr("Frames in which the detector flickers"), FLICKERINGS, manners
            ),
            "balance": BalanceRow(manners),
            "typicality": StrategyRow(
                tr("Typical frames"), tr("Frames that many others resemble"), manners
            ),
            "similarity": SimilarRow(here, lambda: self.form.rest.include, manners),
        }  # fmt: skip
        return {key: rows[key] for key in KEYS}

    def _connect(self) -> None:
        self.amount.changed.connect(self._change)
        self.manner.currentIndexChanged.connect(self._change)
        for row in self.rows.values():
            row.changed.connect(self._change)
        self.further.changed.connect(self._change)
        self.add.added.connect(self._add)
        self.limits.changed.connect(self._change)
        self.seed.valueChanged.connect(self._change)

    def _lay_out(self) -> None:
        self._strategies = QWidget()
        column = _column(self._strategies)
        for row in (*self.rows.values(), self.further):
            column.addWidget(row)
        column.addLayout(in_row(self.add, None))
        more = QWidget()
        more.hide()
        self.fold.toggled.connect(more.setVisible)
        line = in_row(QLabel(tr("Seed")), self.seed, None)
        line.setContentsMargins(0, 0, 0, 0)
        more.setLayout(line)
        content = QWidget()
        whole = _column(content)
        whole.setContentsMargins(8, 4, 8, 8)
        for part in (
            _heading(tr("How many")), self.amount,
            _heading(tr("What counts")), self.manner, self._rounds_said, self._strategies,
            _heading(tr("Limits")), self.limits, self.fold, more,
        ):  # fmt: skip
            if isinstance(part, QLayout):
                whole.addLayout(part)
            else:
                whole.addWidget(part)
        whole.addStretch(1)
        self.setWidget(content)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)


_WITH_ROWS = {*UNCERTAINTIES, *FLICKERINGS}


def _column(owner: QWidget) -> QVBoxLayout:
    column = QVBoxLayout(owner)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(4)
    return column


def _heading(text: str) -> QLabel:
    heading = QLabel(text)
    heading.setProperty("role", "heading")
    heading.setContentsMargins(0, 8, 0, 0)
    return heading
