"""The page on which a person chooses what to label, and sees at once what and why."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QImage, QKeySequence, QShortcut
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from core.project import Round
from core.selection.engine import seconds_of
from core.selection.pool import Pool
from core.selection.request import DEFAULT_REQUEST, FrameId, SelectRequest
from gui.i18n import tr
from gui.selection.choosing import ReportOrder, choice_of, keep
from gui.selection.form import Form
from gui.selection.gathering import gather_of
from gui.selection.keeping import KeepOrder
from gui.selection.offers import Offers
from gui.selection.panel import Panel
from gui.selection.pictures import Film, Pictures
from gui.selection.plot_view import PlotView, pointed, within
from gui.selection.preview import Chosen, Gather, MakeChoosing, Preview
from gui.selection.results import Results
from gui.selection.scope import Scope
from gui.selection.whole import Whole
from gui.session import Session
from gui.theme import Theme

_SIZES = [304, 640, 392]


class SelectionPage(QWidget):
    """Follows a session while it is seen.

    Args:
        pictures: Makes small pictures of frames; ends with the page.
        whole: All videos of the window's collection; None for this video alone.
        gather: Says what there is to choose from in this video, None for nothing.
        make_choosing: Makes what chooses; the engine without.
    """

    back_requested = Signal()
    """Show the picture again."""
    open_requested = Signal(object, int)
    """Open another project of the collection, at a frame."""
    previewed = Signal(object)
    """The frames of this video that would be chosen now, ascending, as a tuple."""
    selected = Signal(object)
    """An `Outcome`: these frames were chosen for labeling."""
    keep_requested = Signal(object)
    """A `KeepOrder`: choose frames of several videos for labeling."""
    report_requested = Signal(object)
    """A `ReportOrder`."""

    def __init__(
        self,
        session: Session,
        pictures: Pictures,
        whole: Whole | None = None,
        *,
        gather: Callable[[Session], Gather | None] = gather_of,
        make_choosing: MakeChoosing | None = None,
    ) -> None:
        super().__init__()
        self._session = session
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
        self._scope = Scope(session, whole, gather, form)
        self.panel = Panel(self._scope.form, frames, lambda: self._here)
        self.view = PlotView()
        self.results = Results()
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
        self._show_scope()
        self.show_frame(self._session.frame)
        if self._stale or not self._scope.is_current:
            self._look(anew=True)
        elif self._chosen is not None:
            self._tell(self._chosen)

    def leave(self) -> None:
        """The page is not seen any more."""
        self._active = False

    def close_page(self) -> None:
        """End what goes on in the background."""
        self._scope.keep_form(self._form)
        self.preview.close()
        self._pictures.stop()

    @Slot(int)
    def show_frame(self, frame: int) -> None:
        """The window shows another frame."""
        del frame
        if self._active:
            self.view.show_frame(self._here)
            self.results.show_frame(self._here)

    def show_report_busy(self, busy: bool) -> None:
        """A report is being written, or not any more."""
        self.panel.show_report(self._chosen is not None, busy)

    # What there is to choose from

    def _set_everything(self, everything: bool) -> None:
        """Choose among all videos, or in this one alone."""
        if everything != self._scope.everything:
            self._scope.keep_form(self._form)
            self._scope.set_everything(everything)
            self._show_scope()
            self._show_form(self._scope.form)
            self._forget_pool()
            self._look(anew=True)

    def _forget_pool(self) -> None:
        """Frames have other numbers from now on than in what was gathered."""
        self._pool = self._offers = self._plane = None
        self.view.show_nothing(tr("Reading the frames…"))

    def _show_scope(self) -> None:
        self.panel.scope.show_scope(self._scope.videos, everything=self._scope.everything)

    def _follow_collection(self) -> None:
        """There are other videos."""
        if self._scope.everything and not self._scope.videos:
            self._set_everything(False)
        self._stale = self._stale or self._scope.everything
        self._show_scope()

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

    def _look(self, *, anew: bool = False) -> None:
        """Gather anew, and choose.

        Args:
            anew: Read what has changed in other videos, too.
        """
        self._stale = self._session.detecting
        self._exported = self._session.selecting.exported
        run, self._seen = self._session.run, self._session.detections.frame_count
        self._run = "" if run is None else run.id
        if self._scope.read(anew=anew):
            self.preview.look_at(None)
            self._refuse("")
            self.panel.show_reading()
            return
        order = self._scope.order
        gather = self._scope.gather(self._form)
        if self._scope.order != order:
            self._forget_pool()
        self._show_form(self._scope.form)
        self.panel.show_left_out(self._scope.left_out)
        seen = self._seen or int(self._scope.everything and gather is not None)
        self.panel.show_seen(seen, detecting=self._session.detecting)
        self.preview.look_at(gather)
        if gather is None:
            self._refuse("")
        else:
            self._ask()

    def _end_reading(self) -> None:
        if not self._scope.everything:
            return
        if not self._scope.is_read:
            self._set_everything(False)
        elif self._active:
            self._look()
        else:
            self._stale = True

    def _take_pool(self, pool: Pool) -> None:
        self._pool, self._chosen, self._plane = pool, None, None
        asked, self._offers = self._request, Offers.of(pool)
        if self._scope.everything:
            # Of many videos not every frame is a candidate any more.
            self._show_form(replace(self._form, rest=within(pool, self._form.rest)))
        frames = len(pool) if self._scope.everything else len(self._session.index)
        self.panel.controls.amount.set_most(frames)
        self.panel.controls.show_offers(self._offers, self._rounds)
        self.view.show_pool(pool, self._offers)
        self.view.show_pointed(self._form.rest)
        self.view.show_frame(self._here)
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
    def _here(self) -> FrameId:
        """The frame that the window shows."""
        return FrameId(self._scope.own, self._session.frame)

    @property
    def _request(self) -> SelectRequest:
        """What is asked for, as far as it is known to be possible."""
        request = self._form.request()
        return request if self._offers is None else self._offers.possible(request)

    @property
    def _rounds(self) -> tuple[Round, ...]:
        """The rounds before this one."""
        return self._scope.rounds

    def _show_form(self, form: Form) -> None:
        if form is not self._form:
            self.panel.controls.show_form(form)

    def _ask(self) -> None:
        self.view.show_pointed(self._form.rest)
        if self.preview.looks:
            request, offers = self._form.request(), self._offers
            self.panel.show_missing(offers.missing(request) if offers is not None else "")
            pool = self._pool
            self.panel.show_expected(0.0 if pool is None else seconds_of(pool, self._request))
            self.preview.ask(self._request, self._rounds)

    def _take(self, chosen: Chosen) -> None:
        self._chosen = chosen
        self.panel.show_chosen(chosen)
        self.view.show_chosen(chosen.picks.rows)
        self.results.show_chosen(chosen)
        self.results.show_frame(self._here)
        if self._active:
            self._tell(chosen)
        if self._confirmed:
            self._select()

    def _tell(self, chosen: Chosen) -> None:
        self.previewed.emit(chosen.picks.frames(chosen.pool, self._scope.own))

    def _refuse(self, sentence: str) -> None:
        self._confirmed, self._chosen = False, None
        self.view.show_chosen(np.empty(0, np.int64))
        self.results.show_nothing()
        self.previewed.emit(())
        self.panel.show_problem(sentence)

    def _select(self) -> None:
        """Choose for labeling what is shown, or what is on its way."""
        self._confirmed = self.preview.busy
        if self._chosen is None or self._confirmed or not len(self._chosen.picks.rows):
            return
        if self._scope.everything:
            own = self._scope.own if self._scope.own >= 0 else None
            self.keep_requested.emit(KeepOrder(choice_of(self._chosen), own))
            return
        outcome = keep(self._session, self._chosen)
        if outcome is not None:
            self.selected.emit(outcome)

    def _report(self) -> None:
        if self._chosen is not None:
            self.report_requested.emit(ReportOrder(self._chosen, self._plane, self._scope.name))

    def _reset(self) -> None:
        rest = self._form.rest
        usual = replace(DEFAULT_REQUEST, include=rest.include, exclude=rest.exclude)
        form = Form.of(usual, n=self._form.n)
        self._show_form(replace(form, by_share=not self._scope.everything))
        self._ask()

    # What a person points at

    def _point(self, frames: list[FrameId], include: bool) -> None:
        self._show_rest(pointed(self._form.rest, frames, include))

    def _clear(self) -> None:
        self._show_rest(replace(self._form.rest, include=(), exclude=()))

    def _show_rest(self, rest: SelectRequest) -> None:
        self._show_form(replace(self._form, rest=rest))
        self._ask()

    def _go_to(self, where: FrameId) -> None:
        """Go to a frame of this video; mark one of another, to open which takes a while."""
        if where.video == self._scope.own:
            self._session.go_to(where.frame)
            self.show_frame(where.frame)
        else:
            self.view.show_frame(where, other=True)
            self.results.show_frame(where)

    def _open(self, where: FrameId) -> None:
        if where.video == self._scope.own:
            self._session.go_to(where.frame)
            self.back_requested.emit()
        elif self._pool is not None:
            self.open_requested.emit(self._pool.videos[where.video].project, where.frame)

    def _want_picture(self, where: FrameId) -> None:
        if self._pool is not None:
            video = self._pool.videos[where.video]
            index = self._session.index if where.video == self._scope.own else None
            self._pictures.want(Film(video.path, video.project, index), where.frame)

    def _show_picture(self, project: Path, frame: int, image: QImage) -> None:
        videos = () if self._pool is None else self._pool.videos
        for number, video in enumerate(videos):
            if video.project == project:
                self.view.show_picture(FrameId(number, frame), image)
                self.results.show_picture(FrameId(number, frame), image)

    def _connect(self) -> None:
        session, panel, sheet = self._session, self.panel, self.results.sheet
        for changed in (
            session.run_changed, session.detection_changed, session.decisions_changed,
        ):  # fmt: skip
            changed.connect(self._follow)
        session.selecting_changed.connect(self._follow_selecting)
        session.frame_changed.connect(self.show_frame)
        if self._scope.whole is not None:
            self._scope.whole.changed.connect(self._follow_collection)
            self._scope.whole.ended.connect(self._end_reading)
        self.preview.gathered.connect(self._take_pool)
        self.preview.chosen.connect(self._take)
        self.preview.placed.connect(self._take_plane)
        self.preview.failed.connect(self._refuse)
        self.preview.busy_changed.connect(panel.show_busy)
        panel.controls.changed.connect(self._ask)
        panel.scope.chosen.connect(self._set_everything)
        panel.back.clicked.connect(self.back_requested)
        panel.reset.clicked.connect(self._reset)
        panel.select.clicked.connect(self._select)
        panel.report.clicked.connect(self._report)
        self.view.frame_clicked.connect(self._go_to)
        self.view.frame_opened.connect(self._open)
        self.view.pointed_at.connect(self._point)
        self.view.cleared.connect(self._clear)
        sheet.frame_chosen.connect(self._go_to)
        sheet.frame_opened.connect(self._open)
        sheet.frames_excluded.connect(lambda frames: self._point(frames, False))
        self._pictures.ready.connect(self._show_picture)
        for wanting in (self.view, self.results):
            wanting.picture_wanted.connect(self._want_picture)
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
