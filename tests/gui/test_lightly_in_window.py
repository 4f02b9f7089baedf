"""Scheduling, following and reading a selection in the window, at Lightly on this computer."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from typing import TypeVar

import keyring
import pytest
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QDialog,
    QInputDialog,
    QLineEdit,
    QPushButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

import core.cloud.runs
import gui.cloud.following
from core.cloud.runs import RunState, state_of
from core.project import Handover, Project, Selection
from gui.cloud.following import Follower
from gui.cloud.scheduling import Scheduler
from gui.cloud.selecting import FOLDER, SelectionReader
from gui.dialogs.schedule import ScheduleDialog
from gui.dialogs.token import TokenDialog
from gui.job_list import JobLine
from gui.main_window import MainWindow
from gui.messages import Banner
from gui.session import Session
from gui.theme import apply_theme
from tests.core.conftest import _lightly_server, lightly  # noqa: F401 - fixtures
from tests.core.lightly_runs import PLACE, scheduled
from tests.servers.lightly_api import Fault, LightlyServer
from tests.servers.lightly_platform import TOKEN
from tests.servers.lightly_worker import Chosen

T = TypeVar("T", bound=QDialog)
READY = Handover(replace(PLACE, dataset=""), uploaded="2026-11-20T10:00:00+00:00")
FRAMES = ("data/clip-04-mp4.png", "data/clip-09-mp4.png", "data/other-09-mp4.png")


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch, lightly: LightlyServer) -> None:  # noqa: F811
    monkeypatch.setattr(gui.cloud.following, "EVERY", 0.02)
    lightly.platform.automatic = False
    lightly.platform.frames = FRAMES


def dialog_of(window: QWidget, kind: type[T]) -> T:
    (found,) = (dialog for dialog in window.findChildren(kind) if dialog.isVisible())
    return found


def press(widget: QWidget, text: str) -> None:
    next(b for b in widget.findChildren(QPushButton) if b.text() == text and b.isVisible()).click()


def accept(qtbot: QtBot, dialog: ScheduleDialog) -> None:
    """Schedule as soon as it is possible."""
    go = next(b for b in dialog.findChildren(QPushButton) if b.text() == "Schedule")
    qtbot.waitUntil(go.isEnabled)
    go.click()


def following(window: MainWindow) -> JobLine | None:
    return window.jobs.jobs.under_way.get("following")


def told(window: MainWindow, text: str) -> Callable[[], bool]:
    """Whether the jobs panel says this of the run."""
    return lambda: (line := following(window)) is not None and line.text == text


def test_from_the_button_to_the_marked_frames_and_the_report(
    qtbot: QtBot,
    window: MainWindow,
    lightly: LightlyServer,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened = window.session
    assert opened is not None
    opened.set_handover(READY)
    window.actions_by_name["schedule"].trigger()
    accept(qtbot, dialog_of(window, ScheduleDialog))
    qtbot.waitUntil(lambda: opened.handover.run is not None)
    run = opened.handover.run
    assert run is not None
    assert window.banner.sentence == "Lightly has the selection; one of its workers takes it next"
    assert opened.handover.place.dataset == run.dataset == "clip"
    qtbot.waitUntil(told(window, "scheduled"))
    assert not window.actions_by_name["selection"].isEnabled()

    lightly.platform.advance(run.schedule_id, "STARTED", "now started")
    qtbot.waitUntil(told(window, "running: now started"))
    lightly.platform.advance(run.schedule_id, "COMPLETED")
    qtbot.waitUntil(lambda: window.banner.sentence == "Lightly has selected")
    assert following(window) is None
    assert window.jobs.jobs.ended[0].text == "done"
    assert window.actions_by_name["selection"].isEnabled()

    press(window, "Show the frames")
    qtbot.waitUntil(lambda: "Lightly has selected 2 frames" in window.banner.sentence)
    # The frame of another video of the dataset is not this one's.
    assert opened.selection == Selection("initial-tag", "lightly", (4, 9))
    assert opened.frame == 4
    done = opened.handover.run
    assert done is not None
    folder = opened.project.folder / FOLDER / done.run_id
    assert {path.name for path in folder.iterdir()} == {"report.pdf", "log.txt"}
    shown: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: shown.append(url.toLocalFile()))
    press(window, "Open report")
    assert shown == [str(folder / "report.pdf")]


class Rig:
    """A follower and a scheduler with a banner, without all else that a window has."""

    def __init__(self, window: QWidget) -> None:
        self.window = window
        self.banner = Banner(window)
        self.follower = Follower(window, self.banner)
        self.scheduler = Scheduler(window, self.banner)
        self.selections = SelectionReader(window, self.banner)
        self.said: list[str] = []
        """What was told of the run."""
        self.follower.told.connect(self.said.append)


@pytest.fixture
def rig(qtbot: QtBot, qapp: QApplication) -> Iterator[Rig]:
    apply_theme(qapp, "light")
    window = QWidget()
    qtbot.addWidget(window)
    made = Rig(window)
    window.show()
    yield made
    for part in (made.follower, made.scheduler, made.selections):
        part.close()


def test_a_run_is_followed_again_when_its_project_is_opened_again(
    qtbot: QtBot,
    rig: Rig,
    session: Session,
    lightly: LightlyServer,  # noqa: F811
) -> None:
    run = scheduled()
    session.set_handover(replace(READY, run=run))
    lightly.faults += [Fault("drop", "GET", "runs/schedule", times=3)]
    rig.follower.attach(session)
    assert rig.said == ["scheduled"]
    qtbot.waitUntil(lambda: not lightly.faults[0].times)
    lightly.platform.advance(run.schedule_id, "FAILED", "no space left in the bucket")
    qtbot.waitUntil(lambda: rig.banner.sentence != "")
    assert rig.banner.sentence == (
        "Lightly's run on 'dash cam' failed: no space left in the bucket: "
        "mend that, schedule again."
    )
    kept = session.handover.run
    assert kept is not None
    assert state_of(kept) is RunState.FAILED
    qtbot.waitUntil(lambda: not rig.follower.busy)


def test_what_was_done_meanwhile_is_offered_and_the_newest_of_several_tags_comes_first(
    qtbot: QtBot,
    rig: Rig,
    session: Session,
    lightly: LightlyServer,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = scheduled()
    for _ in range(3):
        lightly.platform.advance(run.schedule_id, "COMPLETED")
    held = lightly.platform.tags[run.dataset_id]
    held[-1] = held[-1][0], [Chosen("data/clip-20-mp4.png")]
    session.set_handover(replace(READY, run=core.cloud.runs.refresh(run)))
    rig.follower.attach(session)
    assert rig.banner.sentence == "Lightly has selected"
    asked: list[list[str]] = []

    def first(parent: object, title: str, label: str, names: list[str], *rest: object) -> object:
        asked.append(names)
        return names[0], True

    monkeypatch.setattr(QInputDialog, "getItem", first)
    rig.selections.attach(session)
    rig.selections.ask(session)
    qtbot.waitUntil(lambda: session.selection is not None)
    assert asked == [["selection-2", "selection-1"]]
    assert session.selection == Selection("selection-2", "lightly", (20,))


def test_a_tag_of_other_videos_changes_nothing(
    qtbot: QtBot,
    rig: Rig,
    session: Session,
    lightly: LightlyServer,  # noqa: F811
) -> None:
    lightly.platform.frames = ("data/other-09-mp4.png",)
    run = scheduled()
    lightly.platform.advance(run.schedule_id, "COMPLETED")
    session.set_handover(replace(READY, run=core.cloud.runs.refresh(run)))
    rig.selections.attach(session)
    rig.selections.ask(session)
    qtbot.waitUntil(lambda: rig.banner.sentence != "")
    assert rig.banner.sentence == (
        "No frame of the tag 'initial-tag' is one of clip.mp4: "
        "choose another tag, or open the video that was scheduled."
    )
    assert session.selection is None


def test_without_a_token_it_says_so_once_and_goes_on_with_the_one_that_is_entered(
    qtbot: QtBot,
    rig: Rig,
    session: Session,
    lightly: LightlyServer,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    run = scheduled()
    session.set_handover(replace(READY, run=run))
    monkeypatch.setenv("LIGHTLY_TOKEN", "")
    rig.follower.attach(session)
    qtbot.waitUntil(lambda: rig.banner.sentence != "")
    assert rig.banner.sentence == "Lightly's run is not followed: No token of Lightly is known"
    assert rig.banner.property("level") == "info"
    qtbot.waitUntil(lambda: not rig.follower.busy)
    press(rig.window, "Enter token…")
    dialog = dialog_of(rig.window, TokenDialog)
    (edit,) = dialog.findChildren(QLineEdit)
    edit.setText(TOKEN)
    (keep,) = dialog.findChildren(QCheckBox)
    keep.setChecked(False)
    press(dialog, "Use it")
    assert rig.follower.busy
    lightly.platform.advance(run.schedule_id, "STARTED")
    qtbot.waitUntil(lambda: rig.said[-1] == "running")
    written = [path.read_bytes() for path in session.project.folder.rglob("*") if path.is_file()]
    assert written
    assert not any(TOKEN.encode() in content for content in written)
    assert TOKEN not in caplog.text


def test_a_token_that_is_typed_is_kept_in_the_keyring(
    qtbot: QtBot, rig: Rig, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: dict[tuple[str, str], str] = {}
    monkeypatch.setattr(keyring, "get_password", lambda *of: kept.get(of))
    monkeypatch.setattr(
        keyring, "set_password", lambda s, name, text: kept.update({(s, name): text})
    )
    monkeypatch.delenv("LIGHTLY_TOKEN")
    session.set_handover(READY)
    rig.scheduler.attach(session)
    rig.scheduler.ask(session)
    dialog = dialog_of(rig.window, ScheduleDialog)
    edit = next(
        e for e in dialog.findChildren(QLineEdit) if e.accessibleName() == "Lightly's token"
    )
    qtbot.waitUntil(edit.isVisible)
    edit.setText(TOKEN)
    press(dialog, "Schedule")
    qtbot.waitUntil(lambda: session.handover.run is not None)
    assert list(kept.values()) == [TOKEN]


def test_a_refusal_is_told_and_leads_back_to_what_was_chosen(
    qtbot: QtBot,
    rig: Rig,
    session: Session,
    lightly: LightlyServer,  # noqa: F811
) -> None:
    lightly.platform.foreign = ("clip",)
    session.set_handover(READY)
    rig.scheduler.attach(session)
    rig.scheduler.ask(session)
    accept(qtbot, dialog_of(rig.window, ScheduleDialog))
    qtbot.waitUntil(lambda: rig.banner.sentence != "")
    assert rig.banner.sentence == (
        "The dataset name 'clip' is taken: somebody else has it: choose another name."
    )
    qtbot.waitUntil(lambda: not rig.scheduler.busy)
    press(rig.window, "Schedule selection…")
    assert dialog_of(rig.window, ScheduleDialog).choice().place.dataset == "clip"
    assert session.handover.run is None


def test_a_run_that_is_scheduled_while_another_video_is_opened_is_not_lost(
    qtbot: QtBot, rig: Rig, session: Session
) -> None:
    session.set_handover(READY)
    rig.scheduler.attach(session)
    rig.scheduler.ask(session)
    accept(qtbot, dialog_of(rig.window, ScheduleDialog))
    rig.scheduler.attach(None)
    folder = session.project.folder
    session.close()
    qtbot.waitUntil(lambda: not rig.scheduler.busy)
    with closing(Project.open(folder)) as project:
        assert project.handover.run is not None
