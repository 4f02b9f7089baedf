"""The page on which frames are selected: live, by what a person sets and points at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

import core.selection.report_process
import gui.workspace
from core.detections import empty_detections, empty_frame
from core.embeddings.store import EmbeddingWriter
from core.project import Round
from core.selection.pool import Pool
from core.selection.report_process import ReportRequest, Written
from core.selection.request import DEFAULT_REQUEST, FrameId, Weighting
from gui.main_window import MainWindow
from gui.selection.gathering import gather_of
from gui.selection.page import SelectionPage
from gui.selection.pictures import Pictures
from gui.session import Session
from gui.theme import apply_theme
from tests.gui.making import FLAGGED, texts
from tests.gui.selection_making import FakeChooser, fake, fake_page, pool_for, show_fake_page

MakePage = Callable[..., tuple[SelectionPage, type[FakeChooser]]]


@pytest.fixture
def make_page(qtbot: QtBot, qapp: QApplication, session: Session) -> Iterator[MakePage]:
    """Makes pages on the session, which ask a fake, and shows them."""
    made = []
    apply_theme(qapp, "light")

    def make(
        pool: Pool | None = None, *, real: bool = False
    ) -> tuple[SelectionPage, type[FakeChooser]]:
        chooser = fake()
        page = SelectionPage(
            session,
            Pictures(None),
            gather=gather_of if real else lambda session: lambda: pool or pool_for(session),
            make_choosing=None if real else chooser,
        )
        made.append(page)
        qtbot.addWidget(page)
        page.resize(1360, 600)
        page.show()
        page.enter()
        qtbot.waitUntil(lambda: not page.preview.busy)
        return page, chooser

    yield make
    for page in made:
        page.close_page()


def settle(qtbot: QtBot, page: SelectionPage, change: Callable[[], object]) -> None:
    """Wait until a change was answered."""
    change()
    assert page.preview.busy
    qtbot.waitUntil(lambda: not page.preview.busy)


def test_it_begins_with_what_was_asked_for_last(make_page: MakePage) -> None:
    page, chooser = make_page()
    assert chooser.asked == [DEFAULT_REQUEST]
    assert page.panel.select.text() == "Select 2 frames"
    assert page.results.tabText(0) == "Chosen \u00b7 2"


def test_changes_are_asked_for_together_and_the_newest_wins(
    qtbot: QtBot, make_page: MakePage
) -> None:
    page, chooser = make_page()
    controls = page.panel.controls

    def change() -> None:
        controls.amount.unit.setCurrentIndex(0)
        for count in (3, 4, 5):
            controls.amount.count.setValue(count)
        controls.rows["frames"].switch.setChecked(False)

    settle(qtbot, page, change)
    assert len(chooser.asked) == 2
    assert chooser.asked[-1].n == 5
    assert chooser.asked[-1].strategies == DEFAULT_REQUEST.strategies[1:]
    assert page.panel.select.text() == "Select 5 frames"


def test_selecting_keeps_frames_and_request(
    qtbot: QtBot, make_page: MakePage, session: Session
) -> None:
    page, _ = make_page()
    settle(qtbot, page, lambda: page.panel.controls.amount.unit.setCurrentIndex(0))
    settle(qtbot, page, lambda: page.panel.controls.amount.count.setValue(4))
    with qtbot.waitSignal(page.selected) as told:
        page.panel.select.click()
    assert session.selection is not None
    assert session.selection.source == "flickerscope"
    assert session.selected == tuple(FLAGGED)
    assert session.selecting.request.n == 4
    assert told.args[0].sentence == "4 frames selected"


def test_a_click_while_it_chooses_takes_what_is_coming(
    qtbot: QtBot, make_page: MakePage, session: Session
) -> None:
    page, _ = make_page()
    page.panel.controls.amount.unit.setCurrentIndex(0)
    page.panel.controls.amount.count.setValue(3)
    with qtbot.waitSignal(page.selected):
        page.panel.select.click()
    assert len(session.selected) == 3


def test_fewer_frames_than_asked_for_are_said(
    qtbot: QtBot, make_page: MakePage, session: Session
) -> None:
    page, chooser = make_page()
    page.panel.controls.amount.count.setMaximum(1000)
    page.panel.controls.amount.unit.setCurrentIndex(0)
    settle(qtbot, page, lambda: page.panel.controls.amount.count.setValue(500))
    assert chooser.asked[-1].n == 500
    assert any("Only 24 frames are there" in text for text in texts(page))
    with qtbot.waitSignal(page.selected) as told:
        page.panel.select.click()
    assert told.args[0].sentence == "24 frames selected. Only 24 frames are there."


def test_a_lasso_includes_excludes_and_is_cleared(qtbot: QtBot, make_page: MakePage) -> None:
    page, chooser = make_page()
    settle(qtbot, page, lambda: page.view.plot.lassoed.emit(np.array([1, 2]), True))
    assert chooser.asked[-1].include == (FrameId(0, 1), FrameId(0, 2))
    settle(qtbot, page, lambda: page.view.plot.lassoed.emit(np.array([2, 9]), False))
    assert chooser.asked[-1].include == (FrameId(0, 1),)
    assert chooser.asked[-1].exclude == (FrameId(0, 2), FrameId(0, 9))
    assert "1 included, 2 excluded" in texts(page)
    settle(qtbot, page, page.view.clear.click)
    assert chooser.asked[-1].include == chooser.asked[-1].exclude == ()
    assert page.view.clear.isHidden()


def test_what_cannot_be_chosen_says_why(make_page: MakePage, session: Session) -> None:
    page, chooser = make_page(pool_for(session, embedded=False))
    row = page.panel.controls.rows["typicality"]
    assert not row.switch.isEnabled()
    assert "flickerscope embed" in row.switch.toolTip()
    # What was on can be switched off, and does not count until there are embeddings.
    assert page.panel.controls.rows["frames"].switch.isEnabled()
    assert chooser.asked[-1].strategies == DEFAULT_REQUEST.strategies[1:]
    assert any(
        text.startswith("Without \u201cDifferent frames\u201d: this run has")
        for text in texts(page)
    )
    assert page.panel.select.isEnabled()


def test_an_error_is_a_sentence_on_the_page(qtbot: QtBot, make_page: MakePage) -> None:
    page, _ = make_page()
    limits = page.panel.controls.limits
    settle(qtbot, page, lambda: limits.add.added.emit("speed"))
    threshold = limits.thresholds.thresholds[0]
    assert (threshold.column, threshold.operation) == ("speed", ">=")
    form = page.panel.controls.form
    rest = replace(form.rest, thresholds=(replace(threshold, value=101.0),))
    settle(qtbot, page, lambda: page._show_rest(rest))
    assert "No frame passes the thresholds: loosen them." in texts(page)
    assert not page.panel.select.isEnabled()


def test_any_column_can_be_weighed_and_removed(qtbot: QtBot, make_page: MakePage) -> None:
    page, chooser = make_page()
    controls = page.panel.controls
    settle(qtbot, page, lambda: controls.add.added.emit("speed"))
    assert chooser.asked[-1].strategies[-1] == Weighting("speed")
    settle(qtbot, page, page.panel.reset.click)
    assert chooser.asked[-1].strategies == DEFAULT_REQUEST.strategies


def test_rounds_say_what_was_recorded_and_leave_the_present_one_out(
    qtbot: QtBot, make_page: MakePage, session: Session
) -> None:
    earlier = Round("earlier", (("flickering", 9),), (1, 2))
    now = Round(session.run.id, (("flickering", 4),), (3,))
    session.set_selecting(replace(session.selecting, rounds=(earlier, now)))
    page, chooser = make_page()
    settle(qtbot, page, lambda: page.panel.controls.manner.setCurrentIndex(1))
    assert [type(s).__name__ for s in chooser.asked[-1].strategies] == ["Bal"]
    assert chooser.rounds[-1] == (earlier,)
    assert any("had 9 violations and chose 2 frames" in text for text in texts(page))


def test_points_lead_to_frames_and_show_them(
    qtbot: QtBot, make_page: MakePage, session: Session
) -> None:
    page, _ = make_page()
    page.view.plot.clicked.emit(9)
    assert session.frame == 9
    with qtbot.waitSignal(page.view.picture_wanted):
        page.view.plot.hovered.emit(5)


def test_decisions_and_exports_are_gathered_anew(
    qtbot: QtBot, make_page: MakePage, session: Session
) -> None:
    page, chooser = make_page()
    exported = replace(session.selecting, exported=(1, 2))
    with qtbot.waitSignal(page.preview.gathered):
        session.set_selecting(exported)
    qtbot.waitUntil(lambda: not page.preview.busy)
    page.leave()
    asked = len(chooser.asked)
    session.set_selecting(replace(exported, exported=(1, 2, 3)))
    assert not page.preview.busy
    with qtbot.waitSignal(page.preview.gathered):
        page.enter()
    qtbot.waitUntil(lambda: len(chooser.asked) == asked + 1)


def test_in_the_window_a_key_shows_it_and_the_timeline_follows(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, window: MainWindow
) -> None:
    monkeypatch.setattr(gui.workspace, "SelectionPage", fake_page)
    select = window.actions_by_name["select"]
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_W)
    assert select.isChecked()
    page = window.workspace.page
    qtbot.waitUntil(lambda: page.isVisible() and not page.preview.busy)
    assert window.workspace.timeline._content.selected.tolist() == FLAGGED[:2]
    assert not window.actions_by_name["accept"].isEnabled()
    assert window.actions_by_name["accept"].toolTip().startswith("Go back to the picture first")
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert window.session.selected == tuple(FLAGGED[:2])
    assert window.banner.sentence == "2 frames selected"
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_Escape)
    assert not select.isChecked()
    assert window.workspace.canvas.isVisible()
    assert window.actions_by_name["split"].isEnabled()


def test_without_a_run_it_cannot_be_shown(
    open_window: Callable[..., MainWindow], clip: Path
) -> None:
    window = open_window(clip)
    select = window.actions_by_name["select"]
    assert not select.isEnabled()
    assert select.toolTip() == "Detect first (W)"


def test_a_report_is_a_job_and_offers_to_open_it(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, window: MainWindow, tmp_path: Path
) -> None:
    asked: list[ReportRequest] = []

    def write(request: ReportRequest, *how: object) -> Written:
        asked.append(request)
        return Written(request.folder / "report.pdf", request.folder / "report.html")

    monkeypatch.setattr(core.selection.report_process, "write_in_child", write)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *asked: str(tmp_path))
    page = show_fake_page(window)
    assert not page.panel.report.isEnabled()
    qtbot.waitUntil(page.panel.report.isEnabled)
    page.panel.report.click()
    assert not page.panel.report.isEnabled()
    assert page.panel.report.toolTip() == "A report is being written"
    qtbot.waitUntil(lambda: "report.pdf" in window.banner.sentence)
    assert asked[0].folder == tmp_path / "clip-selection"
    assert len(asked[0].picks.rows) == 2
    qtbot.waitUntil(page.panel.report.isEnabled)


def test_while_nothing_was_seen_it_says_so_and_follows(
    qtbot: QtBot, make_page: MakePage, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, chooser = make_page()
    monkeypatch.setattr(type(session), "detecting", True)
    whole = session.detections
    session.detections = empty_detections()
    page._run = "another"
    session.run_changed.emit()
    assert "Detecting: frames can be chosen once some were seen." in texts(page)
    assert not page.panel.select.isEnabled()
    assert page.results.tabText(0) == "Chosen"
    session.detections = whole
    with qtbot.waitSignal(page.preview.chosen):
        session.run_changed.emit()
    assert any("among the 24 frames seen so far" in text for text in texts(page))
    monkeypatch.undo()
    with qtbot.waitSignal(page.preview.chosen):
        session.detection_changed.emit()
    assert not any("Detecting" in text for text in texts(page))
    assert len(chooser.asked) == 3


def test_the_engine_itself_chooses_among_the_runs_frames(
    qtbot: QtBot, session: Session, make_page: MakePage
) -> None:
    vectors = np.random.default_rng(0).normal(size=(24, 8)).astype(np.float16)
    writer = EmbeddingWriter(session.project.run_file(session.run.id), empty_detections())
    writer.extend([replace(empty_frame(), embedding=vector) for vector in vectors])
    writer.save(session.detections)
    page, _ = make_page(real=True)
    chosen = page._chosen
    assert chosen is not None
    assert len(chosen.picks.rows) == 2
    assert {reason.title for reason in chosen.picks.reasons} >= {"flickering"}
    qtbot.waitUntil(lambda: page._plane is not None)
    assert page._plane.shape == (24, 2)
    assert np.isfinite(page._plane).all()
