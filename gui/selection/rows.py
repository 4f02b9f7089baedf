"""A strategy in the controls: a switch, a strength, and what more there is to say."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QLineEdit,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from core.errors import CloudError
from core.selection.request import Balance, FrameId, Similarity, Strategy, Weighting
from gui.dialogs.selection_fields import Balance as Shares
from gui.dialogs.selection_fields import strength_box
from gui.i18n import tr, tr_n
from gui.review.controls import Manners, check, describe, fit, write
from gui.selection.form import Part, strength_of, with_strength
from gui.selection.offers import Offers
from gui.selection.words import column_about, kind_title
from gui.text import grouped

_INDENT = 24
"""From a switch's left edge to its words, px."""


class StrategyRow(QWidget):
    """Shows a `Part` and lets a person change it."""

    changed = Signal()

    def __init__(self, word: str, tip: str, manners: Manners) -> None:
        super().__init__()
        self._part: Part | None = None
        self._tip = tip
        self._detail: QWidget | None = None
        self.switch = QCheckBox(word)
        self.strength = strength_box(tr("Strength of {what}", what=word), 1.0)
        fit(self.strength, "100.00")
        describe(self.switch, word, tip, manners)
        describe(self.strength, self.strength.accessibleName(), self.strength.toolTip(), manners)
        self.switch.toggled.connect(self._change)
        self.strength.valueChanged.connect(self._change)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnMinimumWidth(0, _INDENT - 8)
        self._grid.setColumnStretch(1, 1)
        self._grid.addWidget(self.switch, 0, 0, 1, 2)
        self._grid.addWidget(self.strength, 0, 2)

    @property
    def part(self) -> Part:
        """What the person has set."""
        if self._part is None:
            raise ValueError("nothing was shown yet")
        strategy = with_strength(self._part.strategy, round(self.strength.value(), 2))
        return Part(self._read(strategy), self.switch.isChecked())

    def show_part(self, part: Part, offers: Offers) -> None:
        """Show a strategy; one that cannot be chosen now says why, and can be switched off."""
        self._part = part
        check(self.switch, part.on)
        write(self.strength, strength_of(part.strategy))
        why_not = offers.why_not(part.strategy)
        self.switch.setEnabled(part.on or not why_not)
        self.switch.setToolTip(why_not or self._tip)
        self.strength.setEnabled(part.on)
        if self._detail is not None:
            self._detail.setVisible(part.on)
        self._show(part.strategy, offers)

    def _put_detail(self, detail: QWidget) -> None:
        self._detail = detail
        self._grid.addWidget(detail, 1, 1, 1, 2)

    def _change(self) -> None:
        self._part = self.part
        self.changed.emit()

    def _read(self, strategy: Strategy) -> Strategy:
        """The strategy with what the detail says."""
        return strategy

    def _show(self, strategy: Strategy, offers: Offers) -> None:
        """Show what is the detail's."""


class KindRow(StrategyRow):
    """A strategy that weighs one of several columns."""

    def __init__(self, word: str, tip: str, columns: Sequence[str], manners: Manners) -> None:
        super().__init__(word, tip, manners)
        self._kind = QComboBox()
        self._kind.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        for name in columns:
            self._kind.addItem(kind_title(name), name)
        named = tr("Kind of {what}", what=word)
        describe(self._kind, named, column_about(columns[0]), manners)
        self._kind.currentIndexChanged.connect(self._change)
        self._put_detail(self._kind)

    def _read(self, strategy: Strategy) -> Strategy:
        assert isinstance(strategy, Weighting)
        return replace(strategy, column=self._kind.currentData())

    def _show(self, strategy: Strategy, offers: Offers) -> None:
        assert isinstance(strategy, Weighting)
        with QSignalBlocker(self._kind):
            self._kind.setCurrentIndex(self._kind.findData(strategy.column))
        self._kind.setToolTip(column_about(strategy.column))


class BalanceRow(StrategyRow):
    """Classes with their shares, as text."""

    def __init__(self, manners: Manners) -> None:
        tip = tr("Classes of the chosen boxes near to shares that you name")
        super().__init__(tr("Balanced classes"), tip, manners)
        self._classes = QLineEdit()
        self._usual: tuple[tuple[str, float], ...] = ()
        self._classes.setAccessibleName(tr("Classes and their shares"))
        self._classes.editingFinished.connect(self._type)
        self._put_detail(self._classes)

    def _type(self) -> None:
        if self._target() is not None and self._part is not None and self.part != self._part:
            self._change()
        self._say()

    def _target(self) -> tuple[tuple[str, float], ...] | None:
        """What was typed, None while it is wrong."""
        try:
            return Shares.parse(self._classes.text()).shares
        except CloudError:
            return None

    def _say(self) -> None:
        wrong = self._target() is None
        tip = tr("Classes with shares, such as car 0.6, bus 0.4; the rest is for all others")
        self._classes.setToolTip(
            tr("Write classes with shares: car 0.6, bus 0.4") if wrong else tip
        )
        if self._classes.property("invalid") != wrong:
            self._classes.setProperty("invalid", wrong)
            self._classes.style().unpolish(self._classes)
            self._classes.style().polish(self._classes)

    def _read(self, strategy: Strategy) -> Strategy:
        assert isinstance(strategy, Balance)
        target = self._target()
        return replace(
            strategy, target=(strategy.target if target is None else target) or self._usual
        )

    def _show(self, strategy: Strategy, offers: Offers) -> None:
        assert isinstance(strategy, Balance)
        self._usual = offers.even_shares()
        text = str(Shares(strategy.target))
        if not self._classes.hasFocus() or self._target() is not None:
            self._classes.setText(text)
        self._say()


class SimilarRow(StrategyRow):
    """Frames that a person points at."""

    def __init__(
        self,
        here: Callable[[], FrameId],
        included: Callable[[], tuple[FrameId, ...]],
        manners: Manners,
    ) -> None:
        tip = tr("Frames that resemble the current one, or those that you included")
        super().__init__(tr("Similar frames"), tip, manners)
        self._here, self._included = here, included
        self._to: tuple[FrameId, ...] = ()
        self._choose = QToolButton()
        self._choose.setStyleSheet("QToolButton:!focus { border-color: palette(dark); }")
        describe(self._choose, tr("Similar to which frames"), "", manners)
        self._choose.setToolTip(tr("Take the included frames, or else the current one"))
        self._choose.clicked.connect(self._take)
        self._put_detail(self._choose)

    def _take(self) -> None:
        self._to = self._included() or (self._here(),)
        self._change()

    def _read(self, strategy: Strategy) -> Strategy:
        assert isinstance(strategy, Similarity)
        return replace(strategy, to=self._to or (self._here(),))

    def _show(self, strategy: Strategy, offers: Offers) -> None:
        assert isinstance(strategy, Similarity)
        self._to = strategy.to
        if len(self._to) == 1:
            said = tr("to frame {frame}", frame=grouped(self._to[0].frame))
        else:
            said = tr_n("to {count} frame", "to {count} frames", len(self._to))
        self._choose.setText(said)
