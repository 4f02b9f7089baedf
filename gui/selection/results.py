"""The right column of the page: what is chosen, as pictures and compared to all frames."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QComboBox, QLabel, QTabWidget, QVBoxLayout, QWidget

from core.selection.request import FrameId
from gui.i18n import tr
from gui.review.controls import in_row
from gui.selection.comparing import comparisons
from gui.selection.histograms import Histograms
from gui.selection.preview import Chosen
from gui.selection.sheet import ContactSheet
from gui.selection.sheet_model import SheetModel
from gui.text import grouped
from gui.theme import Theme

_COMPARED = ("flickering", "objectness_least_confidence", "boxes", "missed_boxes")
_SHEET, _DIAGRAMS = 0, 1


class Results(QTabWidget):
    """Shows one choice after the other; each part draws itself only while it is seen."""

    picture_wanted = Signal(object)
    """A `FrameId`."""

    def __init__(self) -> None:
        super().__init__()
        self._model = SheetModel(self)
        self._model.wanted.connect(self.picture_wanted)
        self.sheet = ContactSheet(self._model)
        self.histograms = Histograms()
        self._chosen: Chosen | None = None
        self._compared: Chosen | None = None
        self.order = QComboBox()
        self.order.addItems([tr("in order of choice"), tr("in order of time")])
        self.order.setAccessibleName(tr("Order of the chosen frames"))
        self.order.setToolTip(tr("What was chosen first comes first, or what is seen first"))
        self.order.currentIndexChanged.connect(self._sort)
        chosen = QWidget()
        column = QVBoxLayout(chosen)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        bar = in_row(QLabel(tr("Shown")), self.order, None)
        bar.setContentsMargins(8, 4, 8, 4)
        column.addLayout(bar)
        column.addWidget(self.sheet, 1)
        self.addTab(chosen, tr("Chosen"))
        self.addTab(self.histograms, tr("Compared"))
        self.tabBar().setAccessibleName(tr("What is chosen"))
        self.currentChanged.connect(self._compare)

    def set_theme(self, theme: Theme) -> None:
        """Colours of what paints itself."""
        self.sheet.set_theme(theme)
        self.histograms.set_theme(theme)

    def show_chosen(self, chosen: Chosen) -> None:
        """Show another choice."""
        self._chosen = chosen
        self._model.show_picks(chosen.pool, chosen.picks)
        self.sheet.arrange()
        self.setTabText(_SHEET, tr("Chosen · {count}", count=grouped(len(chosen.picks.rows))))
        self._compare()

    def show_nothing(self) -> None:
        """Nothing is chosen."""
        self._chosen = None
        self._compared = None
        self._model.clear()
        self.histograms.show_comparisons(())
        self.setTabText(_SHEET, tr("Chosen"))

    def show_frame(self, where: FrameId) -> None:
        """Mark the frame that is looked at."""
        self.sheet.show_frame(where)

    def show_picture(self, where: FrameId, image: QImage) -> None:
        """What a frame looks like."""
        self._model.set_picture(where, image)

    def _sort(self, at: int) -> None:
        self._model.sort_by("time" if at else "choice")

    def _compare(self) -> None:
        chosen = self._chosen
        if chosen is not None and chosen is not self._compared and self.currentIndex() == _DIAGRAMS:
            self._compared = chosen
            found = comparisons(chosen.pool, chosen.picks.rows, _COMPARED)
            self.histograms.show_comparisons(found)
