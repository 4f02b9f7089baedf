"""The page on which a person chooses what to label, and sees at once what and why."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QImage, QKeySequence, QShortcut
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from core.project import Round
from core.selection.pool import Pool
from core.selection.request import DEFAULT_REQUEST, FrameId, SelectRequest
from gui.i18n import tr
from gui.selection.choosing import keep, report_order
from gui.selection.form import Form
from gui.selection.gathering import gather_of
from gui.selection.offers import Offers
from gui.selection.panel import Panel
from gui.selection.pictures import Pictures
from gui.selection.plot_view import PlotView, pointed
from gui.selection.preview import Chosen, Gather, MakeChoosing, Preview
from gui.selection.results import Results
from gui.session import Session
from gui.theme import Theme

_SIZES = [304, 640, 392]


class SelectionPage(QWidget):
    """Follows a session while it is seen.

    Args:
        pictures: Makes small pictures of frames; ends with the page.
        gather: Says what there is to choose from, None for nothing.
        make_choosing: Makes what chooses; the engine without.
    """

    back_requested = Signal()
    """Show the picture again."""
    previewed = Signal(object)
    """The frames that would be chosen now, ascending, as a tuple."""
    selected = Signal(object)
    """An `Outcome`: these frames were chosen for labeling."""
    report_requested = Signal(object)
    """A `ReportOrder`."""

    def __init__(
        self,
        session: Session,
        pictures: Pictures,
        *,
        gather: Callable[[Session], Gather | None] = gather_of,
        make_choosing: MakeChoosing | None = None,
    ) -> None:
        super().__init__()
        self._session = session
        self._gather = gather
        self._active, self._stale, self._confirmed = False, True, False
        self._exported = session.selecting.exported
        self._run, self._seen = "", 0
        """The run that was looked at, and how many frames it had seen."""
        self._pool: Pool | None = None
        self._offers: Offers | None = None
        self._chosen: Chosen | None = None
        self._plane: NDArray[np.float32] | None = None
        self.preview = Preview(make_choosing, self)
        frames = len(session.index)
        form = Form.of(session.selecting.request, n=max(1, min(100, frames // 10)))
        self.panel = Panel(form, frames, lambda: FrameId(0, session.frame))
        self.view = PlotView(session.index)
        self.results = Results(session.index)
        self._pictures = pictures
        self._lay_out()
        self._connect()
        self.setFocusProxy(self.panel.controls.amount)

    @property
    def laid_out(self) -> bool:
        """Whether the plot shows the frames."""
        return self._plane is not None

    def set_theme(self, theme: Theme) -> None:
        """Dress all that paints itself."""
        self.view.set_theme(theme)
        self.results.set_theme(theme)

    def enter(self) -> None:
        """The page is seen from now on."""
        self._active = True
        self.show_frame(self._session.frame)
        if self._stale:
            self._look()
        elif self._chosen is not None:
            self._tell(self._chosen)

    def leave(self) -> None:
        """The page is not seen any more."""
        self._active = False

    def close_page(self) -> None:
        """End what goes on in the background."""
        self.preview.close()
        self._pictures.stop()

    @Slot(int)
    def show_frame(self, frame: int) -> None:
        """The window shows another frame."""
        if self._active:
            self.view.show_frame(frame)
            self.results.show_frame(frame)

    def show_report_busy(self, busy: bool) -> None:
        """A report is being written, or not any more."""
        self.panel.show_report(self._chosen is not None, busy)

    # What there is to choose from

    def _follow(self) -> None:
        """The run, the limits or decisions are other ones."""
        self._stale = True
        if self._active and not (self._session.detecting and self._is_enough):
            self._look()

    @property
    def _is_enough(self) -> bool:
        """Whether what was gathered will do while the run goes on."""
        run, seen = self._session.run, self._session.detections.frame_count
        return run is not None and run.id == self._run and seen < 2 * max(self._seen, 1)

    def _follow_selecting(self) -> None:
        if self._session.selecting.exported != self._exported:
            self._follow()

    def _look(self) -> None:
        """Gather anew, and choose."""
        self._stale = self._session.detecting
        self._exported = self._session.selecting.exported
        run, self._seen = self._session.run, self._session.detections.frame_count
        self._run = "" if run is None else run.id
        gather = self._gather(self._session) if self._seen else None
        self.panel.show_seen(self._seen, detecting=self._session.detecting)
        self.preview.look_at(gather)
        if gather is None:
            self._refuse("")
        else:
            self._ask()

    def _take_pool(self, pool: Pool) -> None:
        self._pool, self._chosen, self._plane = pool, None, None
        asked, self._offers = self._request, Offers.of(pool)
        self.panel.controls.show_offers(self._offers, self._rounds)
        self.view.show_pool(pool, self._offers)
        self.view.show_pointed(self._form.rest)
        self.view.show_frame(self._session.frame)
        if self._request != asked:
            self._ask()

    def _take_plane(self, pool: Pool, plane: NDArray[np.float32]) -> None:
        if pool is self._pool:
            self._plane = plane
            self.view.show_plane(pool, plane)

    # What is chosen

    @property
    def _form(self) -> Form:
        return self.panel.controls.form

    @property
    def _request(self) -> SelectRequest:
        """What is asked for, as far as it is known to be possible."""
        request = self._form.request()
        return request if self._offers is None else self._offers.possible(request)

    @property
    def _rounds(self) -> tuple[Round, ...]:
        """The rounds before this one."""
        run = self._session.run
        rounds = self._session.selecting.rounds
        return tuple(one for one in rounds if run is None or one.run != run.id)

    def _ask(self) -> None:
        self.view.show_pointed(self._form.rest)
        if self.preview.looks:
            request, offers = self._form.request(), self._offers
            self.panel.show_missing(offers.missing(request) if offers is not None else "")
            self.preview.ask(self._request, self._rounds)

    def _take(self, chosen: Chosen) -> None:
        self._chosen = chosen
        self.panel.show_chosen(chosen)
        self.view.show_chosen(chosen.picks.rows)
        self.results.show_chosen(chosen)
        self.results.show_frame(self._session.frame)
        if self._active:
            self._tell(chosen)
        if self._confirmed:
            self._select()

    def _tell(self, chosen: Chosen) -> None:
        self.previewed.emit(chosen.picks.frames(chosen.pool))

    def _refuse(self, sentence: str) -> None:
        self._confirmed, self._chosen = False, None
        self.view.show_chosen(np.empty(0, np.int64))
        self.results.show_nothing()
        self.previewed.emit(())
        self.panel.show_problem(sentence)

    def _select(self) -> None:
        """Choose for labeling what is shown, or what is on its way."""
        self._confirmed = self.preview.busy
        if self._chosen is not None and not self._confirmed and len(self._chosen.picks.rows):
            outcome = keep(self._session, self._chosen)
            if outcome is not None:
                self.selected.emit(outcome)

    def _report(self) -> None:
        if self._chosen is not None:
            self.report_requested.emit(report_order(self._session, self._chosen, self._plane))

    def _reset(self) -> None:
        rest = self._form.rest
        usual = replace(DEFAULT_REQUEST, include=rest.include, exclude=rest.exclude)
        self.panel.controls.show_form(Form.of(usual, n=self._form.n))
        self._ask()

    # What a person points at

    def _point(self, frames: list[int], include: bool) -> None:
        self._show_rest(pointed(self._form.rest, frames, include))

    def _clear(self) -> None:
        self._show_rest(replace(self._form.rest, include=(), exclude=()))

    def _show_rest(self, rest: SelectRequest) -> None:
        self.panel.controls.show_form(replace(self._form, rest=rest))
        self._ask()

    def _open(self, frame: int) -> None:
        self._session.go_to(frame)
        self.back_requested.emit()

    def _show_picture(self, frame: int, image: QImage) -> None:
        self.view.show_picture(frame, image)
        self.results.show_picture(frame, image)

    def _connect(self) -> None:
        session, panel, sheet = self._session, self.panel, self.results.sheet
        for changed in (
            session.run_changed, session.detection_changed, session.decisions_changed,
        ):  # fmt: skip
            changed.connect(self._follow)
        session.selecting_changed.connect(self._follow_selecting)
        session.frame_changed.connect(self.show_frame)
        self.preview.gathered.connect(self._take_pool)
        self.preview.chosen.connect(self._take)
        self.preview.placed.connect(self._take_plane)
        self.preview.failed.connect(self._refuse)
        self.preview.busy_changed.connect(panel.show_busy)
        panel.controls.changed.connect(self._ask)
        panel.back.clicked.connect(self.back_requested)
        panel.reset.clicked.connect(self._reset)
        panel.select.clicked.connect(self._select)
        panel.report.clicked.connect(self._report)
        self.view.frame_clicked.connect(session.go_to)
        self.view.pointed_at.connect(self._point)
        self.view.cleared.connect(self._clear)
        sheet.frame_chosen.connect(session.go_to)
        sheet.frame_opened.connect(self._open)
        sheet.frames_excluded.connect(lambda frames: self._point(frames, False))
        self._pictures.ready.connect(self._show_picture)
        for wanting in (self.view, self.results):
            wanting.picture_wanted.connect(self._pictures.want)
        back = QShortcut(QKeySequence("Escape"), self, self.back_requested.emit)
        back.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)

    def _lay_out(self) -> None:
        columns = QSplitter(Qt.Orientation.Horizontal)
        for part in (self.panel, self.view, self.results):
            columns.addWidget(part)
        columns.setStretchFactor(1, 1)
        columns.setChildrenCollapsible(False)
        columns.setSizes(_SIZES)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(columns)
        self.setAccessibleName(tr("Select frames"))
